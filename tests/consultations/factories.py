"""Requests for tests. A test sets only what it is about."""

import factory
from django.utils import timezone

from consultations.consent import version_of
from consultations.models import ConsultationRequest
from consultations.workflow import Status

NOTE = "I understand."


class ConsultationRequestFactory(factory.django.DjangoModelFactory):
    """A new request, with a telephone number."""

    class Meta:
        model = ConsultationRequest

    class Params:
        in_review = factory.Trait(status=Status.IN_REVIEW)
        closed = factory.Trait(status=Status.CLOSED)
        for_family = factory.Trait(relationship="family", person_in_need="Sample Brother")

    full_name = factory.Sequence(lambda number: f"Sample Person {number}")
    phone = factory.Sequence(lambda number: f"+121255501{number % 100:02d}")
    acknowledged_at = factory.LazyFunction(timezone.now)
    acknowledgement = NOTE
    acknowledgement_version = version_of(NOTE)
