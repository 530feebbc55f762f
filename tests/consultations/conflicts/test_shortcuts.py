"""Shortcuts of the comparison change no result."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consultations.conflicts.matching import companies, names, persons, word_similarity
from consultations.conflicts.matching.compare import Reading
from consultations.conflicts.register import save_new_parties
from consultations.conflicts.search import find
from consultations.models import Party
from tests.consultations.conflicts.labelled import CLOSED, FRESH, OPEN, pairs, unseen

EVERY = sorted(
    {name for pair in [*pairs(), *pairs(FRESH), *unseen(OPEN), *unseen(CLOSED)] for name in (pair.first, pair.second)}
)
WORDS = sorted({text for name in EVERY for word in names.read(name).words for text in word.texts if len(text) > 1})
LETTERS = st.text("abcdeghijkoqsuvyz", min_size=2, max_size=7)


class Everything:
    """A set that is disjoint from no other."""

    def isdisjoint(self, others) -> bool:
        return False


@pytest.fixture
def the_long_way(monkeypatch):
    """Return a function that disables all shortcuts."""

    def switch_off():
        word_similarity._alike.cache_clear()
        monkeypatch.setattr(word_similarity, "_begin_apart", lambda first, second: False)
        monkeypatch.setattr(persons, "_longest", lambda words: None)
        monkeypatch.setattr(companies, "_TELLING", Everything())
        monkeypatch.setattr(companies, "surely_has_two", lambda words: False)

    yield switch_off
    monkeypatch.undo()
    word_similarity._alike.cache_clear()


def in_full(first: str, second: str) -> tuple[float, str]:
    """Compare two words by every rule."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(word_similarity, "_begin_apart", lambda one, other: False)
        return word_similarity._alike.__wrapped__(first, second, False)


def test_known_words_that_begin_apart_are_one_by_a_list_alone():
    chance = random.Random(5)
    tried = [(one, other) for one in WORDS for other in chance.sample(WORDS, 25)]
    apart = [both for both in tried if word_similarity._begin_apart(*both)]
    assert len(apart) > len(tried) / 2
    assert all(in_full(*both) == word_similarity._alike.__wrapped__(*both, False) for both in apart)


@settings(max_examples=400, deadline=None)
@given(first=LETTERS, second=LETTERS, end=LETTERS)
def test_invented_words_that_begin_apart_are_one_by_a_list_alone(first, second, end):
    for one, other in ((first, second), (first + end, second + end), (first, first[1:] + end), (first, first[1:] * 2)):
        if other:
            assert in_full(one, other) == word_similarity._alike.__wrapped__(one, other, False)


def test_a_name_is_one_word_of_a_company_and_a_company_as_before(the_long_way):
    quick = [(Reading(name).is_company, Reading(name).is_one_word) for name in EVERY]
    the_long_way()
    same = quick == [(Reading(name).is_company, Reading(name).is_one_word) for name in EVERY]
    assert same
    assert {True, False} == {is_company for is_company, _ in quick} == {is_one_word for _, is_one_word in quick}


@pytest.mark.django_db
def test_the_same_is_found_without_any_shortcut(the_long_way):
    chance = random.Random(6)
    heads, tails = ([name.split()[at] for name in EVERY] for at in (0, -1))
    mixed = [f"{chance.choice(heads)} {chance.choice(tails)}" for _ in range(3000 - len(EVERY))]
    save_new_parties(Party(name=name, role="witness") for name in [*EVERY, *mixed])
    asked = EVERY[::6]
    quick = [find(asked[at : at + 20]) for at in range(0, len(asked), 20)]
    the_long_way()
    same = quick == [find(asked[at : at + 20]) for at in range(0, len(asked), 20)]
    assert same
    assert sum(map(len, quick)) > 300
