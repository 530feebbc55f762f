"""The numbers above the queue are what counting would give, after every kind of change and after none."""

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from consultations.actions import requests
from consultations.actions.merging import merge
from consultations.conflict_states import TO_DO
from consultations.models import ConsultationRequest, RequestTally, Screen
from consultations.models.tally import KEYS
from consultations.queue import saved_filters
from consultations.retention.erasing import erase
from consultations.workflow import Status
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db


class Undone(Exception):
    pass


def undone(change):
    with transaction.atomic():
        change()
        raise Undone


def tallied() -> dict[tuple, int]:
    """What the tally says of each kind of which there is any."""
    sums = RequestTally.objects.order_by().values_list(*KEYS).annotate(Sum("requests"))
    return {row[:-1]: row[-1] for row in sums if row[-1]}


def real() -> dict[tuple, int]:
    """What counting says."""
    found: dict[tuple, int] = {}
    for key in ConsultationRequest.objects.order_by().values_list(*KEYS):
        found[key] = found.get(key, 0) + 1
    return found


def really_in(code: str, user) -> int:
    return saved_filters.requests_in(code, user, timezone.now()).count()


def merged(one, other, user):
    merge(one.pk, into=other.pk, by=user)


def bulk_rows(one, other, user):
    both = ConsultationRequest.objects.filter(pk__in=[one.pk, other.pk])
    both.update(status=Status.DECLINED, closed_at=timezone.now())


CHANGES = {
    "create": lambda one, other, user: Request(in_custody=True),
    "move": lambda one, other, user: requests.move(one.pk, to=Status.IN_REVIEW, by=user),
    "close": lambda one, other, user: requests.move(one.pk, to=Status.DECLINED, reason="x", by=user),
    "quarantine": lambda one, other, user: requests.move(one.pk, to=Status.QUARANTINE, reason="x", by=user),
    "assign": lambda one, other, user: requests.assign(one.pk, to=user, by=user),
    "merge": merged,
    "erase": lambda one, other, user: erase(one.pk, by=user, reason_code="asked", confirm=one.reference),
    "many at once": bulk_rows,
    "delete": lambda one, other, user: ConsultationRequest.objects.filter(pk=one.pk).delete(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_tally_is_a_real_count_after_a_change(staff, change):
    user = staff("owner")
    one, other = Request(), Request()
    before = tallied()
    change(one, other, user)
    assert tallied() == real() != before


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_that_is_undone_leaves_the_tally_as_it_was(staff, change):
    user = staff("owner")
    one, other = Request(), Request()
    before = tallied()
    with pytest.raises(Undone):
        undone(lambda: change(one, other, user))
    assert tallied() == real() == before


def test_a_released_request_is_counted_among_the_open_again(staff):
    user, request = staff("owner"), Request(quarantined=True)
    assert saved_filters.count(user)["quarantine"] == 1
    requests.move(request.pk, to=Status.NEW, by=user)
    numbers = saved_filters.count(user)
    assert (numbers["open"], numbers["quarantine"]) == (1, 0)
    assert tallied() == real()


def test_a_change_of_what_is_not_counted_adds_no_row():
    request = Request()
    rows = RequestTally.objects.count()
    ConsultationRequest.objects.filter(pk=request.pk).update(due_at=timezone.now())
    assert RequestTally.objects.count() == rows


def test_summing_up_changes_no_number(monkeypatch, staff):
    monkeypatch.setattr("consultations.models.tally.MOST_ROWS", 3)
    for status in (Status.NEW, Status.NEW, Status.IN_REVIEW, Status.QUARANTINE):
        Request(status=status)
    ConsultationRequest.objects.filter(status=Status.IN_REVIEW).delete()
    before = tallied()
    assert RequestTally.objects.compact()
    assert tallied() == real() == before
    assert RequestTally.objects.count() == len(before)


def test_few_rows_are_not_summed_up():
    Request()
    assert not RequestTally.objects.compact()


# --- Who sees which number ----------------------------------------------------------------------------


@pytest.fixture
def queue(staff):
    """Requests of all kinds, some of them kept from the account that is returned with those."""
    user = staff("intake_manager")
    kinds = [
        Request(),
        Request(assignee=user),
        Request(in_custody=True, conflict_state=next(iter(TO_DO))),
        Request(quarantined=True),
        Request(declined=True),
        Request(in_review=True, assignee=user, in_custody=True),
    ]
    return user, kinds


@pytest.mark.parametrize("hidden", range(7), ids=lambda number: f"{number} hidden")
def test_numbers_leave_out_what_is_kept_from_the_account(queue, hidden):
    user, kinds = queue
    for request in kinds[:hidden]:
        Screen.objects.create(request=request, user=user)
    numbers = saved_filters.count(user)
    assert numbers == {code: really_in(code, user) for code in saved_filters.SETS}
    assert numbers["all"] == len(kinds) - hidden


def test_a_screen_of_somebody_else_changes_no_number(queue, staff):
    user, kinds = queue
    other = staff("owner")
    for request in kinds:
        Screen.objects.create(request=request, user=other)
    assert saved_filters.count(user)["all"] == len(kinds)
    assert saved_filters.count(other)["all"] == 0


def test_an_attorney_counts_what_is_assigned_and_not_kept_away(queue, staff):
    _, kinds = queue
    attorney = staff("publisher")
    ConsultationRequest.objects.filter(pk__in=[request.pk for request in kinds[:4]]).update(assignee=attorney)
    Screen.objects.create(request=kinds[0], user=attorney)
    numbers = saved_filters.count(attorney)
    assert numbers == {code: really_in(code, attorney) for code in saved_filters.SETS}
    assert numbers["all"] == 3


@pytest.mark.parametrize(
    "filters", [{"status": "new"}, {"conflict_state": next(iter(TO_DO))}, {"assignee": None}], ids=str
)
def test_a_filtered_number_leaves_out_what_is_kept_away(queue, filters):
    user, kinds = queue
    Screen.objects.create(request=kinds[0], user=user)
    Screen.objects.create(request=kinds[2], user=user)
    found = saved_filters.tallied(user, "all", lambda rows: rows.filter(**filters), timezone.now())
    assert found == saved_filters.requests_in("all", user, timezone.now()).filter(**filters).count()


def test_who_may_not_enter_counts_nothing(queue, staff):
    assert set(saved_filters.count(staff("editor")).values()) == {0}


def test_numbers_are_one_question(queue, django_assert_num_queries):
    user, _ = queue
    user.has_perm("x.y")
    with django_assert_num_queries(1):
        saved_filters.count(user)
