import logging
import uuid

import pytest
from bs4 import BeautifulSoup
from django.db import OperationalError
from django.test import Client
from django.views.debug import SafeExceptionReporterFilter

from consultations.intake.offline_response import SHOWN, answer_unavailable, is_sent_form
from consultations.models import ConsultationRequest
from consultations.views import server_error
from firm.error_page import remember
from firm.models import FirmSettings
from firm.pages import routing
from tests.consultations.intake.test_view import FORM, SECRETS, TYPED, assert_kept, values_of

TOKEN = str(uuid.UUID(int=7))
SENT = TYPED | {"form_token": TOKEN}


def drawn(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


@pytest.fixture(autouse=True)
def _nothing_kept(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def lost(site, monkeypatch):
    """The site has lost its database: not even the page can be found."""
    remember(FirmSettings.objects.get())

    def find_route(request, path):
        raise OperationalError("could not connect to server")

    monkeypatch.setattr(routing, "find_route", find_route)
    client = Client(raise_request_exception=False)
    return client


# --- What is not the form ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "data"),
    [
        ("get", SENT),
        ("post", {}),
        ("post", {"form_token": TOKEN}),
        ("post", {"full_name": "Jane"}),
        ("post", {"username": "jane", "password": "secret"}),
        ("put", SENT),
    ],
)
def test_what_does_not_send_the_form_gets_the_plain_page(rf, method, data):
    request = getattr(rf, method)(FORM, data)
    assert not is_sent_form(request)
    assert server_error(request).status_code == 500


def test_a_body_that_cannot_be_read_gets_the_plain_page(rf, monkeypatch):
    request = rf.post(FORM, SENT)
    monkeypatch.setattr(request, "_load_post_and_files", lambda: (_ for _ in ()).throw(OSError("gone")))
    assert server_error(request).status_code == 500


def test_nothing_outside_the_form_is_repeated(rf):
    response = answer_unavailable(rf.post(FORM, SENT | {"x": "foreign", "csrfmiddlewaretoken": "old"}))
    assert "foreign" not in response.content.decode()
    assert "old" not in values_of(response).values()


# --- The page ---------------------------------------------------------------------------------------


def test_it_needs_no_database(rf):
    """Without the ``db`` fixture any query fails."""
    response = server_error(rf.post(FORM, SENT))
    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (503, "30", "no-store")


def test_it_keeps_everything(rf):
    assert_kept(server_error(rf.post(FORM, SENT)), TOKEN)


def test_it_shows_the_message_and_who_wrote_it(rf):
    page = drawn(server_error(rf.post(FORM, SENT)))
    assert page.find("textarea", attrs={"name": "message"}).text.removeprefix("\n") == TYPED["message"]
    for name in SHOWN:
        control = page.find("input", attrs={"name": name, "type": "text"})
        assert control["value"] == TYPED[name]
        assert page.find("label", attrs={"for": control["id"]}).text


def test_what_was_typed_cannot_break_out(rf):
    hostile = '"></textarea><script>alert(1)</script>'
    sent = dict.fromkeys([*SENT, "message"], hostile)
    page = server_error(rf.post(FORM, sent))
    assert "<script>alert" not in page.content.decode()
    assert values_of(page)["message"] == values_of(page)["court"] == values_of(page)["full_name"] == hostile


@pytest.mark.parametrize(
    ("path", "action"), [(FORM, FORM), ("//evil.example/x/", "/%2Fevil.example/x/"), ('/"x/', '/"x/')]
)
def test_it_is_sent_to_the_same_address_of_the_same_site(rf, path, action):
    request = rf.post(FORM, SENT)
    request.path = path
    assert drawn(server_error(request)).find("form")["action"] == action


def test_a_message_that_begins_with_an_empty_line_keeps_it(rf):
    response = server_error(rf.post(FORM, SENT | {"message": "\nSecond line"}))
    assert "\n\nSecond line</textarea>" in response.content.decode()


def test_no_script_no_style_one_heading(rf):
    page = drawn(server_error(rf.post(FORM, SENT)))
    assert not page.find_all(["script", "style"])
    assert not page.select("[style], [onsubmit], [onclick]")
    assert len(page.find_all("h1")) == 1
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))


# --- The site without its database ------------------------------------------------------------------


@pytest.mark.django_db
def test_who_sends_the_form_gets_it_back_with_the_number(lost):
    response = lost.post(FORM, SENT)
    page = drawn(response)
    assert response.status_code == 503
    assert "Nothing was sent" in page.main.text
    assert page.main.select_one('a[href="tel:+12125550100"]').get_text(strip=True) == "Call 212-555-0100"
    assert page.select_one(".site-header__name").text == "Sample Firm"
    assert_kept(response, TOKEN)


@pytest.mark.django_db
def test_who_only_looks_gets_the_plain_page(lost):
    response = lost.get(FORM)
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()


@pytest.mark.django_db
def test_it_can_be_sent_again_when_the_database_is_back(site, monkeypatch, given):
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    page = drawn(browser.get(FORM))
    protected = SENT | {"csrfmiddlewaretoken": page.find("input", attrs={"name": "csrfmiddlewaretoken"})["value"]}
    with monkeypatch.context() as failing:
        failing.setattr(routing, "find_route", lambda *_: (_ for _ in ()).throw(OperationalError("gone")))
        response = browser.post(FORM, protected)
    assert response.status_code == 503
    again = values_of(response) | {
        "csrfmiddlewaretoken": drawn(response).find("input", attrs={"name": "csrfmiddlewaretoken"})["value"]
    }
    assert browser.post(drawn(response).find("form")["action"], again).status_code == 303
    stored = ConsultationRequest.objects.get()
    assert (str(stored.form_token), stored.other_parties) == (TOKEN, "Acme\nDoe")


@pytest.mark.django_db
def test_no_word_that_was_typed_is_logged(lost, caplog):
    caplog.set_level(logging.DEBUG)
    lost.post(FORM, SENT)
    assert "OperationalError" in caplog.text
    assert [word for word in SECRETS if word in caplog.text] == []


@pytest.mark.django_db
def test_an_error_report_holds_nothing_that_was_typed(lost, caplog):
    lost.post(FORM, SENT)
    requests = [record.request for record in caplog.records if hasattr(record, "request")]
    reported = [SafeExceptionReporterFilter().get_post_parameters(request) for request in requests]
    assert reported
    assert [value for report in reported for value in report.values() if value.strip("*")] == []


@pytest.mark.django_db
def test_a_form_that_fails_the_check_against_forgery_without_database_comes_back(site, monkeypatch):
    monkeypatch.setattr("consultations.views.find_route", lambda *_: (_ for _ in ()).throw(OperationalError("gone")))
    response = Client(enforce_csrf_checks=True, raise_request_exception=False).post(FORM, SENT)
    assert response.status_code == 503
    assert_kept(response, TOKEN)
