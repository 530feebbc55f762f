"""Changes of the audit trail by plain SQL are detected, on both databases."""

from io import StringIO

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from django.utils import timezone

from consultations.audit import record
from consultations.audit.chain import CHAIN
from consultations.audit.entry_mac import ENTRY_MAC
from consultations.audit.nightly_check import holds, verify_nightly
from consultations.models import AuditAction, AuditEntry, ErasureReason, TrailKey, TrailLine
from consultations.retention.erasing import erase
from firm.accounts import sign_in_log
from firm.accounts.sign_in_chain import CHAIN as SIGN_INS
from firm.audit_chain.hash_chain import BATCH, Broken
from firm.encryption.key_rotation import rotate
from firm.models import SignInKind
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory

ENTRIES, LINES, KEY = "consultations_auditentry", "consultations_trailline", "consultations_trailkey"
chain_new, verify, fingerprint = CHAIN.chain_new, CHAIN.verify, CHAIN.fingerprint
NEW_KEY = "OTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTBmZWRjYmE="


def write(number: int = 1) -> list[AuditEntry]:
    return [record.record(AuditAction.VIEWED, request=each, urgent=True) for each in range(1, number + 1)]


def sql(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def unguard() -> None:
    """Disable the protection, as somebody with the rights of the database's owner would."""
    if connection.vendor == "postgresql":
        sql(f"ALTER TABLE {ENTRIES} DISABLE TRIGGER USER")
        sql(f"ALTER TABLE {LINES} DISABLE TRIGGER USER")
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN (%s, %s)", [ENTRIES, LINES]
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")


@pytest.fixture
def chained(db) -> list[AuditEntry]:
    entries = write(5)
    assert chain_new() == 5
    unguard()
    return entries


# --- Found out ---------------------------------------------------------------------------------------


def test_an_untouched_trail_holds(db):
    write(5)
    chain_new()
    report = verify()
    assert (report.lines, report.unsealed, report.problem) == (5, 0, "")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor_id", 99),
        ("request_id", 99),
        ("action", "printed"),
        ("at", "2020-01-01 00:00:00+00:00"),
        ("facts", '{"urgent": false}'),
        ("seal", "x.y.z"),
        ("seal", None),
    ],
)
def test_a_changed_entry_is_named(chained, column, value):
    sql(f"UPDATE {ENTRIES} SET {column} = %s WHERE id = %s", value, chained[2].pk)
    assert verify().problem.startswith(f"line 3: entry {chained[2].pk} is not as it was written")


def test_a_removed_entry_is_named(chained):
    sql(f"DELETE FROM {ENTRIES} WHERE id = %s", chained[1].pk)
    assert verify().problem == f"line 2: entry {chained[1].pk} is gone"


def test_an_entry_removed_with_its_line_is_named(chained):
    sql(f"DELETE FROM {ENTRIES} WHERE id = %s", chained[1].pk)
    sql(f"DELETE FROM {LINES} WHERE number = 2")
    assert verify().problem == "line 2 of the chain is missing"


def test_closing_the_gap_does_not_help(chained):
    sql(f"DELETE FROM {ENTRIES} WHERE id = %s", chained[1].pk)
    sql(f"DELETE FROM {LINES} WHERE number = 2")
    for number in (3, 4, 5):
        sql(f"UPDATE {LINES} SET number = %s WHERE number = %s", number - 1, number)
    assert verify().problem.startswith("line 2: ")


def test_a_line_removed_alone_is_named_even_if_the_worker_comes_by(chained):
    sql(f"DELETE FROM {LINES} WHERE number = 2")
    chain_new(whole=True)
    assert verify().problem == "line 2 of the chain is missing"


def test_another_order_is_found(chained):
    first, second = chained[0].pk, chained[1].pk
    sql(f"UPDATE {LINES} SET entry_id = 0 WHERE number = 1")
    sql(f"UPDATE {LINES} SET entry_id = %s WHERE number = 2", first)
    sql(f"UPDATE {LINES} SET entry_id = %s WHERE number = 1", second)
    assert verify().problem.startswith("line 1: ")


@pytest.mark.parametrize("with_entries", [True, False])
def test_a_cut_end_is_found(chained, with_entries):
    sql(f"DELETE FROM {LINES} WHERE number > 3")
    if with_entries:
        sql(f"DELETE FROM {ENTRIES} WHERE id > %s", chained[2].pk)
    assert verify().problem == "line 4: the end is cut off; 5 lines were chained"


def test_a_trail_that_was_emptied_is_found(chained):
    sql(f"DELETE FROM {LINES}")
    sql(f"DELETE FROM {ENTRIES}")
    assert verify().problem == "line 1: the end is cut off; 5 lines were chained"


def test_without_its_key_the_chain_is_not_begun_anew(chained):
    sql(f"DELETE FROM {KEY}")
    with pytest.raises(Broken):
        chain_new()
    assert verify().problem == "the key of the chain is gone"


def insert(seal: str | None) -> int:
    at = timezone.now()
    sql(
        f"INSERT INTO {ENTRIES} (at, actor_id, action, request_id, facts, seal) VALUES (%s, 1, 'viewed', 7, %s, %s)",
        at, "{}", seal,
    )  # fmt: skip
    return AuditEntry.objects.latest("pk").pk


@pytest.mark.parametrize("seal", [None, "", "x.y.z", "0.0.0"])
def test_an_inserted_entry_is_named_and_never_chained(chained, seal):
    pk = insert(seal)
    assert chain_new() == 0
    assert verify().problem == f"entry {pk} was not written by the site"


def test_a_copied_entry_is_named(chained):
    sql(
        f"INSERT INTO {ENTRIES} (at, actor_id, action, request_id, facts, seal)"
        f" SELECT at, actor_id, action, request_id, facts, seal FROM {ENTRIES} WHERE id = %s",
        chained[0].pk,
    )
    copy = AuditEntry.objects.latest("pk").pk
    chain_new()
    assert verify().problem == f"entry {copy} is a copy of another one"


def test_an_older_state_put_back_as_a_whole_is_found_by_what_was_written_down(db):
    write(3)
    chain_new()
    old = TrailKey.objects.get().head_encrypted
    write(2)
    chain_new()
    written = fingerprint()
    unguard()
    sql(f"DELETE FROM {LINES} WHERE number > 3")
    sql(f"DELETE FROM {ENTRIES} WHERE id NOT IN (SELECT entry_id FROM {LINES})")
    sql(f"UPDATE {KEY} SET head = %s", str(old))
    assert verify().problem == ""
    assert "shorter than what was written down" in verify(written).problem


@pytest.mark.parametrize(("expected", "problem"), [
    ("2-000000000000", "line 2 is not the one that was written down"), ("nonsense", "shorter"), ("2-", "shorter"),
])  # fmt: skip
def test_what_was_written_down_must_fit(chained, expected, problem):
    assert problem in verify(expected).problem


def test_what_was_written_down_fits_later_on(chained):
    written = fingerprint()
    write(3)
    chain_new()
    assert verify(written).problem == ""


# --- Guards ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", [f"UPDATE {LINES} SET mac = ''", f"DELETE FROM {LINES}"])
def test_the_database_refuses_to_change_the_chain(db, statement):
    write(1)
    chain_new()
    with pytest.raises(Error), transaction.atomic():
        sql(statement)


@pytest.mark.parametrize("statement", [f"UPDATE {ENTRIES} SET action = 'x'", f"DELETE FROM {ENTRIES}"])
def test_the_database_still_refuses_to_change_the_trail(db, statement):
    write(1)
    with pytest.raises(Error), transaction.atomic():
        sql(statement)


# --- What must not break it --------------------------------------------------------------------------


def test_what_is_not_chained_yet_is_told(chained):
    write(2)
    report = verify()
    assert (report.unsealed, report.problem) == (2, "")


def test_more_than_a_batch_is_chained(db, monkeypatch):
    assert BATCH > 3
    monkeypatch.setattr("firm.audit_chain.hash_chain.BATCH", 3)
    write(8)
    assert chain_new() == 8
    assert verify().problem == ""


def test_an_entry_that_commits_late_is_chained_behind_later_ones(db):
    first, second, third = write(3)
    with_late = AuditEntry.objects.exclude(pk=second.pk)
    assert with_late.count() == 2
    unguard()
    sql(f"DELETE FROM {ENTRIES} WHERE id = %s", second.pk)
    chain_new()
    second.save(force_insert=True)
    assert chain_new() == 1
    assert list(TrailLine.objects.values_list("entry_id", flat=True)) == [first.pk, third.pk, second.pk]
    assert verify().problem == ""


def test_one_that_is_far_behind_is_chained_at_night(db, monkeypatch):
    monkeypatch.setattr("firm.audit_chain.hash_chain.WINDOW", 1)
    late, *_ = write(5)
    unguard()
    sql(f"DELETE FROM {ENTRIES} WHERE id = %s", late.pk)
    chain_new()
    late.save(force_insert=True)
    assert chain_new() == 0
    assert verify_nightly() == []
    assert TrailLine.objects.count() == 5


def test_every_entry_that_the_site_writes_has_its_mac(db):
    entry = record.record(AuditAction.CHANGED, by=make_user("jane"), request=7, count=3, code="x", yes=False, none=None)
    assert ENTRY_MAC.is_ours(AuditEntry.objects.get(pk=entry.pk))


def test_erasing_a_request_leaves_the_chain_whole(db):
    request = ConsultationRequestFactory(declined=True)
    record.record(AuditAction.VIEWED, request=request)
    chain_new()
    owner = make_user("owner", is_superuser=True)
    erase(request.pk, by=owner, reason_code=ErasureReason.values[0], confirm=request.reference)
    assert AuditEntry.objects.filter(request_id=request.pk).exists()
    chain_new()
    assert verify().problem == ""


def test_new_keys_for_fields_leave_the_chain_whole(chained, settings):
    from django.apps import apps

    old = list(django_settings.FIELD_ENCRYPTION_KEYS)
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY, *old]
    write(1)
    assert chain_new() == 1
    list(rotate(apps))
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY]
    assert verify().problem == ""
    write(1)
    assert chain_new() == 1
    assert verify().problem == ""


def test_writing_an_entry_waits_for_no_other(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        record.record(AuditAction.VIEWED, request=1)


def test_workers_and_writers_at_once_make_one_chain(threads):
    def work():
        for _ in range(6):
            write(2)
            chain_new()

    threads(work, work, work)
    chain_new(whole=True)
    report = verify()
    assert (report.lines, report.problem) == (36, "")


# --- Told --------------------------------------------------------------------------------------------


def test_the_command_names_the_fingerprint(chained):
    out = StringIO()
    call_command("verify_trail", stdout=out)
    assert out.getvalue() == (
        f"The trail of requests: 5 lines hold; 0 are not chained yet.\nFingerprint: {fingerprint()}\n"
        "The trail of signing in: 0 lines hold; 0 are not chained yet.\n"
    )


def test_the_command_fails_for_a_broken_trail(chained):
    sql(f"DELETE FROM {ENTRIES} WHERE id = %s", chained[0].pk)
    with pytest.raises(CommandError, match="line 1"):
        call_command("verify_trail")


def test_a_broken_trail_is_told_to_owners_alone(chained, mailoutbox, client):
    owner = make_user("owner", is_superuser=True)
    make_user("intake")
    make_user("gone", is_superuser=True, is_active=False)
    sql(f"DELETE FROM {ENTRIES} WHERE id = %s", chained[0].pk)
    assert verify_nightly()
    assert holds() == 0
    assert [mail.to for mail in mailoutbox] == [[owner.email]]
    assert "line 1" in mailoutbox[0].body


def test_a_trail_that_holds_is_noted_and_shown(home, client, mailoutbox):
    write(2)
    sign_in_log.record(SignInKind.SIGNED_IN)
    verify_nightly()
    assert (holds(), mailoutbox) == (1, [])
    client.force_login(make_user("owner", is_superuser=True))
    told = f"Fingerprints to write down: requests, {fingerprint()}; signing in, {SIGN_INS.fingerprint()}."
    assert told in client.get("/admin/system/").content.decode()
