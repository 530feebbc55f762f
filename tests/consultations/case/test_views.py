"""One request on one screen and on paper: who sees it, and what it says."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import ModelLogEntry

from consultations.colleagues import around
from consultations.contact_outcomes import OUTCOMES
from consultations.models import AuditEntry, RequestEvent, Screen
from consultations.permissions import may_assign
from consultations.workflow import Status
from firm.templatetags.firm_tags import national
from tests.consultations.conftest import ROLES, make_user
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db
LIST = "/admin/consultations/"


@pytest.fixture
def intake(client, staff):
    user = staff("intake")
    client.force_login(user)
    return user


def page_of(client, request, address: str = "") -> str:
    response = client.get(f"{LIST}{request.pk}/{address}")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return response.content.decode()


@pytest.mark.parametrize("address", ["999999/", "99999999999999999999999/"])
def test_unknown_request(client, intake, address):
    assert client.get(LIST + address).status_code == 404


def test_detail_itself_takes_no_post(client, intake):
    assert client.post(f"{LIST}{Request().pk}/").status_code == 405


def test_print_takes_no_post(client, intake):
    assert client.post(f"{LIST}{Request().pk}/print/").status_code == 405


# --- Who sees it ------------------------------------------------------------------------------------


def trail() -> list[tuple]:
    return [(entry.action, entry.request_id, entry.facts) for entry in AuditEntry.objects.order_by("pk")]


@pytest.mark.parametrize("address", ["", "print/"])
@pytest.mark.parametrize("role", ["screened intake", "screened owner", "other attorney"])
def test_out_of_reach_is_like_missing(client, staff, role, address):
    user = staff({"screened intake": "intake", "screened owner": "owner", "other attorney": "publisher"}[role])
    request = Request(full_name="Jane Secret")
    if role == "other attorney":
        Request(assignee=user)
    else:
        Screen.objects.create(request=request, user=user)
    client.force_login(user)
    hidden, missing = client.get(f"{LIST}{request.pk}/{address}"), client.get(f"{LIST}999999/{address}")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.content == missing.content
    facts = {"doing": "print" if address else "view", "why": "out_of_reach"}
    assert trail() == [("refused", request.pk, facts), ("refused", 999_999, facts)]


@pytest.mark.parametrize("address", ["", "print/"])
def test_who_has_nothing_to_do_with_intake(client, staff, address):
    client.force_login(staff("publisher"))
    request = Request()
    for pk in (request.pk, 999_999, 10**30):
        response = client.get(f"{LIST}{pk}/{address}")
        assert (response.status_code, response["Location"]) == (302, "/admin/")
    assert [(action, pk) for action, pk, _ in trail()] == [
        ("refused", request.pk),
        ("refused", 999_999),
        ("refused", None),
    ]


def test_screened_attorney_is_like_anybody_else(client, staff):
    attorney = staff("publisher")
    request = Request(assignee=attorney)
    Screen.objects.create(request=request, user=attorney)
    client.force_login(attorney)
    assert client.get(f"{LIST}{request.pk}/").status_code == 302


def test_assigned_attorney_sees_it_and_works_on_it(client, staff):
    attorney = staff("publisher")
    client.force_login(attorney)
    page = page_of(client, Request(assignee=attorney, full_name="Jane Sample"))
    assert "Jane Sample" in page
    assert "Start review" in page
    for other in ("Assign to somebody else", "Merge into another", "Ethical walls", "Who looked at it"):
        assert other not in page


@pytest.mark.parametrize(("address", "action"), [("", "viewed"), ("print/", "printed")])
def test_every_opening_is_kept(client, intake, address, action):
    request = Request()
    assert client.get(f"{LIST}{request.pk}/{address}").status_code == 200
    assert trail() == [(action, request.pk, {})]
    assert AuditEntry.objects.get().actor_id == intake.pk


def test_reader_has_no_buttons(client, staff):
    client.force_login(staff("reader", "view_consultationrequest"))
    request = Request(full_name="Jane Sample")
    page = page_of(client, request)
    assert "Jane Sample" in page
    assert f'action="{LIST}{request.pk}/' not in page


@pytest.mark.parametrize(("role", "shown"), [("intake", False), ("intake_manager", True), ("owner", True)])
def test_what_only_managers_have(client, staff, role, shown):
    client.force_login(staff(role))
    page = page_of(client, Request())
    assert ("Ethical walls" in page, "Who looked at it" in page) == (shown, shown)


# --- What it shows ----------------------------------------------------------------------------------


def test_everything_on_one_screen(site, client, intake):
    request = Request(
        full_name="Jane Sample",
        phone="+12125550142",
        email="jane@example.com",
        for_family=True,
        practice_area=site.fraud,
        attorney=site.ada,
        in_custody=True,
        court_date="2027-01-31",
        court="Court X",
        other_parties="Acme\nDoe",
        message="First.\nSecond.",
        best_time="Mornings",
    )
    page = page_of(client, request)
    request.refresh_from_db()
    for shown in (
        request.reference,
        "Jane Sample",
        'href="tel:+12125550142"',
        national(request.phone),
        'href="mailto:jane@example.com"',
        "Sample Brother",
        "Fraud",
        "Ada Sample",
        "The person is in custody.",
        "January 31, 2027",
        "Court X",
        "Acme<br>Doe",
        "First.<br>Second.",
        "Mornings",
        request.acknowledgement,
        request.acknowledgement_version,
        "Start review",
        "Assign to me",
    ):
        assert shown in page


def test_what_the_visitor_typed_is_escaped(client, intake):
    attack = '<img src=x onerror="alert(1)">'
    fields = ("full_name", "message", "other_parties", "court", "best_time", "person_in_need")
    request = Request(**dict.fromkeys(fields, attack))
    RequestEvent.objects.create(request=request, kind="noted", text=attack)
    values = {"old": {"message": attack}, "new": {"message": attack}}
    RequestEvent.objects.create(request=request, kind="corrected", values=values)
    page = page_of(client, request) + page_of(client, request, "print/")
    assert "<img src=x" not in page
    assert page.count("&lt;img src=x") >= 2 * (len(fields) + 2)


def test_title_of_the_screen_is_the_reference(client, intake):
    request = Request(full_name="Jane Secret")
    page = page_of(client, request)
    title = page[page.index("<title>") : page.index("</title>")]
    assert request.reference in title
    assert "Secret" not in title


def test_suspicious_request_says_so(client, intake):
    page = page_of(client, Request(quarantined=True, suspicions=["name-link"]))
    assert "In quarantine" in page
    assert "<li>The name has the address of a website.</li>" in page
    assert "In quarantine" not in page_of(client, Request())


def test_preferred_way_comes_first_and_texts_need_consent(client, intake):
    values = {"phone": "+12125550142", "email": "jane@example.com"}
    ways = re.compile(r'class="request-way[^>]* href="(\w+):')
    page = page_of(client, Request(**values, preferred_contact="email"))
    assert ways.findall(page) == ["mailto", "tel"]
    assert "sms:" not in page
    page = page_of(client, Request(**values, preferred_contact="text", sms_consent=True))
    assert ways.findall(page) == ["sms", "tel", "mailto"]


def test_address_cannot_add_to_the_mail(client, intake):
    page = page_of(client, Request(email="a&cc=b?subject=x@example.com"))
    assert 'href="mailto:a%26cc%3Db%3Fsubject%3Dx@example.com"' in page


def test_what_the_visitor_changed_is_marked(client, intake):
    request = Request(phone="+12125550142")
    assert "Changed by the visitor" not in page_of(client, request)
    values = {"old": {"phone": "+12125550177"}, "new": {"phone": "+12125550142"}}
    RequestEvent.objects.create(request=request, kind="corrected", values=values)
    page = page_of(client, request)
    assert "<strong>Changed by the visitor. Before:</strong> 212-555-0177" in page


def test_call_comes_first_while_nobody_has_answered(client, intake):
    new, answered = page_of(client, Request()), page_of(client, Request(contacted=True))
    assert new.index("Log a call or message") < new.index("Next step")
    assert answered.index("Log a call or message") > answered.index("Next step")


def test_move_that_a_call_makes_has_no_button_of_its_own(client, intake):
    assert 'value="contacted"' not in page_of(client, Request())
    assert 'value="contacted"' in page_of(client, Request(first_contact_at=timezone.now()))


def test_only_contacts_that_can_be_are_offered(client, intake):
    offered = re.compile(r'<option value="((?:in|out)-[^"]+)"')
    every = {f"{way[0]}-{way[1]}-{outcome}" for way, outcomes in OUTCOMES.items() for outcome in outcomes}
    assert set(offered.findall(page_of(client, Request(sms_consent=True)))) == every
    assert set(offered.findall(page_of(client, Request()))) == every - {"out-text-sent"}


def test_people_to_assign_are_those_who_may_be_given_it(client, staff):
    """The list says what the rule says, without asking it for every account."""
    manager, request = staff("intake_manager"), Request()
    for role in ("editor", "publisher", "intake", "owner"):
        staff(role)
    make_user("outsider")
    make_user("gone", group=ROLES["intake"], is_active=False)
    Screen.objects.create(request=request, user=make_user("walled", group=ROLES["intake"]))
    everybody = get_user_model().objects.all()
    for user in (manager, everybody.get(username="intake"), everybody.get(username="owner")):
        offered = {one.pk for one in around(request).assignable_by(user)}
        assert offered == {one.pk for one in everybody if may_assign(user, one, request)}
        assert len(offered) > 1


def test_duplicates_are_linked(client, intake):
    earlier = Request(phone="+12125550142", full_name="Somebody Else")
    page = page_of(client, Request(phone="+12125550142", full_name="Jane Sample"))
    assert f'<a href="{LIST}{earlier.pk}/">{earlier.reference}</a> Somebody Else' in page
    assert "Same telephone number" in page


def test_queries_do_not_grow(client, staff):
    manager = staff("intake_manager")
    client.force_login(manager)
    request, counts = Request(full_name="Jane Sample"), []
    client.get(f"{LIST}{request.pk}/")
    for number in (3, 12):
        for index in range(number):
            colleague = make_user(f"one-{number}-{index}", group=ROLES["intake"])
            Screen.objects.create(request=request, user=make_user(f"wall-{number}-{index}"))
            Request(follows=request, full_name="Jane Sample", phone=request.phone)
            RequestEvent.objects.create(request=request, kind="noted", actor=colleague, text="x")
        with CaptureQueriesContext(connection) as asked:
            page_of(client, request)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 30


def test_paper_has_everything_and_nothing_else(site, client, intake):
    request = Request(full_name="Jane Sample", message="First.\nSecond.", practice_area=site.fraud)
    RequestEvent.objects.create(request=request, kind="noted", text="A note.", actor=intake)
    page = page_of(client, request, "print/")
    for shown in (
        "Confidential",
        request.reference,
        "Jane Sample",
        "First.<br>Second.",
        "Fraud",
        "A note.",
        "I understand.",
    ):
        assert shown in page
    assert f"<title>{request.reference}</title>" in page
    assert "<form" not in page
    assert "w-sidebar" not in page


def test_wagtail_s_log_gets_nothing_of_it(client, intake):
    request = Request(full_name="Jane Secret")
    client.post(f"{LIST}{request.pk}/move/", {"to": Status.IN_REVIEW})
    client.post(f"{LIST}{request.pk}/assign/")
    assert not ModelLogEntry.objects.exists()


def test_request_without_anything_optional(client, intake):
    page = page_of(client, Request(phone="", email="j@example.com", preferred_contact="email"))
    assert "tel:" not in page
    assert "Not said" in page
