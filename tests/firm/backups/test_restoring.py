"""From a running installation to an empty one, on real files, with the commands that operators type."""

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from pyrage.x25519 import Identity
from wagtail.documents import get_document_model

from consultations.backup_hooks import HELD
from consultations.models import AuditEntry, ConsultationRequest, MessageState, OutgoingMessage, RequestEvent
from firm.backups import database, restoring, unfinished
from firm.encryption.keyring import keyring
from firm.models import FirmImage, HomePage
from firm.page_cache.state import read_state
from tests import factories
from tests.consultations.factories import ConsultationRequestFactory as Request
from tests.consultations.factories import OutgoingMessageFactory
from tests.firm.backups.conftest import STORY, restore, run

NEW_KEY = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
PASSWORD = "a long way round the courthouse"


# --- There and back ---------------------------------------------------------------------------------


def test_an_empty_installation_becomes_what_the_other_was(backup):
    backup.move(to_other=False)
    rows = database.counts()
    backup.move()
    said = restore(backup)
    different = {name for name, count in database.counts().items() if count != rows[name]}
    # The run itself was noted after the copy was made; the index of Wagtail's search is made anew.
    assert different - {"wagtailsearch_indexentry", "wagtailsearch_indexentry_fts"} == {
        "firm_backuprun",
        "django_session",
    }
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
    assert unfinished.warning() == ""
    assert not list(backup.folder.rglob(".backup-*"))


def test_a_restored_site_is_published_to_searched_signed_in_to_and_read(backup):
    """Once, the restored index of words made every publication fail with "database disk image is malformed"."""
    backup.move(to_other=False)
    owner = get_user_model().objects.get(username="owner")
    owner.set_password(PASSWORD)
    owner.save()
    backup.path.unlink()
    run("backup", backup.path)
    backup.move()
    restore(backup)

    home = HomePage.objects.get()
    first, *_ = home.title.split()
    assert f"<mark>{first}</mark>" in Client().get("/search/", {"q": first}).content.decode()
    home.title = "Quokkasaddle counsel"
    home.save_revision().publish()
    found = Client().get("/search/", {"q": "quokkasaddle"}).content.decode()
    assert "<mark>Quokkasaddle</mark> counsel" in found
    assert list(HomePage.objects.search("quokkasaddle")) == [home]

    browser = Client()
    browser.post(reverse("wagtailadmin_login"), {"username": "owner", "login": "owner", "password": PASSWORD})
    assert browser.get(reverse("wagtailadmin_home")).status_code == 200
    request = ConsultationRequest.objects.get()
    assert "Zebrawine Okapi" in browser.get(reverse("consultations:request", args=[request.pk])).content.decode()


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
    restore(backup)
    before = read_state()
    HomePage.objects.update(title="Changed")
    assert read_state() != before


def test_what_waited_to_be_sent_waits_for_a_person(installations):
    request = Request()
    OutgoingMessageFactory(request=request)
    installations.path = installations.folder / "one.tar.gz.age"
    waiting = OutgoingMessage.objects.filter(state=MessageState.WAITING).count()
    run("backup", installations.path)
    installations.move()
    assert f"{waiting} messages waited then" in restore(installations)
    assert set(OutgoingMessage.objects.values_list("state", "last_error")) == {(MessageState.DEAD, HELD)}


# --- Refusals ---------------------------------------------------------------------------------------


def files() -> list[Path]:
    return sorted(django_settings.DATA_DIR.rglob("*"))


def refused(backup, match: str, **options) -> None:
    """Whatever was there is there, and nothing else."""
    before, tables = files(), set(connection.introspection.table_names())
    with pytest.raises(CommandError, match=match) as raised:
        restore(backup, **options)
    assert "\n" not in str(raised.value)
    assert (files(), set(connection.introspection.table_names())) == (before, tables)


def test_only_an_empty_installation_is_restored_into(backup):
    backup.move(to_other=False)
    before = database.counts()
    refused(backup, "not empty")
    assert database.counts() == before


def test_another_file_in_the_way_is_not_replaced(backup):
    default_storage.save("documents/retainer.txt", ContentFile(b"something else"))
    refused(backup, "another file media/documents/retainer.txt")
    assert default_storage.open("documents/retainer.txt").read() == b"something else"


def test_a_file_that_is_there_already_stays(backup):
    default_storage.save("documents/retainer.txt", ContentFile(b"confidential"))
    restore(backup)
    assert get_document_model().objects.get().file.name == "documents/retainer.txt"


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw[: len(raw) // 2],
        lambda raw: raw[:-1],
        lambda raw: raw + b"\0",
        lambda raw: raw[: len(raw) // 2] + bytes([raw[len(raw) // 2] ^ 4]) + raw[len(raw) // 2 + 1 :],
        lambda raw: b"",
        lambda raw: b"no backup at all",
    ],
    ids=["half", "last byte gone", "one more", "one other", "empty", "another file"],
)
def test_a_damaged_backup_changes_nothing(backup, damage):
    backup.path.write_bytes(damage(backup.path.read_bytes()))
    refused(backup, "damaged, cut off, or no backup")
    with pytest.raises(CommandError, match="damaged, cut off, or no backup"):
        run("verify_backup", backup.path, identity=str(backup.identity))


def test_the_wrong_key_changes_nothing(backup):
    backup.identity.write_text(str(Identity.generate()))
    refused(backup, "made for another one")


@pytest.mark.parametrize("text", ["", "# only a comment", "age1nothing", "AGE-SECRET-KEY-1NOTHING", "ü"])
def test_what_is_no_key_is_refused_and_not_repeated(backup, text):
    backup.identity.write_text(text)
    refused(backup, r"no secret key of age: it has the form AGE-SECRET-KEY-1…\.$")


def test_a_missing_key_is_asked_for(backup):
    with pytest.raises(CommandError, match="--identity"):
        run("restore", backup.path)


def test_keys_that_do_not_open_the_encrypted_fields_are_named(backup, settings):
    key = keyring().newest.id
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY]
    refused(backup, rf"lacks the key {key} \(\d+ values\)")
    with pytest.raises(CommandError, match=key):
        run("verify_backup", backup.path, identity=str(backup.identity))
    restore(backup, accept_unreadable=True)
    assert ConsultationRequest.objects.count() == 1


def test_a_backup_of_the_other_database_is_refused(backup, monkeypatch):
    vendors = {"sqlite": "postgresql", "postgresql": "sqlite"}
    kinds = {"sqlite": "PostgreSQL", "postgresql": "SQLite"}
    backup.move(to_other=False)
    backup.path.unlink()
    facts, other = database.Copy.facts, vendors[connection.vendor]
    with monkeypatch.context() as patched:
        patched.setattr(database.Copy, "facts", lambda self: facts(self) | {"database": other})
        run("backup", backup.path)
    backup.move()
    refused(backup, f"The backup is of {kinds[connection.vendor]}, and this installation has")


def test_a_database_of_another_release_is_not_backed_up(installations):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('firm', '0999_later', '2026-01-01')")
    with pytest.raises(CommandError, match=r"does not know the migration firm\.0999_later"):
        run("backup", installations.folder / "two")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
        cursor.execute("DELETE FROM django_migrations WHERE name = '0999_later'")
    with pytest.raises(CommandError, match=r"lacks the migration sessions\.0001_initial"):
        run("backup", installations.folder / "two")


def test_a_backup_of_a_later_release_is_refused(backup, monkeypatch):
    monkeypatch.setattr(database, "refuse_other_release", lambda: None)
    backup.move(to_other=False)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('firm', '0999_later', '2026-01-01')")
    backup.path.unlink()
    run("backup", backup.path)
    backup.move()
    refused(backup, r"does not know the migration firm\.0999_later")


# --- Broken off -------------------------------------------------------------------------------------


class Killed(BaseException):
    """As if by SIGKILL: nobody catches it."""


@pytest.mark.parametrize("step", ["_save", "_finish"])
def test_a_restore_that_was_broken_off_says_so_and_begins_again(backup, monkeypatch, step):
    def die(*arguments, **options):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(restoring, step, die)
        with pytest.raises(Killed):
            restore(backup)
    assert bool(connection.introspection.table_names()) == (step == "_finish")
    assert "broken off" in unfinished.warning()
    for command in ("serve", "run_worker"):
        with pytest.raises(CommandError, match="broken off"):
            call_command(command)
    assert "as many as in the backup" in restore(backup)
    assert unfinished.warning() == ""
    assert get_document_model().objects.get().file.read() == b"confidential"


def test_half_a_file_of_a_restore_that_was_broken_off_is_replaced(backup, monkeypatch):
    def die(*arguments):
        default_storage.save("documents/retainer.txt", ContentFile(b"conf"))
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(restoring, "_save", die)
        with pytest.raises(Killed):
            restore(backup)
    restore(backup)
    assert get_document_model().objects.get().file.read() == b"confidential"


def test_another_backup_does_not_go_on_where_one_was_broken_off(backup, monkeypatch):
    unfinished.note_path().write_text("another backup")
    refused(backup, "another backup was broken off")


def test_the_uploads_that_the_storage_had_lost_are_named(installations):
    factories.HomePageFactory()
    get_document_model().objects.create(title="Will", file=ContentFile(b"x", name="will.txt"))
    default_storage.delete("documents/will.txt")
    installations.path = installations.folder / "one.tar.gz.age"
    assert "storage does not have it: documents/will.txt" in run("backup", installations.path)
    installations.move()
    assert "documents/will.txt" in restore(installations)


def test_a_database_that_came_back_with_other_rows_is_not_gone_on_with(backup, monkeypatch):
    monkeypatch.setattr(database, "counts", dict)
    for said in ("other numbers of rows", "another backup was broken off"):
        with pytest.raises(CommandError, match=said):
            restore(backup)
    with pytest.raises(CommandError, match="broken off"):
        call_command("run_worker")
