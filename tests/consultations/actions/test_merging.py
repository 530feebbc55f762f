"""Joining requests: when it is refused, what it leaves on both, and two merges at once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from consultations.actions import requests
from consultations.actions.merging import merge
from consultations.actions.requests import Refused
from consultations.models import AuditAction, AuditEntry, ConsultationRequest, EventKind, RequestEvent, Screen
from consultations.workflow import MERGEABLE, Status
from tests.consultations.conftest import ROLES, make_user
from tests.consultations.factories import ConsultationRequestFactory as Request


def in_state(status: str):
    return Request(status=status, merged_into=Request() if status == Status.MERGED else None)


def refusal() -> str:
    entry = AuditEntry.objects.get(action=AuditAction.REFUSED)
    assert entry.facts["doing"] == "merge"
    return entry.facts["why"]


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["editor", "publisher", "assigned"])
def test_only_intake_merges(staff, role):
    user = staff("publisher" if role == "assigned" else role)
    own = {"assignee": user} if role == "assigned" else {}
    one, other = Request(**own), Request(**own)
    with pytest.raises(Refused if own else ConsultationRequest.DoesNotExist):
        merge(one.pk, into=other.pk, by=user)
    one.refresh_from_db()
    assert one.status == Status.NEW
    assert refusal() == ("forbidden" if own else "out_of_reach")


@pytest.mark.django_db
@pytest.mark.parametrize("hidden", ["one", "other"])
def test_screened_from_either(staff, hidden):
    user = staff("intake_manager")
    one, other = Request(), Request()
    Screen.objects.create(request=one if hidden == "one" else other, user=user)
    with pytest.raises(ConsultationRequest.DoesNotExist):
        merge(one.pk, into=other.pk, by=user)
    assert refusal() == "out_of_reach"
    assert RequestEvent.objects.count() == 0


@pytest.mark.django_db
def test_not_into_itself(staff):
    one = Request()
    with pytest.raises(Refused):
        merge(one.pk, into=one.pk, by=staff("intake"))
    assert refusal() == "itself"


@pytest.mark.django_db
@pytest.mark.parametrize("status", Status.values)
def test_every_state_of_the_one(staff, status):
    one, other, user = in_state(status), Request(), staff("intake")
    if status in MERGEABLE:
        assert merge(one.pk, into=other.pk, by=user) == other
    else:
        with pytest.raises(Refused):
            merge(one.pk, into=other.pk, by=user)
        assert refusal() == "forbidden"
    one.refresh_from_db()
    assert one.status == (Status.MERGED if status in MERGEABLE else status)


@pytest.mark.django_db
@pytest.mark.parametrize("status", Status.values)
def test_every_state_of_the_other(staff, status):
    one, other, user = Request(), in_state(status), staff("intake")
    if status in {Status.MERGED, Status.QUARANTINE}:
        with pytest.raises(Refused):
            merge(one.pk, into=other.pk, by=user)
        assert refusal() == "target"
    else:
        merge(one.pk, into=other.pk, by=user)
    other.refresh_from_db()
    assert other.status == status


@pytest.mark.django_db
def test_what_is_left_on_both(staff):
    one, other, user, now = Request(message="Kept."), Request(), staff("intake"), timezone.now()
    merge(one.pk, into=other.pk, by=user, now=now)
    one.refresh_from_db()
    assert (one.status, one.merged_into, one.closed_at, one.message) == (Status.MERGED, other, now, "Kept.")
    events = {event.request_id: (event.kind, event.facts) for event in RequestEvent.objects.all()}
    assert events == {
        one.pk: (EventKind.MOVED, {"from": "new", "to": "merged"}),
        other.pk: (EventKind.MERGED, {"request": one.pk, "reference": one.reference}),
    }
    trail = {entry.request_id: entry.facts for entry in AuditEntry.objects.all()}
    assert trail == {
        one.pk: {"doing": "move", "from": "new", "to": "merged"},
        other.pk: {"doing": "take_in", "other": one.pk},
    }


@pytest.mark.django_db
def test_what_was_merged_before_follows(staff):
    first, second, third, user = Request(), Request(), Request(), staff("intake")
    merge(first.pk, into=second.pk, by=user)
    merge(second.pk, into=third.pk, by=user)
    assert set(third.merged.all()) == {first, second}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mine", "theirs", "kept"), [(1, None, 1), (None, 1, 1), (1, 2, 1), (2, 1, 1), (None, None, None)]
)
def test_earlier_answer_counts(staff, mine, theirs, kept):
    now = timezone.now()
    at = {hours: now - timedelta(hours=3) + timedelta(hours=hours) for hours in (1, 2)} | {None: None}
    one, other = Request(first_contact_at=at[mine]), Request(first_contact_at=at[theirs])
    merge(one.pk, into=other.pk, by=staff("intake"))
    other.refresh_from_db()
    assert other.first_contact_at == at[kept]


@pytest.mark.django_db
def test_separated_again(staff):
    one, other, user = Request(), Request(), staff("intake_manager")
    merge(one.pk, into=other.pk, by=user)
    requests.move(one.pk, to=Status.IN_REVIEW, reason="Two people.", by=user)
    one.refresh_from_db()
    assert (one.merged_into, one.closed_at) == (None, None)


def test_two_requests_cannot_be_merged_into_each_other(threads):
    one, other = Request(), Request()
    user = make_user("busy", group=ROLES["intake"])

    def attempt(pk, into):
        try:
            return merge(pk, into=into, by=user).pk
        except Refused as refusal:
            return refusal.code

    outcomes = threads(*[lambda: attempt(one.pk, other.pk), lambda: attempt(other.pk, one.pk)] * 4)
    done = {outcome for outcome in outcomes if isinstance(outcome, int)}
    assert len(done) == 1
    assert ConsultationRequest.objects.filter(status=Status.MERGED).count() == 1
    assert RequestEvent.objects.filter(kind=EventKind.MERGED).count() == 1
