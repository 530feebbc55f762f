"""After an erasure no byte of the person is left in database files, logs, the mail folder or the audit trail."""

import logging
import re
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection, transaction
from wagtail.models import Site
from wagtail.search import index

from consultations.actions import requests as actions_requests
from consultations.mail import notifications, outbox
from consultations.models import ConsultationRequest, Erasure, OutgoingMessage, RequestEntry, RequestEvent
from consultations.retention import secure_delete
from consultations.retention.erasing import erase, purge
from consultations.retention.holds import hold, release_hold
from consultations.retention.mail_files import delete_mail
from consultations.retention.secure_delete import clean_files, touched_models
from firm.encryption.fields import EncryptedTextField
from tests import factories
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory as Request
from tests.consultations.retention.cases import ended

WORDS = {
    "full_name": "Zebrawine Okapistone",
    "email": "giraffe.moss@example.com",
    "best_time": "Whenever the heronbell rings",
    "person_in_need": "Lynxfield Ottershore",
    "court": "Part Pelicanhall",
    "other_parties": "Badgerlamp Incorporated",
    "message": "The marmotkey was under the mat " * 40,
}
PHONE = "+12125550163"
NOTE = "Called the cormorantdoor and spoke"
TOKEN = re.compile(rb"s1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+")


# --- What is looked for, and where ------------------------------------------------------------------


def marks_of(*requests) -> set[bytes]:
    """Return what must not be found: references, ids, stored ciphertexts and digests, and plain words."""
    found: set[bytes] = {word.encode() for text in [*WORDS.values(), NOTE] for word in text.split() if len(word) > 7}
    found.add(PHONE[-7:].encode())
    for request in requests:
        found.add(request.reference.encode())
        rows = [request, *request.events.all()]
        for row in rows:
            found |= _as_stored_uuid(row.row_uuid)
            found |= {
                getattr(row, field.attname).encode()[-200:]
                for field in row._meta.local_concrete_fields
                if isinstance(field, EncryptedTextField) and getattr(row, field.attname)
            }
        found |= _as_stored_uuid(request.form_token)
        found |= {_as_stored_number(one) for one in request.entries.values_list("digest", flat=True)}
        found |= {one.encode() for one in request.messages.values_list("message_id", flat=True)}
    return found


def _as_stored_uuid(value) -> set[bytes]:
    return {value.hex.encode()} if connection.vendor == "sqlite" else {value.bytes}


def _as_stored_number(value: int) -> bytes:
    """The bytes of a 64-bit integer: big-endian in SQLite, little-endian in PostgreSQL."""
    return value.to_bytes(8, "big" if connection.vendor == "sqlite" else "little", signed=True)


def stored(database: str) -> bytes:
    """All bytes at rest: SQLite's files and logs; PostgreSQL's files of every table, index and TOAST table."""
    if connection.vendor == "sqlite":
        path = Path(database)
        return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")  # what is in memory goes into the files
        cursor.execute(
            "SELECT pg_relation_filepath(c.oid) FROM pg_class c WHERE c.relkind IN ('r', 'i', 't')"
            " AND (c.relname LIKE 'consultations%' OR c.relname = 'pg_statistic' OR c.relname LIKE 'django%'"
            " OR c.relname LIKE 'wagtail%' OR c.oid IN (SELECT reltoastrelid FROM pg_class WHERE relname LIKE"
            " 'consultations%') OR c.oid IN (SELECT indexrelid FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid"
            " WHERE t.relname LIKE 'consultations%' OR t.relname = 'pg_statistic'))"
        )
        paths = [row[0] for row in cursor.fetchall() if row[0]]
        return b"".join(_read(cursor, path) for path in paths)


def _read(cursor, path: str) -> bytes:
    cursor.execute("SELECT pg_read_binary_file(%s)", [path])
    return bytes(cursor.fetchone()[0] or b"")


def left(marks: set[bytes], where: bytes) -> list[bytes]:
    return sorted(mark for mark in marks if mark in where)


def unlike_others(marks: set[bytes]) -> set[bytes]:
    """Leave out digests that other requests share, such as that of a common prefix of a name."""
    return marks - {_as_stored_number(one) for one in RequestEntry.objects.values_list("digest", flat=True)}


def some_life(by) -> ConsultationRequest:
    """Return a request with every kind of history, among others."""
    Request.create_batch(30)
    request = Request(**WORDS, phone=PHONE, relationship="family")
    later = Request(follows=request, status="declined")
    RequestEvent.objects.create(
        request=later, kind="followed", facts={"request": request.pk, "reference": request.reference}
    )
    RequestEvent.objects.create(
        request=request, kind="corrected", facts={"fields": ["message"]}, values={"new": WORDS, "old": WORDS}
    )
    RequestEntry.objects.rebuild([request])
    actions_requests.add_note(request.pk, text=NOTE, by=by)
    actions_requests.log_contact(request.pk, channel="call", outcome="no_answer", by=by, text=NOTE)
    hold(request.pk, by=by, reason=NOTE)
    release_hold(request.pk, by=by, reason=NOTE)
    notifications.announce(request)
    actions_requests.move(request.pk, to="declined", reason=NOTE, by=by)
    Request.create_batch(30)
    return request


def collect_statistics() -> None:
    """As PostgreSQL's autovacuum does."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def build() -> tuple:
    """Create the site's settings, an owner and a request; return owner, request and its marks."""
    factories.HomePageFactory()
    factories.FirmSettingsFactory(site=Site.objects.get(is_default_site=True))
    owner = make_user("owner", is_superuser=True)
    request = some_life(owner)
    collect_statistics()
    return owner, request, marks_of(request)


def is_clean_soon() -> bool:
    """Retry like the worker, since the database may work on a table itself; return whether the files are clean."""
    return any(clean_files(timeout=60) for _ in range(3))  # other tests hold transactions on the same server


# --- The database -----------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["by hand", "by date"])
def test_no_byte_is_left(threads, way, caplog):
    caplog.set_level(logging.DEBUG)
    owner, request, marks = build()
    assert len(left(marks, stored(threads.database))) > 40  # they can be found at all
    if way == "by hand":
        erase(request.pk, by=owner, reason_code="asked", confirm=request.reference)
    else:
        ConsultationRequest.objects.filter(pk=request.pk).update(closed_at=request.submitted_at.replace(year=2000))
        assert [one.root for one in purge().erased] == [request.pk]
    assert is_clean_soon()
    assert left(unlike_others(marks), stored(threads.database)) == []
    assert left(marks, caplog.text.encode()) == []
    assert Erasure.objects.get().swept_at is not None
    assert ConsultationRequest.objects.count() == 61


def test_no_byte_of_many_is_left(threads):
    owner = make_user("owner", is_superuser=True)
    requests = [
        ended(2000 - number, full_name=f"Zebrawine {number}", message=f"{number} " * (number * 15))
        for number in range(60)
    ]
    for request in requests[::2]:
        actions_requests.move(request.pk, to="in_review", reason=NOTE * 5, by=owner)
        actions_requests.move(request.pk, to="declined", reason=NOTE * 20, by=owner)
    ConsultationRequest.objects.update(closed_at=requests[0].closed_at)
    kept = [Request(message=f"Kept {number} " * 40) for number in range(40)]
    collect_statistics()
    marks = marks_of(*requests)
    assert len(purge().erased) == 60
    assert is_clean_soon()
    assert left(unlike_others(marks), stored(threads.database)) == []
    assert [one.message for one in ConsultationRequest.objects.order_by("pk")] == [one.message for one in kept]


def test_what_was_overwritten_before_is_gone_too(threads):
    owner, request, _ = build()
    old = ConsultationRequest.objects.get(pk=request.pk)
    before = {old.message_encrypted.encode()[-200:], old.full_name_encrypted.encode()}
    changed = ConsultationRequest.objects.get(pk=request.pk)
    changed.message, changed.full_name = "Shorter.", "Someone Else"
    changed.save()
    erase(request.pk, by=owner, reason_code="asked", confirm=request.reference)
    assert is_clean_soon()
    assert left(before, stored(threads.database)) == []


def test_a_rolled_back_erasure_is_no_reason_to_sweep(threads):
    owner, request, marks = build()
    with transaction.atomic():
        erase(request.pk, by=owner, reason_code="asked", confirm=request.reference)
        transaction.set_rollback(True)
    assert is_clean_soon()
    assert left(marks, stored(threads.database))
    assert not Erasure.objects.exists()


def test_an_open_reader_is_waited_for(threads):
    """A reader of an older state holds its bytes back."""
    owner, request, marks = build()
    reads, erased = Event(), Event()

    def read():
        with connection.cursor() as cursor:
            cursor.execute("BEGIN" if connection.vendor == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT count(*) FROM consultations_consultationrequest")
            cursor.fetchone()
            reads.set()
            assert erased.wait(30)
            cursor.execute("COMMIT")

    def remove():
        assert reads.wait(30)
        try:
            erase(request.pk, by=owner, reason_code="asked", confirm=request.reference)
            return clean_files(timeout=0.5)
        finally:
            erased.set()

    assert threads(read, remove)[1] is False
    assert Erasure.objects.get().swept_at is None
    assert is_clean_soon()
    assert left(unlike_others(marks), stored(threads.database)) == []


def test_a_reader_who_begins_during_the_cleanup_is_waited_for(threads):
    """A transaction that began after the deletion still holds the samples and the log back."""
    owner, request, marks = build()
    begin, reads, swept = Event(), Event(), Event()

    def read():
        assert begin.wait(30)
        with connection.cursor() as cursor:
            cursor.execute("BEGIN" if connection.vendor == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT count(*) FROM wagtailcore_site")
            cursor.fetchone()
            reads.set()
            assert swept.wait(30)
            cursor.execute("COMMIT")

    def let_begin(execute, sql, *rest):
        if "VACUUM" in sql or "wal_checkpoint" in sql:
            begin.set()
            assert reads.wait(30)
        return execute(sql, *rest)

    def remove():
        try:
            with connection.execute_wrapper(let_begin):
                erase(request.pk, by=owner, reason_code="asked", confirm=request.reference)
                return clean_files(timeout=0.5)
        finally:
            begin.set()
            swept.set()

    said = threads(read, remove)[1]
    # SQLite's log may have been emptied just before, and then this reader has nothing of it.
    assert said is False or connection.vendor == "sqlite"
    assert (Erasure.objects.get().swept_at is not None) is said
    assert is_clean_soon()
    assert left(unlike_others(marks), stored(threads.database)) == []


@contextmanager
def somebody_writes_elsewhere():
    """A transaction in another database of the same server; SQLite has none."""
    if connection.vendor == "sqlite":
        yield
        return
    with closing(connection.Database.connect(**connection.get_connection_params() | {"dbname": "postgres"})) as other:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
        yield
        other.rollback()


def test_a_writer_in_another_database_is_waited_for(threads):
    """During that transaction, all snapshots of the server reach back as far."""
    owner, request, marks = build()
    with somebody_writes_elsewhere():
        erase(request.pk, by=owner, reason_code="asked", confirm=request.reference)
        assert clean_files(timeout=0.5) is (connection.vendor == "sqlite")
    assert is_clean_soon()
    assert left(unlike_others(marks), stored(threads.database)) == []


def test_nothing_is_done_when_nothing_was_erased(threads, monkeypatch):
    monkeypatch.setattr(secure_delete, "_clean_sqlite", None)
    monkeypatch.setattr(secure_delete, "_clean_postgresql", None)
    assert clean_files()


def test_a_fault_is_told_without_its_words(threads, monkeypatch, caplog):
    owner, request, _ = build()

    def fail(timeout):
        raise RuntimeError("Zebrawine")

    with monkeypatch.context() as patch:
        for name in ("_clean_sqlite", "_clean_postgresql"):
            patch.setattr(secure_delete, name, fail)
        erase(request.pk, by=owner, reason_code="asked", confirm=request.reference)
        assert not clean_files()
    assert "RuntimeError" in caplog.text
    assert "Zebrawine" not in caplog.text
    assert is_clean_soon()


def test_the_touched_tables():
    names = {model.__name__ for model in touched_models()}
    assert {"ConsultationRequest", "RequestEvent", "RequestEntry", "OutgoingMessage", "Screen", "LegalHold"} <= names
    assert "User" not in names


# --- Where it never is ------------------------------------------------------------------------------


def test_no_request_is_ever_in_the_search_index_or_handed_to_a_task():
    assert [model for model in touched_models() if issubclass(model, index.Indexed)] == []
    folder = Path(apps.get_app_config("consultations").path)
    assert [path.name for path in folder.rglob("*.py") if ".enqueue(" in path.read_text(encoding="utf-8")] == []


# --- Mail that is written to files ------------------------------------------------------------------


@pytest.fixture
def folder(settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.EMAIL_FILE_PATH.mkdir()
    return settings.EMAIL_FILE_PATH


def written(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


@pytest.mark.django_db
def test_mail_in_the_folder_goes_along(home, staff, folder):
    owner, request = staff("owner"), Request(reference="K7MW-3QFP", email="giraffe@example.com")
    other = Request(reference="B2CD-4FGH", email="other@example.com")
    for one in (request, other):
        notifications.announce(one)
    assert outbox.send_due() == 4
    assert b"giraffe@example.com" in written(folder)
    erase(request.pk, by=owner, reason_code="asked", confirm=request.reference)
    assert left({b"giraffe@example.com", b"K7MW-3QFP"}, written(folder)) == []
    assert left({b"other@example.com", b"B2CD-4FGH"}, written(folder)) == [b"B2CD-4FGH", b"other@example.com"]
    assert {path.suffix for path in folder.iterdir()} == {".log"}
    assert not OutgoingMessage.objects.filter(request_id=request.pk).exists()


def test_a_reference_in_any_encoding(folder):
    for subject, body in (("ü K7MW-3QFP", "Nothing."), ("Nothing", "ü " * 60 + "K7MW-3QFP")):
        mail.EmailMultiAlternatives(subject, body, to=["a@example.com"]).send()
    mail.EmailMultiAlternatives("Other", "Kept.", to=["b@example.com"]).send()
    assert delete_mail(["K7MW-3QFP"]) == 2
    assert b"b@example.com" in written(folder)
    assert b"a@example.com" not in written(folder)
    assert delete_mail(["K7MW-3QFP"]) == 0


def test_odd_files_in_the_folder_do_no_harm(folder):
    (folder / "odd.log").write_bytes(b"\xff\x00 no mail")
    (folder / "empty.log").write_bytes(b"")
    (folder / "other.txt").write_bytes(b"K7MW-3QFP")
    assert delete_mail(["K7MW-3QFP"]) == 0


def test_with_a_mail_server_no_folder_is_looked_for(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert delete_mail(["K7MW-3QFP"]) == 0
