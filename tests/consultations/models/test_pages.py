import json
import re
import uuid

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from consultations.intake.consent import version_of
from consultations.intake.responses import COOKIE
from consultations.intake.view import SAMPLE_REFERENCE
from consultations.models import ConsultationPage, ConsultationRequest
from tests.consultations.conftest import add_area

pytestmark = pytest.mark.django_db
FORM, THANKS = "/free-consultation/", "/free-consultation/thank-you/"


def shown(response) -> str:
    return response.content.decode()


def token_of(response) -> str:
    return re.search(r'name="form_token" value="([^"]+)"', shown(response)).group(1)


def graph_of(response) -> list:
    text = re.search(r'<script type="application/ld\+json">(.*?)</script>', shown(response), re.DOTALL).group(1)
    return json.loads(text)["@graph"]


# --- Refusals ---------------------------------------------------------------------------------------


def test_empty_form_is_refused_and_explained(site, client):
    response = client.post(FORM, {})
    page = shown(response)
    assert response.status_code == 422
    assert not ConsultationRequest.objects.exists()
    assert 'role="alert" tabindex="-1"' in page
    assert '<a href="#id_full_name">Write your name.</a>' in page
    assert "Three things need your attention" in page
    assert 'id="id_phone_error"' in page
    assert "<title>Error: " in page
    assert response["Cache-Control"] == "no-store"
    assert COOKIE not in response.cookies


def test_everything_typed_is_kept(site, client, given):
    values = given(
        acknowledge=None,
        email="jane@example.com",
        preferred_contact="email",
        relationship="family",
        person_in_need="Kim",
        practice_area="drugs",
        in_custody="on",
        court_date="2027-01-31",
        court="Court X",
        other_parties="Acme\nDoe",
        message='<script>alert("x")</script>',
        best_time="Evening",
        sms_consent="on",
        attorney="ada",
    )
    page = shown(client.post(FORM, values))
    for kept in ["Jane Sample", "jane@example.com", "Kim", "2027-01-31", "Court X", "Acme\nDoe", "Evening"]:
        assert kept in page
    assert "&lt;script&gt;alert" in page
    assert "<script>alert" not in page
    for name, value in [("preferred_contact", "email"), ("relationship", "family")]:
        assert re.search(rf'name="{name}" value="{value}"[^>]* checked', page)
    for name in ("in_custody", "sms_consent"):
        assert re.search(rf'name="{name}"[^>]* checked', page)
    assert re.search(r'<option value="drugs" selected', page)
    assert 'name="attorney" value="ada"' in page


def test_token_stays_with_a_corrected_form(site, client, given):
    token = str(uuid.uuid4())
    assert token_of(client.post(FORM, given(full_name="", form_token=token))) == token


def test_wording_that_changed_in_between_is_shown_again(site, client, given):
    seen = version_of(site.page.acknowledgement)
    site.page.acknowledgement = "A new note."
    site.page.save()
    response = client.post(FORM, given(acknowledge=seen))
    assert response.status_code == 422
    assert "A new note." in shown(response)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
@pytest.mark.parametrize("address", [FORM, THANKS])
def test_other_methods_are_refused(site, client, method, address):
    assert getattr(client, method)(address).status_code == 405


def test_thank_you_page_takes_no_post(site, client):
    assert client.post(THANKS, {}).status_code == 405


@pytest.mark.parametrize("address", [FORM + "x/", THANKS + "x/"])
def test_nothing_else_lies_below(site, client, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("body", [b"\xff\xfe%00=%00&full_name=%ED%A0%80", b"%", b"full_name=" + b"x" * 200_000])
def test_odd_bytes_are_an_answer(site, client, body):
    response = client.post(FORM, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 422


@pytest.mark.parametrize(
    "query", ["?attorney=nobody", "?attorney=bo", "?practice_area=x", "?attorney=%00&practice_area=%ff"]
)
def test_unknown_prefill_is_ignored(site, client, query):
    page = shown(client.get(FORM + query))
    assert 'class="chosen"' not in page
    assert " selected" not in page.replace('<option value="" selected', "")


# --- The form ---------------------------------------------------------------------------------------


def test_form(site, client):
    response = client.get(FORM)
    page = shown(response)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert page.count("<h1") == 1
    assert "noindex" not in page
    assert site.page.acknowledgement in page
    assert "error-summary" not in page
    assert [page.index(f'value="{slug}"') for slug in ("fraud", "drugs")] == sorted(
        page.index(f'value="{slug}"') for slug in ("fraud", "drugs")
    )


def test_form_sets_no_session(site, client):
    response = client.get(FORM)
    assert set(response.cookies) == {"csrftoken"}


def test_each_form_has_its_own_token(site, client):
    assert token_of(client.get(FORM)) != token_of(client.get(FORM))


def test_prefill(site, client):
    page = shown(client.get(FORM + "?practice_area=drugs&attorney=ada"))
    assert re.search(r'<option value="drugs" selected', page)
    assert 'name="attorney" value="ada"' in page
    assert "Ada Sample" in page


def test_structured_data(site, client):
    graph = graph_of(client.get(FORM))
    ids = {node["@id"] for node in graph}
    node = next(node for node in graph if node["@type"] == "ContactPage")
    assert node["about"]["@id"] in ids
    assert node["url"].endswith(FORM)


def test_queries_do_not_grow(site, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(12) as few:
        client.get(FORM + "?attorney=ada&practice_area=fraud")
    for number in range(20):
        add_area(site.areas, f"area-{number}")
    with django_assert_max_num_queries(12) as many:
        page = shown(client.get(FORM + "?attorney=ada&practice_area=fraud"))
    assert "area-19" in page
    assert len(few) == len(many)


# --- Sending ----------------------------------------------------------------------------------------


def test_success_leads_on_with_a_cookie_for_this_page_alone(site, client, given):
    response = client.post(FORM, given())
    request = ConsultationRequest.objects.get()
    cookie = response.cookies[COOKIE]
    assert (response.status_code, response["Location"]) == (303, THANKS)
    assert response["Cache-Control"] == "no-store"
    assert (cookie["path"], cookie["samesite"], cookie["max-age"]) == (FORM, "Lax", 3600)
    assert cookie["httponly"]
    assert set(response.cookies) == {COOKIE}
    assert request.reference in shown(client.get(THANKS))


def test_same_form_twice_is_one_request(site, client, given):
    values = given(form_token=token_of(client.get(FORM)))
    client.post(FORM, values)
    first = shown(client.get(THANKS))
    response = Client().post(FORM, values)
    assert response.status_code == 303
    assert ConsultationRequest.objects.get().reference in first
    assert ConsultationRequest.objects.count() == 1


def test_two_forms_are_two_requests(site, client, given):
    client.post(FORM, given(form_token=token_of(client.get(FORM))))
    client.post(FORM, given(form_token=token_of(client.get(FORM))))
    assert ConsultationRequest.objects.count() == 2


def test_filled_decoy_is_sorted_and_not_dropped(site, client, given):
    assert client.post(FORM, given(website="http://spam.example")).status_code == 303
    assert ConsultationRequest.objects.get().status == "quarantine"


def test_request_without_cookie_against_forgery_keeps_the_text(site, given):
    response = Client(enforce_csrf_checks=True).post(FORM, given(message="My long story"))
    page = shown(response)
    assert response.status_code == 403
    assert "My long story" in page
    assert "Nothing was sent" in page
    assert "tel:+12125550100" in page
    assert not ConsultationRequest.objects.exists()


def test_real_browser_s_round_trip(site, given):
    browser = Client(enforce_csrf_checks=True)
    page = shown(browser.get(FORM))
    hidden = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)
    assert browser.post(FORM, given(csrfmiddlewaretoken=hidden)).status_code == 303


# --- The thank-you page -----------------------------------------------------------------------------


def test_thank_you_without_cookie_shows_the_number_and_no_reference(site, client, given):
    client.post(FORM, given())
    response = Client().get(THANKS)
    page = shown(response)
    assert response.status_code == 200
    assert ConsultationRequest.objects.get().reference not in page
    assert 'class="reference"' not in page
    assert "tel:+12125550100" in page


def test_thank_you(site, client, given):
    client.post(FORM, given())
    response = client.get(THANKS)
    page = shown(response)
    assert response["Cache-Control"] == "no-store"
    assert 'content="noindex"' in page
    assert page.count("<h1") == 1
    assert "We read it" in page
    assert "Jane Sample" not in page
    assert not response.cookies


@pytest.mark.parametrize(
    "value",
    [
        "AAAA-BBBB",
        "AAAA-BBBB:1abcde:forged",
        signing.get_cookie_signer(salt="another").sign("AAAA-BBBB"),
        "\x00",
        "",
    ],
    ids=["unsigned", "made-up signature", "signed for another cookie", "null byte", "empty"],
)
def test_forged_cookie_shows_nothing(site, client, value):
    client.cookies[COOKIE] = value
    response = client.get(THANKS)
    assert response.status_code == 200
    assert "AAAA-BBBB" not in shown(response)


def test_cookie_ends_after_an_hour(site, client, given, time_machine):
    time_machine.move_to("2027-01-31 12:00:00Z", tick=False)
    client.post(FORM, given())
    reference = ConsultationRequest.objects.get().reference
    time_machine.shift(3599)
    assert reference in shown(client.get(THANKS))
    cookie = client.cookies[COOKIE].value
    time_machine.shift(10)
    stale = Client()
    stale.cookies[COOKIE] = cookie
    assert reference not in shown(stale.get(THANKS))


# --- Editing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["", "errors", "thank-you"])
def test_preview(site, rf, mode):
    response = site.page.make_preview_request(preview_mode=mode)
    expected = {"": "form_token", "errors": "error-summary", "thank-you": SAMPLE_REFERENCE}[mode]
    assert response.status_code == 200
    assert expected in shown(response)


def test_preview_of_a_page_that_is_not_saved(site):
    page = ConsultationPage(title="New", slug="new")
    assert page.make_preview_request(preview_mode="").status_code == 200


def test_edit_screen_opens(site, client, staff):
    client.force_login(staff("editor"))
    assert client.get(f"/admin/pages/{site.page.pk}/edit/").status_code == 200


def test_first_paragraph_stands_above_the_reference():
    page = ConsultationPage(thank_you_text="One.\r\n\r\nTwo\r\nlines.\n\n\n")
    assert page.thank_you_paragraphs == ["One.", "Two\nlines."]
    assert ConsultationPage(thank_you_text="").thank_you_paragraphs == [""]


def test_thank_you_page_says_by_when_somebody_answers(site, client, given):
    client.post(FORM, given())
    due = timezone.localtime(ConsultationRequest.objects.get().due_at)
    words = f"{due:%A}, {due:%B} {due.day}, {due:%I:%M %p}".replace(", 0", ", ")
    assert words in client.get(f"{FORM}thank-you/").content.decode()
    site.page.tells_when = False
    site.page.save_revision().publish()
    assert words not in client.get(f"{FORM}thank-you/").content.decode()


def test_thank_you_page_promises_no_time_that_has_passed(site, client, given):
    client.post(FORM, given())
    ConsultationRequest.objects.update(due_at=timezone.now())
    assert "We aim to reach you" not in client.get(f"{FORM}thank-you/").content.decode()
