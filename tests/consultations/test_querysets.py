from datetime import timedelta

import pytest
from django.utils import timezone

from consultations.models import ConsultationRequest
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db


def found(text):
    return set(ConsultationRequest.objects.matching(text))


@pytest.mark.parametrize(
    "typed",
    ["(212) 555-0142", "212.555.0142", "+1 212 555 0142", "2125550142", "12125550142", "555-0142", "1-212-555-0142"],
)
def test_number_is_found_in_any_notation(typed):
    wanted = Request(phone="+12125550142")
    Request(phone="+12125550199")
    assert found(typed) == {wanted}


@pytest.mark.parametrize("typed", ["jane", "SAMPLE-DOE", "doe jane", "JANE@example.com ", "K7MW", "k7mw3qfp"])
def test_name_address_and_reference_are_found(typed):
    wanted = Request(full_name="Jane Sample-Doe", email="jane@example.com", reference="K7MW-3QFP")
    Request(full_name="Someone Else", reference="2222-2222")
    assert found(typed) == {wanted}


def test_person_in_need_is_found():
    wanted = Request(for_family=True, person_in_need="Kim Kept")
    Request()
    assert found("kim") == {wanted}


@pytest.mark.parametrize("typed", ["%", "_", "' OR 1=1 --", "\x00\x00nobody", "12", "x" * 5000])
def test_hostile_search_finds_nothing(typed):
    Request(full_name="Jane", phone="+13475550177", reference="BBBB-BBBB")
    assert found(typed) == set()


def test_empty_search_keeps_all():
    request = Request()
    assert found("  \x00 ") == {request}


def test_named_sets(staff):
    intake, today = staff("intake"), timezone.localdate()
    new, review = Request(), Request(in_review=True, assignee=intake)
    declined, odd = Request(declined=True), Request(quarantined=True)
    contacted, late = Request(contacted=True, overdue=True), Request(overdue=True, in_custody=True)
    soon, far = Request(court_date=today + timedelta(days=7)), Request(court_date=today + timedelta(days=8))
    past = Request(court_date=today - timedelta(days=1))
    requests, waiting = ConsultationRequest.objects, {new, review, late, soon, far, past}
    assert set(requests.open()) == {*waiting, contacted}
    assert set(requests.closed()) == {declined}
    assert set(requests.quarantined()) == {odd}
    assert set(requests.filter(assignee=intake)) == {review}
    assert set(requests.unassigned()) == {*waiting, contacted, declined, odd} - {review}
    assert set(requests.awaiting_first_contact()) == waiting
    assert set(requests.overdue()) == {late}
    assert set(requests.in_custody()) == {late}
    assert set(requests.in_court_soon()) == {soon}
