"""Migrations that break the previous release are refused, whatever else they contain; and the check always runs."""

import pytest
from django.db import migrations, models
from django.db.migrations import Migration
from django.db.models import Q
from django.db.models.functions import Lower

from firm.settings import base
from tests import migration_linter as linter

A_CHAR = {"max_length": 20}
A_REFERENCE = models.ForeignKey("firm.Person", models.CASCADE, null=True, related_name="+")


@pytest.fixture(autouse=True)
def _no_database(django_db_blocker):
    """The linter opens an empty one in memory for itself, and asks no other."""
    with django_db_blocker.unblock():
        yield


def fields(**kwargs):
    return models.CharField(**A_CHAR, **kwargs)


def state_with(*operations):
    """The state of an app with a table ``matter`` (a name, a note, a person), changed by ``operations``."""
    state = linter.MigrationLoader(None).project_state()
    migration = Migration("made_up", "firm")
    migration.operations = [
        migrations.CreateModel("Person", [("id", models.BigAutoField(primary_key=True))]),
        migrations.CreateModel(
            "Matter",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("name", fields()),
                ("note", fields(null=True)),
                ("person", models.ForeignKey("firm.Person", models.CASCADE, null=True)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=["name"], name="one_name")]},
        ),
        *operations,
    ]
    return migration.mutate_state(state, preserve=False)


@pytest.fixture(scope="module")
def state():
    return state_with()


def migration_of(*operations) -> Migration:
    made = Migration("next", "firm")
    made.operations = list(operations)
    return made


BAD = {
    "a dropped column": (migrations.RemoveField("matter", "note"), "DROP_COLUMN"),
    "a dropped column that refers to a table": (migrations.RemoveField("matter", "person"), "DROP_COLUMN"),
    "a dropped table": (migrations.DeleteModel("Matter"), "DROP_TABLE"),
    "a renamed column": (migrations.RenameField("matter", "note", "text"), "RENAME_COLUMN"),
    "a renamed table": (migrations.RenameModel("Matter", "Case"), "RENAME_TABLE"),
    "a column that must be there": (migrations.AddField("matter", "code", fields(default="x")), "NOT_NULL"),
    "a column that may no longer be empty": (migrations.AlterField("matter", "note", fields(default="")), "NOT_NULL"),
    "another type": (migrations.AlterField("matter", "name", models.TextField()), "ALTER_COLUMN"),
    "a shorter column": (migrations.AlterField("matter", "name", models.CharField(max_length=5)), "ALTER_COLUMN"),
    "a value that comes once": (migrations.AlterField("matter", "note", fields(null=True, unique=True)), "ADD_UNIQUE"),
    "a constraint over several": (
        migrations.AddConstraint("matter", models.UniqueConstraint(Lower("name"), name="once")),
        "ADD_UNIQUE",
    ),
    "a check on what was free": (
        migrations.AddConstraint("matter", models.CheckConstraint(condition=~Q(name=""), name="named")),
        "ADD_CHECK",
    ),
    "SQL that drops": (migrations.RunSQL("ALTER TABLE firm_matter DROP COLUMN note", "SELECT 1"), "DROP_COLUMN"),
}
GOOD = {
    "a column that may be empty": [migrations.AddField("matter", "code", fields(null=True))],
    "a column with the database's own default": [migrations.AddField("matter", "code", fields(db_default="x"))],
    "a column with a default that may be empty": [
        migrations.AddField("matter", "code", fields(default="x", null=True))
    ],
    "a reference that may be empty": [migrations.AddField("matter", "other", A_REFERENCE)],
    "a table": [
        migrations.CreateModel("Case", [("id", models.BigAutoField(primary_key=True)), ("code", fields(unique=True))]),
        migrations.AddField("case", "must", fields(default="x")),
        migrations.AddConstraint("case", models.CheckConstraint(condition=~Q(code=""), name="coded")),
    ],
    "an index": [migrations.AddIndex("matter", models.Index(fields=["note"], name="by_note"))],
    "fewer constraints": [migrations.RemoveConstraint("matter", "one_name")],
    "other words": [migrations.AlterField("matter", "name", fields(help_text="The client’s."))],
    "a check on what is new": [
        migrations.AddField("matter", "code", fields(null=True)),
        migrations.AddConstraint("matter", models.CheckConstraint(condition=~Q(code=""), name="coded")),
    ],
    "rows": [migrations.RunPython(migrations.RunPython.noop)],
}


@pytest.mark.parametrize(("operation", "code"), BAD.values(), ids=BAD.keys())
def test_what_the_release_before_cannot_live_with_is_refused(state, operation, code):
    assert code in linter.faults(migration_of(operation), state)


@pytest.mark.parametrize("operations", GOOD.values(), ids=GOOD.keys())
def test_what_it_does_not_notice_passes(state, operations):
    assert linter.faults(migration_of(*operations), state) == set()


@pytest.mark.parametrize(("operation", "code"), BAD.values(), ids=BAD.keys())
def test_a_fault_does_not_hide_behind_what_is_right(state, operation, code):
    around = [
        migrations.AddField("person", "first", fields(db_default="x")),
        operation,
        migrations.AddField("person", "last", fields(db_default="x")),
    ]
    assert code in linter.faults(migration_of(*around), state)


def test_the_statements_are_those_of_both_databases(state):
    adds = migration_of(migrations.AddField("matter", "code", fields(db_default="it's")))
    assert linter.written(adds, state, "postgresql") == [
        """ALTER TABLE "firm_matter" ADD COLUMN "code" varchar(20) DEFAULT 'it''s' NOT NULL;"""
    ]
    assert any('CREATE TABLE "new__firm_matter"' in line for line in linter.written(adds, state, "sqlite"))


def test_a_function_that_drops_by_itself_is_found(state, tmp_path, monkeypatch):
    (tmp_path / "sly.py").write_text(
        "def forwards(apps, schema_editor):\n    schema_editor.execute('alter table firm_matter drop column note')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import sly

    found = linter.faults(migration_of(migrations.RunPython(sly.forwards, migrations.RunPython.noop)), state)
    assert found == {"HIDDEN"}


# --- Which are looked at --------------------------------------------------------------------------


@pytest.fixture
def lists(tmp_path):
    """Return a function that runs the linter with a baseline and second steps of this text."""

    def ask(*, without=(), also="", allowed="", changed=None):
        baseline, second_steps = tmp_path / "baseline", tmp_path / "second_steps"
        lines = [
            f"{name} {changed.get(name, digest) if changed else digest}"
            for name, digest in linter.digests(linter.ours()).items()
            if name not in without
        ]
        baseline.write_text("\n".join([*lines, also]))
        second_steps.write_text(allowed)
        return linter.complaints(linter.ours(), baseline=baseline, second_steps=second_steps)

    return ask


def test_the_migrations_that_there_are_pass():
    assert linter.complaints(linter.ours()) == []
    assert set(dict(linter.lines_of(linter.BASELINE))) == set(linter.digests(linter.ours()))


def test_a_migration_that_is_in_no_list_is_looked_at(lists, monkeypatch):
    assert lists() == []
    assert lists(without=["attorneys.0002_roles"]) == []
    monkeypatch.setattr(linter, "faults", lambda *migration: {"NOT_NULL"})
    assert lists() == []
    assert lists(without=["attorneys.0002_roles"]) == ["attorneys.0002_roles: NOT_NULL"]


def test_a_released_migration_stays_as_it_is(lists):
    assert lists(changed={"attorneys.0001_initial": "0" * 64}) == [
        "attorneys.0001_initial was released, and is no longer what it was: write another one"
    ]
    assert lists(also="firm.0099_gone " + "0" * 64) == ["firm.0099_gone was released, and is gone"]


def test_a_second_step_is_allowed_by_name_and_kind_alone(lists, monkeypatch):
    monkeypatch.setattr(linter, "faults", lambda *migration: {"DROP_COLUMN"})
    ask = {"without": ["attorneys.0002_roles"]}
    assert lists(**ask) == ["attorneys.0002_roles: DROP_COLUMN"]
    assert lists(**ask, allowed="attorneys.0002_roles DROP_COLUMN  # 1.4 does without") == []
    assert lists(**ask, allowed="# attorneys.0002_roles DROP_COLUMN") == ["attorneys.0002_roles: DROP_COLUMN"]
    assert len(lists(**ask, allowed="attorneys.0002_roles DROP_TABLE")) == 2


def test_a_second_step_that_allows_nothing_is_named(lists):
    assert lists(allowed="firm.0001_initial DROP_COLUMN") == [
        "firm.0001_initial: DROP_COLUMN is allowed for nothing in second_steps"
    ]


def test_all_four_apps_are_looked_at_and_no_other():
    assert {name.split(".")[0] for name in linter.digests(linter.ours())} == {
        *("attorneys", "blog", "consultations", "firm")
    }


def test_servers_know_nothing_of_it():
    assert not [app for app in base.INSTALLED_APPS if "linter" in app]
