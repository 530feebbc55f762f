"""Legal holds: permissions, and that neither code nor database erases what is held."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from consultations.actions.requests import NOTE_LENGTH, Refused
from consultations.mail import outbox
from consultations.models import (
    AuditAction,
    AuditEntry,
    ConsultationRequest,
    EventKind,
    LegalHold,
    RequestEvent,
    Screen,
)
from consultations.retention.erasing import erase, purge
from consultations.retention.holds import hold, release_hold
from tests.consultations.factories import ConsultationRequestFactory as Request
from tests.consultations.factories import OutgoingMessageFactory as Message
from tests.consultations.retention.cases import DAY, ended, exists, held

pytestmark = pytest.mark.django_db
VERBS = {"hold": hold, "release_hold": release_hold}
WHY = "A subpoena of the grand jury."


def why() -> list[str]:
    return [entry.facts["why"] for entry in AuditEntry.objects.filter(action=AuditAction.REFUSED).order_by("pk")]


@pytest.fixture(params=VERBS)
def verb(request):
    return request.param


def case(verb: str) -> ConsultationRequest:
    return held(Request()) if verb == "release_hold" else Request()


def is_held(request) -> bool:
    return LegalHold.objects.filter(request=request).exists()


# --- Refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["editor", "publisher", "intake", "assigned"])
def test_only_managers(staff, verb, role):
    user = staff("publisher" if role == "assigned" else role)
    request = case(verb)
    if role == "assigned":
        ConsultationRequest.objects.filter(pk=request.pk).update(assignee=user)
    with pytest.raises((Refused, ConsultationRequest.DoesNotExist)):
        VERBS[verb](request.pk, by=user, reason=WHY)
    assert is_held(request) == (verb == "release_hold")
    assert why() == ["not_permitted" if role in {"intake", "assigned"} else "out_of_reach"]


def test_screened_off(staff, verb):
    user, request = staff("owner"), case(verb)
    Screen.objects.create(request=request, user=user)
    with pytest.raises(ConsultationRequest.DoesNotExist):
        VERBS[verb](request.pk, by=user, reason=WHY)
    assert why() == ["out_of_reach"]


@pytest.mark.parametrize(("reason", "code"), [("", "no_reason"), (" \n ", "no_reason"), ("x" * 5001, "too_long")])
def test_a_reason_is_needed(staff, verb, reason, code):
    request = case(verb)
    with pytest.raises(Refused):
        VERBS[verb](request.pk, by=staff("owner"), reason=reason)
    assert why() == [code]
    assert is_held(request) == (verb == "release_hold")
    assert NOTE_LENGTH == 5000


def test_not_twice(staff):
    user = staff("owner")
    with pytest.raises(Refused):
        hold(held(Request()).pk, by=user, reason=WHY)
    with pytest.raises(Refused):
        release_hold(Request().pk, by=user, reason=WHY)
    assert why() == ["held", "not_held"]


# --- Done -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["intake_manager", "owner"])
def test_what_it_leaves(staff, role):
    user, request, now = staff(role), Request(), timezone.now()
    hold(request.pk, by=user, reason=WHY, now=now)
    found = LegalHold.objects.get()
    assert (found.request, found.set_by, found.set_at, found.reason) == (request, user, now, WHY)
    release_hold(request.pk, by=user, reason="It is over.", now=now)
    assert not is_held(request)
    events = [(one.kind, one.actor, one.at, one.text) for one in RequestEvent.objects.order_by("pk")]
    assert events == [(EventKind.HELD, user, now, WHY), (EventKind.UNHELD, user, now, "It is over.")]
    trail = [(one.actor_id, one.request_id, one.facts) for one in AuditEntry.objects.order_by("pk")]
    assert trail == [(user.pk, request.pk, {"doing": name}) for name in VERBS]


def test_the_reason_is_encrypted(staff):
    hold(Request().pk, by=staff("owner"), reason="Zebrawine")
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM consultations_legalhold")
        (stored,) = cursor.fetchone()
    assert stored.startswith("s1.")
    assert str(LegalHold.objects.get()) == f"Legal hold {LegalHold.objects.get().pk}"


# --- What it holds ----------------------------------------------------------------------------------


def test_the_database_refuses_to_delete_it():
    request, other = held(Request()), Request()
    with pytest.raises(DatabaseError, match="legal hold"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM consultations_consultationrequest")
    with pytest.raises(DatabaseError, match="legal hold"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM consultations_consultationrequest WHERE id = %s", [request.pk])
    assert exists(request)
    assert exists(other)


def test_the_database_deletes_what_is_not_held():
    held(Request())
    other = Request()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM consultations_requestentry WHERE row_id = %s", [other.pk])
        cursor.execute("DELETE FROM consultations_consultationrequest WHERE id = %s", [other.pk])
    assert not exists(other)


def test_the_models_refuse_it():
    with pytest.raises(ProtectedError):
        held(Request()).delete()


def test_neither_by_hand_nor_by_date(staff):
    request = held(ended())
    with pytest.raises(Refused):
        erase(request.pk, by=staff("owner"), reason_code="asked", confirm=request.reference)
    assert purge().erased == []
    assert exists(request)
    assert why() == ["held"]


def test_taken_off_it_is_erased(staff):
    request = held(ended())
    release_hold(request.pk, by=staff("owner"), reason=WHY)
    assert [matter.root for matter in purge().erased] == [request.pk]


def test_messages_of_a_held_one_are_kept():
    old = timezone.now() - 100 * DAY
    kept = Message(state="sent", sent_at=old, created_at=old)
    gone = Message(state="sent", sent_at=old, created_at=old)
    held(kept.request)
    assert outbox.forget_sent() == 1
    assert type(kept).objects.filter(pk=kept.pk).exists()
    assert not type(gone).objects.filter(pk=gone.pk).exists()
