"""Every button of the request screen: who may press it, what it does, and how a refusal comes back."""

import uuid
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from consultations.actions import requests
from consultations.models import AuditAction, AuditEntry, ConsultationRequest, RequestEvent, Screen
from consultations.workflow import Status
from tests.consultations.calendar.cases import CalendarFactory, noon
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db
LIST = "/admin/consultations/"
BUTTONS = ["move", "assign", "contact", "note", "matter", "merge", "screen", "unscreen"]
MANAGED = {"screen", "unscreen"}
WORDS = "Secret words of a colleague"


@pytest.fixture
def case():
    """A request; another one to merge it into, and somebody to be screened off, are made with it."""
    request = Request(full_name="Jane Secret", court="Secret court", reference="K7MW-3QFP")
    request.other = Request(reference="B2CD-4FGH", phone="", email="other@example.com")
    request.target = make_user("target")
    return request


@pytest.fixture
def intake(client, staff):
    user = staff("intake")
    client.force_login(user)
    return user


def data_for(button: str, case) -> dict:
    """Return what the form sends when it is filled in."""
    return {
        "move": {"to": Status.DECLINED, "seen": case.status, "reason": WORDS},
        "assign": {},
        "contact": {"contact": "out-call-no_answer", "text": WORDS, "once": uuid.uuid4()},
        "note": {"text": WORDS, "once": uuid.uuid4()},
        "matter": {"in_custody": "on", "court": WORDS, "seen": requests.matter_version(case)},
        "merge": {"reference": "b2cd 4fgh"},
        "screen": {"user": case.target.pk},
        "unscreen": {"user": case.target.pk},
    }[button]


def press(client, button: str, case, **changed):
    return client.post(f"{LIST}{case.pk}/{button}/", data_for(button, case) | changed)


def refused() -> list[tuple]:
    entries = AuditEntry.objects.filter(action=AuditAction.REFUSED).order_by("pk")
    return [(entry.request_id, entry.facts["why"]) for entry in entries]


def is_untouched(case) -> bool:
    """True when nothing has happened to the request."""
    fresh = ConsultationRequest.objects.get(pk=case.pk)
    same = ("status", "assignee_id", "court", "in_custody", "merged_into_id", "first_contact_at")
    return (
        all(getattr(fresh, name) == getattr(case, name) for name in same)
        and not RequestEvent.objects.exists()
        and not AuditEntry.objects.filter(action=AuditAction.CHANGED).exists()
    )


# --- Who may not ------------------------------------------------------------------------------------


@pytest.mark.parametrize("button", BUTTONS)
def test_anonymous(client, case, button):
    assert press(client, button, case)["Location"].startswith("/admin/login/")
    assert is_untouched(case)


@pytest.mark.parametrize("button", BUTTONS)
@pytest.mark.parametrize("role", ["editor", "publisher"])
def test_who_has_nothing_to_do_with_intake(client, staff, case, role, button):
    client.force_login(staff(role))
    for pk in (case.pk, 999_999):
        response = client.post(f"{LIST}{pk}/{button}/", data_for(button, case))
        assert (response.status_code, response["Location"]) == (302, "/admin/")
    assert refused() == [(case.pk, "no_access"), (999_999, "no_access")]
    assert is_untouched(case)


@pytest.mark.parametrize("button", BUTTONS)
@pytest.mark.parametrize("role", ["screened owner", "screened intake", "other attorney"])
def test_out_of_reach_is_like_missing(client, staff, case, role, button):
    user = staff({"screened owner": "owner", "screened intake": "intake", "other attorney": "publisher"}[role])
    if role == "other attorney":
        Request(assignee=user)
    else:
        Screen.objects.create(request=case, user=user)
    client.force_login(user)
    hidden = press(client, button, case)
    missing = client.post(f"{LIST}999999/{button}/", data_for(button, case))
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.content == missing.content
    assert refused() == [(case.pk, "out_of_reach"), (999_999, "out_of_reach")]
    assert is_untouched(case)


@pytest.mark.parametrize("button", BUTTONS)
@pytest.mark.parametrize("held", [(), ("change_consultationrequest",), ("manage_consultationrequest",)], ids=str)
def test_odd_permissions_open_nothing(client, staff, case, held, button):
    client.force_login(staff("odd", *held))
    assert press(client, button, case)["Location"] == "/admin/"
    assert is_untouched(case)


@pytest.mark.parametrize("button", BUTTONS)
def test_seeing_is_not_changing(client, staff, case, button):
    client.force_login(staff("reader", "view_consultationrequest"))
    response = press(client, button, case)
    assert response.status_code == 422
    assert is_untouched(case)
    assert len(refused()) == 1


@pytest.mark.parametrize("button", sorted(MANAGED))
def test_intake_does_not_manage(client, intake, case, button):
    assert press(client, button, case).status_code == 422
    assert refused() == [(case.pk, "not_permitted")]
    assert is_untouched(case)


@pytest.mark.parametrize("button", BUTTONS)
def test_assigned_attorney(client, staff, case, button):
    """Works on it, but hands it to nobody, merges nothing and manages nothing."""
    attorney = staff("publisher")
    ConsultationRequest.objects.filter(pk=case.pk).update(assignee=attorney)
    case.assignee = attorney
    client.force_login(attorney)
    may = button in {"move", "contact", "note", "matter", "assign"}
    response = press(client, button, case)
    assert response.status_code == (302 if may else 422)
    assert is_untouched(case) == (not may or button == "assign")


@pytest.mark.parametrize("button", BUTTONS)
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_wrong_method(client, intake, case, button, method):
    assert getattr(client, method)(f"{LIST}{case.pk}/{button}/").status_code == 405
    assert is_untouched(case)


@pytest.mark.parametrize("button", BUTTONS)
def test_following_a_button_leads_to_the_screen(client, intake, case, button):
    response = client.get(f"{LIST}{case.pk}/{button}/", data_for(button, case))
    assert (response.status_code, response["Location"]) == (302, f"{LIST}{case.pk}/")
    assert is_untouched(case)


@pytest.mark.parametrize("button", BUTTONS)
def test_missing_token_against_forgery(staff, case, button):
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff("intake_manager"))
    assert press(client, button, case).status_code == 403
    assert is_untouched(case)


# --- What is refused comes back ---------------------------------------------------------------------


SLIPS = {
    "move without reason": ("move", {"reason": " "}, "Write down the reason.", "id_move_declined_reason"),
    "move to nowhere": ("move", {"to": "lost"}, "it cannot go there", ""),
    "move with a null": ("move", {"to": "\x00"}, "Null characters", ""),
    "contact of no kind": ("contact", {"contact": ""}, "Choose how", "id_contact_contact"),
    "contact that cannot be": ("contact", {"contact": "in-visit-bounced"}, "Choose how", "id_contact_contact"),
    "text without consent": ("contact", {"contact": "out-text-sent"}, "not agreed to text", "id_contact_contact"),
    "note without words": ("note", {"text": " \n"}, "Write the note first.", "id_note_text"),
    "note that is too long": ("note", {"text": WORDS + "x" * 5000}, "Please shorten it", "id_note_text"),
    "no such person": ("assign", {"assignee": "999999"}, "Choose somebody", "id_assign_assignee"),
    "nobody chosen": ("assign", {"assignee": ""}, "Choose somebody", "id_assign_assignee"),
    "no day": ("matter", {"court_date": "tomorrow"}, "Give a day", "id_matter_court_date"),
    "matter changed meanwhile": ("matter", {"seen": "older"}, "in the meantime", ""),
    "court too long": ("matter", {"court": "x" * 121}, "at most 120", "id_matter_court"),
    "no reference": ("merge", {"reference": ""}, "Say into which request.", "id_merge_reference"),
    "no such reference": ("merge", {"reference": "ZZZZ-ZZZZ"}, "no request ZZZZ-ZZZZ", "id_merge_reference"),
    "into itself": ("merge", {"reference": "K7MW-3QFP"}, "into itself", "id_merge_reference"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_slip_comes_back_with_words(client, intake, case, slip):
    button, changed, words, field = SLIPS[slip]
    response = press(client, button, case, **changed)
    page = unescape(response.content.decode())
    assert response.status_code == 422
    assert "no-store" in response["Cache-Control"]
    assert words in page
    assert 'role="alert"' in page
    if field:
        assert f'<a href="#{field}">' in page
        assert f'id="{field}_error"' in page
        tag = page[page.index(f'id="{field}"') - 400 : page.index(f'id="{field}"') + 400]
        assert f"{field}_error" in tag
        assert 'aria-invalid="true"' in tag
    assert is_untouched(case)


@pytest.mark.parametrize("button", ["contact", "note", "matter", "move"])
def test_what_was_typed_is_kept(client, intake, case, button):
    slip = {"contact": {"contact": ""}, "note": {"text": WORDS + "x" * 5000}, "matter": {"court_date": "x"}}
    changed = slip.get(button, {"seen": Status.CONTACTED})
    assert WORDS in press(client, button, case, **changed).content.decode()


def test_screen_that_comes_back_is_kept_in_the_trail_as_opened(client, intake, case):
    press(client, "note", case, text="")
    assert AuditEntry.objects.get().action == AuditAction.VIEWED


def test_stale_tab_says_so_and_can_be_sent_again(client, intake, case):
    requests.move(case.pk, to=Status.IN_REVIEW, by=make_user("colleague", is_superuser=True))
    response = press(client, "move", case)
    page = unescape(response.content.decode())
    assert response.status_code == 422
    assert "somebody was quicker" in page
    assert WORDS in page
    assert '<input type="hidden" name="seen" value="in_review"' in page
    assert refused() == [(case.pk, "stale")]


def test_words_are_shown_when_their_form_has_gone(client, intake, case):
    requests.move(case.pk, to=Status.DECLINED, reason="x", by=make_user("colleague", is_superuser=True))
    page = press(client, "move", case).content.decode()
    assert "What you had written, to copy:" in page
    assert WORDS in page


def test_mark_that_was_used_comes_back_new(client, intake, case):
    once = uuid.uuid4()
    press(client, "note", case, text="One.", once=once)
    response = press(client, "note", case, text="Two.", once=once)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Two." in page
    assert str(once) not in page


def test_taken_by_a_colleague_meanwhile(client, intake, case):
    colleague = make_user("bea", first_name="Bea", last_name="Sample", is_superuser=True)
    requests.assign(case.pk, to=colleague, by=colleague)
    response = press(client, "assign", case, seen="nobody")
    assert response.status_code == 422
    assert "In the meantime it was assigned to Bea Sample." in response.content.decode()
    again = press(client, "assign", case, seen=str(colleague.pk), assignee=str(intake.pk))
    assert again.status_code == 302


def test_screened_request_is_no_target(client, intake, case):
    Screen.objects.create(request=case.other, user=intake)
    page = press(client, "merge", case).content.decode()
    assert "There is no request b2cd 4fgh." in page
    assert case.other.reference not in page


# --- What is done -----------------------------------------------------------------------------------


@pytest.mark.parametrize("button", BUTTONS)
def test_every_button_does_its_thing(client, staff, case, button):
    manager = staff("intake_manager")
    client.force_login(manager)
    if button == "unscreen":
        Screen.objects.create(request=case, user=case.target)
    response = press(client, button, case)
    goes_on = case.other if button == "merge" else case
    assert (response.status_code, response["Location"]) == (302, f"{LIST}{goes_on.pk}/")
    case.refresh_from_db()
    last = RequestEvent.objects.order_by("pk").last()
    assert last.actor == manager
    assert {
        "move": lambda: (case.status, last.text) == (Status.DECLINED, WORDS),
        "assign": lambda: case.assignee == manager,
        "contact": lambda: (case.first_contact_at, last.text) == (last.at, WORDS),
        "note": lambda: last.text == WORDS,
        "matter": lambda: (case.in_custody, case.court) == (True, WORDS),
        "merge": lambda: case.merged_into == case.other,
        "screen": lambda: case.screens.get().user == case.target,
        "unscreen": lambda: not case.screens.exists(),
    }[button]()
    for message in get_messages(response.wsgi_request):
        assert goes_on.reference in str(message)
        assert not any(words in str(message) for words in ("Secret", "target", "Jane"))


@pytest.mark.parametrize("button", BUTTONS)
def test_double_click_does_it_once(client, staff, case, button):
    client.force_login(staff("intake_manager"))
    if button == "unscreen":
        Screen.objects.create(request=case, user=case.target)
    sent = data_for(button, case)
    for _ in range(2):
        response = client.post(f"{LIST}{case.pk}/{button}/", sent)
        assert response.status_code == 302
    assert RequestEvent.objects.count() == (2 if button == "merge" else 1)


def test_same_move_by_somebody_else_is_no_double_click(client, intake, case):
    requests.move(case.pk, to=Status.DECLINED, reason="x", by=make_user("colleague", is_superuser=True))
    assert press(client, "move", case).status_code == 422


def test_given_to_a_colleague_and_to_nobody(client, intake, case):
    colleague = make_user("bea", group="Intake")
    for chosen, expected in ((str(colleague.pk), colleague), ("nobody", None)):
        press(client, "assign", case, assignee=chosen)
        case.refresh_from_db()
        assert case.assignee == expected


def test_merged_into_a_duplicate_that_was_chosen(client, intake, case):
    press(client, "merge", case, reference="", into=case.other.reference)
    case.refresh_from_db()
    assert case.merged_into == case.other


def test_way_through_the_states(client, intake):
    case, calendar = Request(), CalendarFactory()
    time = {"calendar": calendar.pk, "starts_at": f"{timezone.localtime(noon(3)):%Y-%m-%dT%H:%M}", "way": "person"}
    steps = [
        ("move", {"to": "in_review", "seen": "new"}, Status.IN_REVIEW),
        ("contact", {"contact": "out-call-spoke", "once": uuid.uuid4()}, Status.CONTACTED),
        ("schedule", {"seen": "contacted", "once": uuid.uuid4(), **time}, Status.SCHEDULED),
        ("move", {"to": "consulted", "seen": "scheduled"}, Status.CONSULTED),
        ("move", {"to": "retained", "seen": "consulted"}, Status.RETAINED),
    ]
    for button, sent, status in steps:
        assert client.post(f"{LIST}{case.pk}/{button}/", sent).status_code == 302
        case.refresh_from_db()
        assert case.status == status
