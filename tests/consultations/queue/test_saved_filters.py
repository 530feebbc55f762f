"""The numbers of the saved filters: each is what listing the filter would give to the account."""

import pytest
from django.utils import timezone

from consultations.actions import requests
from consultations.conflict_states import TO_DO
from consultations.models import ConsultationRequest, Screen
from consultations.queue import saved_filters
from consultations.workflow import Status
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db


def listed(user) -> dict[str, int]:
    """How many requests each filter lists."""
    now = timezone.now()
    return {code: saved_filters.requests_in(code, user, now).count() for code in saved_filters.SETS}


@pytest.fixture
def queue(staff):
    """An account, and requests of all kinds, some of them assigned to it."""
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
def test_requests_behind_an_ethical_wall_are_not_counted(queue, hidden):
    user, kinds = queue
    for request in kinds[:hidden]:
        Screen.objects.create(request=request, user=user)
    numbers = saved_filters.count(user)
    assert numbers == listed(user)
    assert numbers["all"] == len(kinds) - hidden


def test_a_wall_around_somebody_else_changes_no_number(queue, staff):
    user, kinds = queue
    other = staff("owner")
    for request in kinds:
        Screen.objects.create(request=request, user=other)
    assert saved_filters.count(user)["all"] == len(kinds)
    assert saved_filters.count(other)["all"] == 0


def test_an_attorney_counts_assigned_requests_outside_of_walls(queue, staff):
    _, kinds = queue
    attorney = staff("publisher")
    ConsultationRequest.objects.filter(pk__in=[request.pk for request in kinds[:4]]).update(assignee=attorney)
    Screen.objects.create(request=kinds[0], user=attorney)
    numbers = saved_filters.count(attorney)
    assert numbers == listed(attorney)
    assert numbers["all"] == 3


def test_an_account_without_admin_access_counts_nothing(queue, staff):
    assert set(saved_filters.count(staff("editor")).values()) == {0}


def test_a_released_request_is_counted_among_the_open_again(staff):
    user, request = staff("owner"), Request(quarantined=True)
    assert saved_filters.count(user)["quarantine"] == 1
    requests.move(request.pk, to=Status.NEW, by=user)
    numbers = saved_filters.count(user)
    assert (numbers["open"], numbers["quarantine"]) == (1, 0)


def test_all_numbers_take_one_query(queue, django_assert_num_queries):
    user, _ = queue
    user.has_perm("x.y")
    with django_assert_num_queries(1):
        saved_filters.count(user)
