"""Triggers by which the database itself refuses a change by any program. Migrations list them."""

from dataclasses import dataclass

from django.db import migrations

#: What a condition calls by another name on SQLite.
DISTINCT = {"postgresql": "IS DISTINCT FROM", "sqlite": "IS NOT"}


@dataclass(frozen=True)
class Guard:
    """Refuses ``event`` on the rows of ``table`` for which ``when`` holds, with ``message`` as an `IntegrityError`.

    ``event`` is SQL's: ``INSERT``, ``UPDATE``, ``UPDATE OF status``, ``DELETE``. ``when`` is a condition on ``OLD`` and
    ``NEW``, in which ``{distinct}`` compares also with NULL; where databases differ, a dictionary by vendor.
    ``truncate`` is when PostgreSQL refuses to empty the table as a whole: a condition, or None for never.
    """

    name: str
    table: str
    event: str
    message: str
    when: str | dict[str, str] = "TRUE"
    truncate: str | None = None

    def create(self, vendor: str) -> list[str]:
        """Return the statements that install it."""
        if vendor == "sqlite":
            return [
                f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} WHEN {self._when(vendor)}"
                f" BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
            ]
        statements = self._refusing(self.name, self.event, "ROW", self._when(vendor))
        if self.truncate is not None:
            statements += self._refusing(f"{self.name}_as_a_whole", "TRUNCATE", "STATEMENT", self.truncate)
        return statements

    def drop(self, vendor: str) -> list[str]:
        """Return the statements that remove it."""
        if vendor == "sqlite":
            return [f"DROP TRIGGER IF EXISTS {self.name}"]
        names = [self.name] if self.truncate is None else [self.name, f"{self.name}_as_a_whole"]
        return [f"DROP FUNCTION {name}() CASCADE" for name in names]

    def _when(self, vendor: str) -> str:
        when = self.when if isinstance(self.when, str) else self.when[vendor]
        return when.format(distinct=DISTINCT[vendor])

    def _refusing(self, name: str, event: str, each: str, when: str) -> list[str]:
        row = "OLD" if event == "DELETE" else "NEW"
        return [
            f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF {when} THEN RAISE EXCEPTION '{self.message}' USING ERRCODE = 'check_violation'; END IF;
                RETURN {"NULL" if each == "STATEMENT" else row};
            END $$""",
            f"CREATE TRIGGER {name} BEFORE {event} ON {self.table} FOR EACH {each} EXECUTE FUNCTION {name}()",
        ]


def install(*guards: Guard) -> migrations.RunPython:
    """Return the operation that installs guards, and removes them when it is taken back."""

    def forwards(apps, schema_editor):
        vendor = schema_editor.connection.vendor
        execute(schema_editor, [statement for guard in guards for statement in guard.create(vendor)])

    def backwards(apps, schema_editor):
        vendor = schema_editor.connection.vendor
        execute(schema_editor, [statement for guard in reversed(guards) for statement in guard.drop(vendor)])

    return migrations.RunPython(forwards, backwards)


def execute(schema_editor, statements: list[str]) -> None:
    """Run statements that have no parameters."""
    for statement in statements:
        schema_editor.execute(statement, params=None)
