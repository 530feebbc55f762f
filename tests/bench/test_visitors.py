"""A visitor of the bench sends the form as it stands in the page, and is believed."""

import pytest
from django.test import Client

from bench.visitors import Visitor
from consultations.models import ConsultationPage, ConsultationRequest
from firm.models import HomePage
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def form():
    page = HomePage.objects.first() or factories.HomePageFactory()
    return page.add_child(instance=ConsultationPage(title="Free consultation", slug="free-consultation"))


@pytest.fixture
def visitor(form, monkeypatch):
    client = Client(enforce_csrf_checks=True)

    def ask(self, method, path, body=None):
        headers = {"cookie": self.cookies, "origin": "http://testserver"}
        if method == "POST":
            answer = client.post(path, body, content_type="application/x-www-form-urlencoded", headers=headers)
        else:
            answer = client.get(path, headers=headers)
        cookies = [("Set-Cookie", morsel.OutputString()) for morsel in answer.cookies.values()]
        return answer.status_code, [*answer.headers.items(), *cookies], answer.content

    monkeypatch.setattr(Visitor, "_ask", ask)
    return Visitor(7, "testserver", "Visitor Number Seven")


def test_what_is_sent_is_stored_once_under_its_name(visitor):
    visitor.open()
    visitor.send()
    assert visitor.status == 303
    assert [one.full_name for one in ConsultationRequest.objects.all()] == ["Visitor Number Seven"]


def test_same_form_twice_is_one_request(visitor):
    visitor.open()
    visitor.send()
    visitor.send()
    assert ConsultationRequest.objects.count() == 1


def test_form_brings_its_token_along(visitor):
    visitor.open()
    assert {"csrfmiddlewaretoken", "form_token", "form_rendered", "acknowledge"} <= set(visitor.fields)
    assert visitor.fields["form_token"]


def test_visitors_come_from_addresses_of_their_own():
    addresses = {Visitor(number, "h", "n").address for number in range(0, 100_000, 7)}
    assert len(addresses) == len(range(0, 100_000, 7))
