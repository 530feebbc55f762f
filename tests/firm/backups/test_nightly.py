from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail

from firm.backups import nightly
from firm.backups.nightly import summary
from firm.backups.registry import BackupError
from firm.models import BackupRun, BackupState
from tests import factories

#: 3 in the morning in New York.
NIGHT = datetime(2026, 11, 22, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def nights(installations, settings, monkeypatch):
    """Backups are on; the drill only notes that it was asked for, and ``nights.drill`` says what comes of it."""
    settings.BACKUP_DEST, settings.BACKUP_TIME = f"{installations.folder}/nightly/", time(2, 30)
    installations.drilled, installations.problem = [], None

    def drill(made):
        installations.drilled.append(made.where.name)
        if installations.problem:
            raise installations.problem

    monkeypatch.setattr(nightly, "drill", drill)
    return installations


def files(nights) -> list:
    return sorted((nights.folder / "nightly").glob("*"))


# --- When -------------------------------------------------------------------------------------------


def test_without_a_place_nothing_is_made(nights, settings):
    settings.BACKUP_DEST = ""
    assert nightly.run_due(NIGHT) is None
    assert not BackupRun.objects.exists()


def test_before_its_time_nothing_is_made(nights):
    assert nightly.run_due(NIGHT - HOUR) is None


def test_once_a_night(nights):
    run = nightly.run_due(NIGHT)
    assert (run.state, run.drill, run.problem) == ("succeeded", "succeeded", "")
    assert nightly.run_due(NIGHT + HOUR) is None
    assert len(files(nights)) == 1
    assert nights.drilled == [str(files(nights)[0])]


def test_of_two_workers_one_makes_it(nights, threads):
    made = threads(*[lambda: nightly.run_due(NIGHT)] * 4)
    assert len([run for run in made if run]) == 1
    assert BackupRun.objects.count() == len(files(nights)) == 1


def test_what_failed_is_tried_again_after_an_hour_and_not_for_ever(nights, settings):
    settings.BACKUP_RECIPIENT = []
    moments = [NIGHT + n * HOUR / 2 for n in range(20)]
    made = [run for now in moments if (run := _at(now))]
    assert [run.attempt for run in made] == [1, 2, 3, 4]
    assert {run.state for run in made} == {"failed"}
    assert "BACKUP_RECIPIENT" in made[0].problem
    assert files(nights) == []


def _at(now):
    run = nightly.run_due(now)
    if run:
        BackupRun.objects.filter(pk=run.pk).update(ended_at=now)
    return run


def test_what_was_broken_off_is_tried_again_in_the_same_night(nights):
    BackupRun.objects.create(night="2026-11-22", attempt=1, began_at=NIGHT, state=BackupState.RUNNING)
    assert nightly.run_due(NIGHT + HOUR) is None
    assert nightly.run_due(NIGHT + 7 * HOUR).attempt == 2


def test_the_oldest_go_when_a_newer_one_was_restored_on_trial(nights, settings):
    settings.BACKUP_KEEP = 2
    (nights.folder / "nightly").mkdir()
    old = [nights.folder / "nightly" / f"backup-2020010{day}T000000Z.tar.gz.age" for day in (1, 2, 3)]
    for path in old:
        path.write_bytes(b"old")
    nights.problem = BackupError("It does not open.")
    assert nightly.run_due(NIGHT).drill == "failed"
    assert len(files(nights)) == 4
    nights.problem = None
    files(nights)[-1].unlink()
    nightly.run_due(NIGHT + 24 * HOUR)
    assert [path in files(nights) for path in old] == [False, False, True]
    assert len(files(nights)) == 2


# --- How things stand -------------------------------------------------------------------------------


def test_switched_off_is_no_problem_and_shows_what_was_made_by_hand(nights, settings):
    settings.BACKUP_DEST = ""
    assert summary(NIGHT).problems == []
    BackupRun.objects.create(state=BackupState.SUCCEEDED, began_at=NIGHT, ended_at=NIGHT)
    found = summary(NIGHT + HOUR)
    assert (found.is_on, found.age, found.problems) == (False, HOUR, [])


def test_none_at_all_and_an_old_one_are_problems(nights):
    assert summary(NIGHT).problems == ["No backup has been made yet."]
    BackupRun.objects.create(state=BackupState.SUCCEEDED, began_at=NIGHT, ended_at=NIGHT)
    assert summary(NIGHT + 30 * HOUR).problems == []
    assert summary(NIGHT + 31 * HOUR).problems == ["The last backup is 31 hours old."]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"state": "failed", "problem": "Disk full."}, "The last nightly backup failed: Disk full."),
        ({"state": "running", "began_at": NIGHT - 7 * HOUR}, "The last nightly backup was broken off."),
        (
            {"state": "succeeded", "drill": "failed", "problem": "It does not open."},
            "The last backup could not be restored on trial: It does not open.",
        ),
        ({"state": "succeeded", "missing_files": 2}, "2 uploaded files are not in the storage any more."),
    ],
)
def test_each_problem_is_said(nights, fields, problem):
    BackupRun.objects.create(state=BackupState.SUCCEEDED, began_at=NIGHT - 8 * HOUR, ended_at=NIGHT)
    BackupRun.objects.create(**{"night": "2026-11-22", "attempt": 1, "began_at": NIGHT, "ended_at": NIGHT} | fields)
    assert summary(NIGHT + HOUR).problems == [problem]


def test_how_things_stand_costs_two_queries(nights, django_assert_num_queries):
    nightly.run_due(NIGHT)
    with django_assert_num_queries(2):
        summary()


# --- Who is told ------------------------------------------------------------------------------------


def people():
    factories.UserFactory(owner=True, email="owner@example.com")
    factories.UserFactory(owner=True, email="gone@example.com", is_active=False)
    factories.UserFactory(owner=True, email="")
    factories.UserFactory(role="Editors", email="editor@example.com")


def test_owners_are_told_once_a_day_of_what_failed(nights, settings):
    people()
    settings.BACKUP_RECIPIENT = []
    _at(NIGHT)
    assert nightly.tell_owners(NIGHT + HOUR)
    assert not nightly.tell_owners(NIGHT + 2 * HOUR)
    assert nightly.tell_owners(NIGHT + 22 * HOUR)
    assert len(mail.outbox) == 2
    assert mail.outbox[0].recipients() == ["owner@example.com"]
    assert "No backup has been made yet." in mail.outbox[0].body
    assert "BACKUP_RECIPIENT" in mail.outbox[0].body


def test_of_two_workers_one_tells(nights, threads, settings):
    people()
    settings.BACKUP_RECIPIENT = []
    _at(NIGHT)
    assert sum(threads(*[lambda: nightly.tell_owners(NIGHT + HOUR)] * 4)) == 1
    assert len(mail.outbox) == 1


def test_nobody_is_told_that_all_is_well(nights):
    people()
    nightly.run_due(NIGHT)
    assert not nightly.tell_owners()
    assert mail.outbox == []


def test_a_mail_server_that_is_gone_is_tried_again(nights, settings, monkeypatch):
    people()
    settings.BACKUP_RECIPIENT = []
    _at(NIGHT)
    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMessage.send", lambda self: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            nightly.tell_owners(NIGHT + HOUR)
    assert nightly.tell_owners(NIGHT + HOUR)


def test_what_nobody_foresaw_is_said_without_its_words(nights, monkeypatch):
    def fail(where):
        raise RuntimeError("Zebrawine Okapi")

    monkeypatch.setattr(nightly, "make_backup", fail)
    assert nightly.run_due(NIGHT).problem == "RuntimeError, see the log."
