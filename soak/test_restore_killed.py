"""A restore that is killed at any moment: nothing half restored is served, and the same command completes it."""

import base64
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from pyrage.x25519 import Identity

from soak.embedded import INHERITED
from soak.running import ROOT

KILLS = 20


class Installation:
    """An installation on SQLite in its own folder, with the same keys as the others."""

    def __init__(self, folder: Path, keys: dict[str, str]) -> None:
        self.folder = folder
        own = {"DJANGO_SETTINGS_MODULE": "firm.settings.local", "DATA_DIR": str(folder)}
        self.environment = {name: value for name, value in os.environ.items() if name in INHERITED} | keys | own

    def manage(self, *words) -> subprocess.CompletedProcess:
        command = [sys.executable, "manage.py", *map(str, words)]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=300)

    def kill_after(self, seconds: float, *words) -> None:
        """Run a command, and kill it."""
        process = subprocess.Popen(
            [sys.executable, "manage.py", *map(str, words)],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def tables(self) -> dict[str, int]:
        """Return how many rows each table has; none where there is no database yet."""
        with closing(sqlite3.connect(self.folder / "db.sqlite3")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            names = [name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}

    def uploads(self) -> dict[str, bytes]:
        media = self.folder / "media"
        return {str(path.relative_to(media)): path.read_bytes() for path in media.rglob("*") if path.is_file()}

    @property
    def is_unfinished(self) -> bool:
        return (self.folder / "restore-unfinished.txt").exists()


@pytest.fixture(scope="module")
def keys() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "DEMO_PASSWORD": "not-used-by-this-site",
    }


def test_a_restore_that_is_killed_ends_well_when_it_is_run_again(tmp_path, keys):
    identity, backup = Identity.generate(), tmp_path / "backup.tar.gz.age"
    (tmp_path / "key.txt").write_text(str(identity))
    first = Installation(tmp_path / "first", keys | {"BACKUP_RECIPIENT": str(identity.to_public())})
    first.folder.mkdir()
    for words in (["migrate", "-v", "0"], ["load_demo", "-v", "0"], ["backup", backup]):
        done = first.manage(*words)
        assert done.returncode == 0, done.stderr
    restore = ["restore", backup, "--identity", tmp_path / "key.txt"]
    whole, began = Installation(tmp_path / "whole", keys), time.monotonic()
    assert whole.manage(*restore).returncode == 0
    took, tables, uploads = time.monotonic() - began, whole.tables(), whole.uploads()
    assert len(uploads) > 10
    states = set()
    for number in range(KILLS):
        one = Installation(tmp_path / str(number), keys)
        one.kill_after(took * (number + 0.5) / KILLS, *restore)
        states.add((one.is_unfinished, one.folder.exists() and bool(one.tables())))
        if one.is_unfinished:
            refused = one.manage("run_web", "--port", "0")
            assert (refused.returncode, "broken off" in refused.stderr) == (1, True), refused.stderr
        else:
            assert not one.folder.exists() or one.tables() in ({}, tables)
        again = one.manage(*restore)
        assert again.returncode == 0 or "not empty" in again.stderr, again.stderr
        assert not one.is_unfinished
        assert one.tables() == tables
        assert one.uploads() == uploads
    assert {(True, False), (True, True)} & states  # it was killed in the middle, too
