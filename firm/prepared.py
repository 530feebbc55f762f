"""Queries that are put together once: for Django that is more work than their answers are for the database.

Only what the query looks for may differ from one time to the next. What else it depends on, a number of rows for
instance, must be the same each time it is made.
"""

from collections.abc import Callable
from copy import copy
from threading import Lock

from django.db import connections
from django.db.models import QuerySet

#: What stands for a text and for a number while a query is put together: values that nothing has.
_TEXT, _NUMBER = "\x01{}\x01", 2_147_400_000


class Prepared:
    """A query. ``make`` returns it for texts, whole numbers and lists of numbers; it is called once for each kind.

    A list must not be empty. Reads as Django reads it: same models, related rows and prefetched ones, new each time.
    """

    def __init__(self, make: Callable[..., QuerySet]) -> None:
        self._make, self._lock = make, Lock()
        self._known: dict[tuple, _Plan] = {}

    def rows(self, *values) -> list:
        """Ask the database, in the transaction of its connection."""
        kind = tuple(len(value) if isinstance(value, list) else type(value) for value in values)
        plan = self._known.get(kind)
        if plan is None:
            with self._lock:
                plan = self._known[kind] = _Plan(self._make, values)
        return plan.rows(_flat(values))

    def first(self, *values):
        """Return the first of the rows, or None."""
        return next(iter(self.rows(*values)), None)


class _Plan:
    """A query with its statement, and which of the statement's parameters are which of the values."""

    def __init__(self, make: Callable[..., QuerySet], values: tuple) -> None:
        marks = _marks(values)
        self.queryset = make(*marks)
        self.compiler = self.queryset.query.get_compiler(using=self.queryset.db)
        self.sql, parameters = self.compiler.as_sql()
        self.converters: dict | None = None
        places = {mark: place for place, mark in enumerate(_flat(marks))}
        self.parameters = [(places.get(one) if isinstance(one, str | int) else None, one) for one in parameters]
        if missing := set(places.values()) - {place for place, _ in self.parameters}:
            raise TypeError(f"The query changes its values {sorted(missing)} before it looks for them")

    def rows(self, values: list) -> list:
        compiler = copy(self.compiler)
        compiler.connection = connections[compiler.using]
        statement = self.sql, tuple(one if place is None else values[place] for place, one in self.parameters)
        compiler.as_sql = lambda: statement
        compiler.get_converters = self.converters_of
        found = self.queryset._clone()
        found._query = _Ready(self.queryset.query, compiler)
        return list(found)

    def converters_of(self, expressions) -> dict:
        """Return what makes Python's values of the database's; the columns of a query are always the same."""
        if self.converters is None:
            self.converters = self.compiler.get_converters(expressions)
        return self.converters


class _Ready:
    """A query whose statement is there already."""

    def __init__(self, query, compiler) -> None:
        self._query, self._compiler = query, compiler

    def __getattr__(self, name: str):
        return getattr(self._query, name)

    def get_compiler(self, using=None, connection=None, elide_empty=True):
        """Return what runs the statement; Django asks for it with these names."""
        return self._compiler


def _marks(values: tuple) -> list:
    number = 0

    def mark(value):
        nonlocal number
        if isinstance(value, list):
            return [mark(one) for one in value]
        number += 1
        return _TEXT.format(number) if isinstance(value, str) else _NUMBER + number

    return [mark(value) for value in values]


def _flat(values) -> list:
    return [one for value in values for one in (value if isinstance(value, list) else [value])]
