"""One backup: made while others write, and nothing left of one that fails."""

import re
import resource
import subprocess
import threading
from itertools import count

import pytest
from django.core.management import CommandError
from django.db import connection, transaction
from django.utils import timezone
from pyrage.x25519 import Identity

from consultations.models import ConsultationRequest
from firm.backups import archive, database, destinations, making
from firm.backups.registry import BackupError
from firm.models import BackupRun
from tests import factories
from tests.consultations.factories import ConsultationRequestFactory as Request
from tests.firm.backups.conftest import fill, restore, run


def test_the_command_says_what_it_made_and_nobody_else_may_read_it(backup):
    assert re.search(r"one\.tar\.gz\.age: [\d,]+ bytes, [\d,]+ rows of \d+ tables, 3 files, [\d.]+ s\.", backup.said)
    assert re.search(r"Until this ends, \S+/first holds about [\d,]+ bytes of unpacked files", backup.said)
    assert backup.path.stat().st_mode & 0o777 == 0o600
    assert not list(backup.folder.rglob(".backup-*"))
    backup.move(to_other=False)
    noted = BackupRun.objects.get()
    assert (noted.state, noted.missing_files) == ("succeeded", 0)


def test_each_flipped_byte_is_found(backup):
    raw = backup.path.read_bytes()
    identity = Identity.from_str(backup.identity.read_text().split()[-1])
    for at in [*range(400), *range(400, len(raw), max(1, len(raw) // 60)), *range(len(raw) - 40, len(raw))]:
        backup.path.write_bytes(raw[:at] + bytes([raw[at] ^ 4]) + raw[at + 1 :])
        with backup.path.open("rb") as file, pytest.raises(BackupError):
            archive.read(file, [identity])


@pytest.mark.parametrize("recipients", [[], ["age1nothing"], ["ü"], [str(Identity.generate())]])
def test_without_a_whole_recipient_nothing_is_made(installations, settings, recipients):
    settings.BACKUP_RECIPIENT = recipients
    with pytest.raises(CommandError, match="BACKUP_RECIPIENT") as raised:
        run("backup", installations.folder / "one")
    assert "SECRET-KEY" not in str(raised.value)
    assert not (installations.folder / "one").exists()


def test_of_a_full_disk_nothing_is_left(installations):
    fill()
    path = installations.folder / "full" / "one"
    path.parent.mkdir()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(CommandError, match=r"too large|pg_dump failed|cannot be read"):
            run("backup", path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(path.parent.iterdir()) == []
    assert not BackupRun.objects.exists()


def test_too_little_space_is_said_before_anything_is_made(installations, monkeypatch):
    monkeypatch.setattr(making.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 5}))
    with pytest.raises(CommandError, match=r"first needs [\d,]+ bytes for unpacked files, and has 5 free"):
        run("backup", installations.folder / "one")
    assert not list(installations.folder.rglob("*.age"))


def test_what_a_killed_backup_left_is_cleared_away_by_the_next(installations, monkeypatch):
    left = installations.folder / ".backup-abc"
    left.mkdir()
    (left / "database.dump").write_bytes(b"half")
    monkeypatch.setattr(destinations, "LONGEST_RUN", -1)
    run("backup", installations.folder / "one")
    assert not left.exists()


def test_what_is_read_back_differently_is_not_given_out(installations, monkeypatch):
    def corrupt(descriptor):
        with open(f"/proc/self/fd/{descriptor}", "r+b") as file:
            file.seek(3000)
            file.write(b"\0\0\0")

    monkeypatch.setattr(making.os, "fsync", corrupt)
    with pytest.raises(CommandError, match="damaged"):
        run("backup", installations.folder / "one.age")
    assert not list(installations.folder.glob("*.age"))


def test_a_database_that_fails_on_the_way_leaves_nothing(installations, monkeypatch):
    def fail(self):
        raise connection.Database.OperationalError("quoted value")

    monkeypatch.setattr(database.Copy, "facts", fail)
    with pytest.raises(CommandError, match=r"The database cannot be read: OperationalError\.$"):
        run("backup", installations.folder / "one.age")
    assert not list(installations.folder.rglob("*backup*"))


def test_what_was_acknowledged_before_is_in_it_and_none_is_half(installations, threads):
    factories.UserFactory(owner=True)
    acknowledged, numbers, over = [], count(), threading.Event()
    begun, enough = threading.Barrier(4), threading.Event()

    def submit():
        begun.wait()
        while not over.is_set():
            number = next(numbers)
            with transaction.atomic():
                request = Request(full_name=f"Person {number}", message=f"Story {number}")
                request.events.create(kind="received", at=timezone.now(), facts={"number": number})
            acknowledged.append(request.pk)
            if len(acknowledged) > 6:
                enough.set()

    def make():
        begun.wait()
        enough.wait(600)
        try:
            before = list(acknowledged)
            run("backup", installations.folder / "one")
            return before
        finally:
            over.set()

    before = threads(make, submit, submit, submit)[0]
    installations.move()
    installations.path = installations.folder / "one"
    restore(installations)
    restored = {request.pk: request for request in ConsultationRequest.objects.all()}
    assert len(before) > 6
    assert set(before) <= set(restored)
    for request in restored.values():
        number = request.full_name.removeprefix("Person ")
        assert request.message == f"Story {number}"
        assert request.events.get(kind="received").facts == {"number": int(number)}
        assert ConsultationRequest.objects.matching(request.full_name).filter(pk=request.pk).exists()


# --- The programs of PostgreSQL ---------------------------------------------------------------------


def test_a_missing_program_is_named_with_its_package(monkeypatch):
    monkeypatch.setattr(database.shutil, "which", lambda program: None)
    with pytest.raises(BackupError, match=r"pg_dump is not installed: install the package postgresql-client"):
        database._run("pg_dump")


def test_what_a_program_refuses_is_said_without_the_lines_that_may_quote_a_row(monkeypatch):
    said = "pg_dump: error: aborting because of server version mismatch\nDETAIL: Zebrawine Okapi"
    done = subprocess.CompletedProcess([], 1, stderr=said)
    monkeypatch.setattr(database.shutil, "which", lambda program: program)
    monkeypatch.setattr(database.subprocess, "run", lambda *arguments, **options: done)
    with pytest.raises(BackupError, match=r"^pg_dump failed: aborting because of server version mismatch\.$"):
        database._run("pg_dump")
