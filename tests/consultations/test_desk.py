import logging

import pytest

from consultations import desk
from consultations.models import ConsultationRequest
from consultations.workflow import Status
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db


def test_refused_move_changes_nothing_and_says_where_it_is(staff):
    request = Request()
    with pytest.raises(desk.MoveRefused, match=f"{request.reference} is new"):
        desk.move(request.pk, to=Status.CLOSED, by=staff("intake"))
    request.refresh_from_db()
    assert request.status == Status.NEW


def test_unknown_request(staff):
    with pytest.raises(ConsultationRequest.DoesNotExist):
        desk.move(1, to=Status.CLOSED, by=staff("intake"))


def test_move_and_assign_change_their_field_alone(staff, django_assert_num_queries):
    request, intake = Request(), staff("intake")
    desk.move(request.pk, to=Status.IN_REVIEW, by=intake)
    desk.assign(request.pk, to=intake, by=intake)
    request.refresh_from_db()
    assert (request.status, request.assignee) == (Status.IN_REVIEW, intake)


def test_log_holds_no_word_of_the_visitor(staff, caplog):
    request, intake = Request(full_name="Jane Secret", message="Secret words"), staff("intake")
    with caplog.at_level(logging.INFO):
        desk.move(request.pk, to=Status.IN_REVIEW, by=intake)
        desk.assign(request.pk, to=intake, by=intake)
    assert len(caplog.records) == 2
    assert "Secret" not in caplog.text
