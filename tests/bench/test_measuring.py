"""Percentiles, turns and ratios."""

from pathlib import Path

import pytest

from bench.measuring import in_turns, median_ratio, percentile, rounded, spread


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1), (0.5, 50), (0.505, 51), (0.99, 99), (0.991, 100), (1.0, 100)]
)
def test_percentile_is_a_value_that_was_measured(share, expected):
    assert percentile(reversed(range(1, 101)), share) == expected


def test_percentile_of_one_value_is_that_value():
    assert percentile([7.0], 0.99) == 7.0


def test_percentile_of_nothing_is_refused():
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)


def test_sides_take_turns_and_the_first_does_not_count():
    asked = []

    def side(name, values):
        left = iter(values)
        return lambda: asked.append(name) or next(left)

    found = in_turns(3, {"a": side("a", [99, 1, 2, 3]), "b": side("b", [99, 4, 5, 6])})
    assert found == {"a": [1, 2, 3], "b": [4, 5, 6]}
    assert asked == ["a", "b", "a", "b", "b", "a", "a", "b"]


def test_ratio_is_taken_within_each_turn():
    # The machine was ten times slower in the second turn, for both.
    assert median_ratio([100, 10, 100], [50, 5, 50]) == 2


def test_sides_of_different_length_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        median_ratio([1, 2], [1])


def test_numbers_have_as_many_digits_as_they_deserve():
    assert [rounded(value) for value in (0.123, 12.34, 123.4, 12345.6)] == ["0.12", "12.3", "123", "12,346"]
    assert spread([3.0, 1.0, 2.0], unit=" ms") == "1.00–3.00 ms"


def test_folder_of_the_bench_is_no_part_of_the_repository():
    ignored = (Path(__file__).parents[2] / ".gitignore").read_text().splitlines()
    assert "var/" in ignored
