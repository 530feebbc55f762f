"""The request log: a request's id, its line, and what both must not contain."""

import json
import logging
import multiprocessing
import subprocess
import sys

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import IntegrityError
from django.http import StreamingHttpResponse
from django.test import RequestFactory
from prometheus_client.parser import text_string_to_metric_families

from consultations.models import ConsultationRequest
from firm.middleware import scheme_reader
from firm.monitoring import health
from firm.monitoring import metrics as metrics_module
from firm.monitoring.log_format import JSONFormatter, LineFormatter, QueryFilter, request_id, task_id
from firm.monitoring.metrics import Meter
from firm.monitoring.request_log import RequestLog, number_of
from firm.page_cache.middleware import PageCache
from tests.consultations.conftest import make_user

pytestmark = pytest.mark.usefixtures("open_connection")


@pytest.fixture
def lines():
    """The lines that the site logs, in the server's format."""
    written: list[dict] = []

    class Keep(logging.Handler):
        def emit(self, record):
            written.append(json.loads(self.format(record)))

    handler = Keep()
    handler.setFormatter(JSONFormatter())
    handler.addFilter(QueryFilter())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def ask(application, path: str = "/", method: str = "get", data=None, **headers):
    told = []
    environ = getattr(RequestFactory(), method)(path, data, **headers).environ
    result = application(environ, lambda status, given, failure=None: told.append((status, dict(given))))
    body = b"".join(result)
    if hasattr(result, "close"):
        result.close()
    return int(told[-1][0][:3]), told[-1][1], body


def site(**options) -> RequestLog:
    return RequestLog(WSGIHandler(), **options)


def fixed(response):
    """A site that gives one fixed response."""

    def application(environ, start_response):
        start_response(f"{response.status_code} X", list(response.items()))
        return response

    return application


def requests_of(lines: list[dict]) -> list[dict]:
    return [line for line in lines if line["logger"] == "firm.requests"]


# --- The number --------------------------------------------------------------------------------------


def test_a_request_gets_a_number_that_its_answer_and_its_lines_have(home, lines):
    _, headers, _ = ask(site(), "/")
    [line] = requests_of(lines)
    assert len(headers["X-Request-ID"]) == 16
    assert line["request"] == headers["X-Request-ID"]


def test_numbers_differ(home):
    assert ask(site())[1]["X-Request-ID"] != ask(site())[1]["X-Request-ID"]


def test_a_visitors_own_number_is_not_believed(home):
    assert ask(site(), HTTP_X_REQUEST_ID="abcdefgh12345678")[1]["X-Request-ID"] != "abcdefgh12345678"


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [
        ("abcdefgh12345678", True),
        ("a" * 65, False),
        ("short", False),
        ("jane@example.com", False),
        ("a b c d e f", False),
    ],
)
def test_a_trusted_proxys_number_is_taken_if_it_is_one(settings, given, is_taken):
    settings.TRUSTED_PROXIES = ["127.0.0.0/8"]
    assert (number_of({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_REQUEST_ID": given}) == given) is is_taken


def test_the_number_is_gone_after_the_request(home):
    ask(site())
    assert request_id.get() == ""


# --- The line ----------------------------------------------------------------------------------------


def test_the_line_of_a_page_says_what_it_was(home, lines):
    ask(site(), "/?utm_source=jane", REMOTE_ADDR="203.0.113.77")
    [line] = requests_of(lines)
    assert {"method": "GET", "path": "/", "route": "firm.HomePage", "status": 200}.items() <= line.items()
    assert line["network"] == "203.0.113.0/24"
    assert line["bytes"] > 100
    assert line["ms"] > 0
    assert "user" not in line


def test_accounts_are_named_by_number_alone(home, client, lines):
    user = make_user("jane.secret", is_superuser=True, first_name="Jane")
    client.force_login(user)
    ask(site(), "/admin/", HTTP_COOKIE=f"sessionid={client.cookies['sessionid'].value}")
    [line] = requests_of(lines)
    assert line["user"] == user.pk
    assert "jane" not in json.dumps(line).lower()


@pytest.mark.parametrize(
    ("address", "network"),
    [("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2::77", "2001:db8:1::/48"), ("unix:", ""), ("", "")],
)
def test_no_whole_address_of_a_visitor_is_logged(home, lines, address, network):
    ask(site(), "/nowhere/", REMOTE_ADDR=address)
    [line] = requests_of(lines)
    assert line.get("network", "") == network


def test_nothing_that_a_visitor_typed_is_logged(home, lines):
    typed = {
        "full_name": "Jane Secret",
        "email": "jane@secret.example",
        "phone": "2125550123",
        "message": "I did it.",
    }
    ask(site(), "/nowhere/", "post", typed, HTTP_COOKIE="sessionid=abc123", HTTP_REFERER="https://a.example/?q=Jane")
    text = json.dumps(lines)
    assert requests_of(lines)
    for word in ("Jane", "jane@", "2125550123", "I did it", "abc123"):
        assert word not in text


def test_a_missing_page_with_a_secret_is_logged_once_and_without_it(home, lines):
    ask(site(), "/calendar/AbCdEfGhIjKlMnOpQrSt123.icsx")
    assert [line["path"] for line in lines if "path" in line] == ["/calendar/*"]
    assert "AbCdEf" not in json.dumps(lines)


def test_a_streamed_response_is_logged_when_it_has_ended(lines):
    def parts():
        yield b"one"
        assert requests_of(lines) == []
        yield b"three"

    ask(RequestLog(fixed(StreamingHttpResponse(parts()))))
    assert requests_of(lines)[0]["bytes"] == 8


def test_what_fails_outside_of_django_is_answered_and_logged_without_its_message(lines):
    def broken(environ, start_response):
        raise RuntimeError("Jane Secret")

    status, _, body = ask(RequestLog(broken))
    assert (status, body) == (500, b"")
    assert [line["error"] for line in lines if "error" in line] == [["RuntimeError"]]
    assert "Jane" not in json.dumps(lines)


# --- Errors ------------------------------------------------------------------------------------------


def logged(format_with, error) -> str:
    try:
        raise error
    except Exception:
        record = logging.getLogger("test").makeRecord(
            "test", logging.ERROR, __file__, 1, "It failed", (), sys.exc_info()
        )
        return format_with.format(record)


@pytest.mark.parametrize("format_with", [JSONFormatter(), LineFormatter()])
def test_an_error_is_logged_by_its_type_and_place(format_with):
    text = logged(format_with, ValueError("Jane Secret"))
    assert "ValueError" in text
    assert "tests/firm/monitoring/test_request_log.py:" in text
    assert "Jane" not in text


@pytest.mark.django_db
@pytest.mark.parametrize("format_with", [JSONFormatter(), LineFormatter()])
def test_an_error_of_the_database_tells_no_value(format_with):
    try:
        ConsultationRequest.objects.create(reference="SECR-ET77", status="no such status")
    except IntegrityError:
        record = logging.LogRecord("test", logging.ERROR, __file__, 1, "It failed", (), sys.exc_info())
        text = format_with.format(record)
    assert "IntegrityError" in text
    assert "SECR" not in text


def test_what_an_error_came_from_is_logged_by_type():
    try:
        try:
            raise KeyError("Jane")
        except KeyError as error:
            raise ValueError("Jane") from error
    except ValueError:
        record = logging.LogRecord("test", logging.ERROR, __file__, 1, "It failed", (), sys.exc_info())
    line = json.loads(JSONFormatter().format(record))
    assert line["error"] == ["ValueError", "KeyError"]


@pytest.mark.parametrize(
    ("message", "logger", "kept"),
    [
        ("Sent to jane@example.com now", "x", "Sent to [e-mail] now"),
        ("Invalid request from ip=203.0.113.77: x", "waitress", "Invalid request from ip=203.0.113.0/24: x"),
        ("From 2001:db8:1:2:0:0:0:77 now", "x", "From [IPv6] now"),
        ("Error handling request /calendar/AbCdEf123456?q=1", "waitress", "Error handling request /calendar/*"),
        ("It took from 10:20:30 to 10:20:31", "x", "It took from 10:20:30 to 10:20:31"),
    ],
)
def test_messages_are_scrubbed(message, logger, kept):
    record = logging.LogRecord(logger, logging.INFO, __file__, 1, message, (), None)
    QueryFilter().filter(record)
    assert record.getMessage() == kept


def test_a_line_is_one_line():
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "one\ntwo", (), None)
    assert "\n" not in JSONFormatter().format(record)


def test_lines_of_a_task_name_it():
    token = task_id.set("0190")
    try:
        record = logging.LogRecord("x", logging.INFO, __file__, 1, "done", (), None)
        assert json.loads(JSONFormatter().format(record))["task"] == "0190"
    finally:
        task_id.reset(token)


# --- Answers from memory -----------------------------------------------------------------------------


@pytest.mark.parametrize(("every", "expected"), [(0, 0), (1, 6), (3, 2)])
def test_one_of_many_cached_responses_is_logged(home, lines, every, expected):
    kept = RequestLog(PageCache(WSGIHandler(), scheme_of=scheme_reader()), cached_every=every)
    ask(kept)
    del lines[:]
    answers = [ask(kept) for _ in range(6)]
    assert [status for status, _, _ in answers] == [200] * 6
    assert len({headers["X-Request-ID"] for _, headers, _ in answers}) == 6
    assert len([line for line in lines if line["event"] == "cached"]) == expected


# --- Metrics -----------------------------------------------------------------------------------------

TOKEN = "a-token-of-the-tests-0123456789"


@pytest.fixture
def meter(tmp_path, monkeypatch):
    made = Meter(tmp_path)
    monkeypatch.setattr(metrics_module, "meter", made)
    yield made
    monkeypatch.setattr(metrics_module.values, "ValueClass", metrics_module.values.MutexValue)


def scrape(client) -> dict[str, float]:
    response = client.get("/metrics", HTTP_AUTHORIZATION=f"Bearer {TOKEN}")
    assert response.status_code == 200
    return {
        sample.name + "".join(f" {value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
    }


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN} "[:-2]])
def test_without_the_token_there_is_nothing(home, client, settings, given):
    settings.METRICS_TOKEN = TOKEN
    headers = {"HTTP_AUTHORIZATION": given} if given else {}
    assert client.get("/metrics", **headers).status_code == 404


def test_without_a_token_of_the_installation_nobody_gets_in(home, client):
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer ").status_code == 404


def test_health_checks_are_exported(home, client, settings, meter):
    settings.METRICS_TOKEN = TOKEN
    found = scrape(client)
    assert found["firm_unsent_mail"] == 0
    assert found["firm_health_bad worker"] == 1
    assert found["firm_disk_free_bytes"] > 0
    assert {one.name for one in health.all_checks() if not one.is_costly} == {
        name.split(" ")[1] for name in found if name.startswith("firm_health_bad")
    }


def test_requests_are_counted_by_route_and_status(home, client, settings, meter):
    settings.METRICS_TOKEN = TOKEN
    application = RequestLog(PageCache(WSGIHandler(), scheme_of=scheme_reader()), meter=meter)
    for path in ("/", "/", "/", "/healthz", "/nowhere/"):
        ask(application, path)
    found = scrape(client)
    assert found["firm_requests_total firm.HomePage 2xx"] == 1
    assert found["firm_requests_total cached 2xx"] == 2
    assert found["firm_requests_total healthz 2xx"] == 1
    assert found["firm_cache_total hit"] == 2
    assert found["firm_cache_total made"] == 1
    assert found["firm_request_seconds_count cached"] == 2


def test_labels_are_as_many_as_the_code_has(home, client, settings, meter):
    settings.METRICS_TOKEN = TOKEN
    application = RequestLog(WSGIHandler(), meter=meter)
    for number in range(30):
        ask(application, f"/nowhere-{number}/")
        ask(application, f"/search/?q={number}")
    routes = {name for name in scrape(client) if name.startswith("firm_requests_total")}
    assert len(routes) == 2


def count_in_child(meter, times: int) -> None:
    for _ in range(times):
        meter.count("firm.HomePage", "2", 0.01, "made")


def test_processes_count_together_and_what_ended_ones_counted_stays(home, client, settings, meter):
    settings.METRICS_TOKEN = TOKEN
    count_in_child(meter, 1)
    fork = multiprocessing.get_context("fork")
    children = [fork.Process(target=count_in_child, args=(meter, times)) for times in (5, 7)]
    for child in children:
        child.start()
    for child in children:
        child.join()
        assert child.exitcode == 0
    assert scrape(client)["firm_requests_total firm.HomePage 2xx"] == 13


def test_the_folder_of_a_server_that_is_gone_is_cleared_away(tmp_path, monkeypatch):
    monkeypatch.setattr(metrics_module, "MEMORY", tmp_path)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead, alive = tmp_path / f"firm-metrics-{ended.pid}-x", tmp_path / "firm-metrics-1-x"
    dead.mkdir()
    alive.mkdir()
    made = metrics_module._make_folder()
    assert made.is_dir()
    assert alive.is_dir()
    assert not dead.exists()
