"""Percentiles of whole minutes by frequency, and lengths of time in words."""

from collections.abc import Mapping
from fractions import Fraction

MEDIAN, NINETIETH = Fraction(1, 2), Fraction(9, 10)


def percentile(counts: Mapping[int, int], share: Fraction) -> Fraction | None:
    """Return the value at a ``share`` of the sorted values; None without values.

    Interpolates like SQL's ``percentile_cont``. ``counts`` is the number of occurrences by value.
    """
    total = sum(counts.values())
    if not total:
        return None
    position = share * (total - 1)
    place = position.numerator // position.denominator
    low, high = _at(counts, place)
    return low + (high - low) * (position - place)


def _at(counts: Mapping[int, int], place: int) -> tuple[int, int]:
    """Return the sorted value at index ``place`` and the next one, or the last value twice."""
    passed, low = 0, None
    for value in sorted(counts):
        passed += counts[value]
        if low is None and passed > place:
            low = value
        if passed > place + 1:
            return low, value
    return low, low


def time_words(minutes: Fraction | int | None) -> str:
    """Return a length of time, rounded to the minute: *25 min*, *3 h 5 min*, *2 days 4 h*; a dash for None."""
    if minutes is None:
        return "–"
    whole = int(minutes + Fraction(1, 2))
    if whole < 60:
        return f"{whole} min"
    hours, rest = divmod(whole, 60)
    if hours < 48:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days, left = divmod(hours, 24)
    return f"{days} days {left} h" if left else f"{days} days"
