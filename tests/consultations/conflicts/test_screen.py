"""The conflict check on a request's screen, in the queue, in print and on the dashboard."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consultations.conflicts import decisions, register
from consultations.models import AuditEntry, ConsultationRequest, RequestEvent, Screen
from consultations.workflow import Status
from tests.consultations.calendar.cases import CalendarFactory, noon
from tests.consultations.conflicts.parties import HitFactory, PartyFactory
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db
LIST = "/admin/consultations/"
BUTTONS = ["clear", "flag", "decline", "check"]
SECRET = "Secret words of a colleague"


@pytest.fixture
def see(client, staff):
    """Return a function that opens a request's screen as a role and returns its text."""

    def look(request, user) -> str:
        client.force_login(user)
        page = client.get(f"{LIST}{request.pk}/")
        assert page.status_code == 200
        return unescape(re.sub(r"\s+", " ", page.content.decode()))

    return look


def region(page: str) -> str:
    return page[page.index('id="conflict"') :].split("</section>")[0]


def press(client, request, button, **data):
    hits = list(request.conflict_hits.all())
    seen = decisions.version_of(ConsultationRequest.objects.get(pk=request.pk), hits)
    return client.post(f"{LIST}{request.pk}/conflict/{button}/", {"seen": seen, "reason": SECRET} | data)


# --- Who may not ------------------------------------------------------------------------------------


@pytest.mark.parametrize("button", BUTTONS)
@pytest.mark.parametrize("role", ["outsider", "editor", "publisher"])
def test_closed_to_others(client, staff, role, button):
    request, user = HitFactory().request, staff(role)
    client.force_login(user)
    assert press(client, request, button).status_code in {302, 403}
    assert client.post(f"{LIST}999999/conflict/{button}/").status_code in {302, 403}
    assert ConsultationRequest.objects.get(pk=request.pk).conflict_state == "open"
    assert not RequestEvent.objects.exists()


@pytest.mark.parametrize("button", BUTTONS)
def test_behind_an_ethical_wall_there_is_no_such_request(client, staff, button):
    request, user = HitFactory().request, staff("intake_manager")
    Screen.objects.create(request=request, user=user)
    client.force_login(user)
    assert press(client, request, button).status_code == client.post(f"{LIST}999999/conflict/{button}/").status_code
    assert ConsultationRequest.objects.get(pk=request.pk).conflict_state == "open"


@pytest.mark.parametrize("button", BUTTONS)
def test_assigned_attorney_reads_it_and_decides_nothing(client, see, staff, button):
    attorney = staff("publisher")
    hit = HitFactory(request__assignee=attorney, party__name="Known Quagga")
    page = region(see(hit.request, attorney))
    assert "Known Quagga" in page
    assert "<form" not in page
    assert "/admin/parties/" not in page
    response = press(client, hit.request, button)
    assert response.status_code == 422
    assert "not permitted" in response.content.decode()


def test_address_of_a_button_leads_back_to_the_screen(client, staff):
    request = Request()
    client.force_login(staff("intake"))
    for button in BUTTONS:
        assert client.get(f"{LIST}{request.pk}/conflict/{button}/").url == f"{LIST}{request.pk}/"


# --- What it says -----------------------------------------------------------------------------------


def test_match_says_whose_whom_and_why(see, staff):
    party = PartyFactory(name="Known Quagga", role="former_client", matter="Matter of the quagga")
    source = Request(reference="B2CD-4FGH")
    hit = HitFactory(request__full_name="Asked Okapi", party=party, score=91, role="former_client")
    other = HitFactory(request=hit.request, party__request=source, party__name="Named Numbat", score=70)
    page = region(see(hit.request, staff("intake")))
    for words in ("The sender", "Asked Okapi", "Known Quagga", "Former client", "Matter of the quagga"):
        assert words in page
    assert "A likely match (91 of 100)" in page
    assert "A possible match (70 of 100)" in page
    assert f'href="/admin/parties/{party.pk}/"' in page
    assert f'href="{LIST}{source.pk}/">B2CD-4FGH' in page
    assert page.index("Known Quagga") < page.index(other.found)


@pytest.mark.parametrize("role", ["intake", "publisher"])
def test_match_in_a_request_out_of_reach_says_only_that_there_is_one(see, staff, role):
    user, source = staff(role), Request()
    hit = HitFactory(
        request__assignee=user, party__request=source, party__name="Hidden Quagga", party__matter="Hidden matter"
    )
    Screen.objects.create(request=source, user=user)
    page = see(hit.request, user)
    assert "Somebody in a request that you may not see" in region(page)
    assert "Hidden" not in page
    assert source.reference not in page
    assert f"/admin/parties/{hit.party_id}/" not in page


@pytest.mark.parametrize("how", ["deleted", "buried", "forgotten"])
def test_party_that_has_left_the_register_has_no_name_any_more(see, staff, how):
    hit = HitFactory(party__name="Hidden Quagga")
    if how == "deleted":
        hit.party.delete()
    elif how == "buried":
        source = Request()
        type(hit.party).objects.update(request=source)
        register.bury(source)
    else:
        type(hit).objects.update(found_encrypted="")
    page = see(hit.request, staff("owner"))
    assert ("data was erased: client" if how == "buried" else "no longer in the register") in page
    assert "Hidden" not in page


def test_nothing_found_says_among_how_many(see, staff):
    PartyFactory.create_batch(3)
    request = Request(conflict_checked_at=timezone.now())
    page = region(see(request, staff("intake")))
    assert "Nothing found among 3 parties" in page
    assert "Check again" in page


def test_cleared_match_says_by_whom(see, staff):
    hit, user = HitFactory(), staff("intake")
    decisions.clear(hit.request.pk, by=user, reason="x")
    page = region(see(hit.request, user))
    assert "Looked at and cleared" in page
    assert "Cleared by intake" in page


@pytest.mark.parametrize(
    ("status", "words"),
    [(Status.QUARANTINE, "checked when it is released"), (Status.MERGED, "checked with the request")],
)
def test_without_a_check_of_its_own_it_says_where(see, staff, status, words):
    request = Request(
        status=status, merged_into=Request() if status == Status.MERGED else None, conflict_state="unchecked"
    )
    page = region(see(request, staff("intake")))
    assert words in page
    assert "<form" not in page


@pytest.mark.parametrize(
    ("state", "role", "forms"),
    [
        ("unchecked", "intake", {"flag", "decline", "check"}),
        ("unchecked", "owner", {"clear", "flag", "decline", "check"}),
        ("open", "intake", {"clear", "flag", "decline", "check"}),
        ("flagged", "intake", {"decline", "check"}),
        ("flagged", "intake_manager", {"clear", "decline", "check"}),
        ("clear", "intake", {"flag", "check"}),
        ("cleared", "intake", {"flag", "check"}),
        ("declined", "owner", set()),
    ],
)
def test_each_state_offers_what_can_be_done(see, staff, monkeypatch, state, role, forms):
    monkeypatch.setattr("consultations.case.views.check_opened", lambda request: False)  # as when the check has failed
    request = Request(conflict_state=state, status=Status.CONFLICT if state == "declined" else Status.NEW)
    page = region(see(request, staff(role)))
    assert set(re.findall(rf'action="{LIST}{request.pk}/conflict/(\w+)/"', page)) == forms


def test_blocked_steps_are_shown_as_not_available(see, staff):
    request = Request(contacted=True, conflict_state="open")
    page = see(request, staff("intake"))
    assert "<strong>Schedule, Consultation held:</strong> not available. The conflict check found somebody" in page
    assert "request-fold--first" not in page.split('id="next-heading"')[1]
    assert 'value="consulted"' not in page
    request.conflict_state = "clear"
    request.save()
    page = see(request, staff("owner"))
    assert "<summary>Schedule</summary>" in page
    assert 'value="consulted"' in page


def test_print_says_the_state_and_no_match(client, staff):
    hit = HitFactory(party__name="Known Quagga")
    client.force_login(staff("intake"))
    page = client.get(f"{LIST}{hit.request.pk}/print/").content.decode()
    assert "Conflict check: Matches to look at" in page
    assert "Quagga" not in page


def test_queries_do_not_grow_with_the_matches(client, staff):
    client.force_login(staff("intake"))
    counts = []
    for number in (2, 9):
        request = Request(conflict_state="open")
        for _ in range(number):
            HitFactory(request=request, party__request=Request())
        client.get(f"{LIST}{request.pk}/")
        with CaptureQueriesContext(connection) as counted:
            client.get(f"{LIST}{request.pk}/")
        counts.append(len(counted))
    assert counts[0] == counts[1]


# --- The buttons ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("button", "state"), [("clear", "cleared"), ("flag", "flagged"), ("decline", "declined"), ("check", "clear")]
)
def test_button_does_it_and_leads_back(client, staff, button, state):
    request = HitFactory(request__full_name="Nobody Known").request
    client.force_login(staff("intake"))
    response = press(client, request, button)
    assert (response.status_code, response.url) == (302, f"{LIST}{request.pk}/")
    assert ConsultationRequest.objects.get(pk=request.pk).conflict_state == state
    assert SECRET not in str([entry.facts for entry in AuditEntry.objects.all()])


@pytest.mark.parametrize("button", ["clear", "flag", "decline"])
def test_double_click_does_nothing_twice(client, staff, button):
    request = HitFactory().request
    client.force_login(staff("intake_manager"))
    hits = list(request.conflict_hits.all())
    seen = decisions.version_of(request, hits)
    assert press(client, request, button, seen=seen).status_code == 302
    assert press(client, request, button, seen=seen).status_code == 302
    assert RequestEvent.objects.count() == 1


@pytest.mark.parametrize("button", ["clear", "flag", "decline"])
def test_missing_reason_comes_back_at_its_field(client, staff, button):
    request = HitFactory().request
    client.force_login(staff("intake"))
    response = press(client, request, button, reason=" ")
    assert response.status_code == 422
    assert f'href="#id_{button}_reason"' in response.content.decode()


def test_stale_clearing_comes_back_with_what_was_typed(client, staff):
    request = HitFactory().request
    client.force_login(staff("intake"))
    seen = decisions.version_of(request, list(request.conflict_hits.all()))
    HitFactory(request=request)
    response = press(client, request, "clear", seen=seen)
    assert response.status_code == 422
    page = unescape(response.content.decode())
    assert "has changed since you opened it" in page
    assert SECRET in page
    fresh = decisions.version_of(request, list(request.conflict_hits.all()))
    assert f'value="{fresh}"' in page
    assert press(client, request, "clear", seen=fresh).status_code == 302


def test_move_past_the_gate_is_refused_with_words(client, staff):
    request = Request(contacted=True, conflict_state="open")
    client.force_login(staff("owner"))
    data = {"calendar": CalendarFactory().pk, "starts_at": f"{noon(2):%Y-%m-%dT%H:%M}", "way": "telephone"}
    for address, sent in (("schedule", data), ("move", {"to": "consulted", "seen": "contacted"})):
        response = client.post(f"{LIST}{request.pk}/{address}/", sent)
        assert response.status_code == 422
        assert "look at the matches first" in response.content.decode()
    assert ConsultationRequest.objects.get(pk=request.pk).status == "contacted"


@pytest.mark.parametrize("button", BUTTONS)
def test_odd_input_is_answered(client, staff, button):
    request = HitFactory().request
    client.force_login(staff("owner"))
    for reason in ("\x00", "x" * 60_000, "\ud800".encode("utf-8", "surrogatepass")):
        assert press(client, request, button, reason=reason, seen="\x00").status_code in {302, 422}


# --- The queue and the dashboard --------------------------------------------------------------------


def test_queue_marks_what_waits_and_is_narrowed_by_it(client, staff):
    client.force_login(staff("intake"))
    flagged, clear = Request(conflict_state="flagged"), Request()
    page = client.get(LIST).content.decode()
    assert page.count("queue-line__conflict") == 1
    assert "conflict check: needs a decision" in page
    found = client.get(f"{LIST}?conflict=flagged").content.decode()
    assert (flagged.reference in found, clear.reference in found) == (True, False)
    everything = client.get(f"{LIST}?conflict=nonsense").content.decode()
    assert flagged.reference in everything
    assert clear.reference in everything


def test_set_of_what_is_to_do(client, staff):
    client.force_login(staff("intake"))
    states = ("unchecked", "clear", "open", "cleared", "flagged")
    made = {state: Request(conflict_state=state) for state in states}
    closed = Request(declined=True, conflict_state="open")
    page = client.get(f"{LIST}?set=conflicts").content.decode()
    shown = {state for state, one in made.items() if one.reference in page}
    assert shown == {"unchecked", "open", "flagged"}
    assert closed.reference not in page
    assert re.search(r"Conflict check to do</span>|Conflict check to do <span[^>]*>3<", page)


def test_attorney_has_no_such_set(client):
    attorney = make_user("attorney", permissions=("access_admin",))
    Request(assignee=attorney)
    client.force_login(attorney)
    assert "Conflict check to do" not in client.get(LIST).content.decode()


def test_timeline_and_audit_trail_describe_it_in_words(see, client, staff):
    request, manager = HitFactory().request, staff("intake_manager")
    decisions.flag(request.pk, by=manager, reason=SECRET)
    decisions.clear(request.pk, by=manager, reason=SECRET)
    page = see(request, manager)
    assert "Conflict check: a manager has to decide" in page
    assert "Conflict check: no conflict" in page
    trail = client.get(f"{LIST}trail/").content.decode()
    assert "flagged the conflict check of" in trail
    assert SECRET not in trail
