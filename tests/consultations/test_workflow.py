from itertools import product

import pytest

from consultations.workflow import MOVES, Status, can_move

ALLOWED = {("new", "in_review"), ("in_review", "closed"), ("closed", "in_review")}


@pytest.mark.parametrize(("current", "to"), list(product(Status.values, [*Status.values, "", "deleted"])))
def test_every_pair(current, to):
    assert can_move(current, to) == ((current, to) in ALLOWED)


def test_unknown_state_leads_nowhere():
    assert not can_move("lost", "new")


def test_no_state_is_without_a_way_on():
    assert set(MOVES) == set(Status)
