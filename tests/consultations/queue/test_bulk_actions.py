import re

import pytest
from django.contrib.messages import get_messages

from consultations.models import AuditAction, AuditEntry, ConsultationRequest, EventKind, RequestEvent, Screen
from consultations.queue.bulk_actions import MOST, offered_moves
from consultations.workflow import Status
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db
LIST = "/admin/consultations/"
BULK = f"{LIST}bulk/"


@pytest.fixture
def intake(client, staff):
    user = staff("intake")
    client.force_login(user)
    return user


@pytest.fixture
def told(client, intake):
    """Press a button for requests (or numbers); return what the person is told."""

    def press(do: str, *picked, **values) -> list[str]:
        numbers = [getattr(one, "pk", one) for one in picked]
        response = client.post(BULK, {"do": do, "pick": numbers} | values)
        assert response.status_code == 302
        return [re.sub(r"\s+", " ", str(message)).strip() for message in get_messages(response.wsgi_request)]

    return press


def standing(*requests) -> list[tuple]:
    found = ConsultationRequest.objects.in_bulk([one.pk for one in requests])
    return [(found[one.pk].status, found[one.pk].assignee_id) for one in requests]


UNTOUCHED = (Status.NEW, None)


# --- Refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_by_post(client, intake, method):
    assert getattr(client, method)(BULK).status_code == 405


@pytest.mark.parametrize(
    ("do", "values", "words"),
    [
        ("", {}, "Choose what to do"),
        ("delete", {}, "Choose what to do"),
        ("assign", {}, "Choose a person from the list"),
        ("assign", {"assignee": "999999"}, "Choose a person from the list"),
        ("assign", {"assignee": "x\x00"}, "Choose a person from the list"),
        ("move", {}, "Choose a status from the list"),
        ("move", {"to": "lost"}, "Choose a status from the list"),
        ("quarantine", {}, "Write down the reason"),
        ("quarantine", {"reason": " \n "}, "Write down the reason"),
        ("move", {"to": "declined"}, "Write down the reason"),
        ("move", {"to": "scheduled"}, "cannot go there"),
        ("move", {"to": "merged"}, "cannot go there"),
        ("move", {"to": "retained"}, "cannot go there"),
        ("move", {"to": "contacted"}, "Log the call or the message first"),
    ],
)
def test_what_is_unclear_or_forbidden_changes_nothing(told, do, values, words):
    request = Request()
    [said] = told(do, request, **values)
    assert words in said
    assert standing(request) == [UNTOUCHED]


def test_nothing_ticked(told):
    assert told("assign", assignee="none") == ["Nothing was changed. Tick the requests first."]


def test_more_than_the_most_are_refused_as_a_whole(told, intake):
    request = Request()
    [said] = told("assign", request, *range(1_000_000, 1_000_000 + MOST), assignee=str(intake.pk))
    assert "at most 200" in said
    assert standing(request) == [UNTOUCHED]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.facts) == (
        AuditAction.REFUSED,
        {"doing": "bulk", "why": "too_many", "number": MOST + 1},
    )


def test_the_most_are_done(told, intake):
    request = Request()
    missing = range(1_000_000, 1_000_000 + MOST - 1)
    assert told("assign", request, *missing, assignee=str(intake.pk))[0].startswith("1 request assigned")


@pytest.mark.parametrize("number", ["999999", "9" * 40, "-1", "x", "١", "", "1 OR 1=1", "\x00"])
def test_what_does_not_exist_is_not_found(told, intake, number):
    request = Request()
    said = told("assign", request, number, assignee=str(intake.pk))
    assert said == ["1 request assigned to intake.", "1 request could not be found."]


def test_a_request_out_of_sight_is_not_found_and_nothing_more_is_told(told, intake):
    hidden, seen = Request(reference="K7MW-3QFP"), Request()
    Screen.objects.create(request=hidden, user=intake)
    said = told("assign", hidden, seen, 999_999, assignee=str(intake.pk))
    assert said == ["1 request assigned to intake.", "2 requests could not be found."]
    assert standing(hidden, seen) == [UNTOUCHED, (Status.NEW, intake.pk)]


def test_nobody_is_given_what_they_are_screened_off_from(told, staff):
    colleague = make_user("colleague", group="Intake")
    walled, free = Request(reference="K7MW-3QFP"), Request()
    Screen.objects.create(request=walled, user=colleague)
    said = told("assign", walled, free, assignee=str(colleague.pk))
    assert said == [
        "1 request assigned to colleague.",
        "Not changed: K7MW-3QFP. You cannot give it to that person.",
    ]
    assert standing(walled, free) == [UNTOUCHED, (Status.NEW, colleague.pk)]


def test_intake_staff_cannot_give_to_those_outside_the_intake(told, staff):
    editor, request = staff("editor"), Request()
    assert told("assign", request, assignee=str(editor.pk)) == ["Nothing was changed. Choose a person from the list."]
    assert standing(request) == [UNTOUCHED]


def test_what_somebody_else_has_moved_meanwhile_stays(told):
    quick, slow = Request(in_review=True), Request()
    values = {f"seen-{quick.pk}": "new", f"seen-{slow.pk}": "new", "reason": "Not our field."}
    said = told("move", quick, slow, to="declined", **values)
    assert said[0] == "1 request moved to “Declined”."
    assert "somebody was quicker" in said[1]
    assert [status for status, _ in standing(quick, slow)] == [Status.IN_REVIEW, Status.DECLINED]


def test_managing_moves_take_the_permission_to_manage(told):
    request = Request(status=Status.CONFLICT)
    [said] = told("move", request, to="in_review", reason="Cleared.")
    assert "not permitted" in said
    assert standing(request) == [(Status.CONFLICT, None)]


# --- What is done -------------------------------------------------------------------------------------


def test_assigning(told, intake):
    requests = Request.create_batch(3)
    assert told("assign", *requests, assignee=str(intake.pk)) == ["3 requests assigned to intake."]
    assert standing(*requests) == [(Status.NEW, intake.pk)] * 3
    assert RequestEvent.objects.filter(kind=EventKind.ASSIGNED, actor=intake).count() == 3
    assert AuditEntry.objects.filter(action=AuditAction.CHANGED, actor_id=intake.pk).count() == 3


def test_taking_away(told, intake):
    request = Request(assignee=intake)
    assert told("assign", request, assignee="none") == ["1 request assigned to nobody."]
    assert standing(request) == [UNTOUCHED]


def test_moving(told):
    requests = Request.create_batch(2)
    assert told("move", *requests, to="in_review") == ["2 requests moved to “In review”."]
    assert [status for status, _ in standing(*requests)] == [Status.IN_REVIEW] * 2


def test_quarantine_keeps_the_reason_with_each_request(told, intake):
    requests = Request.create_batch(2)
    assert told("quarantine", *requests, reason="Same text from one sender.") == ["2 requests put into quarantine."]
    assert [status for status, _ in standing(*requests)] == [Status.QUARANTINE] * 2
    assert [event.text for event in RequestEvent.objects.all()] == ["Same text from one sender."] * 2


def test_the_message_names_what_was_not_done_with_its_reason_once(told):
    new, held, gone = Request(), Request(quarantined=True), Request(declined=True)
    other = Request(declined=True)
    said = told("quarantine", new, held, gone, other, reason="Spam.")
    assert said[0] == "1 request put into quarantine."
    assert said[1] == f"Not changed: {held}. From “Quarantine” it cannot go there."
    assert said[2] == f"Not changed: {gone}, {other}. From “Declined” it cannot go there."
    assert len(said) == 3


def test_ticked_twice_is_done_once(told, intake):
    request = Request()
    assert told("assign", request, request, assignee=str(intake.pk)) == ["1 request assigned to intake."]


# --- Where it leads, and what is offered --------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "led_to"),
    [
        (f"{LIST}?set=overdue&p=2", f"{LIST}?set=overdue&p=2"),
        ("", LIST),
        ("https://evil.example/", LIST),
        ("//evil.example", LIST),
        ("javascript:alert(1)", LIST),
    ],
)
def test_it_leads_back_to_the_list_and_nowhere_else(client, intake, given, led_to):
    assert client.post(BULK, {"do": "assign", "next": given})["Location"] == led_to


def test_the_list_offers_boxes_with_names_and_the_address_to_come_back_to(client, intake):
    request = Request()
    page = client.get(f"{LIST}?set=all").content.decode()
    assert f'name="pick" value="{request.pk}" aria-label="Select {request.reference}"' in page
    assert f'name="seen-{request.pk}" value="new"' in page
    assert 'name="next" value="/admin/consultations/?set=all"' in page
    assert "Select all on this page" in page


def test_only_those_are_offered_who_may_get_it(client, intake, staff):
    Request()
    staff("editor")
    staff("intake_manager")
    offered = client.get(LIST).content.decode().split('id="bulk-assignee"')[1].split("</select>")[0]
    assert re.findall(r">([^<]+)</option>", offered) == ["Choose a person", "Nobody", "intake", "intake_manager"]


def test_an_empty_list_offers_nothing(client, intake):
    assert 'name="pick"' not in client.get(LIST).content.decode()


def test_what_is_offered_follows_from_the_states_on_the_page(staff):
    intake, manager = staff("intake"), staff("intake_manager")
    assert [code for code, _ in offered_moves(intake, {"new"})] == [
        "in_review", "declined", "referred", "not_reached", "conflict"
    ]  # fmt: skip
    assert offered_moves(intake, {"quarantine"}) == [
        ("new", "New (release from quarantine)"),
        ("declined", "Declined (with a reason)"),
    ]
    assert offered_moves(intake, {"retained"}) == []
    assert offered_moves(manager, {"retained"}) == [("consulted", "Consulted (with a reason)")]
