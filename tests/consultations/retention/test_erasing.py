"""Erasing by hand: permissions, what is deleted and what remains, without a trace of the person."""

import json

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from consultations.actions import requests
from consultations.actions.merging import merge
from consultations.actions.requests import Refused
from consultations.conflicts import checks, register
from consultations.mail import outbox
from consultations.models import (
    AuditAction,
    AuditEntry,
    ConsentReceipt,
    ConsultationRequest,
    Erasure,
    EventKind,
    OutgoingMessage,
    Party,
    RequestEntry,
    RequestEvent,
    RetentionSettings,
    Screen,
)
from consultations.retention.erasing import erase
from consultations.retention.receipts import delete_expired_receipts, receipts_of
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory as Request
from tests.consultations.factories import OutgoingMessageFactory as Message
from tests.consultations.retention.cases import DAY, exists, held, merged

pytestmark = pytest.mark.django_db


def wipe(request, by, **changed):
    return erase(request.pk, by=by, **{"reason_code": "asked", "confirm": request.reference} | changed)


def refusal() -> str:
    entry = AuditEntry.objects.get(action=AuditAction.REFUSED)
    assert entry.facts["doing"] == "erase"
    return entry.facts["why"]


@pytest.fixture
def owner(staff):
    return staff("owner")


# --- Refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["editor", "publisher", "intake", "assigned"])
def test_only_managers(staff, role):
    user = staff("publisher" if role == "assigned" else role)
    request = Request(assignee=user if role == "assigned" else None)
    with pytest.raises((Refused, ConsultationRequest.DoesNotExist)):
        wipe(request, user)
    assert exists(request)
    assert refusal() == ("not_permitted" if role in {"intake", "assigned"} else "out_of_reach")


@pytest.mark.parametrize(
    "given", [("delete_consultationrequest",), ("view_consultationrequest", "manage_consultationrequest")]
)
def test_one_permission_alone_opens_nothing(staff, given):
    request = Request()
    with pytest.raises((Refused, ConsultationRequest.DoesNotExist)):
        wipe(request, staff("odd", *given))
    assert exists(request)


def test_an_account_that_was_closed(staff):
    user, request = staff("owner"), Request()
    user.is_active = False
    with pytest.raises(ConsultationRequest.DoesNotExist):
        wipe(request, user)
    assert exists(request)


def test_screened_off(owner):
    request = Request()
    Screen.objects.create(request=request, user=owner)
    with pytest.raises(ConsultationRequest.DoesNotExist):
        wipe(request, owner)
    assert (exists(request), refusal()) == (True, "out_of_reach")


def test_screened_off_from_a_part(owner):
    root = Request()
    Screen.objects.create(request=merged(root), user=owner)
    with pytest.raises(Refused):
        wipe(root, owner)
    assert (ConsultationRequest.objects.count(), refusal()) == (2, "not_all")


@pytest.mark.parametrize("confirm", ["", "K7MW", "K7MW-3QFQ", "yes", "k7mw-3qfp-3qfp"])
def test_the_reference_must_be_typed(owner, confirm):
    request = Request(reference="K7MW-3QFP")
    with pytest.raises(Refused):
        wipe(request, owner, confirm=confirm)
    assert (exists(request), refusal()) == (True, "not_confirmed")


@pytest.mark.parametrize("code", ["", "retention", "because"])
def test_a_reason_of_ours_is_needed(owner, code):
    request = Request()
    with pytest.raises(Refused):
        wipe(request, owner, reason_code=code)
    assert (exists(request), refusal()) == (True, "no_reason")


@pytest.mark.parametrize("where", ["root", "part"])
def test_held(owner, where):
    root = Request()
    part = merged(root)
    held({"root": root, "part": part}[where])
    with pytest.raises(Refused):
        wipe(root, owner)
    assert (ConsultationRequest.objects.count(), refusal()) == (2, "held")


def test_what_is_gone_is_out_of_reach(owner):
    request = Request()
    wipe(request, owner)
    with pytest.raises(ConsultationRequest.DoesNotExist):
        wipe(request, owner)


def test_a_fault_in_the_middle_undoes_all(owner, monkeypatch):
    def fail(request):
        raise RuntimeError

    monkeypatch.setattr(checks, "bury", fail)
    root = Request()
    merged(root)
    with pytest.raises(RuntimeError):
        wipe(root, owner)
    assert ConsultationRequest.objects.count() == 2
    assert not Erasure.objects.exists()
    assert not AuditEntry.objects.exists()


# --- What goes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["K7MW-3QFP", " k7mw 3qfp ", "k7mw3qfp"])
@pytest.mark.parametrize("role", ["intake_manager", "owner"])
def test_all_that_belongs_to_it(staff, role, typed):
    user, request, other = staff(role), Request(reference="K7MW-3QFP", email="jane@example.com"), Request()
    requests.add_note(request.pk, text="A note.", by=user)
    Screen.objects.create(request=request, user=make_user("walled"))
    for kept in (request, other):
        Message(request=kept)
    assert erase(request.pk, by=user, reason_code="asked", confirm=typed) == (request.pk,)
    assert list(ConsultationRequest.objects.all()) == [other]
    assert not RequestEvent.objects.exists()
    assert not Screen.objects.exists()
    assert set(RequestEntry.objects.values_list("row", flat=True)) == {other.pk}
    assert OutgoingMessage.objects.get().request == other


def test_every_table_that_points_to_a_request_is_deleted_with_it_or_listed_here():
    """A new table must declare what happens to its rows."""
    found = {
        (relation.related_model.__name__, relation.field.name): relation.on_delete.__name__
        for relation in ConsultationRequest._meta.related_objects
    }
    assert {name: how for name, how in found.items() if how != "CASCADE"} == {
        ("ConsultationRequest", "follows"): "SET_NULL",
        ("ConsultationRequest", "merged_into"): "PROTECT",
        ("LegalHold", "request"): "PROTECT",
        ("Party", "request"): "SET_NULL",  # made a tombstone before
    }


@pytest.mark.parametrize("which", ["root", "part", "sibling"])
def test_those_merged_with_it_go_along(owner, which):
    root = Request()
    part = merged(root)
    sibling = merged(root)
    other = Request(follows=part)
    numbers = wipe({"root": root, "part": part, "sibling": sibling}[which], owner)
    assert numbers == (root.pk, part.pk, sibling.pk)
    other.refresh_from_db()
    assert (ConsultationRequest.objects.get(), other.follows) == (other, None)
    assert Erasure.objects.count() == 3


@pytest.mark.parametrize("kind", [EventKind.FOLLOWED, EventKind.MERGED])
def test_its_reference_goes_from_what_happened_to_others(owner, kind):
    request, other = Request(), Request()
    facts = {"request": request.pk, "reference": request.reference}
    event = RequestEvent.objects.create(request=other, kind=kind, facts=facts, text="Sealed words.")
    same = RequestEvent.objects.create(request=other, kind=kind, facts={"request": other.pk, "reference": "B2CD-4FGH"})
    wipe(request, owner)
    event, same = RequestEvent.objects.get(pk=event.pk), RequestEvent.objects.get(pk=same.pk)
    assert (event.facts, event.text) == ({"request": request.pk}, "Sealed words.")
    assert same.facts["reference"] == "B2CD-4FGH"


def test_separated_after_merging_the_other_keeps_no_reference(owner):
    one, other = Request(), Request()
    merge(one.pk, into=other.pk, by=owner)
    requests.move(one.pk, to="in_review", reason="Another person.", by=owner)
    assert wipe(one, owner) == (one.pk,)
    assert exists(other)
    assert one.reference not in json.dumps(list(RequestEvent.objects.values_list("facts", flat=True)))


def test_the_register_is_updated_before_the_request_is_deleted(owner, monkeypatch):
    called = []
    monkeypatch.setattr(checks, "bury", lambda request: called.append((request.full_name, exists(request))))
    request = Request(full_name="Jane Sample")
    wipe(request, owner)
    assert called == [("Jane Sample", True)]


# --- What stays -------------------------------------------------------------------------------------


def test_the_proof(owner):
    request, now = Request(status="declined", reference="K7MW-3QFP"), timezone.now()
    wipe(request, owner, now=now)
    proof = Erasure.objects.of("K7MW-3QFP").get()
    assert (proof.request_id, proof.at, proof.actor_id) == (request.pk, now, owner.pk)
    assert (proof.reason, proof.outcome, proof.swept_at) == ("asked", "declined", None)
    assert not Erasure.objects.of("B2CD-4FGH").exists()
    assert not Erasure.objects.of("").exists()


@pytest.mark.parametrize("statement", ["UPDATE consultations_erasure SET reason = 'mistake'", "DELETE FROM {}"])
def test_the_database_keeps_the_proof(owner, statement):
    wipe(Request(), owner)
    with pytest.raises(DatabaseError, match="proof"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format("consultations_erasure"))
    assert Erasure.objects.update(swept_at=timezone.now()) == 1


def test_the_trail_names_nothing_but_numbers_and_codes(owner):
    request = Request(
        full_name="Zebrawine Okapistone",
        email="giraffe@example.com",
        message="The marmotkey",
        court="Pelicanhall",
        reference="K7MW-3QFP",
    )
    other = Request()
    requests.add_note(request.pk, text="Cormorantdoor", by=owner)
    merge(other.pk, into=request.pk, by=owner)
    wipe(request, owner)
    trail = json.dumps(list(AuditEntry.objects.values()), default=str).lower()
    words = ["zebra", "okapi", "giraffe", "marmot", "pelican", "cormorant", "k7mw", "3qfp", other.reference.lower()]
    assert [word for word in words if word in trail] == []
    last = AuditEntry.objects.filter(request_id=request.pk).first()
    assert last.facts == {"doing": "erase", "why": "asked"}


# --- Messages and the worker ------------------------------------------------------------------------


def test_what_waits_is_never_sent(home, owner, mailoutbox):
    message = Message(to_person=True)
    wipe(message.request, owner)
    assert (outbox.send_due(), mailoutbox) == (0, [])


def test_what_is_being_sent_is_waited_for(home, owner):
    message, now = Message(), timezone.now()
    assert outbox.claim(now).pk == message.pk
    with pytest.raises(Refused):
        wipe(message.request, owner)
    assert (exists(message.request), refusal()) == (True, "sending")
    wipe(message.request, owner, now=now + outbox.LEASE)
    assert not exists(message.request)


@pytest.mark.parametrize("to_person", [True, False])
def test_a_worker_that_outlived_its_lease_does_not_fail(home, owner, to_person):
    now = timezone.now()
    Message(to_person=True) if to_person else Message()
    message = outbox.claim(now)
    wipe(message.request, owner, now=now + outbox.LEASE)
    outbox.mark_sent(message, now)
    outbox.put_off(message, outbox.Failure("no server", of_recipient=True), now)
    assert not RequestEvent.objects.exists()
    assert not OutgoingMessage.objects.exists()


# --- Consent to text messages -----------------------------------------------------------------------


def texted(owner, now, **values):
    request = Request(sms_consent=True, sms_consent_wording="Text me.", phone="+12125550163", **values)
    requests.log_contact(request.pk, channel="text", outcome="sent", by=owner, now=now)
    return request


def test_a_receipt_stays_of_who_was_texted(owner):
    now = timezone.now()
    request = texted(owner, now, acknowledgement_page="/free-consultation/")
    wipe(request, owner, now=now)
    receipt = receipts_of("(212) 555-0163").get()
    assert (receipt.given_at, receipt.wording, receipt.page) == (
        request.acknowledged_at,
        "Text me.",
        "/free-consultation/",
    )
    assert (receipt.last_text_at, receipt.keep_until) == (now, now + 1461 * DAY)
    assert not receipts_of("(212) 555-0164").exists()
    assert not receipts_of("").exists()


def test_its_digest_is_not_one_that_requests_are_found_by(owner):
    request = texted(owner, timezone.now())
    found = set(RequestEntry.objects.filter(row=request).values_list("digest", flat=True))
    wipe(request, owner)
    assert ConsentReceipt.objects.get().number_digest not in found


@pytest.mark.parametrize("case", ["not texted", "no consent", "nothing is kept", "long ago"])
def test_no_receipt_without_need(owner, case):
    now = timezone.now()
    if case == "nothing is kept":
        RetentionSettings.objects.create(consent_days=0)
    if case in {"not texted", "no consent"}:
        request = Request(sms_consent=case == "not texted", sms_consent_wording="Text me.")
    else:
        request = texted(owner, now - 1461 * DAY if case == "long ago" else now)
    wipe(request, owner, now=now)
    assert not ConsentReceipt.objects.exists()


def test_a_receipt_goes_in_its_turn(owner):
    now = timezone.now()
    wipe(texted(owner, now), owner, now=now)
    assert delete_expired_receipts(now + 1461 * DAY - DAY) == 0
    assert delete_expired_receipts(now + 1461 * DAY) == 1


# --- The register of known parties --------------------------------------------------------------------


def test_the_register_keeps_a_tombstone_without_a_name(owner):
    erased = Request(full_name="Zebulon Quaggason", phone="+12125550101", email="")
    register.enter(erased)
    later = Request(full_name="Zebulon Quaggason", phone="+12125550199", email="")
    checks.take_in(later)
    assert [hit.found for hit in later.conflict_hits.all()] == ["Zebulon Quaggason"]

    wipe(erased, owner)

    [hit] = later.conflict_hits.all()
    assert (hit.asked, hit.found) == ("Zebulon Quaggason", "")
    [tomb] = Party.objects.exclude(buried_at=None)
    assert (tomb.name, tomb.aliases, tomb.matter, tomb.note, tomb.request_id) == ("", "", "", "", None)
    asked_again = Request(full_name="Zebulon Quaggason", phone="+12125550188", email="")
    checks.take_in(asked_again)
    assert tomb.pk in {hit.party_id for hit in asked_again.conflict_hits.all()}
    assert asked_again.conflict_state == "open"
