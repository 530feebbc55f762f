"""The verbs themselves: who may do what in which state, what each leaves behind, and what happens at once."""

import uuid
from datetime import timedelta
from functools import partial
from itertools import product

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from consultations.actions import requests
from consultations.actions.requests import NOTE_LENGTH, Refused
from consultations.contact_outcomes import OUTCOMES
from consultations.models import AuditAction, AuditEntry, ConsultationRequest, EventKind, RequestEvent, Screen
from consultations.workflow import MOVES, Power, Status
from tests.consultations.conftest import ROLES as GROUPS
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory as Request

SECRET = "Words of a person"
MANY = 8


def account(role: str, request=None):
    """Make an account for a role, as it stands towards a request."""
    if role == "anonymous":
        return AnonymousUser()
    if role == "outsider":
        return make_user("outsider")
    if role == "owner":
        return make_user("owner", is_superuser=True)
    if role == "assigned":
        user = make_user("assigned", group=GROUPS["publisher"])
        ConsultationRequest.objects.filter(pk=request.pk).update(assignee=user)
        return user
    if role == "screened":
        user = make_user("screened", group=GROUPS["intake_manager"])
        Screen.objects.create(request=request, user=user)
        return user
    return make_user(role, group=GROUPS[role])


#: Written out by hand: who sees a request at all, who may work on it, and who may manage it.
BLIND = {"anonymous", "outsider", "editor", "publisher", "screened"}
WORKERS = {"assigned", "intake", "intake_manager", "owner"}
MANAGERS = {"intake_manager", "owner"}


def in_state(status: str, **values):
    other = Request() if status == Status.MERGED else None
    return Request(status=status, merged_into=other, first_contact_at=timezone.now(), **values)


def rows() -> tuple[int, int]:
    return RequestEvent.objects.count(), AuditEntry.objects.count()


def refusal_of(doing: str) -> dict:
    """Return the one refusal in the trail."""
    entry = AuditEntry.objects.get(action=AuditAction.REFUSED)
    assert entry.facts["doing"] == doing
    return {"why": entry.facts["why"], "request": entry.request_id, "actor": entry.actor_id}


# --- Who may move what ------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("role", [*sorted(BLIND), *sorted(WORKERS)])
def test_every_role_in_every_state_to_every_state(role):
    """All pairs of states for one role: the outcome is what the table of moves and the role say, and nothing else."""
    request = Request()
    user, wrong = account(role, request), []
    for current, to in product(Status.values, Status.values):
        one = in_state(current, assignee=user if role == "assigned" else None)
        if role == "screened":
            Screen.objects.create(request=one, user=user)
        way = MOVES[current].get(to)
        may = role in (MANAGERS if way and way.power == Power.MANAGE else WORKERS)
        done = "no_time" if to == Status.SCHEDULED else "done"  # that takes an appointment
        expected = "out_of_reach" if role in BLIND else "forbidden" if not way else done if may else "not_permitted"
        before = rows()
        try:
            requests.move(one.pk, to=to, by=user, reason=SECRET)
            outcome = "done"
        except Refused as refusal:
            outcome = refusal.code
        except ConsultationRequest.DoesNotExist:
            outcome = "out_of_reach"
        one.refresh_from_db()
        new = tuple(after - then for after, then in zip(rows(), before, strict=True))
        entry = AuditEntry.objects.first()
        is_right = outcome == expected and one.status == (to if outcome == "done" else current)
        if outcome == "done":
            is_right &= new == (1, 1) and entry.facts == {"doing": "move", "from": current, "to": to}
        else:
            is_right &= new == (0, 1) and entry.facts == {"doing": "move", "why": outcome}
            is_right &= entry.action == AuditAction.REFUSED and entry.request_id == one.pk
        if not is_right:
            wrong.append((current, to, outcome, expected, new))
    assert wrong == []


VERBS = {
    "move": (partial(requests.move, to=Status.IN_REVIEW), WORKERS),
    "assign": (partial(requests.assign, to=None), WORKERS - {"assigned"}),
    "add_note": (partial(requests.add_note, text=SECRET), WORKERS),
    "log_contact": (partial(requests.log_contact, channel="call", outcome="no_answer", text=SECRET), WORKERS),
    "change_matter": (partial(requests.change_matter, in_custody=True, court_date=None, court=SECRET), WORKERS),
    "screen": (requests.screen, MANAGERS),
    "unscreen": (requests.unscreen, MANAGERS),
}


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("role", [*sorted(BLIND), *sorted(WORKERS)])
def test_every_role_and_every_verb(role, verb):
    request, target = Request(assignee=make_user("before")), make_user("target")
    act, allowed = VERBS[verb]
    user = account(role, request)
    given = {"user": target} if verb in {"screen", "unscreen"} else {}
    if verb == "unscreen":
        Screen.objects.create(request=request, user=target)
    before = rows()
    if role in allowed:
        act(request.pk, by=user, **given)
        assert tuple(after - then for after, then in zip(rows(), before, strict=True)) == (1, 1)
        assert AuditEntry.objects.first().action == AuditAction.CHANGED
    else:
        with pytest.raises(ConsultationRequest.DoesNotExist if role in BLIND else Refused):
            act(request.pk, by=user, **given)
        assert rows() == (before[0], before[1] + 1)
        why = "out_of_reach" if role in BLIND else "may_not_assign" if verb == "assign" else "not_permitted"
        assert refusal_of(verb) == {"why": why, "request": request.pk, "actor": user.pk}
    assert not any(SECRET in str(entry.facts) for entry in AuditEntry.objects.all())
    assert not any(SECRET in str(event.facts) for event in RequestEvent.objects.all())


@pytest.mark.django_db
@pytest.mark.parametrize("pk", [999_999, 10**30])
@pytest.mark.parametrize("verb", VERBS)
def test_no_such_request(staff, verb, pk):
    act, _ = VERBS[verb]
    given = {"user": make_user("target")} if verb in {"screen", "unscreen"} else {}
    with pytest.raises(ConsultationRequest.DoesNotExist):
        act(pk, by=staff("owner"), **given)
    assert refusal_of(verb)["request"] == (pk if pk < 2**63 else None)


# --- What is refused for what it says ---------------------------------------------------------------


REFUSALS = {
    "stale": (partial(requests.move, to=Status.DECLINED, seen=Status.CONTACTED, reason="x"), "move"),
    "no_reason": (partial(requests.move, to=Status.DECLINED, reason=" \n\u200f "), "move"),
    "no_contact": (partial(requests.move, to=Status.CONTACTED), "move"),
    "forbidden": (partial(requests.move, to="lost"), "move"),
    "empty": (partial(requests.add_note, text=" \n "), "add_note"),
    "too_long": (partial(requests.add_note, text="x" * (NOTE_LENGTH + 1)), "add_note"),
    "unknown_contact": (partial(requests.log_contact, channel="call", outcome="sent"), "log_contact"),
    "no_consent": (partial(requests.log_contact, channel="text", outcome="sent"), "log_contact"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("code", REFUSALS)
def test_refusal_leaves_one_line_of_the_trail_and_nothing_else(staff, code):
    request, user = Request(), staff("intake")
    act, doing = REFUSALS[code]
    with pytest.raises(Refused) as refusal:
        act(request.pk, by=user)
    assert (refusal.value.code, str(refusal.value)[-1]) == (code, ".")
    assert refusal_of(doing) == {"why": code, "request": request.pk, "actor": user.pk}
    assert rows() == (0, 1)
    request.refresh_from_db()
    assert (request.status, request.first_contact_at) == (Status.NEW, None)


@pytest.mark.django_db
def test_nobody_screens_themselves(staff):
    user = staff("intake_manager")
    with pytest.raises(Refused):
        requests.screen(Request().pk, user=user, by=user)
    assert refusal_of("screen")["why"] == "self"


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["add_note", "log_contact"])
def test_same_form_with_other_words_is_not_swallowed(staff, verb):
    """Kept once is what was sent once; other words under the same mark come back to be sent again."""
    request, user, once = Request(), staff("intake"), uuid.uuid4()
    given = {"channel": "call", "outcome": "no_answer"} if verb == "log_contact" else {}
    act = partial(getattr(requests, verb), request.pk, by=user, once=once, **given)
    act(text="One.")
    with pytest.raises(Refused):
        act(text="Two.")
    assert refusal_of(verb)["why"] == "sent_otherwise"
    assert [event.text for event in request.events.all()] == ["One."]


@pytest.mark.django_db
def test_mark_of_another_request_is_not_taken_for_this_one(staff):
    user, once = staff("intake"), uuid.uuid4()
    requests.add_note(Request().pk, text="Same.", once=once, by=user)
    with pytest.raises(Refused):
        requests.add_note(Request().pk, text="Same.", once=once, by=user)


@pytest.mark.django_db
def test_matter_that_somebody_else_has_changed(staff):
    request, user = Request(), staff("intake")
    seen = requests.matter_version(request)
    change = partial(requests.change_matter, request.pk, by=user, court_date=None, court="", seen=seen)
    change(in_custody=True)
    with pytest.raises(Refused):
        change(in_custody=False)
    assert refusal_of("change_matter")["why"] == "stale"
    change(in_custody=True)
    assert RequestEvent.objects.count() == 1


# --- What is kept -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_move_keeps_its_reason_sealed(staff):
    request, user, now = Request(), staff("intake"), timezone.now()
    requests.move(request.pk, to=Status.DECLINED, by=user, reason=f" {SECRET}\r\n", now=now)
    event = RequestEvent.objects.get()
    assert (event.kind, event.actor, event.at, event.text) == (EventKind.MOVED, user, now, SECRET)
    assert event.facts == {"from": "new", "to": "declined"}
    request.refresh_from_db()
    assert request.closed_at == now


@pytest.mark.django_db
def test_reopened_request_is_not_closed(staff):
    request = Request(declined=True)
    requests.move(request.pk, to=Status.IN_REVIEW, by=staff("intake"), reason="x")
    request.refresh_from_db()
    assert request.closed_at is None


@pytest.mark.django_db
@pytest.mark.parametrize(("way", "outcome"), [(way, outcome) for way, all_of in OUTCOMES.items() for outcome in all_of])
def test_contact_stops_the_clock_only_when_it_is_ours(staff, way, outcome):
    request, now = Request(sms_consent=True), timezone.now()
    direction, channel = way
    requests.log_contact(request.pk, direction=direction, channel=channel, outcome=outcome, by=staff("intake"), now=now)
    request.refresh_from_db()
    is_ours = direction == "out"
    assert request.first_contact_at == (now if is_ours else None)
    is_reached = is_ours and OUTCOMES[way][outcome].is_reached
    assert request.status == (Status.CONTACTED if is_reached else Status.NEW)
    assert rows() == ((2, 2) if is_reached else (1, 1))
    contact = RequestEvent.objects.get(kind=EventKind.CONTACT)
    assert contact.facts == {"direction": direction, "channel": channel, "outcome": outcome}


@pytest.mark.django_db
def test_second_contact_leaves_the_clock_alone(staff):
    request, first, user = Request(), timezone.now(), staff("intake")
    for at in (first, first + timedelta(hours=1)):
        requests.log_contact(request.pk, channel="call", outcome="no_answer", by=user, now=at)
    request.refresh_from_db()
    assert request.first_contact_at == first


@pytest.mark.django_db
def test_custody_makes_it_urgent(staff):
    request = Request()
    due = request.due_at
    requests.change_matter(request.pk, in_custody=True, court_date=None, court=" Court\nX ", by=staff("intake"))
    request.refresh_from_db()
    assert (request.get_urgency_display(), request.court) == ("Urgent", "Court X")
    assert request.due_at < due
    assert RequestEvent.objects.get().values == {
        "new": {"in_custody": True, "court": "Court X"},
        "old": {"in_custody": False, "court": ""},
    }


@pytest.mark.django_db
def test_nothing_changed_is_nothing_written(staff):
    user = staff("intake_manager")
    request, other = Request(assignee=user, court="X"), make_user("other")
    requests.assign(request.pk, to=user, by=user)
    requests.change_matter(request.pk, in_custody=False, court_date=None, court="X", by=user)
    requests.unscreen(request.pk, user=other, by=user)
    assert rows() == (0, 0)
    requests.screen(request.pk, user=other, by=user)
    requests.screen(request.pk, user=other, by=user)
    assert rows() == (1, 1)


@pytest.mark.django_db
def test_whoever_is_screened_off_loses_the_request(staff):
    attorney = staff("publisher")
    request = Request(assignee=attorney)
    requests.screen(request.pk, user=attorney, by=staff("intake_manager"))
    request.refresh_from_db()
    assert request.assignee is None
    with pytest.raises(ConsultationRequest.DoesNotExist):
        requests.add_note(request.pk, text="x", by=attorney)


@pytest.mark.django_db
@pytest.mark.parametrize("doing", ["move", "note", "contact"])
def test_nothing_is_left_when_the_trail_cannot_be_written(staff, monkeypatch, doing):
    def fail(*args, **facts):
        raise RuntimeError("no trail")

    request, user = Request(), staff("intake")
    monkeypatch.setattr(requests.record, "record", fail)
    act = {
        "move": partial(requests.move, to=Status.IN_REVIEW),
        "note": partial(requests.add_note, text="x"),
        "contact": partial(requests.log_contact, channel="call", outcome="spoke"),
    }[doing]
    with pytest.raises(RuntimeError):
        act(request.pk, by=user)
    request.refresh_from_db()
    assert (request.status, request.first_contact_at, rows()) == (Status.NEW, None, (0, 0))


# --- At once ----------------------------------------------------------------------------------------


def test_of_many_moves_at_once_one_is_made(threads):
    request, user = Request(), make_user("busy", group=GROUPS["intake"])

    def move():
        try:
            requests.move(request.pk, to=Status.IN_REVIEW, seen=Status.NEW, by=user)
        except Refused as refusal:
            return refusal.code
        return "done"

    outcomes = threads(*[move] * MANY)
    assert sorted(outcomes) == ["done"] + ["stale"] * (MANY - 1)
    assert (RequestEvent.objects.count(), AuditEntry.objects.filter(action=AuditAction.CHANGED).count()) == (1, 1)
    assert AuditEntry.objects.filter(action=AuditAction.REFUSED).count() == MANY - 1


@pytest.mark.parametrize("verb", ["add_note", "log_contact"])
def test_same_form_sent_many_times_at_once_is_kept_once(threads, verb):
    request, user, once = Request(), make_user("busy", group=GROUPS["intake"]), uuid.uuid4()
    given = {"channel": "call", "outcome": "spoke"} if verb == "log_contact" else {}

    def send():
        return getattr(requests, verb)(request.pk, text="Spoke.", once=once, by=user, **given).pk

    assert threads(*[send] * MANY) == [request.pk] * MANY
    assert RequestEvent.objects.filter(once=once).count() == 1
    assert RequestEvent.objects.count() == (2 if given else 1)
