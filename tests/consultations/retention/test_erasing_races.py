"""Erasing at the same time as other actions, with real commits."""

from threading import Barrier, Event

import pytest
from django.db import OperationalError
from django.utils import timezone

from consultations.actions.requests import Refused
from consultations.mail import outbox
from consultations.models import ConsultationRequest, Erasure, LegalHold, OutgoingMessage
from consultations.retention import erasing
from consultations.retention.erasing import erase, purge
from consultations.retention.holds import hold
from tests.consultations.conftest import build_site, make_user
from tests.consultations.factories import ConsultationRequestFactory as Request
from tests.consultations.factories import OutgoingMessageFactory as Message
from tests.consultations.retention.cases import ended, exists, merged


def attempt(function):
    """Return the result, or the code of the refusal."""
    try:
        return function()
    except (Refused, ConsultationRequest.DoesNotExist) as error:
        return error


@pytest.mark.parametrize("part", ["root", "part"])
def test_a_hold_and_an_erasure_at_once(threads, part):
    owner, start = make_user("owner", is_superuser=True), Barrier(2)
    root = Request()
    of = merged(root) if part == "part" else root

    def keep():
        start.wait(30)
        return attempt(lambda: hold(of.pk, by=owner, reason="A subpoena."))

    def forget():
        start.wait(30)
        return attempt(lambda: erase(root.pk, by=owner, reason_code="asked", confirm=root.reference))

    kept, erased = threads(keep, forget)
    is_held = LegalHold.objects.exists()
    assert is_held == exists(root) == exists(of) == isinstance(kept, ConsultationRequest)
    assert isinstance(erased, Refused) == is_held
    assert Erasure.objects.count() == (0 if is_held else len({root.pk, of.pk}))


def test_two_purges_at_once(threads, monkeypatch):
    monkeypatch.setattr(erasing, "BATCH", 2)
    requests, start = [ended() for _ in range(7)], Barrier(2)

    def run():
        start.wait(30)
        return purge()

    one, other = threads(run, run)
    erased = [matter.root for matter in one.erased + other.erased]
    assert sorted(erased) == [request.pk for request in requests]
    assert one.failed == other.failed == []
    assert sorted(Erasure.objects.values_list("request_id", flat=True)) == sorted(erased)


def test_a_worker_sends_and_somebody_erases(threads, mailoutbox):
    """The first to lock wins: nothing is sent after the erasure, and nothing fails."""
    build_site()
    owner, start = make_user("owner", is_superuser=True), Barrier(2)
    message = Message()

    def send():
        start.wait(30)
        return outbox.send_due()

    def forget():
        start.wait(30)
        request = message.request
        return attempt(lambda: erase(request.pk, by=owner, reason_code="asked", confirm=request.reference))

    sent, erased = threads(send, forget)
    assert sent == len(mailoutbox)
    if isinstance(erased, Refused):
        assert (erased.code, sent, exists(message.request)) == ("sending", 1, True)
    else:
        assert not OutgoingMessage.objects.exists()


def test_what_a_worker_has_in_hand_is_not_erased_under_it(threads, monkeypatch, mailoutbox):
    build_site()
    owner, message = make_user("owner", is_superuser=True), Message()
    in_hand, tried = Event(), Event()
    hand_over = outbox._hand_over

    def slowly(*arguments):
        in_hand.set()
        assert tried.wait(30)
        return hand_over(*arguments)

    monkeypatch.setattr(outbox, "_hand_over", slowly)

    def forget():
        assert in_hand.wait(30)
        request = message.request
        try:
            return attempt(lambda: erase(request.pk, by=owner, reason_code="asked", confirm=request.reference))
        finally:
            tried.set()

    sent, erased = threads(outbox.send_due, forget)
    assert (sent, erased.code, len(mailoutbox)) == (1, "sending", 1)
    assert erase(message.request_id, by=owner, reason_code="asked", confirm=message.request.reference)


def test_a_purge_and_a_message_that_is_claimed(threads, mailoutbox):
    build_site()
    request, start = ended(), Barrier(2)
    Message(request=request)

    def send():
        start.wait(30)
        return outbox.send_due(timezone.now())

    def run():
        start.wait(30)
        return purge()

    sent, purged = threads(send, run)
    assert purged.failed == []
    assert exists(request) == (not purged.erased)
    assert sent == len(mailoutbox)


def test_erased_twice_at_once(threads):
    owner, request, start = make_user("owner", is_superuser=True), Request(), Barrier(2)

    def forget():
        start.wait(30)
        try:
            return attempt(lambda: erase(request.pk, by=owner, reason_code="asked", confirm=request.reference))
        except OperationalError as error:  # pragma: no cover (it would be a deadlock)
            return error

    found = threads(forget, forget)
    assert [type(one) for one in found].count(tuple) == 1
    assert not [one for one in found if isinstance(one, OperationalError)]
    assert Erasure.objects.count() == 1
