"""What happened, in words; and what the visitor had sent before."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consultations.actions import requests
from consultations.actions.merging import merge
from consultations.audit import record
from consultations.case.timeline import LOOKS, SHOWN, history_of, looks_at
from consultations.intake.receive import receive
from consultations.models import AuditAction, EventKind, RequestEvent, Screen
from consultations.workflow import Status
from tests.consultations.calendar.cases import CalendarFactory, booked, wall
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db

SENT = {
    "full_name": "Jane Sample",
    "phone": "+12125550142",
    "email": "",
    "preferred_contact": "phone",
    "best_time": "Mornings",
    "relationship": "self",
    "person_in_need": "",
    "practice_area": None,
    "attorney": None,
    "in_custody": False,
    "court_date": None,
    "court": "",
    "other_parties": "",
    "message": "First.",
    "sms_consent": False,
}


@pytest.fixture
def intake(staff):
    return staff("intake")


@pytest.fixture
def manager(staff):
    return staff("intake_manager")


def titles(request, user) -> list[str]:
    request.refresh_from_db()
    return [line.title for line in history_of(request, user).lines]


# --- What is not told -------------------------------------------------------------------------------


def test_nothing_happened(intake):
    history = history_of(Request(), intake)
    assert (history.lines, history.before, history.linked) == ([], {}, set())


@pytest.mark.parametrize("link", ["follows", "follow_up", "merged", "merged_into", "event"])
def test_request_that_the_viewer_is_screened_from_is_not_named(intake, link):
    other, request = Request(), Request()
    if link == "follows":
        request.follows = other
    if link == "follow_up":
        other.follows = request
    if link == "merged":
        other.status, other.merged_into, other.closed_at = Status.MERGED, request, timezone.now()
    if link == "merged_into":
        request.status, request.merged_into, request.closed_at = Status.MERGED, other, timezone.now()
    other.save()
    request.save()
    facts = {"request": other.pk, "reference": other.reference}
    RequestEvent.objects.create(request=request, kind=EventKind.FOLLOWED, facts=facts)
    assert history_of(request, intake).linked == (set() if link == "event" else {other.pk})
    assert history_of(request, intake).lines[0].link == other
    Screen.objects.create(request=other, user=intake)
    history = history_of(request, intake)
    assert history.linked == set()
    assert history.lines[0].link is None
    assert other.reference not in str(history.lines)


# --- What is told -----------------------------------------------------------------------------------


def test_every_kind_of_event_has_words(intake):
    request = Request()
    for kind in EventKind.values:
        RequestEvent.objects.create(request=request, kind=kind)
    lines = history_of(request, intake).lines
    assert len(lines) == len(EventKind.values)
    assert all(line.title and line.who and "None" not in line.title for line in lines)
    assert {line.title for line in lines}.isdisjoint(EventKind.values)


def test_newest_comes_first(intake):
    request, now = Request(), timezone.now()
    for hours in (1, 3, 2):
        requests.add_note(request.pk, text=f"{hours} h ago", by=intake, now=now - timedelta(hours=hours))
    assert [line.text for line in history_of(request, intake).lines] == ["1 h ago", "2 h ago", "3 h ago"]


def test_work_in_words(intake, manager):
    request = Request()
    requests.assign(request.pk, to=intake, by=manager)
    requests.log_contact(request.pk, channel="call", outcome="no_answer", by=intake)
    requests.log_contact(request.pk, channel="call", outcome="spoke", by=intake, text="Friendly.")
    day, now = wall(2027, 3, 2, 15, 0), wall(2027, 3, 1, 9, 0)
    booked(intake, CalendarFactory(name="Ada Sample"), day, request=request, now=now)
    requests.assign(request.pk, to=None, by=manager, now=now)
    assert titles(request, intake) == [
        "Taken from intake; nobody’s now",
        "Contacted → Scheduled for Tuesday, March 2, 2027, 3:00 PM",
        "An appointment with Ada Sample was made: Tuesday, March 2, 2027, 3:00 PM, 30 minutes, by telephone",
        "New → Contacted",
        "Telephone to the person: spoke",
        "Telephone to the person: no answer",
        "Assigned to intake",
    ]


def test_screens_in_words(intake, manager):
    request = Request()
    colleague = make_user("bea", first_name="Bea", last_name="Sample")
    requests.screen(request.pk, user=colleague, by=manager)
    requests.unscreen(request.pk, user=colleague, by=manager)
    assert titles(request, intake) == ["Ethical wall for Bea Sample removed", "Ethical wall set up for Bea Sample"]


def test_account_that_is_gone(intake, manager):
    request = Request()
    gone = make_user("gone", permissions=("access_admin",))
    requests.assign(request.pk, to=gone, by=manager)
    requests.add_note(request.pk, text="Mine", by=intake)
    gone.delete()
    RequestEvent.objects.filter(kind=EventKind.NOTED).update(actor=None)
    note, assigned = history_of(request, manager).lines
    assert (note.who, assigned.title) == ("A former colleague", "Assigned to a former colleague")


def test_reason_is_told(intake):
    request = Request()
    requests.move(request.pk, to=Status.DECLINED, reason="Too far.\n\nReally.", by=intake)
    assert history_of(request, intake).lines[0].text == "Too far.\n\nReally."


def test_matter_before_and_after(intake):
    request = Request(court="Court X")
    requests.change_matter(request.pk, in_custody=True, court_date=None, court="Court Y", by=intake)
    line = history_of(request, intake).lines[0]
    told = [(change["label"], change["before"], change["after"]) for change in line.changes]
    assert told == [("In custody", "No", "Yes"), ("Court", "Court X", "Court Y")]


def test_corrections_of_the_visitor(site, intake):
    token = uuid.uuid4()
    for values in (SENT, SENT | {"message": "Second."}, SENT | {"message": "Third.", "phone": "+12125550177"}):
        request = receive(values, page=site.page, token=token)
    history = history_of(request, intake)
    assert history.before == {"message": ("Second.", "First."), "phone": ("212-555-0142",)}
    assert [line.title for line in history.lines] == ["Sent again with changes"] * 2 + ["Request received"]
    assert {line.who for line in history.lines} == {"The visitor"}
    changes = [(change["label"], change["before"], change["after"]) for change in history.lines[0].changes]
    assert changes == [("Telephone", "212-555-0142", "212-555-0177"), ("Message", "Second.", "Third.")]


def test_fields_that_are_emptied_are_told_as_such(site, intake):
    token = uuid.uuid4()
    receive(SENT, page=site.page, token=token)
    request = receive(
        SENT | {"message": "", "court_date": timezone.datetime(2099, 3, 2).date()}, page=site.page, token=token
    )
    changes = [
        (change["label"], change["before"], change["after"]) for change in history_of(request, intake).lines[0].changes
    ]
    assert changes == [("Court date", "Not said", "Monday, March 2, 2099"), ("Message", "First.", "Not said")]


def test_merged_requests_are_linked_both_ways(intake):
    request, other = Request(), Request()
    merge(request.pk, into=other.pk, by=intake)
    request.refresh_from_db()
    here, there = history_of(request, intake), history_of(other, intake)
    assert (here.merged_into, there.merged) == ([other], [request])
    assert (here.lines[0].title, here.lines[0].link) == ("New → Merged", other)
    assert (there.lines[0].title, there.lines[0].link) == ("Another request was merged into this one", request)


def test_long_ones_are_folded(intake):
    request = Request()
    for number in range(SHOWN + 1):
        RequestEvent.objects.create(request=request, kind=EventKind.NOTED, text=str(number))
    history = history_of(request, intake)
    assert (len(history.recent), [line.text for line in history.older]) == (SHOWN, ["0"])


def test_queries_do_not_grow(intake, manager):
    request, counts = Request(), []
    for number in (3, 12):
        for index in range(number):
            colleague = make_user(f"one-{number}-{index}", permissions=("access_admin",))
            requests.assign(request.pk, to=colleague, by=manager)
            Request(follows=request)
            facts = {"request": Request().pk}
            RequestEvent.objects.create(request=request, kind=EventKind.FOLLOWED, facts=facts)
        viewer = type(intake).objects.get(pk=intake.pk)
        viewer.has_perm("warm")
        with CaptureQueriesContext(connection) as asked:
            assert len(history_of(request, viewer).lines) >= number
        counts.append(len(asked))
    assert counts == [4, 4]


# --- Who looked -------------------------------------------------------------------------------------


def test_looks_in_words(intake):
    request = Request()
    record.record(AuditAction.VIEWED, by=intake, request=request)
    record.refused(intake, request.pk, doing="move", why="stale")
    record.record(AuditAction.CHANGED, request=request, doing="receive")
    record.record(AuditAction.VIEWED, by=intake, request=Request())
    told = [(line.who, line.title) for line in looks_at(request, intake)]
    assert told == [
        ("The website", f"Received {request}"),
        ("intake", f"Was refused moving {request}: somebody was quicker"),
        ("intake", f"Opened {request}"),
    ]


def test_no_more_looks_than_are_asked_for(intake):
    request = Request()
    for _ in range(LOOKS + 1):
        record.record(AuditAction.VIEWED, by=intake, request=request)
    assert len(looks_at(request, intake)) == LOOKS
