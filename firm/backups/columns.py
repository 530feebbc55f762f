"""How a value of the database is written in a backup: the same for SQLite and PostgreSQL, so that either can be
restored into the other.

A row is a JSON array. Times are UTC without a zone (``2026-11-22 07:03:29.123456``), UUIDs 32 hexadecimal digits, bytes
base64, what is JSON itself a string of it, everything else as JSON has it.
"""

import base64
import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import NamedTuple

from django.db import models

from firm.backups.problems import BackupError
from firm.encryption.fields import SealedTextField

_INTEGERS = """AutoField BigAutoField SmallAutoField IntegerField BigIntegerField SmallIntegerField
    PositiveIntegerField PositiveBigIntegerField PositiveSmallIntegerField"""
_TEXTS = "CharField TextField SlugField FileField FilePathField GenericIPAddressField"
#: What is written for each of Django's types. `column_of` refuses any other.
KINDS = {
    **dict.fromkeys(_INTEGERS.split(), "integer"),
    **dict.fromkeys(_TEXTS.split(), "text"),
    "BinaryField": "bytes",
    "BooleanField": "boolean",
    "DateField": "date",
    "DateTimeField": "datetime",
    "DecimalField": "decimal",
    "FloatField": "float",
    "JSONField": "json",
    "TimeField": "time",
    "UUIDField": "uuid",
}
#: How PostgreSQL is asked, so that it answers with what is written.
_ASKED = {
    "bytes": "encode({}, 'base64')",
    "date": "{}::text",
    "datetime": "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
    "decimal": "{}::text",
    "json": "{}::text",
    "time": "to_char({}, 'HH24:MI:SS.US')",
    "uuid": "replace({}::text, '-', '')",
}


class Column(NamedTuple):
    """A column, its kind, and the place that its values are sealed for; empty when they are not."""

    name: str
    kind: str
    place: str = ""


def column_of(field: models.Field) -> Column:
    """Return the column of a model's field; raise `BackupError` for a type that nobody has thought of."""
    stored = field
    while stored.remote_field:
        stored = stored.target_field
    kind = KINDS.get(stored.get_internal_type())
    if kind is None:
        raise BackupError(f"Backups know no columns such as {field}; add its type to firm/backups/columns.py.")
    place = (field.place or field.path) if isinstance(field, SealedTextField) else ""
    return Column(field.column, kind, place)


def asked(column: Column, vendor: str) -> str:
    """Return what stands in the SELECT for a column."""
    name = f'"{column.name}"'
    return _ASKED.get(column.kind, "{}").format(name) if vendor == "postgresql" else name


def dump_row(row: Iterable) -> bytes:
    """Return a row as it is written."""
    return json.dumps(list(row), ensure_ascii=False, separators=(",", ":")).encode()


def from_sqlite(columns: Iterable[Column]) -> dict[int, Callable]:
    """Return how the values of SQLite become those that are written, by number of the column."""
    known = {"boolean": bool, "bytes": lambda raw: base64.b64encode(raw).decode(), "decimal": str}
    return {at: known[column.kind] for at, column in enumerate(columns) if column.kind in known}


def from_postgresql(columns: Iterable[Column]) -> dict[int, Callable]:
    """The same for PostgreSQL, which has been `asked`: times without their fraction where it is nought."""
    known = {
        "bytes": lambda text: text.replace("\n", ""),
        "datetime": lambda text: text.removesuffix(".000000"),
        "time": lambda text: text.removesuffix(".000000"),
    }
    return {at: known[column.kind] for at, column in enumerate(columns) if column.kind in known}


def to_sqlite(columns: Iterable[Column]) -> dict[int, Callable]:
    """Return how written values are given to SQLite."""
    known = {"boolean": int, "bytes": base64.b64decode}
    return {at: known[column.kind] for at, column in enumerate(columns) if column.kind in known}


def to_postgresql(columns: Iterable[Column]) -> dict[int, Callable]:
    """Return how written values become the texts that COPY takes, before they are escaped."""
    known = {
        "boolean": lambda value: "t" if value else "f",
        "bytes": lambda text: "\\x" + base64.b64decode(text).hex(),
        "datetime": lambda text: f"{text}+00",
    }
    return {at: known.get(column.kind, str) for at, column in enumerate(columns)}


def convert(row: Iterable, conversions: dict[int, Callable]) -> list:
    """Return a row with its values converted; NULL stays what it is."""
    values = list(row)
    for at, conversion in conversions.items():
        if values[at] is not None:
            values[at] = conversion(values[at])
    return values


def comparable(columns: Iterable[Column]) -> Callable[[list], bytes]:
    """Return a function that gives what a digest is made of: values that mean the same give the same bytes."""
    known = {"json": _same_json, "decimal": _same_decimal, "datetime": _same_time, "time": _same_time}
    conversions = {at: known[column.kind] for at, column in enumerate(columns) if column.kind in known}
    return lambda row: dump_row(convert(row, conversions))


def _same_json(text: str) -> str:
    """Order, spaces and the notation of numbers are lost in PostgreSQL, and mean nothing."""
    return json.dumps(json.loads(text, parse_float=_number), sort_keys=True, separators=(",", ":"))


def _number(text: str) -> float | int:
    value = float(text)
    return int(value) if value.is_integer() else value


def _same_decimal(text: str) -> str:
    return str(Decimal(text).normalize())


def _same_time(text: str) -> str:
    """SQLite keeps as many digits of a second as it was given."""
    start, point, fraction = text.partition(".")
    return f"{start}.{fraction:0<6}".removesuffix(".000000") if point else text
