"""An error report says where it happened and holds no personal data."""

import logging
import subprocess
import sys

import pytest
import sentry_sdk
from django.core.handlers.wsgi import WSGIHandler
from sentry_sdk.transport import Transport

from consultations.models import ConsultationPage
from firm.monitoring import sentry
from firm.monitoring.request_log import RequestLog
from firm.pages import routing
from firm.settings import error_reports as setting
from firm.settings.environment import Environment, SettingError
from tests.consultations.conftest import build_site, make_user
from tests.firm.monitoring.test_request_log import ask

pytestmark = pytest.mark.usefixtures("open_connection")

DSN = "https://public@sentry.example.com/1"
CSRF = "a" * 32
TYPED = {
    "full_name": "Jane Secretson",
    "email": "jane@secret.example",
    "phone": "2125550123",
    "message": "They found it in my car",
}


class Kept(Transport):
    """Keeps what would be sent, as the bytes that would be sent."""

    sent: list[bytes] = []

    def capture_envelope(self, envelope):
        self.sent.append(envelope.serialize())


@pytest.fixture
def sent():
    Kept.sent = []
    sentry.start(DSN, transport=Kept)
    handler = sentry.ReportHandler(level=logging.ERROR)
    logging.getLogger().addHandler(handler)
    yield Kept.sent
    logging.getLogger().removeHandler(handler)
    sentry.stop()


def broken(request, *args, **kwargs):
    told = dict(request.POST.items()) or {"q": request.GET.get("q", "")}
    secret_local = f"{told} of {request.user}"
    raise RuntimeError(f"Could not store {secret_local}")


def test_a_report_says_where_it_happened(home, sent, monkeypatch):
    monkeypatch.setattr(routing, "wagtail_serve", broken)
    _, headers, _ = ask(RequestLog(WSGIHandler()), "/")
    [report] = [one.decode() for one in sent]
    assert '"type":"RuntimeError"' in report
    assert '"function":"broken"' in report
    assert '"route":"firm.HomePage"' in report
    assert headers["X-Request-ID"] in report


def test_nothing_of_a_submission_is_in_a_report(db, client, sent, monkeypatch):
    build_site()
    monkeypatch.setattr(routing, "wagtail_serve", broken)
    client.force_login(make_user("jane.secretson", first_name="Jane"))
    cookie = client.cookies["sessionid"].value
    page = ConsultationPage.objects.get()
    ask(
        RequestLog(WSGIHandler()), f"{page.url}?q=They+found", "post", TYPED,
        HTTP_COOKIE=f"sessionid={cookie}; csrftoken={CSRF}", HTTP_X_CSRFTOKEN=CSRF,
        HTTP_USER_AGENT="Jane's browser", REMOTE_ADDR="203.0.113.77",
        HTTP_REFERER="https://jane.example/",
    )  # fmt: skip
    text = b"".join(sent).decode()
    assert "RuntimeError" in text
    for word in (*TYPED.values(), "Jane", "jane", "They", cookie, CSRF, "203.0.113", "browser", "Could not store"):
        assert word not in text


def test_what_an_error_came_from_is_reported_without_its_words(sent):
    try:
        try:
            raise KeyError("jane@secret.example")
        except KeyError as error:
            raise ValueError("Jane") from error
    except ValueError:
        logging.getLogger("firm.schedule").exception("The job %s failed", "Jane")
    text = b"".join(sent).decode()
    assert text.index('"KeyError"') < text.index('"ValueError"')
    assert "ane" not in text


def test_other_lines_leave_nothing_in_a_report(sent):
    logging.getLogger("x").error("Jane failed")
    sentry_sdk.capture_message("Jane")
    sentry_sdk.add_breadcrumb(message="Jane")
    assert sent == []


def test_without_an_address_nothing_is_reported():
    assert not sentry_sdk.get_client().is_active()


# --- The setting -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dsn", ["nonsense", "https://sentry.example.com/1", "https://key@sentry.example.com/x"])
def test_an_address_that_is_none_is_refused(monkeypatch, dsn):
    monkeypatch.setenv("SENTRY_DSN", dsn)
    with pytest.raises(SettingError, match="SENTRY_DSN is no address"):
        setting.report_address(Environment())


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setenv("SENTRY_DSN", DSN)
    monkeypatch.setattr(setting, "find_spec", lambda name: None)
    with pytest.raises(SettingError, match="needs the package"):
        setting.report_address(Environment())


def test_the_site_starts_without_the_package(tmp_path):
    (tmp_path / "sentry_sdk.py").write_text("raise ImportError")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import firm.monitoring.sentry; print('there')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "there\n", done.stderr
