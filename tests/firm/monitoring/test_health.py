"""The health checks, their use in /readyz and on the System page, and the worker's job log."""

import datetime

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consultations.models import OutgoingMessage
from firm import schedule
from firm.models import JobRun, Measurement
from firm.monitoring import health, health_probes, worker_heartbeat
from firm.monitoring.health import HealthCheck, State
from firm.monitoring.status_view import in_words
from firm.roles import EDITORS, INTAKE, INTAKE_MANAGERS, PUBLISHERS
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory, OutgoingMessageFactory

PAGE = "/admin/system/"


def check(name: str = "sample", **values) -> HealthCheck:
    known = {"label": "Sample", "unit": "count", "explanation": "What it is.", "remedy": "Do this.", "part": "Part"}
    return HealthCheck(name=name, **(known | {"read": lambda: 1.0} | values))


def beat(seconds_ago: float = 0) -> None:
    at = timezone.now() - datetime.timedelta(seconds=seconds_ago)
    JobRun.objects.update_or_create(name=worker_heartbeat.NAME, defaults={"every": 15, "finished_at": at, "took": 0})


# --- Judging -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "value", "state"),
    [
        ({"limit": 5}, 5.0, State.GOOD),
        ({"limit": 5}, 5.1, State.BAD),
        ({"limit": 5, "is_floor": True}, 5.0, State.GOOD),
        ({"limit": 5, "is_floor": True}, 4.9, State.BAD),
        ({}, 10.0**9, State.GOOD),
        ({"limit": 5}, None, State.NONE),
        ({"limit": 5, "must_exist": True}, None, State.BAD),
    ],
)
def test_a_value_is_judged_by_its_limit(given, value, state):
    assert check(**given).judge(value) == state


def test_a_unit_that_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="furlongs"):
        health.register(check(unit="furlongs"))


def test_one_that_fails_does_not_hide_the_others(db):
    def fail():
        raise RuntimeError("a name that must not be told")

    found = health.read([check("bad", read=fail), check("good")])
    assert [one.state for one in found] == [State.UNKNOWN, State.GOOD]


def test_what_fails_is_logged_without_its_words(db, caplog):
    def fail():
        raise RuntimeError("a name that must not be told")

    health.read([check("bad", read=fail)])
    assert "RuntimeError" in caplog.text
    assert "must not be told" not in caplog.text


def test_a_database_that_is_gone_is_asked_once(monkeypatch):
    asked = []

    def fail():
        asked.append(1)
        raise OperationalError

    monkeypatch.setattr(health, "connection", type("Gone", (), {"connection": None})())
    found = health.read([check("one", read=fail), check("two", read=fail), check("disk", asks_database=False)])
    assert len(asked) == 1
    assert [one.state for one in found] == [State.UNKNOWN, State.UNKNOWN, State.GOOD]


def test_every_health_check_that_can_be_bad_says_what_to_do():
    found = health.all_checks()
    assert len(found) > 12
    assert [one.name for one in found if (one.limit is not None or one.must_exist) and not one.remedy] == []


def test_the_worker_counts_as_dead_after_the_time_that_its_heartbeat_says():
    (worker,) = [one for one in health.all_checks() if one.name == "worker"]
    assert worker.limit == worker_heartbeat.DEAD_AFTER


def test_every_health_check_of_the_installation_can_be_read(home):
    assert [one.check.name for one in health.read(health.all_checks()) if one.state == State.UNKNOWN] == []


# --- /readyz -----------------------------------------------------------------------------------------


def degraded(client) -> list[str]:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["ready"] is True
    return response.json()["degraded"]


def test_a_site_whose_worker_lives_is_not_degraded(home, client):
    beat()
    assert degraded(client) == []


@pytest.mark.parametrize("seconds", [None, worker_heartbeat.DEAD_AFTER + 5])
def test_without_a_worker_the_site_takes_requests_and_says_so(home, client, seconds):
    if seconds:
        beat(seconds)
    assert "worker" in degraded(client)


def test_mail_that_is_stuck_is_reported(home, client):
    beat()
    message = OutgoingMessageFactory()
    OutgoingMessage.objects.filter(pk=message.pk).update(created_at=timezone.now() - datetime.timedelta(hours=1))
    assert degraded(client) == ["mail"]


def test_mail_that_waits_for_seconds_is_not(home, client):
    beat()
    OutgoingMessageFactory()
    assert degraded(client) == []


def test_a_disk_that_is_nearly_full_is_reported(home, client, monkeypatch):
    beat()
    monkeypatch.setattr(health_probes.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 500 * 2**20})())
    assert degraded(client) == ["disk"]


def test_a_full_disk_takes_no_request_where_the_database_is_a_file(home, client, monkeypatch):
    beat()
    monkeypatch.setattr(health_probes.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 2**20})())
    response = client.get("/readyz")
    is_file = connection.vendor == "sqlite"
    assert (response.status_code, response.json()["failed"]) == ((503, ["disk"]) if is_file else (200, []))


def test_a_certificate_that_runs_out_is_reported(home, client, settings):
    beat()
    settings.IS_HTTPS = True
    Measurement.objects.note("certificate", 13.0, timezone.now())
    assert degraded(client) == ["certificate"]
    Measurement.objects.note("certificate", 90.0, timezone.now())
    health.cache.clear()
    assert degraded(client) == []


def test_clocks_that_differ_are_reported(home, client, monkeypatch):
    beat()
    if connection.vendor == "sqlite":
        assert health_probes.clock_difference() is None  # the database has none of its own
        return
    real = health_probes.time.time
    monkeypatch.setattr(health_probes.time, "time", lambda: real() + 60)
    assert "clock" in degraded(client)


def test_asking_again_asks_the_database_no_more_for_health_checks(home, client):
    client.get("/readyz")
    with CaptureQueriesContext(connection) as queries:
        client.get("/readyz")
    assert [one["sql"] for one in queries if "jobrun" in one["sql"].lower()] == []


def test_what_health_checks_ask_does_not_grow_with_requests(home):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            health.read(health.all_checks())
        return len(queries)

    for _ in range(3):
        ConsultationRequestFactory()
    few = count()
    for _ in range(9):
        ConsultationRequestFactory()
    assert count() == few


# --- The worker's job log ------------------------------------------------------------------------------


@pytest.fixture
def job_log(monkeypatch):
    made = worker_heartbeat.JobLog()
    monkeypatch.setattr(schedule, "job_log", made)
    monkeypatch.setattr(schedule, "_entries", {})
    monkeypatch.setattr(schedule, "close_old_connections", lambda: None)
    return made


def test_a_run_is_written_with_the_next_heartbeat(db, job_log):
    schedule.every(60, "job", lambda: None)
    schedule.run_due(0.0)
    assert not JobRun.objects.filter(name="job").exists()
    job_log.write(["job"])
    assert JobRun.objects.get(name="job").failures == 0
    assert health_probes.heartbeat_age() < 60


def test_failures_are_counted_until_it_goes_well(db, job_log):
    outcomes = [ValueError("Jane Secret"), ValueError("Jane Secret"), None]

    def job():
        if error := outcomes.pop(0):
            raise error

    schedule.every(60, "job", job)
    seen = []
    for turn in range(3):
        schedule.run_due(60.0 * turn)
        job_log.write(["job"])
        row = JobRun.objects.get(name="job")
        seen.append((row.failures, row.error))
    assert seen == [(1, "ValueError"), (2, "ValueError"), (0, "")]


def test_a_job_that_there_is_no_more_is_forgotten(db, job_log):
    JobRun.objects.create(name="old", every=1, finished_at=timezone.now(), took=0)
    job_log.write(["job"])
    assert not JobRun.objects.filter(name="old").exists()


def test_what_could_not_be_written_is_written_next_time(db, job_log, monkeypatch):
    job_log.note("job", 60, 0.1, None)
    with monkeypatch.context() as broken:
        broken.setattr(JobRun.objects, "bulk_create", lambda *given, **named: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            job_log.write(["job"])
    job_log.write(["job"])
    assert JobRun.objects.filter(name="job").exists()


def test_a_job_is_late_after_three_pauses(db):
    now = timezone.now()
    JobRun.objects.create(name="slow", every=3600, finished_at=now - datetime.timedelta(hours=3, minutes=1), took=0)
    JobRun.objects.create(name="punctual", every=3600, finished_at=now - datetime.timedelta(hours=2), took=0)
    JobRun.objects.create(name="mail", every=3, finished_at=now - datetime.timedelta(seconds=60), took=0)
    assert health_probes.late_jobs() == 1


def test_workers_that_write_at_once_lose_nothing(threads):
    def write(name):
        own = worker_heartbeat.JobLog()
        for _ in range(5):
            own.note(name, 60, 0.1, None)
            own.write(["one", "two"])

    threads(lambda: write("one"), lambda: write("two"))
    assert set(JobRun.objects.values_list("name", flat=True)) == {"one", "two", worker_heartbeat.NAME}


# --- The page ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [EDITORS, PUBLISHERS, INTAKE, INTAKE_MANAGERS])
def test_only_owners_see_the_page(home, client_of, role):
    assert client_of(role).get(PAGE).status_code == 302
    menu = client_of(role).get("/admin/").content.decode()
    assert PAGE not in menu


def test_nobody_sees_it_without_signing_in(home, client):
    assert client.get(PAGE)["Location"].startswith("/admin/login/")


@pytest.fixture
def owner(home, client):
    client.force_login(make_user("owner", is_superuser=True))
    return client


def test_owners_find_the_page_in_the_menu(owner):
    assert PAGE in owner.get("/admin/").content.decode()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_page_changes_nothing(owner, method):
    assert getattr(owner, method)(PAGE).status_code == 405


def test_a_fresh_installation_says_what_to_start(owner):
    page = owner.get(PAGE).content.decode()
    assert "No job has run yet" in page
    assert "systemctl start firm-worker" in page


def test_what_is_well_is_said(owner, monkeypatch):
    monkeypatch.setattr(health, "_checks", {"sample": check(limit=2)})
    page = owner.get(PAGE).content.decode()
    assert "All is well" in page
    assert "Do this." not in page


def test_what_is_bad_comes_first_with_what_to_do(owner, monkeypatch):
    monkeypatch.setattr(health, "_checks", {"sample": check(limit=0)})
    page = owner.get(PAGE).content.decode()
    assert "1 thing to look at" in page
    assert page.index("Do this.") < page.index("What it is.")


def test_a_failing_job_is_marked(owner):
    JobRun.objects.create(name="remind", every=60, finished_at=timezone.now(), took=1, failures=2, error="ValueError")
    assert "Failed 2 times (ValueError)" in owner.get(PAGE).content.decode()


def test_the_page_holds_no_secret(owner, settings):
    page = owner.get(PAGE).content.decode()
    for secret in (settings.SECRET_KEY, *settings.FIELD_ENCRYPTION_KEYS, str(settings.DATA_DIR)):
        assert secret not in page


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (None, "count", "–"),
        (0.0, "count", "0"),
        (12345.0, "count", "12,345"),
        (1.0, "seconds", "1 second"),
        (119.0, "seconds", "119 seconds"),
        (120.0, "seconds", "2 minutes"),
        (3 * 86_400.0, "seconds", "3 days"),
        (1.0, "yes or no", "Yes"),
        (0.0, "yes or no", "No"),
        (-1.0, "days", "-1 days"),
        (1.5, "days", "1 day"),
    ],
)
def test_numbers_are_shown_as_people_say_them(value, unit, words):
    assert in_words(value, unit) == words
