"""Stand-ins for portraits: a monogram over planes of light, one composition of a set for each name."""

import re
from collections.abc import Callable

from PIL import Image

from .drawing import Plate, level, seeded
from .lettering import Face, glyph_mask, printable
from .palette import Ramp

SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "esq", "phd", "md"})
MONOGRAM_WIDTH = 0.56
EDITION = 1224


def monogram(name: str) -> str:
    """The initials of the first and the last name, without suffixes such as Jr.; empty when no letter can be drawn."""
    words = [w for w in re.split(r"[\s,]+", name) if w and w.rstrip(".").replace(".", "").lower() not in SUFFIXES]
    ends = words if len(words) < 2 else [words[0], words[-1]]
    letters = [printable(next((c for c in word if c.isalnum()), ""), Face.SERIF_LIGHT) for word in ends]
    return "".join(letter[:1].upper() for letter in letters)


def monogram_portrait(name: str, size: tuple[int, int] = (960, 1200)) -> Image.Image:
    """Artwork for an attorney without a photograph: RGB, 4:5, the monogram inside the central 60 %."""
    rng = seeded("portrait", EDITION, name)
    plate = Plate(size, rng, 0.3)
    ramp = rng.choice((Ramp.DAY, Ramp.DUSK, Ramp.DAY, Ramp.DUSK, Ramp.NIGHT))
    rng.choice(COMPOSITIONS)(plate)
    letters = monogram(name)
    if letters:
        _set_monogram(plate, letters)
    return plate.pull(ramp)


def _set_monogram(plate: Plate, letters: str) -> None:
    """The letters in paper, a breath of shadow behind them, and a short brass rule below."""
    rng, face = plate.rng, Face.SERIF_LIGHT
    probe = glyph_mask(letters, face, 400)
    room = (MONOGRAM_WIDTH * plate.width, 0.27 * plate.height)
    mask = glyph_mask(letters, face, int(400 * min(room[0] / probe.width, room[1] / probe.height)))
    slack = 0.6 * plate.width - mask.width
    x = round(0.2 * plate.width + slack * rng.choice((0.04, 0.96)))
    y = round(plate.height * rng.uniform(0.44, 0.48) - mask.height / 2)
    plate.veil(_box(plate, x, y, mask.width, mask.height), 0.0, 0.07, blur=70)
    plate.tone.paste(level(0.97), (x, y), mask)
    plate.brass.paste(0, (x, y), mask)
    baseline = (y + mask.height) / plate.height + 0.045
    left = x / plate.width
    plate.brass_line([(left, baseline), (left + 0.13, baseline)], 4)


def _box(plate: Plate, x: float, y: float, width: float, height: float):
    left, right = x / plate.width, (x + width) / plate.width
    top, bottom = y / plate.height, (y + height) / plate.height
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _folds(plate: Plate) -> None:
    """A folding screen: tall panels that turn towards the light and away from it."""
    rng = plate.rng
    plate.wash([(0, 0.62), (0.8, 0.8), (1, 0.7)])
    x, top, turned = -0.06, rng.uniform(0.08, 0.16), rng.random() < 0.5
    while x < 1.02:
        width, next_top = rng.uniform(0.15, 0.27), min(0.34, max(0.04, top + rng.uniform(-0.1, 0.13)))
        shade = (0.42, 0.30) if turned else (0.20, 0.10)
        plate.plane([(x, top), (x + width, next_top), (x + width, 1.02), (x, 1.02)], *shade, 80)
        plate.veil(
            [(x + width, next_top + 0.03), (x + width + 0.05, next_top + 0.07), (x + width + 0.02, 1), (x + width, 1)],
            0,
            0.25,
            8,
        )
        x, top, turned = x + width, next_top, not turned
    plate.veil([(0, 0.86), (1, 0.74), (1, 1), (0, 1)], 0.03, 0.45, blur=2)


def _arch(plate: Plate) -> None:
    """Openings one behind the other, the last one bright."""
    rng = plate.rng
    plate.wash([(0, 0.16), (1, 0.30)])
    centre, half, top = rng.choice((0.32, 0.66)), 0.47, 0.10
    for step in range(5):
        tone = 0.10 + 0.07 * step
        shoulder = top + half * plate.aspect
        plate.ellipse((centre, shoulder), half * plate.aspect, tone)
        sides = [(centre - half, shoulder), (centre + half, shoulder), (centre + half, 1.02), (centre - half, 1.02)]
        plate.plane(sides, tone, tone + 0.06 + 0.08 * step)
        shift = half * 0.18 * (1 if centre > 0.5 else -1)
        centre, half, top = centre + shift * 0.4, half * 0.77, top + 0.055
    plate.veil([(0, 0.93), (1, 0.88), (1, 1), (0, 1)], 0.02, 0.5, blur=1)
    plate.veil([(0, 0), (0.34, 0), (1, 0.8), (1, 1), (0.72, 1)], 0.8, 0.09, blur=12)


def _towers(plate: Plate) -> None:
    """Looking up between walls: planes that run to one point in a pale sky."""
    rng = plate.rng
    plate.wash([(0, 0.86), (0.5, 0.72), (1, 0.6)])
    meet = (rng.choice((0.38, 0.6)), rng.uniform(-0.3, -0.15))
    edges = [(-0.5, 0.36), (-0.05, 0.22), (0.22, 0.13), (0.78, 0.14), (1.05, 0.22), (1.5, 0.36)]
    for (foot, _), (other, _), tone in zip(edges, edges[1:], (0.13, 0.36, None, 0.24, 0.10), strict=False):
        if tone is None:
            continue
        reach = rng.uniform(0.05, 0.3)
        high = [(meet[0] + (f - meet[0]) * (0.26 + reach * 0.5), 0.02 + reach * 0.55) for f in (foot, other)]
        plate.plane([(foot, 1.02), high[0], high[1], (other, 1.02)], tone + 0.12, tone, 100)
    plate.plane([(0.1, 1.02), (0.36, 0.3), (0.74, 0.36), (0.92, 1.02)], 0.34, 0.14, 100)
    plate.plane([(0.36, 0.3), (0.1, 1.02), (0.48, 1.02), (0.52, 0.325)], 0.20, 0.09, 100)


def _shaft(plate: Plate) -> None:
    """Light through tall windows that lies across a dark wall in slanted fields."""
    rng = plate.rng
    plate.wash([(0, 0.14), (0.5, 0.25), (1, 0.16)])
    lean, start = rng.choice((-0.26, 0.26)), rng.uniform(0.02, 0.12)
    for index in range(4):
        x = start + index * 0.26 - (lean if lean > 0 else 0) * 0.6
        for top, bottom in ((0.07, 0.36), (0.385, 0.72)):
            pane = [
                (x + lean * top, top),
                (x + 0.17 + lean * top, top + 0.02),
                (x + 0.17 + lean * bottom, bottom + 0.02),
                (x + lean * bottom, bottom),
            ]
            plate.plane(pane, 0.66 - 0.07 * index, 0.34 - 0.03 * index, 80, blur=1.5 + index)
    plate.plane([(0, 0.84), (1, 0.80), (1, 1.02), (0, 1.02)], 0.10, 0.04)
    plate.veil([(0, 0.84), (1, 0.80), (1, 0.806), (0, 0.848)], 0.5, 0.5)


def _stair(plate: Plate) -> None:
    """Steps that climb across the sheet, each tread a lighter edge."""
    rng = plate.rng
    plate.wash([(0, 0.86), (0.26, 0.62), (0.5, 0.36), (1, 0.3)])
    mirrored, count = rng.random() < 0.5, 7
    for step in range(count, -1, -1):
        x, y = 0.02 + step * 0.14, 0.90 - step * 0.125
        points = [(x - 0.02, y), (1.05, y - 0.03), (1.05, 1.05), (x + 0.05, 1.05)]
        tread = [(x - 0.02, y), (1.05, y - 0.03), (1.05, y - 0.006), (x - 0.014, y + 0.022)]
        tone = 0.34 - 0.028 * (count - step)
        for polygon, first, last in ((points, tone, tone * 0.45), (tread, 0.66, 0.40)):
            plate.plane([(1 - px, py) for px, py in polygon] if mirrored else polygon, first, last, 95)
    plate.veil([(0, 0.3), (1, 0.62), (1, 1), (0, 1)], 0.02, 0.30, blur=14)


def _disc(plate: Plate) -> None:
    """A pale disc between upright planes."""
    rng = plate.rng
    plate.wash([(0, 0.20), (0.6, 0.38), (1, 0.52)])
    side = rng.choice((0.3, 0.7))
    plate.ellipse((side, 0.33), 0.26, 0.78, 0.24, 80)
    for index in range(5):
        x = (0.0, 0.17, 0.40, 0.62, 0.85)[index] + rng.uniform(-0.03, 0.03)
        top = 0.62 - 0.38 * abs(x + 0.1 - side) + rng.uniform(-0.05, 0.05)
        width = rng.uniform(0.17, 0.26)
        tone = rng.uniform(0.14, 0.30)
        plate.plane([(x, top), (x + width, top - 0.02), (x + width, 1.02), (x, 1.02)], tone, tone * 0.5)
        plate.plane(
            [(x + width, top - 0.02), (x + width + 0.03, top), (x + width + 0.03, 1.02), (x + width, 1.02)],
            tone + 0.2,
            tone + 0.02,
        )


COMPOSITIONS: tuple[Callable[[Plate], None], ...] = (_folds, _arch, _towers, _shaft, _stair, _disc)
