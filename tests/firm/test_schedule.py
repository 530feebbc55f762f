import pytest

from firm import schedule


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """Only what the test registers is in the schedule, and it uses no database."""
    monkeypatch.setattr(schedule, "_entries", {})
    monkeypatch.setattr(schedule, "close_old_connections", lambda: None)


def fail():
    raise RuntimeError("broken")


def test_a_job_runs_at_once_the_first_time():
    schedule.every(60, "job", lambda: None)
    assert schedule.run_due(0.0) == ["job"]


def test_a_job_does_not_run_again_before_its_time():
    schedule.every(60, "job", lambda: None)
    schedule.run_due(0.0)
    assert schedule.run_due(59.9) == []


def test_a_job_runs_again_when_it_is_due():
    schedule.every(60, "job", lambda: None)
    schedule.run_due(0.0)
    assert schedule.run_due(60.0) == ["job"]


def test_a_failing_job_does_not_stop_the_others():
    done = []
    schedule.every(60, "bad", fail)
    schedule.every(60, "good", lambda: done.append(1))
    schedule.run_due(0.0)
    assert done == [1]


def test_a_failure_is_logged_with_the_jobs_name(caplog):
    schedule.every(60, "bad", fail)
    schedule.run_due(0.0)
    assert "The scheduled job bad failed" in caplog.text


def test_a_failing_job_is_tried_again():
    schedule.every(60, "bad", fail)
    schedule.run_due(0.0)
    assert schedule.run_due(60.0) == ["bad"]
