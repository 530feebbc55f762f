"""Requests for tests. A test sets only what it is about."""

from datetime import timedelta

import factory
from django.utils import timezone

from consultations.conflict_states import ConflictState
from consultations.intake.consent import version_of
from consultations.models import ConsultationRequest, MessageKind, MessageState, OutgoingMessage, RequestEntry
from consultations.response_targets import set_target
from consultations.workflow import CLOSED, Status

NOTE = "I understand."


class ConsultationRequestFactory(factory.django.DjangoModelFactory):
    """A new request, with a telephone number."""

    class Meta:
        model = ConsultationRequest

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        """Store it as the intake does: with its target, and found by its names and numbers. Any status is possible."""
        request = model_class(*args, **kwargs)
        if request.due_at is None:
            urgency = request.urgency if "urgency" in kwargs else None
            set_target(request)
            request.urgency = urgency or request.urgency
        if request.status in CLOSED and request.closed_at is None:
            request.closed_at = timezone.now()
        if request.status == Status.SCHEDULED and request.scheduled_for is None:
            request.scheduled_for = timezone.now() + timedelta(days=1)
        request.save(force_insert=True)
        RequestEntry.objects.rebuild([request])
        return request

    class Params:
        in_review = factory.Trait(status=Status.IN_REVIEW)
        contacted = factory.Trait(status=Status.CONTACTED, first_contact_at=factory.LazyFunction(timezone.now))
        quarantined = factory.Trait(status=Status.QUARANTINE, suspicion=9, suspicions=["decoy"])
        declined = factory.Trait(status=Status.DECLINED, closed_at=factory.LazyFunction(timezone.now))
        overdue = factory.Trait(due_at=factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1)))
        for_family = factory.Trait(relationship="family", person_in_need="Sample Brother")

    full_name = factory.Sequence(lambda number: f"Sample Person {number}")
    phone = factory.Sequence(lambda number: f"+121255501{number % 100:02d}")
    conflict_state = ConflictState.CLEAR
    acknowledged_at = factory.LazyFunction(timezone.now)
    acknowledgement = NOTE
    acknowledgement_version = version_of(NOTE)


class OutgoingMessageFactory(factory.django.DjangoModelFactory):
    """A message to staff about a request of its own, due now."""

    class Meta:
        model = OutgoingMessage

    class Params:
        to_person = factory.Trait(
            kind=MessageKind.PERSON_RECEIPT,
            address="",
            request=factory.SubFactory(ConsultationRequestFactory, email="person@example.com"),
        )
        given_up = factory.Trait(state=MessageState.DEAD, attempts=1, last_error="refused the recipient (550)")
        failed = factory.Trait(attempts=1, last_error="no mail server answers there")

    kind = MessageKind.STAFF_NEW
    request = factory.SubFactory(ConsultationRequestFactory)
    address = factory.Sequence("staff{}@example.com".format)
    dedupe_key = factory.Sequence("key:{}".format)
    next_attempt_at = factory.LazyFunction(lambda: timezone.now() - timedelta(seconds=1))
