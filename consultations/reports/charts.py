"""Charts as SVG. Widths and horizontal positions are percentages, so that text keeps its size on any screen.

Every chart has a table with the same numbers beside it, and its finding as the description.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

#: The longest bar, in percent of the width; the rest is for its number.
_LONGEST = 68
_ROW, _BAR = 46, 18
_TOP, _BOTTOM, _LEFT, _RIGHT = 24, 204, 9, 96
#: The most columns with numbers, and the most labels, that fit without overlapping.
_NUMBERED, _NAMED = 14, 7


@dataclass(frozen=True)
class Bar:
    """One bar with its label, length and text at the end; ``tone`` names its pattern."""

    label: str
    value: Fraction | int
    words: str
    tone: str = "plain"


def bars(code: str, title: str, finding: str, rows: Iterable[Bar]) -> SafeString:
    """Return horizontal bars, each with its label above. A bar without a label belongs to the one above it."""
    rows = list(rows)
    greatest = max([one.value for one in rows], default=0) or 1
    drawn, y = [], 0
    for one in rows:
        if one.label:
            drawn.append(format_html('<text class="reports-chart__label" x="0" y="{}">{}</text>', y + 16, one.label))
            y += 22
        width = _number(Fraction(one.value) * _LONGEST / greatest)
        shape = '<rect class="reports-chart__bar reports-chart__bar--{}" x="0" y="{}" width="{}%" height="{}"/>'
        drawn.append(format_html(shape, one.tone, y, width, _BAR))
        words = '<text class="reports-chart__number" x="{}%" dx="6" y="{}">{}</text>'
        drawn.append(format_html(words, width, y + 14, one.words))
        y += _ROW - 22
    return _svg(code, title, finding, y, drawn)


def columns(code: str, title: str, finding: str, rows: list[tuple[str, int]]) -> SafeString:
    """Return vertical columns over time, with an axis of round numbers."""
    marks = ticks(max([number for _, number in rows], default=0))
    drawn = [_line(mark, _height(mark, marks[-1])) for mark in marks]
    wide = Fraction(_RIGHT - _LEFT, max(1, len(rows)))
    step = -(-len(rows) // _NAMED)
    for place, (label, number) in enumerate(rows):
        middle, y = _LEFT + wide * place + wide / 2, _height(number, marks[-1])
        if number:
            shape = (
                '<rect class="reports-chart__bar reports-chart__bar--plain" x="{}%" y="{}" width="{}%" height="{}"/>'
            )
            x, width = middle - wide * 38 / 100, wide * 76 / 100
            drawn.append(format_html(shape, _number(x), _number(y), _number(width), _number(_BOTTOM - y)))
        if number and len(rows) <= _NUMBERED:
            words = '<text class="reports-chart__number reports-chart__middle" x="{}%" y="{}">{}</text>'
            drawn.append(format_html(words, _number(middle), _number(y - 5), number))
        if (len(rows) - 1 - place) % step == 0:
            words = '<text class="reports-chart__axis reports-chart__middle" x="{}%" y="{}">{}</text>'
            drawn.append(format_html(words, _number(middle), _BOTTOM + 18, label))
    return _svg(code, title, finding, _BOTTOM + 26, drawn)


def ticks(greatest: int, most: int = 5) -> list[int]:
    """Return evenly spaced whole numbers from 0 to at least ``greatest``; the step is 1, 2 or 5 times a power of ten.

    There is at least one besides the 0, and at most ``most``.
    """
    greatest = max(1, greatest)
    step = next(
        step for power in count() for step in (10**power, 2 * 10**power, 5 * 10**power) if step * most >= greatest
    )
    return list(range(0, greatest + step, step)) if greatest % step else list(range(0, greatest + 1, step))


def _line(mark: int, y: Fraction) -> SafeString:
    line = '<line class="reports-chart__line" x1="{}%" x2="100%" y1="{}" y2="{}"/>'
    words = '<text class="reports-chart__axis" x="0" y="{}">{}</text>'
    return format_html(line, _LEFT, _number(y), _number(y)) + format_html(words, _number(y + 4), mark)


def _height(number: int, greatest: int) -> Fraction:
    return _BOTTOM - Fraction((_BOTTOM - _TOP) * number, greatest)


def _number(value: Fraction | int) -> str:
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def _svg(code: str, title: str, finding: str, height: int, drawn: list[SafeString]) -> SafeString:
    return format_html(
        '<svg class="reports-chart" role="img" aria-labelledby="{0}-name {0}-finding" width="100%" height="{3}"'
        ' xmlns="http://www.w3.org/2000/svg"><title id="{0}-name">{1}</title><desc id="{0}-finding">{2}</desc>'
        "{4}</svg>",
        f"chart-{code}",
        title,
        finding,
        height,
        format_html_join("", "{}", ((one,) for one in drawn)),
    )
