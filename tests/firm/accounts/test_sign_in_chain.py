"""Whoever changes the trail of signing in past the database's refusal is found out; forgetting in time is not."""

import datetime
import re
from io import StringIO

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from django.utils import timezone

from consultations.audit.nightly_check import holds, verify_nightly
from firm.accounts import sign_in_log
from firm.accounts.sign_in_chain import CHAIN, SEAL
from firm.audit_chain.hash_chain import Broken
from firm.encryption.key_rotation import rotate
from firm.models import SignInChainKey, SignInEvent, SignInKind, SignInLine
from tests.firm.accounts.conftest import refused_at, staff

EVENTS, LINES, KEY = "firm_signinevent", "firm_signinline", "firm_signinchainkey"
NEW_KEY = "OTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTBmZWRjYmE="
DAY = datetime.timedelta(days=1)


def write(number=1, days=0) -> list[SignInEvent]:
    """Write lines as signing in does, so many days ago."""
    events = []
    for account in range(1, number + 1):
        event = SignInEvent(kind=SignInKind.REFUSED, account_id=account, at=timezone.now() - days * DAY)
        event.seal = SEAL.make(event)
        event.save(force_insert=True)
        events.append(event)
    return events


def sql(statement, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def unguard() -> None:
    """What somebody with the rights of the database's owner would do first."""
    if connection.vendor == "postgresql":
        for table in (EVENTS, LINES):
            sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN (%s, %s)", [EVENTS, LINES]
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")


@pytest.fixture
def chained(db) -> list[SignInEvent]:
    events = write(5)
    assert CHAIN.chain_new() == 5
    unguard()
    return events


def problem(expected="") -> str:
    return CHAIN.verify(expected).problem


# --- Found out ---------------------------------------------------------------------------------------


def test_an_untouched_trail_holds(db):
    write(5)
    CHAIN.chain_new()
    report = CHAIN.verify()
    assert (report.lines, report.unsealed, report.problem) == (5, 0, "")


def test_every_line_of_the_sign_in_log_is_sealed_and_chained(rf, db):
    user = staff()
    request = rf.get("/", REMOTE_ADDR="203.0.113.5")
    for kind in SignInKind:
        sign_in_log.record(kind, account=user, by=user, request=request, method="app")
    sign_in_log.note_held_up(account=None, request=request)
    assert all(SEAL.is_ours(event) for event in SignInEvent.objects.all())
    assert CHAIN.chain_new() == len(SignInKind) + 1
    assert problem() == ""


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "signed_in"),
        ("account_id", 99),
        ("by_id", 99),
        ("method", "app"),
        ("network", "203.0.113.0/24"),
        ("at", "2020-01-01 00:00:00+00:00"),
        ("seal", "x.y.z"),
        ("seal", None),
    ],
)
def test_a_changed_line_is_named(chained, column, value):
    sql(f"UPDATE {EVENTS} SET {column} = %s WHERE id = %s", value, chained[2].pk)
    assert problem().startswith(f"line 3: entry {chained[2].pk} is not as it was written")


def test_a_line_changed_before_it_was_chained_is_named_and_never_chained(db):
    event = write()[0]
    unguard()
    sql(f"UPDATE {EVENTS} SET account_id = 99")
    assert CHAIN.chain_new() == 0
    assert problem() == f"entry {event.pk} was not written by the site"


def test_a_removed_line_is_named(chained):
    sql(f"DELETE FROM {EVENTS} WHERE id = %s", chained[1].pk)
    assert problem() == f"line 2: entry {chained[1].pk} is gone"


@pytest.mark.parametrize("place", [0, 1])
def test_one_removed_with_its_place_is_named(chained, place):
    sql(f"DELETE FROM {EVENTS} WHERE id = %s", chained[place].pk)
    sql(f"DELETE FROM {LINES} WHERE number = %s", place + 1)
    assert problem() == f"line {place + 1} of the chain is missing"


@pytest.mark.parametrize("seal", ["", "x.y.z", "0.0.0"])
def test_an_inserted_line_is_named_and_never_chained_nor_forgotten(chained, seal):
    sql(
        f"INSERT INTO {EVENTS} (at, kind, account_id, method, network, seal) VALUES (%s, 'signed_in', 1, '', '', %s)",
        timezone.now() - 500 * DAY, seal,
    )  # fmt: skip
    pk = SignInEvent.objects.order_by("pk").last().pk
    assert CHAIN.chain_new(whole=True) == 0
    assert sign_in_log.purge(timezone.now()) == 0
    assert problem() == f"entry {pk} was not written by the site"


def test_a_copied_line_is_named(chained):
    columns = "at, kind, account_id, by_id, method, network, seal"
    sql(f"INSERT INTO {EVENTS} ({columns}) SELECT {columns} FROM {EVENTS} WHERE id = %s", chained[0].pk)
    copy = SignInEvent.objects.order_by("pk").last().pk
    CHAIN.chain_new()
    assert problem() == f"entry {copy} is a copy of another one"


def test_the_seal_of_another_trail_does_not_fit(db):
    other = write()[0]
    assert SEAL.is_ours(other)
    from_another = type(SEAL)(b"consultations.audit seal\0", SEAL.told)
    other.seal = from_another.make(other)
    assert from_another.is_ours(other)
    assert not SEAL.is_ours(other)


def test_another_order_is_found(chained):
    first, second = chained[0].pk, chained[1].pk
    sql(f"UPDATE {LINES} SET entry_id = 0 WHERE number = 1")
    sql(f"UPDATE {LINES} SET entry_id = %s WHERE number = 2", first)
    sql(f"UPDATE {LINES} SET entry_id = %s WHERE number = 1", second)
    assert problem().startswith("line 1: ")


def test_two_lines_that_change_places_are_found(chained):
    first, second = (event.pk for event in chained[:2])
    for old, new in ((first, 0), (second, first), (0, second)):
        sql(f"UPDATE {EVENTS} SET id = %s WHERE id = %s", new, old)
    assert problem().startswith("line 1: ")


@pytest.mark.parametrize("with_events", [True, False])
def test_a_cut_end_is_found(chained, with_events):
    sql(f"DELETE FROM {LINES} WHERE number > 3")
    if with_events:
        sql(f"DELETE FROM {EVENTS} WHERE id > %s", chained[2].pk)
    assert problem() == "line 4: the end is cut off; 5 lines were chained"


def test_without_its_key_the_chain_is_not_begun_anew(chained):
    sql(f"DELETE FROM {KEY}")
    with pytest.raises(Broken):
        CHAIN.chain_new()
    assert sign_in_log.purge(timezone.now()) == 0
    assert problem() == "the key of the chain is gone"


# --- Forgetting --------------------------------------------------------------------------------------


def test_the_chain_outlives_what_is_forgotten(db):
    write(3, days=401)
    young = write(2, days=399.5)
    CHAIN.chain_new()
    assert sign_in_log.purge(timezone.now()) == 3
    assert list(SignInEvent.objects.order_by("pk")) == young
    assert list(SignInLine.objects.values_list("number", flat=True)) == [4, 5]
    assert problem() == ""
    write(1)
    assert CHAIN.chain_new() == 1
    report = CHAIN.verify()
    assert (report.lines, report.problem) == (6, "")


def test_all_may_be_forgotten_and_the_chain_goes_on(db, monkeypatch):
    monkeypatch.setattr("firm.audit_chain.hash_chain.BATCH", 3)
    write(8, days=401)
    assert sign_in_log.purge(timezone.now()) == 8
    assert not SignInLine.objects.exists()
    assert problem() == ""
    assert sign_in_log.purge(timezone.now()) == 0
    write(2)
    assert CHAIN.chain_new() == 2
    assert list(SignInLine.objects.values_list("number", flat=True)) == [9, 10]
    assert problem() == ""


def test_a_line_behind_a_younger_one_waits_for_it(db):
    write(1, days=401)
    write(1, days=2)
    write(1, days=401)
    assert sign_in_log.purge(timezone.now()) == 1
    assert SignInEvent.objects.count() == 2
    assert problem() == ""


def test_making_lines_older_does_not_have_them_forgotten(chained):
    sql(f"UPDATE {EVENTS} SET at = %s", timezone.now() - 500 * DAY)
    assert sign_in_log.purge(timezone.now()) == 0
    assert SignInEvent.objects.count() == 5
    assert problem().startswith("line 1: ")


@pytest.mark.parametrize("with_lines", [True, False])
def test_a_beginning_that_is_cut_off_is_not_taken_for_forgotten(db, with_lines):
    write(3, days=401)
    events = write(4)
    CHAIN.chain_new()
    sign_in_log.purge(timezone.now())
    unguard()
    sql(f"DELETE FROM {EVENTS} WHERE id = %s", events[0].pk)
    if with_lines:
        sql(f"DELETE FROM {LINES} WHERE number = 4")
    assert problem().startswith("line 4")


def test_what_was_forgotten_is_not_put_back(db):
    old = write(2, days=401)
    write(1)
    CHAIN.chain_new()
    lines = list(SignInLine.objects.filter(number__lte=2))
    sign_in_log.purge(timezone.now())
    SignInEvent.objects.bulk_create(old)
    SignInLine.objects.bulk_create(lines)
    assert problem() == "there are lines from before the beginning of the chain"


def test_an_older_state_put_back_as_a_whole_is_found_by_what_was_written_down(db):
    write(3)
    CHAIN.chain_new()
    old = SignInChainKey.objects.get().head_encrypted
    write(2)
    CHAIN.chain_new()
    written = CHAIN.fingerprint()
    unguard()
    sql(f"DELETE FROM {LINES} WHERE number > 3")
    sql(f"DELETE FROM {EVENTS} WHERE id NOT IN (SELECT entry_id FROM {LINES})")
    sql(f"UPDATE {KEY} SET head = %s", str(old))
    assert problem() == ""
    assert "shorter than what was written down" in problem(written)


def test_a_fingerprint_counts_as_long_as_its_line_is_known(db):
    write(2, days=401)
    CHAIN.chain_new()
    first = CHAIN.fingerprint()
    write(2)
    CHAIN.chain_new()
    second = CHAIN.fingerprint()
    sign_in_log.purge(timezone.now())
    assert SignInLine.objects.count() == 2
    assert (problem(first), problem(second), problem("1-000000000000")) == ("", "", "")
    assert problem("2-000000000000") == "line 2 is not the one that was written down"
    assert problem("3-000000000000") == "line 3 is not the one that was written down"
    assert "shorter" in problem("5-000000000000")


def test_a_verification_while_lines_are_forgotten_finds_nothing(db, monkeypatch):
    write(2, days=401)
    write(2)
    CHAIN.chain_new()
    follow = type(CHAIN)._follow

    def forgetting(self, *args):
        sign_in_log.purge(timezone.now())
        return follow(self, *args)

    monkeypatch.setattr(type(CHAIN), "_follow", forgetting)
    assert problem() == ""
    assert SignInEvent.objects.count() == 2


# --- Guards ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", [f"UPDATE {LINES} SET mac = ''", f"DELETE FROM {LINES}"])
@pytest.mark.parametrize("days", [0, 401])
def test_the_database_refuses_to_change_the_chain(db, statement, days):
    write(1, days=days)
    CHAIN.chain_new()
    with pytest.raises(Error, match="cannot be changed"), transaction.atomic():
        sql(statement)
    assert SignInLine.objects.exclude(mac="").count() == 1


def test_the_database_refuses_to_empty_the_chain(db):
    write(1)
    CHAIN.chain_new()
    emptying = {"postgresql": f"TRUNCATE {LINES}", "sqlite": f"DELETE FROM {LINES} WHERE 1"}
    with pytest.raises(Error, match="cannot be changed"), transaction.atomic():
        sql(emptying[connection.vendor])


# --- What must not break it --------------------------------------------------------------------------


def test_new_keys_for_fields_leave_the_chain_whole(chained, settings):
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY, *django_settings.FIELD_ENCRYPTION_KEYS]
    write(1)
    assert CHAIN.chain_new() == 1
    list(rotate(apps))
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY]
    assert problem() == ""


def test_writing_a_line_waits_for_no_other(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        sign_in_log.record(SignInKind.SIGNED_IN)


def test_workers_and_logins_at_once_make_one_chain(threads):
    old = timezone.now() - 401 * DAY
    refused_at(old)

    def work():
        for _ in range(4):
            write(2)
            CHAIN.chain_new()
            sign_in_log.purge(timezone.now())
            assert problem() == ""

    threads(work, work, work)
    CHAIN.chain_new(whole=True)
    report = CHAIN.verify()
    assert (report.lines, report.problem) == (25, "")
    assert SignInEvent.objects.count() == 24


# --- Told --------------------------------------------------------------------------------------------


def test_the_command_names_and_compares_the_fingerprint(chained):
    out = StringIO()
    call_command("verify_trail", "--expect-sign-ins", CHAIN.fingerprint(), stdout=out)
    assert re.search(
        rf"The trail of signing in: 5 lines hold; 0 are not chained yet.\nFingerprint: {CHAIN.fingerprint()}\n",
        out.getvalue(),
    )
    with pytest.raises(CommandError, match=r"signing in is broken: line 6: the chain is shorter"):
        call_command("verify_trail", "--expect-sign-ins", "6-000000000000", stdout=out)


def test_the_command_fails_for_a_broken_trail(chained):
    sql(f"DELETE FROM {EVENTS} WHERE id = %s", chained[0].pk)
    with pytest.raises(CommandError, match=r"^The trail of signing in is broken: line 1: entry \d+ is gone\.$"):
        call_command("verify_trail", stdout=StringIO())


def test_owners_are_told_which_trail_it_is(chained, mailoutbox):
    owner = staff(username="boss", is_superuser=True, email="boss@example.org")
    verify_nightly()
    assert (holds(), mailoutbox) == (1, [])
    sql(f"DELETE FROM {EVENTS} WHERE id = %s", chained[0].pk)
    assert verify_nightly() == [f"trail of signing in, line 1: entry {chained[0].pk} is gone"]
    assert holds() == 0
    assert [mail.to for mail in mailoutbox] == [[owner.email]]
    assert f"trail of signing in, line 1: entry {chained[0].pk} is gone" in mailoutbox[0].body
