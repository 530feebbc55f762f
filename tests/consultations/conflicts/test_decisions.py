"""Staff decisions about the check: permissions, refusals, records, and the gate to a consultation."""

from functools import partial

import pytest
from django.utils import timezone

from consultations.actions import booking, requests
from consultations.actions.merging import merge
from consultations.actions.requests import NOTE_LENGTH, Refused
from consultations.conflicts import checks, decisions, search
from consultations.models import AuditAction, AuditEntry, ConsultationRequest, EventKind, RequestEvent
from consultations.workflow import Status
from tests.consultations.actions.test_requests import account, refusal_of, rows
from tests.consultations.calendar.cases import CalendarFactory, wish
from tests.consultations.conflicts.parties import HitFactory, PartyFactory
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db
SECRET = "Words of a person"
BLIND = ["anonymous", "outsider", "editor", "publisher", "screened"]
DECIDERS = ["intake", "intake_manager", "owner"]
VERBS = {
    "clear": partial(decisions.clear, reason=SECRET),
    "flag": partial(decisions.flag, reason=SECRET),
    "decline_for_conflict": partial(decisions.decline_for_conflict, reason=SECRET),
    "recheck": decisions.recheck,
}
AFTER = {"clear": "cleared", "flag": "flagged", "decline_for_conflict": "declined"}


def state_of(request) -> str:
    return ConsultationRequest.objects.values_list("conflict_state", flat=True).get(pk=request.pk)


def refused(act, *args, **kwargs) -> str:
    with pytest.raises(Refused) as refusal:
        act(*args, **kwargs)
    assert str(refusal.value).endswith(".")
    return refusal.value.code


# --- Who may ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("role", [*BLIND, "assigned", *DECIDERS])
def test_every_role_and_every_verb(role, verb):
    request = HitFactory(request__full_name="Zebrawine").request
    user, before = account(role, request), rows()
    if role in DECIDERS:
        VERBS[verb](request.pk, by=user)
        assert tuple(after - then for after, then in zip(rows(), before, strict=True)) == (1, 1)
        assert AuditEntry.objects.first().action == AuditAction.CHANGED
        assert state_of(request) == AFTER.get(verb, "clear")
    else:
        with pytest.raises(ConsultationRequest.DoesNotExist if role in BLIND else Refused):
            VERBS[verb](request.pk, by=user)
        assert rows() == (before[0], before[1] + 1)
        why = "out_of_reach" if role in BLIND else "not_permitted"
        assert refusal_of(verb) == {"why": why, "request": request.pk, "actor": user.pk}
        assert state_of(request) == "open"
    assert not any(SECRET in str(entry.facts) for entry in AuditEntry.objects.all())
    assert not any(SECRET in str(event.facts) for event in RequestEvent.objects.all())


@pytest.mark.parametrize("state", ["flagged", "unchecked"])
@pytest.mark.parametrize(("role", "code"), [("intake", "managers_clear"), ("intake_manager", ""), ("owner", "")])
def test_what_is_flagged_or_was_never_checked_is_cleared_by_managers(staff, role, code, state):
    request, user = Request(conflict_state=state), staff(role)
    if code:
        assert refused(decisions.clear, request.pk, by=user, reason="x") == code
        assert state_of(request) == state
    else:
        decisions.clear(request.pk, by=user, reason="x")
        assert state_of(request) == "cleared"


# --- What is refused for what it says ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "score", "reason", "code"),
    [
        ("open", 100, "", "no_reason"),
        ("open", 88, " \n\u200f ", "no_reason"),
        ("open", 87, "", ""),
        ("open", None, "", "no_reason"),
        ("open", 100, "x" * (NOTE_LENGTH + 1), "too_long"),
        ("flagged", 70, "", "no_reason"),
        ("unchecked", None, "", "no_reason"),
        ("clear", None, "x", "nothing_to_clear"),
        ("cleared", None, "x", "nothing_to_clear"),
    ],
)
def test_clearing_and_its_reason(staff, state, score, reason, code):
    request, user = Request(conflict_state=state), staff("intake_manager")
    if score:
        HitFactory(request=request, score=score)
    if code:
        assert refused(decisions.clear, request.pk, by=user, reason=reason) == code
        assert (state_of(request), rows()) == (state, (0, 1))
    else:
        decisions.clear(request.pk, by=user, reason=reason)
        assert state_of(request) == "cleared"


def test_what_was_found_after_the_screen_was_opened_is_not_cleared_with_it(staff):
    hit, user = HitFactory(score=60), staff("intake")
    request = hit.request
    seen = decisions.version_of(request, [hit])
    later = HitFactory(request=request, score=60)
    assert refused(decisions.clear, request.pk, by=user, seen=seen) == "stale"
    decisions.clear(request.pk, by=user, seen=decisions.version_of(request, [hit, later]))
    for one in (hit, later):
        one.refresh_from_db()
        assert (one.verdict, one.judged_by) == ("cleared", user)


@pytest.mark.parametrize("state", ["flagged", "declined"])
def test_flagging_what_is_decided(staff, state):
    request = Request(conflict_state=state)
    assert refused(decisions.flag, request.pk, by=staff("intake"), reason="x") == "stale"


@pytest.mark.parametrize("verb", ["flag", "decline_for_conflict"])
def test_flag_and_decline_need_a_reason(staff, verb):
    request = Request(conflict_state="open")
    act = getattr(decisions, verb)
    assert refused(act, request.pk, by=staff("owner"), reason=" ") == "no_reason"
    assert state_of(request) == "open"


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", [Status.QUARANTINE, Status.MERGED])
def test_quarantined_and_merged_have_no_check(staff, verb, status):
    request = Request(status=status, merged_into=Request() if status == Status.MERGED else None, conflict_state="open")
    assert refused(VERBS[verb], request.pk, by=staff("owner")) == "forbidden"


@pytest.mark.parametrize("status", [Status.RETAINED, Status.DECLINED, Status.CONFLICT])
def test_what_has_ended_is_not_declined(staff, status):
    request = Request(status=status, conflict_state="open")
    act = decisions.decline_for_conflict
    assert refused(act, request.pk, by=staff("owner"), reason="x") == "forbidden"


def test_recheck_that_fails_says_so_and_changes_nothing(staff, monkeypatch):
    request = HitFactory().request
    monkeypatch.setattr(search, "find", lambda names, **kwargs: 1 / 0)
    assert refused(decisions.recheck, request.pk, by=staff("intake")) == "check_failed"
    assert (state_of(request), request.conflict_hits.count()) == ("open", 1)


# --- What they leave behind -------------------------------------------------------------------------


def test_flag_then_clear_leaves_both_reasons_in_the_timeline(staff):
    request, intake, manager = HitFactory().request, staff("intake"), staff("intake_manager")
    decisions.flag(request.pk, by=intake, reason="Is it him?")
    decisions.clear(request.pk, by=manager, reason="It is not.")
    events = request.events.filter(kind=EventKind.CONFLICT).order_by("pk")
    assert [(event.actor, event.text, event.facts["doing"]) for event in events] == [
        (intake, "Is it him?", "flag"),
        (manager, "It is not.", "clear"),
    ]


def test_decline_moves_the_request_to_conflict(staff):
    request = HitFactory().request
    decisions.decline_for_conflict(request.pk, by=staff("intake"), reason="We act for them.")
    request.refresh_from_db()
    assert (request.status, request.conflict_state) == (Status.CONFLICT, "declined")
    assert request.events.get().text == "We act for them."


def test_move_to_conflict_declines_too_and_reopening_leaves_it_to_a_person(staff):
    manager = staff("intake_manager")
    request = Request(conflict_checked_at=timezone.now())
    requests.move(request.pk, to=Status.CONFLICT, by=manager, reason="x")
    assert state_of(request) == "declined"
    requests.move(request.pk, to=Status.IN_REVIEW, by=manager, reason="x")
    assert state_of(request) == "open"
    PartyFactory()
    checks.check_due()
    assert state_of(request) == "open"
    assert refused(decisions.clear, request.pk, by=manager) == "no_reason"
    decisions.clear(request.pk, by=manager, reason="They agreed in writing.")
    assert state_of(request) == "cleared"


def test_recheck_finds_who_was_added(staff):
    request = Request(full_name="Zebrawine Okapistone")
    PartyFactory(name="Zebrawine Okapistone")
    assert decisions.recheck(request.pk, by=staff("intake")).conflict_state == "open"


# --- The gate ---------------------------------------------------------------------------------------


GATED = [
    (Status.CONTACTED, Status.SCHEDULED),
    (Status.CONTACTED, Status.CONSULTED),
    (Status.SCHEDULED, Status.CONSULTED),
    (Status.CONSULTED, Status.RETAINED),
    (Status.CONSULTED, Status.SCHEDULED),
    (Status.RETAINED, Status.CONSULTED),
]
FREE = [
    (Status.NEW, Status.IN_REVIEW),
    (Status.SCHEDULED, Status.CONTACTED),
    (Status.SCHEDULED, Status.NOT_REACHED),
    (Status.CONSULTED, Status.DECLINED),
    (Status.NEW, Status.CONFLICT),
]


def way_to(to, *, by):
    """The action that brings a request there."""
    if to == Status.SCHEDULED:
        return partial(booking.schedule, by=by, **wish(CalendarFactory()))
    return partial(requests.move, to=to, by=by, reason="x")


@pytest.mark.parametrize("state", ["unchecked", "open", "flagged", "declined"])
@pytest.mark.parametrize(("status", "to"), GATED)
def test_nothing_goes_on_to_a_consultation_before_the_check_has_ended(staff, status, to, state):
    request = Request(status=status, conflict_state=state, first_contact_at=timezone.now())
    act = way_to(to, by=staff("owner"))
    assert refused(act, request.pk) == "conflict_check"
    assert ConsultationRequest.objects.get(pk=request.pk).status == status
    assert refusal_of("schedule" if to == Status.SCHEDULED else "move")["why"] == "conflict_check"


@pytest.mark.parametrize("state", ["clear", "cleared"])
@pytest.mark.parametrize(("status", "to"), GATED)
def test_check_that_has_ended_lets_it_pass(staff, status, to, state):
    request = Request(status=status, conflict_state=state, first_contact_at=timezone.now())
    way_to(to, by=staff("owner"))(request.pk)
    assert ConsultationRequest.objects.get(pk=request.pk).status == to


@pytest.mark.parametrize("state", ["unchecked", "open", "flagged"])
@pytest.mark.parametrize(("status", "to"), FREE)
def test_every_other_way_stays_free(staff, status, to, state):
    request = Request(status=status, conflict_state=state, first_contact_at=timezone.now())
    requests.move(request.pk, to=to, by=staff("owner"), reason="x")
    assert ConsultationRequest.objects.get(pk=request.pk).status == to


def test_contact_is_logged_and_moves_on_whatever_the_check_says(staff):
    request = Request(conflict_state="open")
    requests.log_contact(request.pk, channel="call", outcome="spoke", by=staff("intake"))
    assert ConsultationRequest.objects.get(pk=request.pk).status == Status.CONTACTED


def test_open_check_can_be_merged_away(staff):
    request, target = HitFactory().request, Request()
    merge(request.pk, into=target.pk, by=staff("intake"))
    assert state_of(target) == "open"
