import logging
import uuid

import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError
from django.views.debug import SafeExceptionReporterFilter

from consultations.intake import view
from consultations.intake.form_timestamp import stamp
from consultations.intake.hidden_fields import HiddenFields
from consultations.intake.rate_limits import MOST_RECENT, Count
from consultations.models import ConsultationPage, ConsultationRequest
from consultations.workflow import Status
from firm.models import Attempt
from tests.consultations.intake.test_proof_of_work import solve

pytestmark = pytest.mark.django_db
FORM = "/free-consultation/"
TYPED = {
    "full_name": "Jane Sample",
    "phone": "(212) 555-0142",
    "email": "jane@example.com",
    "best_time": "Mornings before nine",
    "relationship": "family",
    "person_in_need": "Kim Sample",
    "practice_area": "drugs",
    "court": "Court of the Western Moon",
    "court_date": "2027-01-31",
    "other_parties": "Acme\nDoe",
    "message": 'A long & "quoted" story\n\nwith <b>marks</b>',
    "attorney": "ada",
    "landing_page": "/blog/bail/",
    "referring_host": "search.example",
    "acknowledge": "on",
}
SECRETS = ("Jane", "Sample", "0142", "jane@", "Mornings", "Kim", "Western", "Acme", "story", "2027-01-31")


def raising(error: Exception):
    def fail(*args, **kwargs):
        raise error

    return fail


def values_of(response) -> dict[str, str]:
    """What the form in an answer would send, its token against forgery left out."""
    form = BeautifulSoup(response.content, "html.parser").main.find("form", method="post")
    values = {}
    for control in form.find_all(["input", "textarea", "select"]):
        if control.name == "textarea":
            values[control["name"]] = control.text.removeprefix("\n")
        elif control.name == "select":
            chosen = control.find("option", selected=True)
            values[control["name"]] = chosen["value"] if chosen else ""
        elif control.get("type") not in {"radio", "checkbox"} or control.has_attr("checked"):
            values[control["name"]] = control.get("value", "")
    values.pop("csrfmiddlewaretoken")
    return {name: value for name, value in values.items() if value}


def assert_kept(response, token: str) -> None:
    """Everything that was typed is in the form of the answer, and so is the token."""
    kept = values_of(response)
    assert kept["form_token"] == token
    assert {name: kept.get(name) for name in TYPED if name != "acknowledge"} == {
        name: value for name, value in TYPED.items() if name != "acknowledge"
    }
    assert kept["acknowledge"]


@pytest.fixture
def token() -> str:
    return str(uuid.uuid4())


@pytest.fixture
def crowd(monkeypatch):
    """The network has sent as much as anybody may."""
    excessive = Count(recent=MOST_RECENT + 1, hour=MOST_RECENT + 1, day=MOST_RECENT + 1)
    monkeypatch.setattr(view, "expect_submission", lambda address, now: excessive)


# --- Too many ---------------------------------------------------------------------------------------


def test_far_too_many_are_asked_to_wait_and_keep_their_text(site, client, token, crowd):
    response = client.post(FORM, TYPED | {"form_token": token})
    text = response.content.decode()
    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (429, "600", "no-store")
    assert "Please send it again in ten minutes" in text
    assert BeautifulSoup(text, "html.parser").select_one('.error-summary a[href="tel:+12125550100"]')
    assert_kept(response, token)
    assert not ConsultationRequest.objects.exists()


def test_a_limit_of_the_day_asks_to_wait_longer(site, client, given, monkeypatch):
    monkeypatch.setattr(view, "expect_submission", lambda address, now: Count(1, 1, 301))
    response = client.post(FORM, given())
    assert (response.status_code, response["Retry-After"]) == (429, "3600")
    assert "in an hour" in response.content.decode()


def test_a_repetition_of_what_is_stored_gets_its_thank_you_even_then(site, client, given, token, monkeypatch):
    client.post(FORM, given(form_token=token))
    monkeypatch.setattr(view, "expect_submission", lambda address, now: Count(999, 999, 999))
    response = client.post(FORM, given(form_token=token))
    assert (response.status_code, response["Location"]) == (303, f"{FORM}thank-you/")
    assert client.post(FORM, given()).status_code == 429


def test_sixty_in_ten_minutes_pass_and_the_next_one_waits(site, client, given, time_machine):
    time_machine.move_to("2027-01-31 12:00:00Z", tick=False)
    answers = [client.post(FORM, given()).status_code for _ in range(MOST_RECENT + 1)]
    assert answers == [303] * MOST_RECENT + [429]
    assert ConsultationRequest.objects.count() == MOST_RECENT
    time_machine.shift(601)
    assert client.post(FORM, given()).status_code == 303


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "True-Client-IP", "Client-IP"]
)
def test_forged_headers_make_nobody_somebody_else(site, client, given, header):
    for number in range(3):
        client.post(FORM, given(), headers={header: f"198.51.100.{number}"})
    digests = list(Attempt.objects.values_list("digest", flat=True))
    assert (len(set(digests)), len(digests)) == (1, 3)


@pytest.mark.parametrize("sent", [{}, {"full_name": ""}])
def test_a_form_with_errors_is_not_counted(site, client, given, sent):
    client.post(FORM, given(**sent) if sent else {})
    assert not Attempt.objects.exists()


def test_a_repetition_is_not_counted(site, client, given, token):
    for _ in range(3):
        client.post(FORM, given(form_token=token))
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize("error", [OperationalError("locked"), InterfaceError("gone"), DatabaseError(), ValueError()])
def test_a_counter_that_fails_refuses_nobody(site, client, given, monkeypatch, error):
    monkeypatch.setattr(view, "expect_submission", raising(error))
    assert client.post(FORM, given()).status_code == 303
    assert ConsultationRequest.objects.exists()


# --- Sorting ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"website": "x"},
        {"message": "[url=http://a.example]a[/url]", "full_name": "www.a.example"},
        {"message": "I came across your website. SEO services, free quote: backlinks."},
    ],
)
def test_what_looks_like_spam_is_stored_and_put_aside(site, client, given, changed):
    assert client.post(FORM, given(**changed)).status_code == 303
    assert ConsultationRequest.objects.get().status == Status.QUARANTINE


def test_the_time_that_was_taken_counts(site, client, given, token):
    spoken = {"form_token": token, "message": "[url=x]x[/url]"}
    client.post(FORM, given(**spoken, form_rendered=stamp(uuid.UUID(token))))
    assert ConsultationRequest.objects.get().status == Status.QUARANTINE


def test_the_rate_counts(site, client, given, monkeypatch):
    monkeypatch.setattr(view, "expect_submission", lambda address, now: Count(40, 40, 40))
    client.post(FORM, given(message="[url=x]x[/url]"))
    assert ConsultationRequest.objects.get().status == Status.QUARANTINE


@pytest.mark.parametrize("has_proof", [False, True])
def test_a_proof_speaks_for_the_sender(site, client, given, token, monkeypatch, has_proof):
    monkeypatch.setattr("consultations.intake.proof_of_work.HIGHEST_NUMBER", 50)
    monkeypatch.setattr(view, "expect_submission", lambda address, now: Count(20, 20, 20))
    proof = solve(HiddenFields(initial={"form_token": uuid.UUID(token)}).challenge) if has_proof else ""
    client.post(FORM, given(message="[url=x]x[/url]", form_token=token, proof=proof))
    assert (ConsultationRequest.objects.get().status == Status.QUARANTINE) != has_proof


def test_a_person_without_javascript_is_not_put_aside(site, client, given):
    client.post(FORM, given(message="ПОМОГИТЕ!!! https://iapps.courts.state.ny.us/webcrim"))
    assert ConsultationRequest.objects.get().status == Status.NEW


# --- Trouble of ours --------------------------------------------------------------------------------

ROW = IntegrityError("CHECK failed. DETAIL: Failing row contains (Jane Sample, Kim, A long story, +12125550142).")


@pytest.mark.parametrize(
    "error",
    [OperationalError("database is locked"), ROW, OSError("disk full"), RuntimeError("story"), AssertionError()],
)
def test_what_cannot_be_stored_comes_back_to_be_sent_again(site, client, token, monkeypatch, error):
    with monkeypatch.context() as failing:
        failing.setattr(view, "receive", raising(error))
        response = client.post(FORM, TYPED | {"form_token": token})
    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (503, "30", "no-store")
    page = BeautifulSoup(response.content, "html.parser")
    assert "We could not save your request" in page.select_one(".error-summary").text
    assert page.select_one('.error-summary a[href="tel:+12125550100"]').text == "Call 212-555-0100"
    assert page.title.text.startswith("Error: ")
    assert_kept(response, token)
    assert not ConsultationRequest.objects.exists()
    assert client.post(FORM, values_of(response)).status_code == 303
    assert str(ConsultationRequest.objects.get().form_token) == token


def test_an_error_nobody_thought_of_while_it_is_checked_keeps_the_text(site, client, token, monkeypatch):
    monkeypatch.setattr(view, "assess", raising(KeyError("x")))
    response = client.post(FORM, TYPED | {"form_token": token})
    assert response.status_code == 503
    assert_kept(response, token)


@pytest.mark.parametrize("sent", [{}, {"full_name": ""}], ids=["valid", "with an error"])
def test_a_form_that_cannot_be_drawn_comes_back_without_the_database(site, client, token, monkeypatch, sent):
    """Both the storing and the drawing fail, as they do when the database is gone."""
    monkeypatch.setattr(view, "receive", raising(OperationalError("gone")))
    monkeypatch.setattr(ConsultationPage, "get_context", raising(OperationalError("gone")))
    response = client.post(FORM, TYPED | sent | {"form_token": token})
    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (503, "30", "no-store")
    assert "We could not save your request" in response.content.decode()
    assert values_of(response)["message"] == TYPED["message"]


def test_a_template_that_fails_late_is_noticed_in_time(site, client, token, monkeypatch):
    """Templates are drawn after the view, unless it asks for it."""
    monkeypatch.setattr(HiddenFields, "render_time", property(raising(OperationalError("gone"))))
    response = client.post(FORM, {"full_name": "", "form_token": token, "message": "My story"})
    assert response.status_code == 503
    assert values_of(response)["message"] == "My story"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary=\xff"),
        (b"full_name=" + b"x" * 1_100_000, "application/x-www-form-urlencoded"),
        (b"a=1&" * 20_001, "application/x-www-form-urlencoded"),
    ],
    ids=["no boundary", "odd boundary", "too long", "too many fields"],
)
def test_a_body_that_no_browser_sends_is_refused(site, client, body, kind):
    assert client.post(FORM, body, content_type=kind).status_code == 400


# --- What is logged ---------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [ROW, RuntimeError("Jane Sample tells a story")])
@pytest.mark.parametrize("broken", ["receive", "assess"])
def test_no_word_that_was_typed_is_logged(site, client, monkeypatch, caplog, broken, error):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(view, broken, raising(error))
    assert client.post(FORM, TYPED).status_code == 503
    assert type(error).__name__ in caplog.text
    assert [word for word in SECRETS if word in caplog.text] == []
    assert [record for record in caplog.records if record.exc_info] == []


def test_an_error_report_holds_nothing_that_was_typed(site, client, monkeypatch, caplog):
    monkeypatch.setattr(view, "receive", raising(ROW))
    client.post(FORM, TYPED)
    requests = [record.request for record in caplog.records if hasattr(record, "request")]
    reported = [SafeExceptionReporterFilter().get_post_parameters(request) for request in requests]
    assert reported
    assert set(reported[0]) == set(TYPED)
    assert [value for report in reported for value in report.values() if value.strip("*")] == []


# --- Sent again ---------------------------------------------------------------------------------------


def test_correction_through_the_form_is_kept_and_answered_with_the_same_reference(client, given, site):
    token = str(uuid.uuid4())
    for message in ("First words", "Second words"):
        response = client.post(FORM, given(form_token=token, message=message))
        assert response.status_code == 303
    request = ConsultationRequest.objects.get()
    assert request.message == "Second words"
    assert request.events.filter(kind="corrected").count() == 1
    assert request.reference in client.get(response["Location"]).content.decode()


def test_where_the_visit_began_is_stored(client, given, site):
    client.post(FORM, given(landing_page="/blog/bail/", referring_host="Search.example"))
    request = ConsultationRequest.objects.get()
    assert (request.landing_page, request.referring_host) == ("/blog/bail/", "search.example")
    assert request.acknowledgement_page == FORM
