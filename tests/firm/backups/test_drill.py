"""The drill restores a backup beside the site and uses it there; each fault of what is restored is one of the drill."""

from contextlib import contextmanager

import pytest
from django.conf import settings as django_settings
from django.db import connection

from consultations import backup_hooks
from consultations.models import ConsultationRequest
from firm.backups import database, drill_steps, making
from firm.backups.destinations import Destination
from firm.backups.drill import _environment, drill
from firm.backups.registry import BackupError
from firm.models import BackupRun, BackupState
from tests.firm.backups.conftest import fill, run


def scratch_databases() -> list:
    if connection.vendor == "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname = %s", [database.scratch_name()])
        return cursor.fetchall()


def test_a_drill_publishes_searches_signs_in_and_opens_without_touching_the_site(installations):
    fill()
    before = database.counts()
    said = run("backup", installations.folder / "one", drill=True)
    assert "as many as in the backup" in said
    assert "A page was published, and found by a word of it." in said
    assert "An owner signed in." in said
    assert "A request was opened and decrypted." in said
    assert {name for name, rows in database.counts().items() if rows != before[name]} == {"firm_backuprun"}
    assert scratch_databases() == []
    assert not list(installations.folder.rglob(".backup-*"))
    assert BackupRun.objects.get().drill == BackupState.SUCCEEDED


def damaged(monkeypatch, *statements: str) -> None:
    """Have something happen to the database on its way into the backup: what the manifest says stays as it is."""
    real, facts, counted = database.copied, database.Copy.facts, database.counts()

    @contextmanager
    def copied(folder):
        monkeypatch.setattr(database.Copy, "facts", lambda self: facts(self) | {"rows": counted})
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        with real(folder) as copy:
            yield copy

    monkeypatch.setattr(database, "copied", copied)


def drilled(installations) -> list[str]:
    return drill(making.make_backup(Destination(str(installations.folder / "one"))))


def test_rows_that_are_missing_are_found(installations, monkeypatch):
    fill()
    damaged(monkeypatch, "DELETE FROM firm_word")
    with pytest.raises(BackupError, match=r"The restored table firm_word has 0 rows, not \d+\."):
        drilled(installations)


def test_an_index_of_words_that_is_not_in_step_is_found(installations, monkeypatch):
    """What the site's search asks, on either database."""
    fill()
    broken = {
        "sqlite": ("DROP TRIGGER firm_pagetext_words_insert", "DROP TRIGGER firm_pagetext_words_update"),
        "postgresql": (
            "ALTER TABLE firm_pagetext DROP COLUMN words",
            "ALTER TABLE firm_pagetext ADD COLUMN words tsvector",
        ),
    }
    damaged(monkeypatch, *broken[connection.vendor])
    with pytest.raises(BackupError, match="is not found by the search"):
        drilled(installations)


def test_a_request_that_does_not_decrypt_is_found(installations, monkeypatch):
    fill()
    damaged(monkeypatch, "UPDATE consultations_consultationrequest SET full_name = replace(full_name, 's1.', 's2.')")
    with pytest.raises(BackupError, match=r"cannot be used|cannot be opened"):
        drilled(installations)


def test_nothing_to_use_is_said_and_no_fault(installations):
    said = drilled(installations)
    assert "There is no page to publish." in said
    assert "There is no request to open." in said


def test_who_cannot_sign_in_is_found(installations, monkeypatch):
    monkeypatch.setattr(drill_steps, "reverse", lambda name: "/nowhere/")
    with pytest.raises(BackupError, match="Nobody can sign in"):
        drill_steps.sign_in(drill_steps.Client())


def test_a_request_that_is_not_shown_is_found(installations):
    fill()
    with pytest.raises(BackupError, match="cannot be opened"):
        backup_hooks.open_request(drill_steps.Client())  # who has not signed in sees none
    assert ConsultationRequest.objects.exists()


def test_the_process_of_a_drill_is_given_no_way_out(monkeypatch):
    for name in ("S3_BUCKET", "SENTRY_DSN", "SENTRY_DSN_FILE", "SECRET_KEY_FILE", "BACKUP_DEST"):
        monkeypatch.setenv(name, "something")
    given = _environment(django_settings.DATA_DIR / "x")
    assert [given[name] for name in ("S3_BUCKET", "SENTRY_DSN", "BACKUP_DEST")] == ["", "", ""]
    assert not {"SENTRY_DSN_FILE", "SECRET_KEY_FILE"} & set(given)
    assert given["SECRET_KEY"] == django_settings.SECRET_KEY


def test_a_role_that_may_make_no_databases_is_told_what_it_needs(installations):
    if connection.vendor == "sqlite":
        assert drilled(installations)  # there, a drill needs no right of anybody
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS plain")
        cursor.execute("CREATE ROLE plain NOCREATEDB")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO plain; GRANT ALL ON SCHEMA public TO plain")
    made = making.make_backup(Destination(str(installations.folder / "one")))
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE plain")
    with pytest.raises(BackupError, match=r"InsufficientPrivilege.*ALTER ROLE .* CREATEDB"):
        drill(made)
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("DROP OWNED BY plain; DROP ROLE plain")
