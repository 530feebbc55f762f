"""The sign-in log is verifiable before and after its oldest lines have been deleted in time."""

import datetime

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from firm.accounts import sign_in_log
from firm.accounts.sign_in_chain import CHAIN
from firm.models import SignInEvent, SignInKind
from tests.firm.accounts.conftest import refused_at, staff

EVENTS = "firm_signinevent"
DAY = datetime.timedelta(days=1)


def write(number=1, days=0.0) -> list[SignInEvent]:
    """Write lines as signing in does, so many days ago."""
    return [refused_at(timezone.now() - days * DAY, account_id=account) for account in range(1, number + 1)]


def record_head() -> str:
    report = CHAIN.verify()
    assert report.problem == ""
    CHAIN.record(report.settled)
    return report.settled.fingerprint


def sql(statement, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def disable_guards() -> None:
    if connection.vendor == "postgresql":
        sql(f"ALTER TABLE {EVENTS} DISABLE TRIGGER USER")
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [EVENTS])
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")


def purge() -> int:
    return sign_in_log.purge(timezone.now())


def problem(expected="") -> str:
    return CHAIN.verify(expected).problem


def test_every_line_of_the_sign_in_log_has_its_mac(rf, db):
    user = staff()
    request = rf.get("/", REMOTE_ADDR="203.0.113.5")
    for kind in SignInKind:
        sign_in_log.record(kind, account=user, by=user, request=request, method="app")
    sign_in_log.note_held_up(account=None, request=request)
    assert [CHAIN.mac.check(event) for event in SignInEvent.objects.all()] == [True] * (len(SignInKind) + 1)


def test_writing_a_line_takes_one_query(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        sign_in_log.record(SignInKind.SIGNED_IN)


def test_the_chain_outlives_what_is_deleted(db):
    write(3, days=401)
    young = write(2, days=399.5)
    record_head()
    assert purge() == 3
    assert list(SignInEvent.objects.order_by("pk")) == young
    assert problem() == ""
    write(1, days=1)
    assert record_head().startswith("6-")


def test_all_may_be_deleted_and_the_chain_goes_on(db):
    write(8, days=401)
    record_head()
    assert purge() == 8
    assert not SignInEvent.objects.exists()
    assert problem() == ""
    assert purge() == 0
    write(2, days=1)
    assert record_head().startswith("10-")
    assert problem() == ""


def test_what_no_verification_has_covered_is_not_deleted(db):
    write(2, days=401)
    assert purge() == 0
    record_head()
    write(1, days=401)
    assert purge() == 2
    assert SignInEvent.objects.count() == 1


def test_a_line_behind_a_younger_one_waits_for_it(db):
    write(1, days=401)
    write(1, days=2)
    write(1, days=401)
    record_head()
    assert purge() == 1
    assert SignInEvent.objects.count() == 2
    assert problem() == ""


def test_making_lines_older_does_not_have_them_deleted(db):
    events = write(5, days=1)
    record_head()
    disable_guards()
    sql(f"UPDATE {EVENTS} SET at = %s", timezone.now() - 500 * DAY)
    assert purge() == 0
    assert SignInEvent.objects.count() == 5
    assert problem() == f"entry {events[0].pk} is not as the site has written it"


def test_a_beginning_that_is_cut_off_is_not_taken_for_deleted_in_time(db):
    write(3, days=401)
    events = write(4, days=1)
    record_head()
    purge()
    disable_guards()
    sql(f"DELETE FROM {EVENTS} WHERE id = %s", events[0].pk)
    assert problem().startswith("1 of the 7 entries")


def test_a_removal_is_not_covered_up_by_deleting_in_time(db):
    events = write(4, days=401)
    record_head()
    disable_guards()
    sql(f"DELETE FROM {EVENTS} WHERE id = %s", events[1].pk)
    assert purge() == 3
    assert problem().startswith("1 of the 4 entries")


def test_what_was_deleted_is_not_put_back(db):
    old = write(2, days=401)
    write(1, days=1)
    record_head()
    purge()
    SignInEvent.objects.bulk_create(old)
    assert problem() == "there are entries from before its beginning"


def test_nothing_is_deleted_by_a_head_that_was_changed(db):
    write(2, days=401)
    record_head()
    sql("UPDATE firm_trailhead SET head = NULL")
    assert purge() == 0
    assert problem() == "its recorded head was changed"


def test_a_fingerprint_counts_as_long_as_its_entry_is_known(db):
    write(2, days=401)
    first = record_head()
    write(2, days=1)
    second = record_head()
    purge()
    assert SignInEvent.objects.count() == 2
    assert (problem(first), problem(second), problem("1-000000000000")) == ("", "", "")
    assert "the first 2 entries are not those" in problem("2-000000000000")
    assert "the first 3 entries are not those" in problem("3-000000000000")
    assert "fewer" in problem("5-000000000000")


def test_a_verification_while_lines_are_deleted_finds_nothing(db, monkeypatch):
    write(2, days=401)
    write(2, days=1)
    record_head()
    verify = type(CHAIN)._verify

    def verify_meanwhile(self, *args):
        purge()
        return verify(self, *args)

    monkeypatch.setattr(type(CHAIN), "_verify", verify_meanwhile)
    assert problem() == ""
    assert SignInEvent.objects.count() == 2


def test_the_database_refuses_to_delete_young_lines_even_all_at_once(db):
    write(1)
    emptying = {"postgresql": f"TRUNCATE {EVENTS}", "sqlite": f"DELETE FROM {EVENTS} WHERE 1"}
    with pytest.raises(Error, match="cannot be changed"), transaction.atomic():
        sql(emptying[connection.vendor])


def test_workers_and_logins_at_once_leave_the_log_verifiable(threads):
    refused_at(timezone.now() - 401 * DAY)
    record_head()

    def work():
        for _ in range(4):
            write(2, days=1)
            purge()
            assert problem() == ""

    threads(work, work, work)
    assert SignInEvent.objects.count() == 24
    report = CHAIN.verify()
    assert (report.entries, report.problem) == (25, "")
