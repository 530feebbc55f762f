import pytest
from django.test import Client

from consultations.views import csrf_failure

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _view(settings):
    settings.CSRF_FAILURE_VIEW = "consultations.views.csrf_failure"


def test_other_forms_get_the_page_for_refusals(site, rf):
    assert csrf_failure(rf.post("/admin/login/")).status_code == 403


def test_unknown_address(site, rf):
    assert csrf_failure(rf.post("/nowhere/")).status_code == 403


def test_sender_can_send_again_from_the_answer(site, given):
    browser = Client(enforce_csrf_checks=True)
    refused = browser.post("/free-consultation/", given())
    hidden = refused.content.decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert refused["Cache-Control"] == "no-store"
    assert browser.post("/free-consultation/", given(csrfmiddlewaretoken=hidden)).status_code == 303
