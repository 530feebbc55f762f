"""Percentiles of whole minutes, and lengths of time in words."""

from collections.abc import Iterable
from fractions import Fraction

MEDIAN, NINETIETH = Fraction(1, 2), Fraction(9, 10)


def percentile(values: Iterable[int], share: Fraction) -> Fraction | None:
    """Return the value at a ``share`` of the sorted values, like SQL's ``percentile_cont``; None without values."""
    ordered = sorted(values)
    if not ordered:
        return None
    position = share * (len(ordered) - 1)
    place = int(position)
    low, high = ordered[place], ordered[min(place + 1, len(ordered) - 1)]
    return low + (high - low) * (position - place)


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
