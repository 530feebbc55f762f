import pytest
from wagtail.models import ModelLogEntry

from consultations.workflow import Status
from firm.templatetags.firm_tags import national
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db
LIST = "/admin/consultations/"


@pytest.fixture
def intake(client, staff):
    user = staff("intake")
    client.force_login(user)
    return user


def page_of(client, request) -> str:
    response = client.get(f"{LIST}{request.pk}/")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return response.content.decode()


@pytest.mark.parametrize("address", ["999999/", "99999999999999999999999/"])
def test_unknown_request(client, intake, address):
    assert client.get(LIST + address).status_code == 404


@pytest.mark.parametrize("button", ["move", "assign"])
def test_buttons_on_an_unknown_request(client, intake, button):
    assert client.post(f"{LIST}999999/{button}/").status_code == 404


@pytest.mark.parametrize("button", ["move", "assign"])
def test_buttons_are_pressed_and_not_followed(client, intake, button):
    assert client.get(f"{LIST}{Request().pk}/{button}/").status_code == 405


def test_detail_itself_takes_no_post(client, intake):
    assert client.post(f"{LIST}{Request().pk}/").status_code == 405


@pytest.mark.parametrize("to", ["", "closed", "new", "lost", "\x00"])
def test_forbidden_move_is_refused_with_words(client, intake, to):
    request = Request()
    response = client.post(f"{LIST}{request.pk}/move/", {"to": to}, follow=True)
    request.refresh_from_db()
    assert request.status == Status.NEW
    assert "Not changed" in response.content.decode()


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
        "in custody",
        "January 31, 2027",
        "Court X",
        "Acme<br>Doe",
        "First.<br>Second.",
        "Mornings",
        request.acknowledgement,
        request.acknowledgement_version,
        "Start the review",
        "Assign to me",
    ):
        assert shown in page


def test_what_the_visitor_typed_is_escaped(client, intake):
    attack = '<img src=x onerror="alert(1)">'
    fields = ("full_name", "message", "other_parties", "court", "best_time", "person_in_need")
    page = page_of(client, Request(**dict.fromkeys(fields, attack)))
    assert "<img src=x" not in page
    assert page.count("&lt;img src=x") >= len(fields)


def test_title_of_the_screen_is_the_reference(client, intake):
    request = Request(full_name="Jane Secret")
    page = page_of(client, request)
    title = page[page.index("<title>") : page.index("</title>")]
    assert request.reference in title
    assert "Secret" not in title


def test_suspicious_request_says_so(client, intake):
    assert "sent by a program" in page_of(client, Request(quarantined=True))
    assert "sent by a program" not in page_of(client, Request())


def test_way_through_the_states(client, intake):
    request = Request()
    for to in (Status.IN_REVIEW, Status.NOT_REACHED, Status.IN_REVIEW):
        response = client.post(f"{LIST}{request.pk}/move/", {"to": to})
        request.refresh_from_db()
        assert response["Location"] == f"{LIST}{request.pk}/"
        assert request.status == to


def test_assign_to_me(client, intake):
    request = Request()
    client.post(f"{LIST}{request.pk}/assign/")
    request.refresh_from_db()
    assert request.assignee == intake
    assert "Assign to me" not in page_of(client, request)


def test_wagtail_s_log_gets_nothing_of_it(client, intake):
    request = Request(full_name="Jane Secret")
    client.post(f"{LIST}{request.pk}/move/", {"to": Status.IN_REVIEW})
    client.post(f"{LIST}{request.pk}/assign/")
    assert not ModelLogEntry.objects.exists()


def test_request_without_anything_optional(client, intake):
    page = page_of(client, Request(phone="", email="j@example.com", preferred_contact="email"))
    assert "tel:" not in page
    assert "Not said" in page
