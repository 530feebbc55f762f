"""Colours of the printed look, and the ramps that turn a drawing in greys into a duotone."""

from enum import Enum
from functools import cache
from itertools import pairwise

Colour = tuple[int, int, int]

INK: Colour = (0x0E, 0x17, 0x26)
INK_SOFT: Colour = (0x5B, 0x64, 0x72)
SLATE: Colour = (0xA9, 0xB4, 0xC4)
HAIRLINE: Colour = (0xDD, 0xD4, 0xC6)
PAPER: Colour = (0xFB, 0xF8, 0xF3)
PAPER_DEEP: Colour = (0xF3, 0xED, 0xE3)
BRASS: Colour = (0x7A, 0x54, 0x18)
BRASS_LIGHT: Colour = (0xC9, 0xA3, 0x5B)


class Ramp(Enum):
    """Stops of (tone from 0 to 1, colour): the two inks a plate is printed with."""

    NIGHT = (
        (0.0, (0x09, 0x10, 0x1C)),
        (0.18, INK),
        (0.45, (0x2B, 0x3A, 0x52)),
        (0.78, (0x8D, 0x9A, 0xAE)),
        (1.0, PAPER),
    )
    DAY = ((0.0, INK), (0.3, (0x33, 0x40, 0x55)), (0.6, (0x94, 0x9F, 0xAF)), (0.84, (0xE4, 0xDF, 0xD7)), (1.0, PAPER))
    DUSK = ((0.0, INK), (0.28, (0x2E, 0x39, 0x4D)), (0.55, (0x8A, 0x86, 0x89)), (0.8, (0xE2, 0xCF, 0xB8)), (1.0, PAPER))

    @property
    def accent(self) -> Colour:
        """The brass that reads on this ramp's middle tones."""
        return BRASS_LIGHT if self is Ramp.NIGHT else (0xB0, 0x80, 0x34)


def blend(first: Colour, second: Colour, share: float) -> Colour:
    """The colour `share` (0 to 1) of the way from `first` to `second`."""
    return tuple(round(a + (b - a) * share) for a, b in zip(first, second, strict=True))


@cache
def lookup_tables(ramp: Ramp) -> tuple[tuple[int, ...], ...]:
    """One table of 256 entries each for red, green and blue, for `Image.point`."""
    colours = [_at(ramp.value, level / 255) for level in range(256)]
    return tuple(zip(*colours, strict=True))


def _at(stops, tone: float) -> Colour:
    for (low, first), (high, second) in pairwise(stops):
        if tone <= high:
            return blend(first, second, (tone - low) / (high - low))
    return stops[-1][1]
