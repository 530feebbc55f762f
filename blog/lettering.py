"""Type for drawn cards: two faces, text reduced to their glyphs, and line breaking to a box."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

from PIL import ImageDraw, ImageFont

FONTS = Path(__file__).parent / "card_files"
STAND_INS = str.maketrans("\u2010\u2011\u2012\u2015\u2212\u201b\u2032\u2033", "--–—–‘'\"")
Measure = Callable[[str], float]


class Face(Enum):
    """Latin faces under the SIL Open Font License; see card_files/."""

    SERIF = "newsreader-display-400.ttf"
    SANS = "hanken-grotesk-600.ttf"


@dataclass(frozen=True)
class Setting:
    """Lines that fit their box at `size` pixels, `leading` pixels from baseline to baseline."""

    size: int
    lines: tuple[str, ...]
    leading: int

    @property
    def height(self) -> int:
        """Pixels from the top of the first line to the bottom of the last."""
        return self.leading * len(self.lines)


@cache
def load(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """The face at a size in pixels."""
    return ImageFont.truetype(str(FONTS / face.value), size)


@cache
def has_glyph(face: Face, character: str) -> bool:
    """Whether the face draws this character, and not the box for a missing one."""
    font = load(face, 48)
    drawn, missing = font.getmask(character), font.getmask("\U0010fffd")
    return (drawn.size, bytes(drawn)) != (missing.size, bytes(missing))


def printable(text: str, face: Face) -> str:
    """The text as far as the face has glyphs: accents it lacks are taken off, other characters left out."""
    glyphs = []
    text = re.sub(r"(?<=\w)'(?=\w)", "’", unicodedata.normalize("NFC", text))
    for character in text.translate(STAND_INS):
        if character.isspace():
            glyphs.append(" ")
            continue
        for candidate in (character, unicodedata.normalize("NFKD", character)):
            drawable = [c for c in candidate if unicodedata.category(c)[0] not in "CM" and has_glyph(face, c)]
            if drawable:
                glyphs += drawable
                break
    return " ".join("".join(glyphs).split())


def break_lines(text: str, measure: Measure, width: float) -> list[str]:
    """Greedy lines no wider than `width`; a word that is wider by itself is cut where it reaches the edge."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        trial = f"{line} {word}" if line else word
        if measure(trial) <= width:
            line = trial
            continue
        if line:
            lines.append(line)
        while measure(word) > width and len(word) > 1:
            cut = _longest_start(word, measure, width)
            lines.append(word[:cut])
            word = word[cut:]
        line = word
    return [*lines, line] if line else lines


def _longest_start(word: str, measure: Measure, width: float) -> int:
    """How many characters of a word fit in the width: at least one, never all."""
    return 1 + bisect_right(range(2, len(word)), width, key=lambda cut: measure(word[:cut]))


def balance(text: str, measure: Measure, width: float) -> list[str]:
    """Lines of nearly equal length: the narrowest measure that takes no more lines than `width` does."""
    widest = break_lines(text, measure, width)
    low, high = width * 0.5, width
    best = widest
    for _ in range(6):
        middle = (low + high) / 2
        trial = break_lines(text, measure, middle)
        if len(trial) == len(widest):
            best, high = trial, middle
        else:
            low = middle
    return best


def fit(text: str, face: Face, box: tuple[int, int], *, largest: int, smallest: int, spacing: float = 1.14) -> Setting:
    """The largest setting of a text inside a box (pixels); past the smallest size the end is cut with an ellipsis."""
    text = printable(text, face)
    for size in range(largest, smallest - 1, -2):
        font, leading = load(face, size), round(size * spacing)
        lines = break_lines(text, font.getlength, box[0])
        is_whole = max(map(font.getlength, text.split()), default=0) <= box[0]
        if len(lines) * leading <= box[1] and (is_whole or size <= (largest + smallest) / 2):
            return Setting(size, tuple(balance(text, font.getlength, box[0])), leading)
    room = max(1, box[1] // leading)
    return Setting(size, (*lines[: room - 1], _shortened(lines[room - 1 : room], font.getlength, box[0])), leading)


def _shortened(line: list[str], measure: Measure, width: float) -> str:
    text = line[0] if line else ""
    while text and measure(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


def spaced_length(text: str, font: ImageFont.FreeTypeFont, tracking: float) -> float:
    """Width of letterspaced text in pixels; `tracking` is in ems."""
    return sum(font.getlength(c) for c in text) + max(0, len(text) - 1) * tracking * font.size


def draw_spaced(
    draw: ImageDraw.ImageDraw,
    position: tuple[float, float],
    text: str,
    font: ImageFont.FreeTypeFont,
    fill,
    tracking: float,
) -> None:
    """Letterspaced text on a baseline at `position` (left, baseline)."""
    x, y = position
    for character in text:
        draw.text((x, y), character, font=font, fill=fill, anchor="ls")
        x += font.getlength(character) + tracking * font.size
