"""The check of a request on arrival, correction, release and merge, and by the worker."""

import logging
import re
import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from consultations.actions import requests
from consultations.actions.merging import merge
from consultations.conflicts import checks, register, search
from consultations.conflicts.register import save_party
from consultations.intake.forms import ConsultationForm
from consultations.intake.receive import Arrival, receive
from consultations.intake.spam import Assessment
from consultations.mail import outbox
from consultations.models import (
    AuditAction,
    AuditEntry,
    ConflictHit,
    ConsultationRequest,
    EventKind,
    OutgoingMessage,
    Party,
    RequestEvent,
)
from consultations.workflow import Status
from tests.consultations.conflicts.parties import HitFactory, PartyFactory
from tests.consultations.factories import ConsultationRequestFactory as Request

ZEBRA, LYNX, MOSS = "Zebrawine Okapistone", "Lynxfield Ottershore", "Giraffe Mosshaven"
STATE = "conflict_state"


@pytest.fixture
def send(site, given):
    """Send the form and run the worker's check; with the same token again for a correction."""

    def sending(token=None, arrival=None, now=None, **values):
        form = ConsultationForm(given(**values), page=site.page)
        assert form.is_valid(), form.errors
        token = token or uuid.uuid4()
        request = receive(form.cleaned_data, page=site.page, token=token, arrival=arrival, now=now)
        checks.check_first(request.pk, now=now)
        return ConsultationRequest.objects.get(pk=request.pk)

    return sending


@pytest.fixture
def broken(monkeypatch):
    """The search fails, with a name in its message."""

    def find(names, **kwargs):
        raise RuntimeError(f"no match for {list(names)}")

    monkeypatch.setattr(search, "find", find)


def state_of(request) -> str:
    return ConsultationRequest.objects.values_list(STATE, flat=True).get(pk=request.pk)


def hits_of(request) -> list[tuple]:
    return sorted((hit.name_of, hit.asked, hit.found, hit.role) for hit in request.conflict_hits.all())


pytestmark = pytest.mark.django_db


# --- On arrival -------------------------------------------------------------------------------------


def test_nobody_found_is_clear_and_says_nothing(send):
    PartyFactory(name=LYNX)
    request = send(full_name=ZEBRA)
    assert state_of(request) == "clear"
    assert request.submitted_at <= request.conflict_checked_at <= timezone.now()
    assert [event.kind for event in request.events.all()] == [EventKind.RECEIVED]


@pytest.mark.parametrize("role", ["client", "former_client", "prospective", "adverse", "co_defendant", "witness"])
def test_sender_is_found_in_every_role(send, role):
    party = PartyFactory(name=ZEBRA, role=role)
    request = send(full_name=ZEBRA)
    assert state_of(request) == "open"
    assert hits_of(request) == [("full_name", ZEBRA, ZEBRA, role)]
    assert request.conflict_hits.get().party == party
    event = request.events.get(kind=EventKind.CONFLICT)
    assert event.facts == {"doing": "check", "state": "open", "hits": 1}
    assert (event.text, event.actor) == ("", None)


def test_person_in_need_and_everybody_else_are_searched(send):
    PartyFactory(name=LYNX, role="adverse")
    PartyFactory(name=MOSS, role="client")
    request = send(full_name=ZEBRA, relationship="family", person_in_need=LYNX, other_parties=f"Nobody Known\n{MOSS}")
    assert hits_of(request) == [("other_parties", MOSS, MOSS, "client"), ("person_in_need", LYNX, LYNX, "adverse")]


def test_somebody_whom_two_of_ours_are_against_is_no_conflict(send):
    PartyFactory(name=MOSS, role="adverse")
    assert state_of(send(other_parties=MOSS)) == "clear"


def test_names_enter_the_register_after_the_check(send):
    first = send(full_name=ZEBRA, other_parties=LYNX)
    assert state_of(first) == "clear"
    assert {(party.name, party.role) for party in Party.objects.filter(request=first)} == {
        (ZEBRA, "prospective"),
        (LYNX, "adverse"),
    }
    other_side = send(full_name=LYNX, phone="347-555-0177")
    assert hits_of(other_side) == [("full_name", LYNX, LYNX, "adverse")]


@pytest.mark.parametrize(
    "same", [{"phone": "(212) 555-0142"}, {"phone": None, "email": "ZEBRA@example.com"}], ids=["number", "address"]
)
def test_person_is_no_conflict_with_what_she_asked_for_before(send, same):
    send(full_name=ZEBRA, email="zebra@example.com", other_parties=MOSS)
    again = send(full_name=ZEBRA, other_parties=MOSS, **same)
    assert state_of(again) == "clear"


def test_person_is_no_conflict_with_what_she_sends_while_the_register_is_searched(send, monkeypatch):
    find = search.find

    def find_later(names, **kwargs):
        monkeypatch.setattr(search, "find", find)
        send(full_name=ZEBRA)
        return find(names, **kwargs)

    monkeypatch.setattr(search, "find", find_later)
    assert state_of(send(full_name=ZEBRA)) == "clear"
    assert Party.objects.count() == 2


def test_somebody_else_of_that_name_is_a_match(send):
    send(full_name=ZEBRA)
    assert state_of(send(full_name=ZEBRA, phone="347-555-0177")) == "open"


def test_other_side_that_writes_from_the_same_telephone_is_found(send):
    """A number may be a family's: only those on the same side are left out."""
    send(full_name=ZEBRA, other_parties=LYNX)
    assert hits_of(send(full_name=LYNX)) == [("full_name", LYNX, LYNX, "adverse")]


def test_one_who_asks_against_an_earlier_sender_of_the_same_telephone_is_found(send):
    send(full_name=ZEBRA)
    assert hits_of(send(full_name=MOSS, other_parties=ZEBRA)) == [("other_parties", ZEBRA, ZEBRA, "prospective")]


def test_quarantine_neither_checks_nor_enters_until_it_is_released(send, staff):
    PartyFactory(name=ZEBRA)
    request = send(full_name=ZEBRA, arrival=Arrival(Assessment(7, ("decoy",))))
    assert (state_of(request), Party.objects.filter(request=request).exists()) == ("unchecked", False)
    checks.check_due()
    assert state_of(request) == "unchecked"
    requests.move(request.pk, to=Status.NEW, by=staff("intake"))
    assert (state_of(request), Party.objects.filter(request=request).exists()) == ("open", True)


# --- Sent again -------------------------------------------------------------------------------------


def test_correction_is_checked_with_the_new_names(send):
    PartyFactory(name=LYNX)
    token = uuid.uuid4()
    assert state_of(send(token, full_name=ZEBRA)) == "clear"
    request = send(token, full_name=ZEBRA, other_parties=LYNX)
    assert hits_of(request) == [("other_parties", LYNX, LYNX, "client")]
    assert state_of(request) == "open"


def test_correction_that_takes_the_name_back_takes_the_match_away(send):
    PartyFactory(name=LYNX)
    token = uuid.uuid4()
    send(token, full_name=ZEBRA, other_parties=LYNX)
    request = send(token, full_name=ZEBRA)
    assert (state_of(request), hits_of(request)) == ("clear", [])


def test_cleared_match_stays_cleared_and_a_new_one_opens_it_again(send, staff):
    PartyFactory(name=ZEBRA)
    token, user = uuid.uuid4(), staff("intake")
    request = send(token, full_name=ZEBRA)
    checks_cleared(request, user)
    send(token, full_name=ZEBRA, message="More.")
    assert state_of(request) == "cleared"
    PartyFactory(name=LYNX)
    send(token, full_name=ZEBRA, message="More.", other_parties=LYNX)
    assert state_of(request) == "open"
    assert sorted(request.conflict_hits.values_list("verdict", flat=True)) == ["", "cleared"]


def checks_cleared(request, user):
    request.conflict_hits.update(verdict="cleared", judged_by=user, judged_at=timezone.now())
    ConsultationRequest.objects.filter(pk=request.pk).update(conflict_state="cleared")


def test_party_that_takes_another_role_is_a_new_match(send, staff):
    party = PartyFactory(name=ZEBRA, role="witness")
    request = send(full_name=ZEBRA)
    checks_cleared(request, staff("intake"))
    party.role, party.changed_at = "adverse", timezone.now()
    save_party(party)
    checks.check_due()
    assert state_of(request) == "open"


# --- When it fails ----------------------------------------------------------------------------------


def test_failing_engine_loses_no_request_and_no_name_into_the_log(send, broken, caplog):
    with caplog.at_level(logging.DEBUG):
        request = send(full_name=ZEBRA, email="zebra@example.com")
    assert state_of(request) == "unchecked"
    assert request.conflict_checked_at is None
    assert {message.kind for message in OutgoingMessage.objects.all()} >= {"person_receipt"}
    assert "Zebrawine" not in caplog.text
    assert str(request.pk) in caplog.text


def test_failing_register_leaves_the_check_to_be_made_again(send, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(register, "enter", lambda request: 1 / 0)
        request = send(full_name=ZEBRA)
    assert (state_of(request), Party.objects.exists()) == ("unchecked", False)
    assert checks.check_due() == 1
    assert (state_of(request), Party.objects.filter(request=request).exists()) == ("clear", True)


def test_job_checks_what_is_unchecked_and_goes_on_after_a_failure(monkeypatch):
    bad, good = Request(full_name=ZEBRA, conflict_state="unchecked"), Request(conflict_state="unchecked")
    find = search.find

    def fail_once(names, **kwargs):
        if ZEBRA in list(names):
            raise RuntimeError("no")
        return find(names, **kwargs)

    monkeypatch.setattr(search, "find", fail_once)
    assert checks.check_due() == 1
    assert (state_of(bad), state_of(good)) == ("unchecked", "clear")


def test_failing_correction_of_a_clear_request_closes_the_gate(send, monkeypatch):
    token = uuid.uuid4()
    request = send(token, full_name=ZEBRA)
    monkeypatch.setattr(search, "find", lambda names, **kwargs: 1 / 0)
    send(token, full_name=LYNX)
    assert state_of(request) == "unchecked"


def test_a_decision_survives_a_failure(send, broken):
    request = Request(conflict_state="flagged")
    assert not checks.take_in(request)
    assert state_of(request) == "flagged"


# --- What the visitor sees --------------------------------------------------------------------------


def test_answer_and_mail_are_the_same_with_and_without_matches(client, site, given):
    answers, mails = [], []
    for name in (LYNX, ZEBRA):
        PartyFactory(name=ZEBRA)
        response = client.post("/free-consultation/", form_of(client, given(full_name=name, email="p@example.com")))
        request = ConsultationRequest.objects.latest("pk")
        checks.check_first(request.pk)
        page = client.get(response.url).content.decode()
        answers.append((response.status_code, sorted(response.headers), neutral(page, request)))
        kinds = OutgoingMessage.objects.filter(request=request).values_list("kind", flat=True)
        mails.append(sorted(kinds))
    assert [state_of(one) for one in ConsultationRequest.objects.order_by("pk")] == ["clear", "open"]
    assert answers[0] == answers[1]
    assert mails[0] == mails[1]


def form_of(client, values):
    response = client.get("/free-consultation/")
    form = response.context["form"]
    hidden = {field.html_name: field.value() or "" for field in form.hidden_fields()}
    return hidden | values


def neutral(page: str, request) -> str:
    """The page without the parts that differ per visit: the reference, in any notation, and tokens."""
    assert request.reference in page
    parts = request.reference.split("-")
    for form in ("-".join(parts), "".join(parts), " ".join(parts), " ".join("".join(parts))):
        page = page.replace(form, "REFERENCE")
    return re.sub(r"[\w.:+/-]{30,}", "TOKEN", page)


# --- Checks by the worker ---------------------------------------------------------------------------


def test_party_that_is_added_later_is_met_by_open_requests_only(send):
    old = timezone.now() - timedelta(hours=2)
    request = send(full_name=ZEBRA, now=old)
    closed = Request(full_name=ZEBRA, status=Status.DECLINED, conflict_checked_at=old)
    PartyFactory(name=ZEBRA)
    assert checks.check_due() == 1
    assert (state_of(request), state_of(closed)) == ("open", "clear")


def test_staff_are_told_once_and_without_a_word_of_it(send, site, staff):
    staff("intake")
    request = send(full_name=ZEBRA, now=timezone.now() - timedelta(hours=2))
    OutgoingMessage.objects.all().delete()
    PartyFactory(name=ZEBRA)
    for _ in range(3):
        checks.check_due()
    message = OutgoingMessage.objects.get()
    assert (message.kind, message.request) == ("staff_conflict", request)
    outbox.send_due()
    [sent] = mail.outbox
    assert request.reference in sent.subject + sent.body
    assert not [word for word in ZEBRA.split() if word in f"{sent.subject}{sent.body}{sent.alternatives}"]


def test_mail_is_not_sent_when_somebody_has_decided_meanwhile(send, site, staff):
    user = staff("intake")
    request = send(full_name=ZEBRA, now=timezone.now() - timedelta(hours=2))
    OutgoingMessage.objects.all().delete()
    PartyFactory(name=ZEBRA)
    checks.check_due()
    checks_cleared(request, user)
    outbox.send_due()
    assert mail.outbox == []


def test_first_check_sends_no_mail_of_its_own(send, staff):
    staff("intake")
    PartyFactory(name=ZEBRA)
    send(full_name=ZEBRA)
    assert not OutgoingMessage.objects.filter(kind="staff_conflict").exists()


def test_check_comes_to_rest(send):
    """Long after the last change of the register nothing is due; a day later every open request is, once."""
    send(full_name=ZEBRA)
    later = timezone.now() + checks.MARGIN + timedelta(seconds=5)
    assert checks.check_due(later) == 1
    assert checks.check_due(later) == 0
    assert checks.check_due(later + checks.FRESH_FOR + timedelta(seconds=1)) == 1


def test_party_whose_transaction_was_open_during_the_check_is_met():
    """It was written before the check and committed after it."""
    now = timezone.now()
    request = Request(full_name=ZEBRA, conflict_checked_at=now)
    party = PartyFactory(name=ZEBRA)
    Party.objects.filter(pk=party.pk).update(changed_at=now - timedelta(seconds=20))
    assert checks.check_due(now + timedelta(seconds=30)) == 1
    assert state_of(request) == "open"


def test_scheduled_request_stays_and_shouts(client, staff):
    request = Request(status=Status.SCHEDULED, full_name=ZEBRA, conflict_checked_at=timezone.now())
    PartyFactory(name=ZEBRA)
    checks.check_due()
    request.refresh_from_db()
    assert (request.status, request.conflict_state) == (Status.SCHEDULED, "open")
    client.force_login(staff("intake"))
    page = client.get(f"/admin/consultations/{request.pk}/").content.decode()
    assert "The conflict check has changed since" in page


def test_batch_is_bounded_and_begins_with_the_oldest(monkeypatch):
    monkeypatch.setattr(checks, "BATCH", 2)
    old = timezone.now() - timedelta(days=3)
    later = [Request(conflict_checked_at=old + timedelta(hours=number)) for number in (3, 1, 2)]
    never = Request(conflict_state="unchecked")
    assert checks.check_due() == 2
    checked = ConsultationRequest.objects.filter(conflict_checked_at__gt=timezone.now() - timedelta(minutes=5))
    assert set(checked) == {never, later[1]}


@pytest.mark.parametrize("count", [1, 6])
def test_queries_do_not_grow_with_the_matches(count, django_assert_max_num_queries):
    PartyFactory.create_batch(count, name=ZEBRA)
    request = Request(full_name=ZEBRA)
    with django_assert_max_num_queries(15):
        assert len(checks.check(request)) == count


# --- Merging ----------------------------------------------------------------------------------------


def test_target_is_checked_with_the_names_of_both(staff):
    PartyFactory(name=LYNX)
    target, other = Request(full_name=ZEBRA), Request(full_name=MOSS, other_parties=LYNX)
    merge(other.pk, into=target.pk, by=staff("intake"))
    assert (state_of(target), hits_of(target)) == ("open", [("other_parties", LYNX, LYNX, "client")])


def test_parties_of_what_was_merged_are_left_out(staff):
    target, other = Request(full_name=ZEBRA), Request(full_name=ZEBRA)
    for one in (target, other):
        register.enter(one)
    merge(other.pk, into=target.pk, by=staff("intake"))
    assert state_of(target) == "clear"


def test_flag_goes_along_with_the_merge(staff):
    target, other = Request(), Request(conflict_state="flagged")
    merge(other.pk, into=target.pk, by=staff("intake"))
    assert state_of(target) == "flagged"


def test_correction_of_a_merged_request_is_checked_where_it_went_to(send, staff):
    PartyFactory(name=LYNX)
    token, target = uuid.uuid4(), Request(full_name=MOSS)
    request = send(token, full_name=ZEBRA, phone="347-555-0177")
    merge(request.pk, into=target.pk, by=staff("intake"))
    send(token, full_name=ZEBRA, phone="347-555-0177", other_parties=LYNX)
    assert (state_of(request), state_of(target)) == ("clear", "open")


# --- At rest ---------------------------------------------------------------------------


def test_neither_audit_trail_nor_timeline_has_a_name(send):
    PartyFactory(name=ZEBRA, matter=MOSS)
    send(full_name=ZEBRA, other_parties=LYNX)
    told = [entry.facts for entry in AuditEntry.objects.all()] + [event.facts for event in RequestEvent.objects.all()]
    assert not [word for name in (ZEBRA, LYNX, MOSS) for word in name.split() if word in str(told)]
    assert AuditEntry.objects.filter(action=AuditAction.CHANGED, facts__doing="conflict_check").count() == 1


def test_erased_party_leaves_no_name_in_the_matches_of_others():
    hit = HitFactory()
    checks.forget_found([hit.party_id])
    assert ConflictHit.objects.get().found == ""


def test_no_name_is_passed_over_when_several_long_lists_are_merged():
    PartyFactory(name=LYNX)
    target = Request(full_name=MOSS)
    for lot in "abc":
        others = "\n".join([*(f"Quokka{lot}{number} Bilby{lot}{number}" for number in range(49)), LYNX])
        Request(status=Status.MERGED, merged_into=target, other_parties=others if lot == "c" else others[: -len(LYNX)])
    checks.check(target)
    assert LYNX in {hit.found for hit in target.conflict_hits.all()}


def test_register_follows_who_becomes_a_client(send, staff):
    request, owner = send(full_name=ZEBRA), staff("owner")
    ConsultationRequest.objects.filter(pk=request.pk).update(first_contact_at=timezone.now())
    for to in (Status.CONTACTED, Status.CONSULTED, Status.RETAINED):
        requests.move(request.pk, to=to, by=owner, reason="x")
    assert Party.objects.get(request=request).role == "client"
    requests.move(request.pk, to=Status.CONSULTED, by=owner, reason="x")
    assert Party.objects.get(request=request).role == "prospective"
