from importlib import import_module
from itertools import product

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from consultations.models import ConsultationRequest
from consultations.workflow import CLOSED, MERGEABLE, MOVES, OPEN, Power, Status, find_move
from tests.consultations.factories import ConsultationRequestFactory as Request

#: Written out by hand, so that a slip in the table is seen: each state, and those that may follow.
EXPECTED = {
    "new": "in_review contacted not_reached declined referred conflict quarantine",
    "in_review": "contacted not_reached declined referred conflict quarantine",
    "contacted": "scheduled consulted not_reached declined referred conflict",
    "scheduled": "consulted contacted not_reached declined referred conflict",
    "consulted": "retained scheduled declined referred conflict",
    "retained": "consulted",
    "declined": "in_review",
    "referred": "in_review",
    "not_reached": "in_review contacted",
    "conflict": "in_review",
    "quarantine": "new declined",
    "merged": "in_review",
}
MANAGED = {("retained", "consulted"), ("conflict", "in_review"), ("merged", "in_review")}
WITH_REASON = MANAGED | {
    *product(EXPECTED, ("declined", "referred", "conflict", "quarantine")),
    ("scheduled", "contacted"),
    ("declined", "in_review"),
    ("referred", "in_review"),
}
PAIRS = list(product(Status.values, Status.values))
#: What the database lets pass: the moves, and merging.
ALLOWED = {(str(current), str(to)) for current, ways in MOVES.items() for to in ways}
ALLOWED |= {(str(status), str(Status.MERGED)) for status in MERGEABLE}


@pytest.mark.parametrize(("current", "to"), list(product(Status.values, [*Status.values, "", "deleted"])))
def test_every_pair(current, to):
    move = find_move(current, to)
    assert (move is not None) == (to in EXPECTED[current].split())
    if move:
        assert move.needs_reason == ((current, to) in WITH_REASON)
        assert (move.power == Power.MANAGE) == ((current, to) in MANAGED)
        assert move.label


def test_unknown_state_leads_nowhere():
    assert find_move("lost", "new") is None


def test_every_state_is_open_closed_or_quarantined_and_has_a_way_on():
    assert set(MOVES) == set(Status) == {*OPEN, *CLOSED, Status.QUARANTINE}
    assert not set(OPEN) & set(CLOSED)


def test_retained_and_conflicts_are_not_merged():
    assert set(Status) - set(MERGEABLE) == {Status.RETAINED, Status.CONFLICT, Status.MERGED}


def test_database_was_given_the_table_as_it_is():
    written = import_module("consultations.migrations.0002_guards").PAIRS.split()
    assert sorted(written) == sorted(f"{current}>{to}" for current, to in ALLOWED)


@pytest.mark.django_db
def test_database_refuses_every_forbidden_change():
    """All pairs, by plain SQL as a careless script would write it."""
    other, now = Request(), timezone.now()
    wrong = []
    for current, to in PAIRS:
        request = Request(
            status=current, merged_into=other if current == Status.MERGED else None, scheduled_for=now, closed_at=None
        )
        values = {
            "status": to,
            "closed_at": now if to in CLOSED else None,
            "merged_into_id": other.pk if to == Status.MERGED else None,
        }
        sets = ", ".join(f"{name} = %s" for name in values)
        table = ConsultationRequest._meta.db_table
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE {table} SET {sets} WHERE id = %s", [*values.values(), request.pk])
            done = True
        except Error:
            done = False
        if done != (current == to or (current, to) in ALLOWED):
            wrong.append((current, to, done))
    assert wrong == []
