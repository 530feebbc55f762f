"""The tables of the conflict check, written out by hand so that a slip in them is seen."""

from importlib import import_module
from itertools import product

import pytest

from consultations.conflict_states import (
    BLOCKED_WORDS,
    GATED,
    PASSING,
    ConflictState,
    counts,
    likelihood,
    may_pass,
    state_after,
    state_after_merge,
    state_after_move,
)
from consultations.models import PartyRole
from consultations.workflow import MOVES, Status

BLOCKING = {"unchecked", "open", "flagged", "declined"}
PAIRS = [(before, to) for before in MOVES for to in MOVES[before]]
LATE = {"scheduled", "consulted", "retained"}


@pytest.mark.parametrize(("asked", "role"), list(product(("full_name", "person_in_need"), PartyRole.values)))
def test_every_match_of_a_person_counts(asked, role):
    assert counts(asked, role)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("client", True),
        ("former_client", True),
        ("prospective", True),
        ("co_defendant", True),
        ("witness", True),
        ("adverse", False),
        ("a role of later", True),
    ],
)
def test_somebody_else_counts_unless_two_of_ours_are_against_him(role, expected):
    assert counts("other_parties", role) is expected


@pytest.mark.parametrize(("state", "to"), list(product(ConflictState.values, Status.values)))
def test_what_the_check_stands_in_the_way_of(state, to):
    assert may_pass(to, state) is not (state in BLOCKING and to in LATE)
    assert (state in BLOCKING) == (state in BLOCKED_WORDS)


def test_database_was_given_the_gate_as_it_is():
    written = import_module("consultations.migrations.0002_guards")
    assert set(written.GATED) == set(GATED) == LATE
    assert set(written.PASSING) == set(PASSING) == set(ConflictState.values) - BLOCKING


@pytest.mark.parametrize(
    ("before", "has_open", "had_open", "has_cleared", "after"),
    [
        ("unchecked", False, False, False, "clear"),
        ("unchecked", True, False, False, "open"),
        ("clear", True, False, False, "open"),
        ("cleared", True, False, True, "open"),
        ("cleared", False, False, True, "cleared"),
        ("cleared", False, False, False, "clear"),
        ("open", True, True, False, "open"),
        ("open", False, True, False, "clear"),
        ("open", False, True, True, "cleared"),
        ("open", False, False, False, "open"),
        ("flagged", False, True, True, "flagged"),
        ("flagged", True, True, False, "flagged"),
        ("declined", True, True, True, "declined"),
        ("declined", False, False, False, "declined"),
    ],
)
def test_state_after_a_check(before, has_open, had_open, has_cleared, after):
    assert state_after(before, has_open=has_open, had_open=had_open, has_cleared=has_cleared) == after


@pytest.mark.parametrize(("state", "pair"), list(product(ConflictState.values, PAIRS)))
def test_state_after_a_move(state, pair):
    before, to = pair
    expected = "declined" if to == "conflict" else "open" if before == "conflict" else state
    assert state_after_move(state, before=before, to=to) == expected


@pytest.mark.parametrize(
    ("target", "merged", "after"),
    [
        ("clear", "clear", "clear"),
        ("clear", "open", "open"),
        ("cleared", "flagged", "flagged"),
        ("open", "flagged", "flagged"),
        ("flagged", "open", "flagged"),
        ("clear", "cleared", "clear"),
        ("unchecked", "open", "open"),
        ("clear", "unchecked", "clear"),
        ("declined", "flagged", "declined"),
    ],
)
def test_what_waits_in_the_one_waits_in_the_other(target, merged, after):
    assert state_after_merge(target, merged) == after


@pytest.mark.parametrize(
    ("score", "word"), [(100, "certain"), (97, "certain"), (96, "likely"), (88, "likely"), (87, "possible")]
)
def test_scores_in_words(score, word):
    assert likelihood(score) == word
