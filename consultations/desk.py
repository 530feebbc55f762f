"""What staff do with a request. Each is one transaction; who does it is an argument."""

import logging

from django.db import transaction

from consultations.models.requests import ConsultationRequest
from consultations.workflow import can_move

logger = logging.getLogger(__name__)


class MoveRefused(Exception):
    """The request is in a state from which it cannot go where it should; somebody else may have moved it."""

    def __init__(self, request: ConsultationRequest) -> None:
        self.request = request
        super().__init__(f"{request} is {request.get_status_display().lower()}")


@transaction.atomic
def move(pk: int, *, to: str, by) -> ConsultationRequest:
    """Bring a request into the state ``to``. Raises `MoveRefused`, and `ConsultationRequest.DoesNotExist`."""
    request = ConsultationRequest.objects.select_for_update().get(pk=pk)
    if not can_move(request.status, to):
        raise MoveRefused(request)
    logger.info("Request %s: %s to %s by user %s", request.pk, request.status, to, by.pk)
    request.status = to
    request.save(update_fields=["status"])
    return request


@transaction.atomic
def assign(pk: int, *, to, by) -> ConsultationRequest:
    """Make the user ``to`` see to a request. Raises `ConsultationRequest.DoesNotExist`."""
    request = ConsultationRequest.objects.select_for_update().get(pk=pk)
    logger.info("Request %s: assigned to user %s by user %s", request.pk, to.pk, by.pk)
    request.assignee = to
    request.save(update_fields=["assignee"])
    return request
