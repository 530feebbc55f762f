import threading

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


# --- Clocks of their own ------------------------------------------------------------------------------


def names(clocks) -> list[list[str]]:
    return [[entry.name for entry in entries] for entries in clocks]


def test_jobs_share_a_clock_but_for_those_that_run_alone():
    schedule.every(60, "one", lambda: None)
    schedule.every(3, "mail", lambda: None, alone=True)
    schedule.every(60, "two", lambda: None)
    assert names(schedule.clocks()) == [["one", "two"], ["mail"]]


def test_a_clock_runs_its_own_jobs_only():
    schedule.every(60, "one", lambda: None)
    schedule.every(3, "mail", lambda: None, alone=True)
    shared, own = schedule.clocks()
    assert (schedule.run_due(0.0, own), schedule.run_due(0.0, own), schedule.run_due(0.0, shared)) == (
        ["mail"],
        [],
        ["one"],
    )


def test_a_job_that_hangs_holds_up_no_other(monkeypatch):
    monkeypatch.setattr(schedule, "autodiscover_modules", lambda name: None)
    release, ran, stopped = threading.Event(), threading.Event(), threading.Event()
    schedule.every(3, "mail", lambda: release.wait(30), alone=True)
    schedule.every(60, "other", ran.set)
    threads = schedule.start(stopped)
    try:
        assert ran.wait(20)
        assert not release.is_set()
    finally:
        release.set()
        stopped.set()
        for thread in threads:
            thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
