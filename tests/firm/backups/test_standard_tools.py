"""What docs/backup.md says of a machine without this project, command by command, with Debian's own programs."""

import re
import shutil
import subprocess

import pytest
from django.conf import settings as django_settings
from django.db import connection

from firm.backups import database
from tests.firm.backups.conftest import run

PROGRAMS = ("age", "age-keygen", "tar", "sha256sum", "sqlite3", "pg_restore", "psql")
MISSING = [program for program in PROGRAMS if not shutil.which(program)]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")


def documented() -> list[str]:
    """The commands of the section for a machine without this project: decryption, SQLite, PostgreSQL, uploads."""
    text = (django_settings.BASE_DIR / "docs" / "backup.md").read_text()
    section = text.partition("## Without this project")[2].partition("\n## ")[0]
    return [line for block in re.findall(r"```console\n(.*?)```", section, re.DOTALL) for line in block.splitlines()]


@pytest.fixture
def elsewhere(backup, tmp_path):
    """A folder with a backup and its key, and nothing else; and what runs a command there."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    shutil.copy(backup.path, folder / "backup.tar.gz.age")
    shutil.copy(backup.identity, folder / "key.txt")

    def shell(command: str) -> str:
        done = subprocess.run(
            ["/bin/bash", "-o", "pipefail", "-c", command], cwd=folder, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    backup.elsewhere, backup.shell = folder, shell
    return backup


def test_three_commands_open_it_and_bring_it_back(elsewhere):
    unpack, check, sqlite, postgresql, uploads = documented()
    elsewhere.shell(unpack)
    assert elsewhere.shell(check) == ""
    if connection.vendor == "sqlite":
        elsewhere.shell(sqlite.replace("/srv/site/var/db.sqlite3", "copy.sqlite3"))
        ask = "sqlite3 copy.sqlite3"
    else:
        options = "-h {HOST} -p {PORT} -U {USER}".format_map(connection.settings_dict)
        elsewhere.shell(postgresql.replace("pg_restore ", f"pg_restore {options} ").replace("site", elsewhere.other, 1))
        ask = f"psql -At {options} -d {elsewhere.other} -c"
    assert elsewhere.shell(f"{ask} 'SELECT username FROM auth_user'") == "owner\n"
    count = elsewhere.shell(f"{ask} 'SELECT count(*) FROM wagtailcore_page'")
    elsewhere.move(to_other=False)
    assert int(count) == database.counts()["wagtailcore_page"]
    elsewhere.shell(f"mkdir -p target && {uploads.replace('/srv/site/var/', 'target/')}")
    assert (elsewhere.elsewhere / "target" / "media" / "documents" / "retainer.txt").read_bytes() == b"confidential"
    assert (elsewhere.elsewhere / "archive" / "copy.tar").read_bytes() == b"\0\xffcopy"


def test_the_key_that_age_makes_is_taken_and_the_one_made_here_is_one_of_age(elsewhere, settings, tmp_path):
    key = tmp_path / "own.txt"
    public = re.search(r"age1\w+", elsewhere.shell(f"age-keygen -o {key} 2>&1"))[0]
    printed = run("make_backup_key")
    (tmp_path / "printed.txt").write_text(printed)
    settings.BACKUP_RECIPIENT = [public, re.search(r"BACKUP_RECIPIENT=(\S+)", printed)[1]]
    elsewhere.move(to_other=False)
    run("backup", tmp_path / "two.age")
    for identity in (key, tmp_path / "printed.txt"):
        assert "Whole" in run("verify_backup", tmp_path / "two.age", identity=str(identity))
        assert "manifest.json" in elsewhere.shell(f"age -d -i {identity} {tmp_path}/two.age | tar -tz")


def test_nothing_confidential_and_no_key_is_to_be_read_in_it(elsewhere):
    raw = elsewhere.path.read_bytes()
    for text in ("Zebrawine", "zebra@", "confidential", "owner", "consultations_", "media/"):
        assert text.encode() not in raw
    elsewhere.shell(documented()[0])
    for secret in (django_settings.SECRET_KEY, *django_settings.FIELD_ENCRYPTION_KEYS):
        for path in elsewhere.elsewhere.rglob("*"):
            assert path.is_dir() or secret.encode() not in path.read_bytes()
