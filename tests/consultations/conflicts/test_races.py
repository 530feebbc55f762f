"""Races of the conflict check, and what the database itself refuses."""

import uuid
from datetime import timedelta
from itertools import product
from threading import Barrier

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from consultations.actions import booking
from consultations.actions.merging import merge
from consultations.actions.requests import Refused
from consultations.conflict_states import ConflictState
from consultations.conflicts import checks, decisions, first_check, register
from consultations.conflicts.first_check import Arrivals
from consultations.conflicts.matching import blocking_keys
from consultations.conflicts.register import save_party
from consultations.intake.forms import ConsultationForm
from consultations.intake.receive import receive
from consultations.models import AuditEntry, ConflictHit, ConsultationRequest, Party, RequestEvent
from consultations.workflow import MOVES, Status
from tests.consultations.calendar.cases import CalendarFactory, wish
from tests.consultations.conflicts.parties import HitFactory, PartyFactory
from tests.consultations.conftest import build_site, make_user
from tests.consultations.factories import ConsultationRequestFactory as Request
from tests.consultations.test_at_rest import everything_stored

ZEBRA = "Zebrawine Okapistone"


def state_of(request) -> str:
    return ConsultationRequest.objects.values_list("conflict_state", flat=True).get(pk=request.pk)


def test_register_that_changes_while_a_request_is_received(threads, given):
    """In any order, the request has the match after the next run of the job."""
    page = build_site().page
    form = ConsultationForm(given(full_name=ZEBRA), page=page)
    assert form.is_valid()
    threads(
        lambda: receive(form.cleaned_data, page=page, token=uuid.uuid4()),
        lambda: save_party(Party(name=ZEBRA, role="adverse", source="by_hand")),
    )
    checks.check_due(timezone.now() + timedelta(seconds=1))
    assert state_of(ConsultationRequest.objects.get()) == "open"
    assert ConflictHit.objects.count() == 1


def parties_of(request) -> list[tuple[str, str]]:
    return sorted((party.request_field, party.name) for party in request.parties.all())


def test_who_enters_at_once_makes_each_row_once(threads):
    request = Request(full_name="Mary Sample", other_parties="Jane Roe\nAcme LLC")
    threads(*[lambda: register.enter(request)] * 4)
    assert parties_of(request) == [
        ("full_name", "Mary Sample"),
        ("other_parties", "Acme LLC"),
        ("other_parties", "Jane Roe"),
    ]


def test_receipt_and_correction_that_enter_at_once(threads):
    """In any order, the register has the latest names."""
    request = Request(full_name="Mary Sample", other_parties="Jane Roe\nTom Poe")

    def correct():
        with transaction.atomic():
            locked = ConsultationRequest.objects.select_for_update().get(pk=request.pk)
            locked.other_parties = "JANE ROE\nNina Noe"
            locked.save()
            register.enter(locked)

    threads(lambda: register.enter(request), correct, lambda: register.enter(request), correct)
    assert parties_of(request) == [
        ("full_name", "Mary Sample"),
        ("other_parties", "JANE ROE"),
        ("other_parties", "Nina Noe"),
    ]


def test_two_requests_that_are_merged_while_both_enter(threads):
    first, second = Request(full_name="Mary Sample"), Request(full_name="Mary Samples", other_parties="Jane Roe")
    user = make_user("owner", is_superuser=True)
    threads(
        lambda: register.enter(second),
        lambda: outcome_of(merge, second.pk, into=first.pk, by=user),
        lambda: register.enter(first),
        lambda: register.enter(second),
    )
    assert parties_of(second) == [("full_name", "Mary Samples"), ("other_parties", "Jane Roe")]
    assert [name for _, name in parties_of(first)] == ["Mary Sample"]


def test_entering_while_the_names_are_erased(threads):
    """No row is both: a tombstone has no request, a known party has all its digests."""
    request = Request(full_name="Mary Sample", other_parties="Jane Roe")
    register.enter(request)
    threads(lambda: register.enter(request), lambda: register.bury(request))
    for party in Party.objects.all():
        assert party.is_buried == (party.request_id is None)
        assert (set(party.entries.values_list("purpose", flat=True)) <= set(blocking_keys.TOMBSTONE)) == party.is_buried


def test_job_and_correction_at_once_store_each_match_once(threads):
    request = Request(full_name=ZEBRA, conflict_state="unchecked")
    PartyFactory(name=ZEBRA)
    threads(*[checks.check_due] * 4)
    assert ConflictHit.objects.filter(request=request).count() == 1
    assert state_of(request) == "open"


def test_several_workers_check_it_once(threads):
    request = Request(full_name=ZEBRA, other_parties="Jane Roe", conflict_state="unchecked")
    PartyFactory(name=ZEBRA)
    done = threads(*[lambda: checks.check_first(request.pk)] * 4)
    assert sorted(done) == [False, False, False, True]
    assert request.conflict_hits.count() == 1
    assert {name for _, name in parties_of(request)} == {ZEBRA, "Jane Roe"}


def test_sender_is_thanked_while_the_worker_checks(threads, given):
    page = build_site().page
    form = ConsultationForm(given(full_name=ZEBRA), page=page)
    assert form.is_valid()
    sent = [lambda: receive(form.cleaned_data, page=page, token=uuid.uuid4())] * 4
    worker = Arrivals()
    threads(*sent, *[lambda: [worker.check() for _ in range(3)]] * 2)
    assert ConsultationRequest.objects.count() == 4
    worker.check()
    checks.check_due()
    assert not first_check.never_checked().exists()
    assert Party.objects.count() == 4


def outcome_of(act, *args, **kwargs) -> str:
    try:
        act(*args, **kwargs)
    except Refused as refusal:
        return refusal.code
    return "done"


def test_two_who_clear_and_flag_at_once(threads):
    """One after the other: a later flag stands, a later clearing is refused as stale."""
    request, barrier = HitFactory().request, Barrier(2)
    first, second = make_user("first", is_superuser=True), make_user("second", is_superuser=True)
    seen = decisions.version_of(request, list(request.conflict_hits.all()))

    def clear():
        barrier.wait(timeout=20)
        return outcome_of(decisions.clear, request.pk, by=first, reason="No.", seen=seen)

    def flag():
        barrier.wait(timeout=20)
        return outcome_of(decisions.flag, request.pk, by=second, reason="Perhaps.")

    cleared, flagged = threads(clear, flag)
    assert (cleared, flagged) in {("done", "done"), ("stale", "done")}
    assert state_of(request) == "flagged"
    assert RequestEvent.objects.filter(kind="conflict").count() == [cleared, flagged].count("done")


def test_clearing_twice_at_once_is_done_once(threads):
    request = HitFactory().request
    user = make_user("owner", is_superuser=True)
    seen = decisions.version_of(request, list(request.conflict_hits.all()))
    act = lambda: outcome_of(decisions.clear, request.pk, by=user, reason="No.", seen=seen)  # noqa: E731
    assert sorted(threads(*[act] * 4)) == ["done", "stale", "stale", "stale"]


def test_schedule_while_the_job_finds_somebody(threads):
    """It is never scheduled past an open check."""
    user = make_user("owner", is_superuser=True)
    request = Request(contacted=True, full_name=ZEBRA)
    PartyFactory(name=ZEBRA)
    given = wish(CalendarFactory())
    outcome, _ = threads(
        lambda: outcome_of(booking.schedule, request.pk, by=user, **given),
        checks.check_due,
    )
    request.refresh_from_db()
    assert (outcome, request.status) in {("done", "scheduled"), ("conflict_check", "contacted")}
    assert request.conflict_state == "open"


# --- The database -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_database_refuses_what_the_check_stands_in_the_way_of():
    """All moves in all states of the check, by plain SQL."""
    now, wrong = timezone.now(), []
    gated = {"scheduled", "consulted", "retained"}
    for (current, ways), state in product(MOVES.items(), ConflictState.values):
        for to in ways:
            other = Request() if current == Status.MERGED else None
            request = Request(status=current, scheduled_for=now, merged_into=other, conflict_state=state)
            closed = now if to in {"retained", "declined", "referred", "not_reached", "conflict"} else None
            sql = "UPDATE consultations_consultationrequest SET status = %s, closed_at = %s, merged_into_id = NULL"
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(f"{sql} WHERE id = %s", [to, closed, request.pk])
                done = True
            except Error as error:
                done = "conflict check" not in str(error)
            if done != (to not in gated or state in {"clear", "cleared"}):
                wrong.append((current, to, state, done))
    assert wrong == []


@pytest.mark.django_db
def test_database_knows_the_states_of_the_check():
    request = Request()
    with pytest.raises(Error), transaction.atomic():
        ConsultationRequest.objects.filter(pk=request.pk).update(conflict_state="maybe")
    with pytest.raises(Error), transaction.atomic():
        HitFactory(verdict="cleared", judged_at=None)


def test_nothing_of_the_check_is_readable_in_the_database(threads):
    """A different word for each field, so that a leak shows its origin."""
    words = {"name": "Zebrawine", "aliases": "Okapistone", "matter": "Lynxfield", "note": "Badgerlamp"}

    def work():
        user = make_user("owner", is_superuser=True)
        PartyFactory(**words, role="adverse")
        request = Request(full_name="Zebrawine", other_parties="Heronbell", conflict_state="unchecked")
        checks.check_due()
        decisions.flag(request.pk, by=user, reason="Pelicanhall")
        decisions.clear(request.pk, by=user, reason="Cormorantdoor")
        return request

    request = threads(work)[0]
    assert (state_of(request), ConflictHit.objects.count()) == ("cleared", 1)
    assert AuditEntry.objects.count() == 3
    stored = everything_stored(threads.database).lower()
    assert request.reference.lower().encode() in stored
    for word in (*words.values(), "Heronbell", "Pelicanhall", "Cormorantdoor"):
        assert word.lower().encode() not in stored, word
