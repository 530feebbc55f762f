"""From a running installation to an empty one and back, on real files, with the commands that operators type."""

import base64
import json
import os
import re
import resource
import subprocess
import sys
import threading
from io import StringIO
from itertools import count

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from wagtail.documents import get_document_model

from consultations.actions import requests
from consultations.models import AuditEntry, ConsultationRequest, RequestEvent
from firm.backups import restoring, unfinished
from firm.backups.checking import check
from firm.backups.keys import SECRET, make_pair, read_key, unwrap
from firm.backups.opening import opener
from firm.backups.problems import BackupError
from firm.backups.snapshot import snapshot
from firm.encryption.keyring import keyring
from firm.models import BackupRun, BackupState, FirmImage, HomePage
from tests import factories
from tests.consultations.factories import ConsultationRequestFactory as Request

STORY = "Stopped on the Belt Parkway with a friend's car, café „Zürich“ \t\\N\n 中文 \U0001f600"
NEW_KEY = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
#: The last migration before there was a table of backups.
BEFORE_BACKUPS = "0005_door"


def fill() -> ConsultationRequest:
    """Make one of everything that has to come back."""
    owner = factories.UserFactory(username="owner", owner=True)
    factories.HomePageFactory()
    factories.ImageFactory(title="Court", size=(40, 30))
    get_document_model().objects.create(title="Retainer", file=ContentFile(b"confidential", name="retainer.txt"))
    request = Request(full_name="Zebrawine Okapi", email="zebra@example.com", message=STORY)
    requests.add_note(request.pk, text="Called twice.", by=owner)
    erased = Request(full_name="Erased")
    request.erased_number = erased.pk
    erased.delete()
    Session.objects.create(session_key="k" * 32, session_data="x", expire_date=timezone.now())
    (django_settings.DATA_DIR / "archive").mkdir()
    (django_settings.DATA_DIR / "archive" / "copy.tar").write_bytes(b"\0\xffcopy")
    return request


def run(*arguments, **options) -> str:
    out = StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=out, **options)
    return out.getvalue()


def everything() -> dict[str, list]:
    """All rows of the tables that a backup holds, in the order of their texts."""
    with snapshot() as rows:
        from firm.backups import contents

        tables = contents.tables_at(contents.applied_migrations())
        return {name: sorted(map(str, rows.rows(name, columns))) for name, columns in tables.items()}


@pytest.fixture
def backup(installations):
    """A backup of a filled installation; the process is in the empty one afterwards."""
    installations.request = fill()
    installations.rows = everything()
    path = installations.folder / "one.firmbackup"
    installations.said = run("backup", path)
    installations.move()
    installations.path = path
    return installations


def restore(backup, **options) -> str:
    return run("restore", backup.path, secret_file=str(backup.secret_file), **options)


# --- There and back ---------------------------------------------------------------------------------


def test_an_empty_installation_becomes_what_the_other_was(backup):
    said = restore(backup)
    rows = everything()
    # Its run was noted after the snapshot, and with the triggers the mark of changes is its own.
    different = {name for name in rows if rows[name] != backup.rows[name]}
    assert different <= {"firm_publicchange"}
    request = ConsultationRequest.objects.get()
    assert (request.full_name, request.message) == ("Zebrawine Okapi", STORY)
    assert RequestEvent.objects.get(kind="noted").text == "Called twice."
    assert list(ConsultationRequest.objects.matching("okapi zebra")) == [request]
    with default_storage.open(FirmImage.objects.get().file.name) as file:
        assert file.read(8) == b"\x89PNG\r\n\x1a\n"
    assert get_document_model().objects.get().file.read() == b"confidential"
    assert (django_settings.DATA_DIR / "archive" / "copy.tar").read_bytes() == b"\0\xffcopy"
    assert not Session.objects.exists()
    assert "purge_requests" in said
    assert "is the same" in said
    assert unfinished.warning() == ""


def test_the_guards_of_the_database_stand_again(backup):
    restore(backup)
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        ConsultationRequest.objects.update(status="retained")
    with pytest.raises(DatabaseError), transaction.atomic():
        get_user_model().objects.create(username="owner")


def test_numbers_of_what_was_erased_are_not_given_again(backup):
    restore(backup)
    assert Request().pk > backup.request.erased_number


def test_a_mark_of_changes_is_left_by_the_first_change(backup):
    from firm.page_cache.invalidation import read_state

    restore(backup)
    before = read_state()
    HomePage.objects.update(title="Changed")
    assert read_state() != before


def test_the_search_finds_what_came_back(backup):
    restore(backup)
    home = HomePage.objects.get()
    assert list(HomePage.objects.search(home.title)) == [home]


def test_the_command_says_what_it_made_and_nobody_else_may_read_it(backup):
    assert re.search(r"one\.firmbackup: [\d,]+ bytes, [\d,]+ rows of \d+ tables, 3 files, [\d.]+ s\.", backup.said)
    assert backup.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in backup.folder.glob(".backup*")] == []
    backup.move(to_other=False)
    noted = BackupRun.objects.get()
    assert (noted.state, noted.size, noted.files) == ("succeeded", backup.path.stat().st_size, 3)


def test_nothing_confidential_and_no_key_is_to_be_read_in_a_backup(backup):
    raw = backup.path.read_bytes()
    for text in ("Zebrawine", "zebra@", "confidential", "owner", "consultations_", django_settings.SECRET_KEY):
        assert text.encode() not in raw
    held = []

    class Kept:
        def __init__(self, file):
            self.file = file

        def read(self, size):
            return self.file.read(size)

    checked = opened(backup)
    held.append(json.dumps([checked.start, checked.manifest]))
    with backup.path.open("rb") as file:
        from firm.backups.sealed_file import SealedReader

        plain = SealedReader(Kept(file), lambda keys: checked.file_key).read(1 << 30)
    for secret in (django_settings.SECRET_KEY, *django_settings.FIELD_ENCRYPTION_KEYS):
        assert secret.encode() not in plain
        assert secret not in held[0]
    for key in django_settings.FIELD_ENCRYPTION_KEYS:
        assert base64.urlsafe_b64decode(key) not in plain


def opened(backup):
    with backup.path.open("rb") as file:
        return check(file, opener(str(backup.secret_file)))


# --- Refusals ---------------------------------------------------------------------------------------


def unchanged(function) -> bool:
    """Whether database and files are after the function what they were before."""
    before = everything(), sorted(django_settings.DATA_DIR.rglob("*"))
    function()
    return (everything(), sorted(django_settings.DATA_DIR.rglob("*"))) == before


def refused(backup, match: str, **options):
    def attempt():
        with pytest.raises(CommandError, match=match) as raised:
            restore(backup, **options)
        assert "\n" not in str(raised.value)

    assert unchanged(attempt)


@pytest.mark.parametrize(
    "make",
    [
        lambda: factories.UserFactory(),
        lambda: Request(),
        lambda: factories.ImageFactory(size=(9, 9)),
        lambda: factories.HomePageFactory(),
    ],
    ids=["account", "request", "image", "page"],
)
def test_only_an_empty_installation_is_restored_into(backup, make):
    make()
    refused(backup, "not empty")


def test_another_file_in_the_way_is_not_replaced(backup):
    backup.move(to_other=False)
    name = get_document_model().objects.get().file.name
    backup.move()
    default_storage.save(name, ContentFile(b"something else"))
    refused(backup, "another file documents/retainer.txt")
    assert default_storage.open(name).read() == b"something else"


def test_a_file_that_is_there_already_stays(backup):
    backup.move(to_other=False)
    name = get_document_model().objects.get().file.name
    backup.move()
    default_storage.save(name, ContentFile(b"confidential"))
    restore(backup)
    assert get_document_model().objects.get().file.name == name


def test_each_flipped_byte_is_found(backup):
    raw = backup.path.read_bytes()
    key = read_key(SECRET, backup.secret_file.read_text())
    for at in [*range(500), *range(500, len(raw), max(1, len(raw) // 150)), *range(len(raw) - 40, len(raw))]:
        backup.path.write_bytes(raw[:at] + bytes([raw[at] ^ 4]) + raw[at + 1 :])
        with backup.path.open("rb") as file, pytest.raises(BackupError):
            check(file, lambda keys: unwrap(keys, key))


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw[: len(raw) // 2],
        lambda raw: raw[:-1],
        lambda raw: raw + b"\0",
        lambda raw: raw[: len(raw) // 2] + b"\0" + raw[len(raw) // 2 + 1 :],
        lambda raw: b"",
    ],
    ids=["half", "last byte gone", "one more", "one other", "empty"],
)
def test_a_damaged_backup_changes_nothing(backup, damage):
    raw = backup.path.read_bytes()
    backup.path.write_bytes(damage(raw))
    refused(backup, r"damaged|cut off")
    with pytest.raises(CommandError, match=r"damaged|cut off"):
        run("verify_backup", backup.path, secret_file=str(backup.secret_file))


def test_the_wrong_key_changes_nothing(backup):
    backup.secret_file.write_text(make_pair()[1])
    refused(backup, "was made for the key")


def test_a_missing_key_is_asked_for(backup, monkeypatch):
    monkeypatch.delenv("BACKUP_SECRET", raising=False)
    with pytest.raises(CommandError, match="--secret-file"):
        run("restore", backup.path)


def test_keys_that_do_not_open_the_sealed_fields_are_named(backup, settings):
    key = keyring().newest.id
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY]
    refused(backup, rf"lacks the key {key} \(\d+ values\)")
    with pytest.raises(CommandError, match=key):
        run("verify_backup", backup.path, secret_file=str(backup.secret_file))
    restore(backup, accept_unreadable=True)
    assert ConsultationRequest.objects.count() == 1


def test_the_later_tables_of_another_release_are_refused(backup):
    backup.move(to_other=False)
    call_command("migrate", "firm", BEFORE_BACKUPS, verbosity=0)
    backup.path.unlink()
    run("backup", backup.path)
    backup.move()
    refused(backup, r"later release than the backup \(firm\.\d{4}_backup_runs\)")


def test_a_backup_of_an_older_release_is_brought_up_to_date(backup):
    backup.move(to_other=False)
    call_command("migrate", "firm", BEFORE_BACKUPS, verbosity=0)
    backup.path.unlink()
    assert "could not be noted down" in run("backup", backup.path)
    backup.move()
    call_command("migrate", "firm", BEFORE_BACKUPS, verbosity=0)
    restore(backup)
    assert ConsultationRequest.objects.get().full_name == "Zebrawine Okapi"
    assert BackupRun.objects.count() == 0


def test_a_backup_of_a_newer_release_is_refused(backup):
    backup.move(to_other=False)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('firm', '0999_later', '2026-01-01')")
    with pytest.raises(CommandError, match=r"does not know the migration firm\.0999_later"):
        run("backup", backup.folder / "two.firmbackup")


# --- Broken off -------------------------------------------------------------------------------------


class Killed(BaseException):
    """As if by SIGKILL: nobody catches it."""


@pytest.mark.parametrize("step", ["_save", "_write_below", "_finish"])
def test_a_restore_that_was_broken_off_says_so_and_begins_again(backup, monkeypatch, step):
    def die(*arguments, **options):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(restoring, step, die)
        with pytest.raises(Killed):
            restore(backup)
    assert ConsultationRequest.objects.count() == (1 if step == "_finish" else 0)
    assert "broken off" in unfinished.warning()
    for command in ("serve", "run_worker"):
        with pytest.raises(CommandError, match="broken off"):
            call_command(command)
    assert "is the same" in restore(backup)
    assert unfinished.warning() == ""
    assert get_document_model().objects.get().file.read() == b"confidential"


def test_half_a_file_of_a_restore_that_was_broken_off_is_replaced(backup, monkeypatch):
    name = "documents/retainer.txt"

    def die(*arguments):
        default_storage.save(name, ContentFile(b"conf"))
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(restoring, "_save", die)
        with pytest.raises(Killed):
            restore(backup)
    restore(backup)
    assert get_document_model().objects.get().file.read() == b"confidential"


def test_of_a_full_disk_nothing_is_left(installations):
    fill()
    path = installations.folder / "full" / "one.firmbackup"
    path.parent.mkdir()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(CommandError, match="too large"):
            run("backup", path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(path.parent.iterdir()) == []
    assert not BackupRun.objects.exists()


def test_what_a_killed_backup_left_is_cleared_away_by_the_next(installations):
    (installations.folder / ".backup-abc.partial").write_bytes(b"half")
    run("backup", installations.folder / "one.firmbackup")
    assert not (installations.folder / ".backup-abc.partial").exists()


def test_what_is_read_back_differently_is_not_given_out(installations, monkeypatch):
    from firm.backups import making

    real = os.fsync

    def corrupt(descriptor):
        real(descriptor)
        os.pwrite(descriptor, b"\0\0\0", 3000)

    monkeypatch.setattr(making.os, "fsync", corrupt)
    with pytest.raises(CommandError, match="damaged"):
        run("backup", installations.folder / "one.firmbackup")
    assert not list(installations.folder.glob("*.firmbackup"))


def test_a_database_that_fails_on_the_way_leaves_nothing(installations, monkeypatch):
    from firm.backups.snapshot import Rows

    def fail(self, tables):
        raise connection.Database.OperationalError("quoted value")

    monkeypatch.setattr(Rows, "hold", fail)
    with pytest.raises(CommandError, match=r"The database cannot be read: OperationalError\.$"):
        run("backup", installations.folder / "one.firmbackup")
    assert not list(installations.folder.glob("*backup*"))


# --- While others write -----------------------------------------------------------------------------


def test_what_was_acknowledged_before_is_in_it_and_none_is_half(installations, threads):
    factories.UserFactory(owner=True)
    acknowledged, numbers, over = [], count(), threading.Event()
    begun = threading.Barrier(4)

    def submit():
        begun.wait()
        while not over.is_set():
            number = next(numbers)
            with transaction.atomic():
                request = Request(full_name=f"Person {number}", message=f"Story {number}")
                request.events.create(kind="received", at=timezone.now(), facts={"number": number})
            acknowledged.append(request.pk)

    def make():
        begun.wait()
        while len(acknowledged) < 6:
            over.wait(0.01)
        try:
            before = list(acknowledged)
            run("backup", installations.folder / "one.firmbackup")
            return before, list(acknowledged)
        finally:
            over.set()

    before, after = threads(make, submit, submit, submit)[0]
    installations.move()
    installations.path = installations.folder / "one.firmbackup"
    restore(installations)
    restored = {request.pk: request for request in ConsultationRequest.objects.all()}
    assert set(before) <= set(restored)
    assert len(after) > len(before)  # others did write meanwhile
    for request in restored.values():
        number = request.full_name.removeprefix("Person ")
        assert request.message == f"Story {number}"
        assert request.events.get(kind="received").facts == {"number": int(number)}
        assert ConsultationRequest.objects.matching(request.full_name).filter(pk=request.pk).exists()


def test_uploads_that_have_gone_meanwhile_are_named_and_stop_nothing(installations):
    fill()
    name = get_document_model().objects.get().file.name
    default_storage.delete(name)
    said = run("backup", installations.folder / "one.firmbackup")
    assert f"storage does not have it: {name}" in said
    assert BackupRun.objects.get().missing_files == 1
    installations.move()
    installations.path = installations.folder / "one.firmbackup"
    assert name in restore(installations)


# --- Where it lies ----------------------------------------------------------------------------------


def test_a_folder_keeps_the_newest(installations, monkeypatch):
    from firm.backups import places

    folder = installations.folder / "kept"
    (folder / "sub").mkdir(parents=True)
    (folder / "other.txt").write_text("mine")
    for day in (1, 2, 3):
        monkeypatch.setattr(places, "dated_name", lambda day=day: f"backup-2026010{day}T000000Z.firmbackup")
        said = run("backup", folder, keep=2)
    assert "Deleted backup-20260101T000000Z.firmbackup" in said
    left = {path.name for path in folder.iterdir()}
    assert left == {
        "backup-20260102T000000Z.firmbackup",
        "backup-20260103T000000Z.firmbackup",
        "other.txt",
        "sub",
    }


@pytest.mark.parametrize("dest", ["one.firmbackup", "missing/one.firmbackup"])
def test_a_file_is_never_replaced_and_a_missing_folder_is_named(installations, dest):
    (installations.folder / "one.firmbackup").write_bytes(b"mine")
    with pytest.raises(CommandError, match=r"exists; give another|There is no folder"):
        run("backup", installations.folder / dest)
    assert (installations.folder / "one.firmbackup").read_bytes() == b"mine"


def test_keeping_some_needs_a_folder(installations):
    with pytest.raises(CommandError, match="--keep needs a folder"):
        run("backup", installations.folder / "one.firmbackup", keep=2)
    assert not (installations.folder / "one.firmbackup").exists()


@pytest.mark.parametrize("keys", [[], ["backup-public-AAAAAA"]])
def test_without_a_whole_public_key_nothing_is_made(installations, settings, keys):
    settings.BACKUP_RECIPIENT = keys
    with pytest.raises(CommandError, match=r"BACKUP_RECIPIENT|no whole key"):
        run("backup", installations.folder / "one.firmbackup")
    assert not (installations.folder / "one.firmbackup").exists()


# --- Into the other database, and into a drill ------------------------------------------------------


def test_another_database_takes_it_and_gives_it_back(backup, tmp_path):
    """SQLite in a process of its own, whatever this one works with; then back into this one."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "firm.settings.local",
        "DATA_DIR": str(tmp_path / "sqlite"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/sqlite.sqlite3",
        "BACKUP_RECIPIENT": django_settings.BACKUP_RECIPIENT[0],
        "BACKUP_SECRET": backup.secret_file.read_text(),
        "FIELD_ENCRYPTION_KEYS": ",".join(django_settings.FIELD_ENCRYPTION_KEYS),
    }
    manage = [sys.executable, str(django_settings.BASE_DIR / "manage.py")]
    for arguments in (["restore", str(backup.path)], ["backup", str(tmp_path / "two.firmbackup"), "--drill"]):
        done = subprocess.run([*manage, *arguments], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert "all the same" in done.stdout
    backup.path = tmp_path / "two.firmbackup"
    restore(backup)
    rows = everything()
    texts = {name: rows[name] for name in ("auth_user", "consultations_requestentry", "wagtailcore_page")}
    assert texts == {name: backup.rows[name] for name in texts}
    assert ConsultationRequest.objects.get().message == STORY


def test_a_drill_restores_and_compares_without_touching_the_site(installations):
    fill()
    before = {name: rows for name, rows in everything().items() if name != "firm_backuprun"}
    tables = set(connection.introspection.table_names())
    said = run("backup", installations.folder / "one.firmbackup", drill=True)
    assert "Restored on trial" in said
    assert {name: rows for name, rows in everything().items() if name != "firm_backuprun"} == before
    assert set(connection.introspection.table_names()) == tables
    assert not list(django_settings.DATA_DIR.glob(".backup_drill_*"))
    assert BackupRun.objects.get().drill == BackupState.SUCCEEDED
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'backup_drill%'")
            assert cursor.fetchone() == (0,)
