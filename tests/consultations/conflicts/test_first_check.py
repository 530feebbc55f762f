"""The first check of a request after it has arrived, and the statements that sending the form costs."""

import re
import uuid

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consultations.actions import requests as actions_requests
from consultations.actions.merging import merge
from consultations.conflicts import checks, first_check, lookup, register, search
from consultations.conflicts.first_check import Arrivals
from consultations.intake.forms import ConsultationForm
from consultations.intake.receive import receive
from consultations.models import (
    AuditEntry,
    ConsultationRequest,
    IntakeSettings,
    OutgoingMessage,
    Party,
    RequestEntry,
    RequestEvent,
    Screen,
)
from consultations.workflow import Status
from firm.models import Attempt
from tests.consultations.conflicts.parties import PartyFactory
from tests.consultations.factories import ConsultationRequestFactory

FORM, ZEBRA, LYNX = "/free-consultation/", "Zebrawine Okapistone", "Lynxfield Ottershore"
WRITING = re.compile(r"\s*(INSERT|UPDATE|DELETE)")
pytestmark = pytest.mark.django_db


def waiting(**values) -> ConsultationRequest:
    return ConsultationRequestFactory(conflict_state="unchecked", **values)


def state_of(request) -> str:
    return ConsultationRequest.objects.values_list("conflict_state", flat=True).get(pk=request.pk)


def names_of(request) -> set[str]:
    return {party.name for party in Party.objects.filter(request=request)}


@pytest.fixture
def broken(monkeypatch):
    """The search fails for one of the names."""
    find = search.find

    def fail(names, **kwargs):
        names = list(names)
        if ZEBRA in names:
            raise RuntimeError(ZEBRA)
        return find(names, **kwargs)

    monkeypatch.setattr(search, "find", fail)


# --- What sending costs -------------------------------------------------------------------------------


@pytest.fixture
def statements(site, client, staff):
    """Return the statements of one visit: opening the form, sending it, and the thank-you page."""
    for role in ("owner", "intake", "intake_manager"):
        staff(role)

    def visit(**typed) -> dict[str, list[str]]:
        found = {}

        def ask(name, act):
            with CaptureQueriesContext(connection) as caught:
                response = act()
            found[name] = [query["sql"] for query in caught]
            return response

        page = ask("form", lambda: client.get(FORM))
        hidden = {field.html_name: field.value() or "" for field in page.context["form"].hidden_fields()}
        sent = hidden | {"full_name": ZEBRA, "phone": "212-555-0142", "email": "z@example.com", "acknowledge": "on"}
        answer = ask("sent", lambda: client.post(FORM, sent | typed))
        assert answer.status_code == 303
        assert ask("after", lambda: client.get(answer["Location"])).status_code == 200
        return found

    visit()
    return visit


def test_sending_the_form_takes_few_statements(statements):
    found = statements(
        other_parties="\n".join(f"Quokka{number} Bilby{number}" for number in range(20)), message="x" * 900
    )
    assert {name: len(asked) for name, asked in found.items()} == {"form": 2, "sent": 18, "after": 3}


def test_nothing_is_read_while_the_database_is_locked(statements):
    """From the first statement of the transaction to its end there are only bulk writes."""
    sent = statements()["sent"]
    first = next(place for place, asked in enumerate(sent) if WRITING.match(asked))
    last = max(place for place, asked in enumerate(sent) if WRITING.match(asked))
    within = sent[first : last + 1]
    tables = [re.search(r"(?:consultations|firm)_(\w+)", asked)[1] for asked in within if WRITING.match(asked)]
    assert tables == [
        "consultationrequest", "requestevent", "auditentry", "requestentry", "outgoingmessage", "attempt"
    ]  # fmt: skip
    assert [asked for asked in within if not WRITING.match(asked) and "SAVEPOINT" not in asked] == []


@pytest.mark.parametrize("fields", ["practice_area", "attorney"])
def test_a_choice_costs_one_statement(statements, fields):
    assert len(statements(**{fields: {"practice_area": "fraud", "attorney": "ada"}[fields]})["sent"]) == 19


def test_more_staff_cost_no_more(statements, staff):
    before = len(statements()["sent"])
    for number in range(5):
        staff(f"more{number}", "view_consultationrequest")
    assert len(statements()["sent"]) == before
    assert (
        OutgoingMessage.objects.filter(request=ConsultationRequest.objects.latest("pk"), kind="staff_new").count() == 8
    )


def test_everything_is_there_when_the_visitor_is_thanked(statements):
    statements()
    request = ConsultationRequest.objects.latest("pk")
    assert [event.kind for event in request.events.all()] == ["received"]
    assert request.follows.events.filter(kind="followed", facts__request=request.pk).count() == 1
    assert AuditEntry.objects.filter(request_id=request.pk, facts__doing="receive").count() == 1
    kinds = OutgoingMessage.objects.filter(request=request).values_list("kind", flat=True)
    assert sorted(kinds) == ["person_receipt", *["staff_new"] * 3]
    assert ConsultationRequest.objects.matching("okapi zebra").filter(pk=request.pk).exists()
    assert Attempt.objects.count() == 2


@pytest.mark.parametrize(
    "failing", ["RequestEvent.objects.bulk_create", "RequestEntry.objects.enter", "OutgoingMessage.objects.bulk_create"]
)
def test_a_failing_step_leaves_nothing(site, client, given, monkeypatch, failing):
    model, manager, name = failing.split(".")
    monkeypatch.setattr(getattr(globals()[model], manager), name, lambda *args, **kwargs: 1 / 0)
    assert client.post(FORM, given(email="z@example.com")).status_code == 503
    assert not ConsultationRequest.objects.exists()
    for left in (RequestEvent, RequestEntry, AuditEntry, OutgoingMessage, Attempt):
        assert not left.objects.exists()


def test_a_counter_that_the_database_refuses_loses_no_request(site, client, given, monkeypatch):
    monkeypatch.setattr(Attempt.objects, "create", lambda **values: connection.cursor().execute("INSERT INTO nowhere"))
    assert client.post(FORM, given()).status_code == 303
    assert ConsultationRequest.objects.count() == 1


# --- The worker -----------------------------------------------------------------------------------------


def test_request_waits_with_its_gate_closed_until_the_worker_comes(site, client, given):
    PartyFactory(name=ZEBRA)
    client.post(FORM, given(full_name=ZEBRA))
    request = ConsultationRequest.objects.get()
    assert (state_of(request), names_of(request), checks.is_waiting(request)) == ("unchecked", set(), True)
    assert Arrivals().check() == 1
    assert (state_of(request), names_of(request)) == ("open", {ZEBRA})


def test_those_who_came_first_are_checked_first():
    """So one side is in the register when the other one is checked."""
    first, second = waiting(full_name=ZEBRA, other_parties=LYNX), waiting(full_name=LYNX)
    assert Arrivals().check() == 2
    assert (state_of(first), state_of(second)) == ("clear", "open")


def test_run_is_bounded_and_the_next_one_goes_on(monkeypatch):
    monkeypatch.setattr(first_check, "BATCH", 2)
    requests, worker = [waiting() for _ in range(3)], Arrivals()
    assert [worker.check(), worker.check(), worker.check()] == [2, 1, 0]
    assert {state_of(request) for request in requests} <= {"clear", "open"}


def test_what_fails_holds_up_nobody_and_is_tried_again_by_the_minute(broken, monkeypatch, caplog):
    monkeypatch.setattr(first_check, "BATCH", 1)
    bad, good, worker = waiting(full_name=ZEBRA), waiting(), Arrivals()
    assert [worker.check(), worker.check(), worker.check()] == [0, 1, 0]
    assert (state_of(bad), state_of(good)) == ("unchecked", "clear")
    assert ZEBRA not in caplog.text
    monkeypatch.undo()
    assert checks.check_due() >= 1
    assert (state_of(bad), names_of(bad)) == ("clear", {ZEBRA})


def test_quarantine_is_left_alone():
    waiting(status=Status.QUARANTINE)
    assert Arrivals().check() == 0
    assert not Party.objects.exists()


def test_search_before_the_lock_does_not_hold_for_other_names(monkeypatch):
    """The names are corrected between the search and its use."""
    request = waiting(full_name=ZEBRA)
    PartyFactory(name=LYNX)
    look_up = lookup.look_up

    def late(asked):
        found = look_up(asked)
        changed = ConsultationRequest.objects.get(pk=asked.pk)
        changed.full_name = LYNX
        changed.save()
        return found

    monkeypatch.setattr(checks, "look_up", late)
    assert checks.check_first(request.pk)
    assert (state_of(request), names_of(request)) == ("open", {LYNX})


# --- Before the worker ----------------------------------------------------------------------------------


def test_request_is_checked_when_staff_open_it(client, staff):
    PartyFactory(name=ZEBRA)
    request = waiting(full_name=ZEBRA)
    client.force_login(staff("intake"))
    page = client.get(f"/admin/consultations/{request.pk}/").content.decode()
    assert (state_of(request), names_of(request)) == ("open", {ZEBRA})
    assert "Matches to look at" in page


def test_opening_what_cannot_be_checked_shows_it_as_it_is(client, staff, broken):
    request = waiting(full_name=ZEBRA)
    client.force_login(staff("intake"))
    response = client.get(f"/admin/consultations/{request.pk}/")
    assert (response.status_code, state_of(request)) == (200, "unchecked")


@pytest.mark.parametrize("who", ["screened", "attorney", "editor"])
def test_whoever_may_not_see_it_has_nothing_checked(client, staff, who):
    request = waiting(full_name=ZEBRA)
    user = staff({"screened": "intake", "attorney": "lawyer", "editor": "editor"}[who])
    if who == "screened":
        Screen.objects.create(request=request, user=user)
    client.force_login(user)
    assert client.get(f"/admin/consultations/{request.pk}/").status_code in {302, 403, 404}
    assert (state_of(request), names_of(request)) == ("unchecked", set())


def test_page_after_the_form_offers_times_at_once(site, client, given):
    IntakeSettings.objects.create(offers_times=True)
    response = client.post(FORM, given(full_name=ZEBRA))
    client.get(response["Location"])
    assert state_of(ConsultationRequest.objects.get()) == "clear"


def test_page_after_the_form_leaves_a_crowd_to_the_worker(site, client, given):
    IntakeSettings.objects.create(offers_times=True)
    crowd = [waiting() for _ in range(first_check.FEW)]
    response = client.post(FORM, given(full_name=ZEBRA))
    client.get(response["Location"])
    assert {state_of(one) for one in (*crowd, ConsultationRequest.objects.latest("pk"))} == {"unchecked"}


@pytest.mark.parametrize("to", [Status.DECLINED, Status.CONFLICT, Status.NOT_REACHED])
def test_names_of_one_that_ends_before_its_check_enter_the_register(staff, to):
    request = waiting(full_name=ZEBRA)
    actions_requests.move(request.pk, to=to, by=staff("owner"), reason="Known to us.")
    assert names_of(request) == {ZEBRA}


def test_one_that_goes_into_quarantine_before_its_check_leaves_no_name(staff):
    request = waiting(full_name=ZEBRA)
    actions_requests.move(request.pk, to=Status.QUARANTINE, by=staff("owner"), reason="A test.")
    assert names_of(request) == set()


def test_one_that_is_merged_before_its_check_brings_its_names(staff):
    request, target = waiting(full_name=ZEBRA), waiting(full_name=LYNX)
    merge(request.pk, into=target.pk, by=staff("owner"))
    assert (names_of(request), names_of(target)) == ({ZEBRA}, {LYNX})


def test_one_that_is_erased_before_its_check_leaves_tombstones():
    request = waiting(full_name=ZEBRA)
    with transaction.atomic():
        assert checks.bury(request) == 1
    party = Party.objects.get()
    assert (party.is_buried, party.name) == (True, "")


def test_correction_before_the_check_is_what_is_checked(site, given):
    token = uuid.uuid4()
    for name in (ZEBRA, LYNX):
        form = ConsultationForm(given(full_name=name), page=site.page)
        assert form.is_valid()
        request = receive(form.cleaned_data, page=site.page, token=token, now=timezone.now())
    Arrivals().check()
    assert names_of(request) == {LYNX}


def test_register_takes_the_names_of_a_request_in_one_go(django_assert_max_num_queries):
    few = waiting(full_name=ZEBRA)
    many = waiting(full_name=LYNX, other_parties="\n".join(f"Quokka{n} Bilby{n}" for n in range(30)))
    for request in (few, many):
        with django_assert_max_num_queries(12):
            register.enter(request)
    assert len(names_of(many)) == 31
