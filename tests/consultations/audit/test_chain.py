"""Changes of the audit trails by plain SQL are detected, on both databases."""

import datetime

import pytest
from django.conf import settings as django_settings
from django.db import Error, connection, transaction
from django.utils import timezone

from consultations.audit import record
from consultations.audit.chain import CHAIN as REQUESTS
from consultations.models import AuditAction, AuditEntry, ErasureReason
from consultations.retention.erasing import erase
from firm.accounts.sign_in_chain import CHAIN as SIGN_INS
from firm.audit_chain.hash_chain import SETTLED_AFTER, AuditChain, Link
from firm.encryption.key_rotation import rotate
from firm.models import SignInEvent, SignInKind, TrailHead
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory

NEW_KEY = "OTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTBmZWRjYmE="
HEADS = "firm_trailhead"
YESTERDAY = datetime.timedelta(days=1)

pytestmark = pytest.mark.django_db


def entry_of(chain: AuditChain, number: int, ago: datetime.timedelta):
    at = timezone.now() - ago
    if chain is REQUESTS:
        return AuditEntry(action=AuditAction.VIEWED, request_id=number, facts={"urgent": True}, at=at)
    return SignInEvent(kind=SignInKind.REFUSED, account_id=number, at=at)


def write(chain: AuditChain, number: int = 1, ago: datetime.timedelta = YESTERDAY) -> list[int]:
    """Write entries as the site does, but at another time; return their ids."""
    ids = []
    for each in range(1, number + 1):
        entry = entry_of(chain, each, ago)
        entry.mac = chain.mac.make(entry)
        entry.save(force_insert=True)
        ids.append(entry.pk)
    return ids


def record_head(chain: AuditChain) -> str:
    """Record the head as the nightly verification does; return its fingerprint."""
    report = chain.verify()
    assert report.problem == ""
    chain.record(report.settled)
    return report.settled.fingerprint


def sql(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def table(chain: AuditChain) -> str:
    return chain.entries._meta.db_table


def disable_guards() -> None:
    """Disable the protection, as somebody with the rights of the database's owner would."""
    for chain in (REQUESTS, SIGN_INS):
        if connection.vendor == "postgresql":
            sql(f"ALTER TABLE {table(chain)} DISABLE TRIGGER USER")
            continue
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table(chain)])
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")


def copy(chain: AuditChain, pk: int) -> int:
    columns = ", ".join(field.column for field in chain.entries._meta.concrete_fields if not field.primary_key)
    sql(f"INSERT INTO {table(chain)} ({columns}) SELECT {columns} FROM {table(chain)} WHERE id = %s", pk)
    return chain.entries.objects.order_by("pk").last().pk


@pytest.fixture(params=[REQUESTS, SIGN_INS], ids=["requests", "sign-ins"])
def chain(request) -> AuditChain:
    return request.param


@pytest.fixture
def ids(chain) -> list[int]:
    """Five entries that a head covers, and no guards."""
    found = write(chain, 5)
    record_head(chain)
    disable_guards()
    return found


# --- Found -------------------------------------------------------------------------------------------


def test_an_untouched_trail_is_intact(chain):
    write(chain, 5)
    report = chain.verify()
    assert (report.entries, report.settled.count, report.problem) == (5, 5, "")


COLUMNS = [
    *((REQUESTS, column, value) for column, value in [
        ("actor_id", 99), ("request_id", 99), ("action", "printed"), ("at", "2020-01-01 00:00:00+00:00"),
        ("facts", '{"urgent": false}'), ("mac", "x.y.z"), ("mac", ""),
    ]),
    *((SIGN_INS, column, value) for column, value in [
        ("kind", "signed_in"), ("account_id", 99), ("by_id", 99), ("method", "app"), ("network", "203.0.113.0/24"),
        ("at", "2020-01-01 00:00:00+00:00"), ("mac", "x.y.z"), ("mac", ""),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "column", "value"), COLUMNS)
@pytest.mark.parametrize("is_covered", [True, False])
def test_a_changed_entry_is_found(changed, column, value, is_covered):
    ids = write(changed, 5)
    if is_covered:
        record_head(changed)
    disable_guards()
    sql(f"UPDATE {table(changed)} SET {column} = %s WHERE id = %s", value, ids[2])
    problem = changed.verify().problem
    if is_covered and column == "mac":  # its key is unknown, so only the digest can tell
        assert "are not the same" in problem
    else:
        assert problem == f"entry {ids[2]} is not as the site has written it"


@pytest.mark.parametrize("place", [0, 1, 4])
def test_a_removed_entry_is_found(chain, ids, place):
    sql(f"DELETE FROM {table(chain)} WHERE id = %s", ids[place])
    until = f"up to entry {ids[4]}, which were recorded"
    assert chain.verify().problem == f"1 of the 5 entries {until}, are gone"


def test_an_entry_replaced_by_a_newer_one_is_found(chain, ids):
    sql(f"DELETE FROM {table(chain)} WHERE id = %s", ids[1])
    (newer,) = write(chain)
    sql(f"UPDATE {table(chain)} SET id = %s WHERE id = %s", ids[1], newer)
    assert "are not the same" in chain.verify().problem


def test_two_entries_that_change_places_are_found(chain, ids):
    for old, new in ((ids[0], 0), (ids[1], ids[0]), (0, ids[1])):
        sql(f"UPDATE {table(chain)} SET id = %s WHERE id = %s", new, old)
    assert chain.verify().problem.endswith("are not the same, or not in the same order")


def test_an_entry_put_before_the_others_is_found(chain, ids):
    (late,) = write(chain)
    sql(f"UPDATE {table(chain)} SET id = 0 WHERE id = %s", late)
    assert "before its beginning" in chain.verify().problem


def test_a_trail_that_was_emptied_is_found(chain, ids):
    sql(f"DELETE FROM {table(chain)}")
    assert chain.verify().problem.startswith("5 of the 5 entries")


@pytest.mark.parametrize("mac", ["", "x.y.z", "0.0.0"])
def test_an_inserted_entry_is_named(chain, ids, mac):
    pk = copy(chain, ids[0])
    sql(f"UPDATE {table(chain)} SET mac = %s WHERE id = %s", mac, pk)
    assert chain.verify().problem == f"entry {pk} is not as the site has written it"


def test_a_copied_entry_is_named(chain, ids):
    pk = copy(chain, ids[0])
    assert chain.verify().problem == f"entry {pk} is a copy of another one"


def test_the_mac_of_another_trail_does_not_fit(chain):
    other = SIGN_INS if chain is REQUESTS else REQUESTS
    entry = entry_of(chain, 1, YESTERDAY)
    entry.mac = type(chain.mac)(other.mac.label, chain.mac.values).make(entry)
    assert chain.mac.check(entry) is False


@pytest.mark.parametrize("column", ["head", "base"])
@pytest.mark.parametrize("value", [None, "", "s1.00000000.AAAA"])
def test_a_changed_head_is_found(chain, ids, column, value):
    sql(f"UPDATE {HEADS} SET {column} = %s", value)
    assert chain.verify().problem == "its recorded head was changed"
    assert chain.fingerprint() == ""


def test_a_head_that_is_gone_is_found_when_there_must_be_one(chain, ids):
    sql(f"DELETE FROM {HEADS}")
    assert chain.verify(needs_head=True).problem == "its recorded head is gone"
    assert chain.verify().problem == ""


# --- Fingerprints that were written down -------------------------------------------------------------


def test_an_older_state_put_back_as_a_whole_is_found_by_what_was_written_down(chain):
    write(chain, 3)
    record_head(chain)
    old = str(TrailHead.objects.get().head_encrypted)
    newer = write(chain, 2)
    written_down = record_head(chain)
    disable_guards()
    sql(f"DELETE FROM {table(chain)} WHERE id >= %s", newer[0])
    sql(f"UPDATE {HEADS} SET head = %s", old)
    assert chain.verify().problem == ""
    assert "there are 3 entries, fewer than when 5-" in chain.verify(written_down).problem


@pytest.mark.parametrize(("expected", "problem"), [
    ("2-000000000000", "the first 2 entries are not those"), ("9-000000000000", "fewer"),
    ("nonsense", "no fingerprint"), ("2-", "no fingerprint"),
])  # fmt: skip
def test_what_was_written_down_must_fit(chain, ids, expected, problem):
    assert problem in chain.verify(expected).problem


def test_what_was_written_down_fits_later_on_and_before_any_head(chain):
    write(chain, 2)
    written_down = chain.verify().settled.fingerprint
    assert written_down
    write(chain, 3)
    assert chain.verify(written_down).problem == ""
    assert chain.fingerprint() == ""
    assert record_head(chain) == chain.fingerprint() != written_down
    assert chain.verify(written_down).problem == ""


# --- Guards ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", ["UPDATE {} SET mac = 'x'", "DELETE FROM {}"])
def test_the_database_refuses_to_change_a_trail(chain, statement):
    write(chain)
    with pytest.raises(Error), transaction.atomic():
        sql(statement.format(table(chain)))


def test_the_database_refuses_an_entry_without_a_mac(chain):
    entry = entry_of(chain, 1, YESTERDAY)
    entry.mac = None
    with pytest.raises(Error), transaction.atomic():
        entry.save()


# --- What is no fault --------------------------------------------------------------------------------


def test_a_head_covers_only_what_is_settled(chain):
    *_, last = write(chain, 3)
    (young,) = write(chain, ago=SETTLED_AFTER / 2)
    report = chain.verify()
    assert report.settled.entry_id == last < young
    assert (report.entries, report.settled.count) == (4, 3)


def test_an_entry_that_commits_late_is_no_fault(chain):
    ago = SETTLED_AFTER / 2
    _, late, _ = write(chain, 3, ago)
    entry = chain.entries.objects.get(pk=late)
    disable_guards()
    entry.delete()
    record_head(chain)
    entry.pk = late
    entry.save(force_insert=True)
    assert (chain.verify().entries, chain.verify().problem) == (3, "")


def test_a_head_never_goes_back(chain, ids):
    row = TrailHead.objects.get()
    write(chain, 2, ago=datetime.timedelta(0))
    assert chain.verify().settled == Link(*row.head)


def test_new_keys_for_fields_leave_the_chain_whole(chain, settings):
    from django.apps import apps

    write(chain, 3)
    record_head(chain)
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY, *django_settings.FIELD_ENCRYPTION_KEYS]
    write(chain)
    list(rotate(apps))
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY]
    assert record_head(chain).startswith("4-")


def test_an_entry_under_a_retired_key_is_compared_all_the_same(chain, settings, ids):
    from django.apps import apps

    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY, *django_settings.FIELD_ENCRYPTION_KEYS]
    list(rotate(apps))
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY]
    sql(f"UPDATE {table(chain)} SET at = '2020-01-01 00:00:00+00:00' WHERE id = %s", ids[2])
    assert "are not the same" in chain.verify().problem


def test_every_entry_that_the_site_writes_has_its_mac():
    entry = record.record(AuditAction.CHANGED, by=make_user("jane"), request=7, count=3, code="x", yes=False, none=None)
    assert REQUESTS.mac.check(AuditEntry.objects.get(pk=entry.pk)) is True


def test_writing_an_entry_takes_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        record.record(AuditAction.VIEWED, request=1)


def test_erasing_a_request_leaves_the_chain_whole():
    request = ConsultationRequestFactory(declined=True)
    record.record(AuditAction.VIEWED, request=request)
    owner = make_user("owner", is_superuser=True)
    erase(request.pk, by=owner, reason_code=ErasureReason.values[0], confirm=request.reference)
    assert AuditEntry.objects.filter(request_id=request.pk).exists()
    assert REQUESTS.verify().problem == ""
