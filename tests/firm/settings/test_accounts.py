"""What a server is told about signing in: on unless said otherwise, and cookies that nobody else can set."""

import json

import pytest

from tests.firm.settings.test_production import assert_refused, start

ASK = """
import json
from firm.settings import production as s
print(json.dumps([s.REQUIRE_SECOND_FACTOR, s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.MESSAGES_COOKIE_NAME,
                  s.DEVICE_COOKIE_NAME, s.STAFF_IDLE_LIMIT.total_seconds(), s.STAFF_SESSION_LIMIT.total_seconds()]))
"""
ANSWER = """
import django; django.setup()
from django.contrib.messages import constants
from django.contrib.messages.storage import default_storage
from django.http import HttpResponse
from django.test import RequestFactory
from firm.accounts.throttle import remember_device
request, response = RequestFactory().get("/", secure=True), HttpResponse()
request.session = {}
storage = default_storage(request)
storage.add(constants.INFO, "x")
storage.update(response)
remember_device(request, response, "name")
print(response.cookies.output())
"""


def told(tmp_path, **changed) -> list:
    process = start(ASK, tmp_path, **changed)
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


def test_a_server_asks_for_a_second_factor_and_its_cookies_are_the_hosts_own(tmp_path):
    names = ["__Host-sessionid", "__Host-csrftoken", "__Host-messages", "__Host-device"]
    assert told(tmp_path) == [True, *names, 3600, 43200]


def test_what_may_be_changed(tmp_path):
    answer = told(tmp_path, REQUIRE_SECOND_FACTOR="no", STAFF_IDLE_MINUTES="20", STAFF_SESSION_HOURS="8")
    assert (answer[0], *answer[-2:]) == (False, 1200, 28800)


@pytest.mark.parametrize("value", ["maybe", "of", "nope", "2"])
def test_what_is_unclear_is_not_taken_for_off(tmp_path, value):
    assert_refused(start(ASK, tmp_path, REQUIRE_SECOND_FACTOR=value), "REQUIRE_SECOND_FACTOR")


def test_a_list_of_breached_passwords_that_is_not_there_ends_the_process(tmp_path):
    assert_refused(start(ASK, tmp_path, BREACHED_PASSWORDS=str(tmp_path / "none")), "BREACHED_PASSWORDS")


@pytest.mark.parametrize("name", ["STAFF_IDLE_MINUTES", "STAFF_SESSION_HOURS"])
@pytest.mark.parametrize("value", ["0", "-5", "x", "100000"])
def test_a_limit_that_is_none_ends_the_process(tmp_path, name, value):
    assert_refused(start(ASK, tmp_path, **{name: value}), name)


def test_the_cookies_are_sent_as_their_names_demand(tmp_path):
    process = start(ANSWER, tmp_path, DJANGO_SETTINGS_MODULE="firm.settings.production")
    assert process.returncode == 0, process.stderr
    lines = process.stdout.strip().splitlines()
    assert {line.split(": ")[1].split("=")[0] for line in lines} == {"__Host-messages", "__Host-device"}
    for line in lines:
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(line.split("; ")), line
        assert "Domain" not in line


def test_the_demo_asks_for_none(tmp_path):
    code = "from firm.settings import local as s; print(s.REQUIRE_SECOND_FACTOR, s.SESSION_COOKIE_NAME)"
    process = start(code, tmp_path, SITE_URL=None)
    assert process.stdout.split() == ["False", "sessionid"], process.stderr
