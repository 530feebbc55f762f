"""The city as layers of mist and silhouettes: an abstract New York between night and day."""

import math
import random
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image

from .drawing import Plate, Point, seeded, trapezoid
from .palette import Ramp

HORIZON = 0.80


@dataclass(frozen=True)
class Hour:
    """The light of one time of day: the print's ramp, the sky from top to horizon, far and near buildings."""

    ramp: Ramp
    sky_top: float
    sky_low: float
    far: float
    near: float
    lamps: float


HOURS = (
    Hour(Ramp.DUSK, 0.34, 0.93, 0.66, 0.06, 0.5),
    Hour(Ramp.NIGHT, 0.16, 0.74, 0.50, 0.05, 1.0),
    Hour(Ramp.DAY, 0.62, 0.98, 0.76, 0.12, 0.0),
    Hour(Ramp.DUSK, 0.22, 0.84, 0.54, 0.04, 0.8),
)


def skyline(seed: str, size: tuple[int, int] = (1600, 1067)) -> Image.Image:
    """Layers of towers before a low sun, sometimes with a bridge. RGB, any size; drawn for 3:2 and 4:5."""
    return _city(size, seeded("skyline", seed), sun_at=None)


def skyline_with_sun_at(place: float, seed: str, size: tuple[int, int]) -> Image.Image:
    """The same, with the sun at that fraction of the width, for a picture that carries text on its other side."""
    return _city(size, seeded("skyline", seed), sun_at=place)


def _city(size: tuple[int, int], rng: random.Random, sun_at: float | None) -> Image.Image:
    plate, hour = Plate(size, rng), rng.choice(HOURS)
    sun = (sun_at or rng.choice((rng.uniform(0.24, 0.36), rng.uniform(0.62, 0.74))), HORIZON - rng.uniform(0.25, 0.4))
    _sky(plate, hour, sun)
    has_bridge = rng.random() < 0.5
    depth = rng.choice((4, 5))
    for layer in range(depth):
        _district(plate, hour, layer / (depth - 1), sun[0], has_bridge)
    _river(plate, hour, sun)
    if has_bridge:
        aside = rng.uniform(0.06, 0.12) * (-1 if sun[0] > 0.5 else 1)
        rise = rng.uniform(0.36, 0.44)
        suspension_bridge(
            plate, sun[0] + aside, tone=hour.near * 0.6, through=hour.sky_low * 0.86, deck=HORIZON - 0.012, rise=rise
        )
    return plate.pull(hour.ramp)


def _sky(plate: Plate, hour: Hour, sun: Point) -> None:
    middle = hour.sky_top + (hour.sky_low - hour.sky_top) * 0.55
    plate.wash([(0, hour.sky_top), (HORIZON * 0.6, middle), (HORIZON, hour.sky_low), (1, hour.sky_low)])
    plate.glow(sun, 0.95, hour.sky_low + 0.06, 0.55)
    plate.brass_disc(sun, plate.rng.uniform(0.05, 0.075))
    for _ in range(plate.rng.randint(3, 5)):
        y, x = plate.rng.uniform(0.08, 0.5), plate.rng.uniform(-0.2, 0.8)
        length, thin = plate.rng.uniform(0.35, 0.8), plate.rng.uniform(0.004, 0.014)
        cloud = [(x, y), (x + length * 0.6, y - thin), (x + length, y), (x + length * 0.5, y + thin)]
        plate.veil(cloud, hour.sky_low, 0.28, blur=7)


def _district(plate: Plate, hour: Hour, share: float, sun: float, has_bridge: bool) -> None:
    """One layer of towers, `share` from 0 (far) to 1 (near); its foot dissolves in mist."""
    rng, tone = plate.rng, hour.far + (hour.near - hour.far) * share**0.8
    mist = tone + (hour.sky_low - tone) * (0.7 - 0.62 * share)
    unit = (0.03 + 0.035 * share) / max(plate.aspect / 1.5, 0.62)
    away = -1 if sun > 0.5 else 1
    peak = sun + away * (rng.uniform(0.28, 0.5) if share < 1 else 0.62)
    ceiling = 0.55 if has_bridge and share == 1 else 1.0
    x = -0.04
    while x < 1.04:
        width = unit * rng.uniform(0.6, 1.5)
        rise = math.exp(-(((x - peak) / 0.3) ** 2))
        height = (0.09 + 0.36 * rise * (1 - 0.4 * share)) * rng.uniform(0.5, 1.3) * ceiling
        if rise > 0.6 and rng.random() < 0.16:
            height *= 1.35
        top = HORIZON - height * (1 - 0.1 * share)
        _tower(plate, (x, width), top, tone, mist, share, lit_left=sun < x)
        if hour.lamps and share > 0.3:
            _windows(plate, (x, width), top + 0.03, share, hour)
        x += width * rng.uniform(0.82, 1.12)


def _tower(
    plate: Plate, span: tuple[float, float], top: float, tone: float, mist: float, share: float, *, lit_left: bool
) -> None:
    """A tower of one of five outlines, with its sunward side a shade lighter."""
    x, width = span
    outline = _outline(plate.rng, x, width, top, plate.aspect)
    plate.plane(outline, tone, mist)
    side = width * 0.3
    edge = x if lit_left else x + width - side
    shoulder = max(y for px, y in outline if y < HORIZON + 0.1) if len(outline) > 4 else top
    face = [(edge, shoulder), (edge + side, shoulder), (edge + side, HORIZON + 0.2), (edge, HORIZON + 0.2)]
    plate.veil(face, min(1.0, tone + 0.22), 0.30 - 0.14 * share)


def _outline(rng: random.Random, x: float, width: float, top: float, aspect: float) -> list[Point]:
    foot, middle, kind = HORIZON + 0.2, x + width / 2, rng.random()
    left, right = (x, foot), (x + width, foot)
    tall = width * aspect
    if kind < 0.40:
        return [left, (x, top), (x + width, top), right]
    if kind < 0.58:
        slope = tall * rng.uniform(0.15, 0.4)
        first, second = (top + slope, top) if rng.random() < 0.5 else (top, top + slope)
        return [left, (x, first), (x + width, second), right]
    steps = [(0.0, 0.5), (0.16, 0.22), (0.32, 0.0)]
    mast = tall * (0.9 if kind > 0.86 else 0.0)
    rising = [(x + width * inset, top + tall * drop) for inset, drop in steps]
    falling = [(x + width * (1 - inset), top + tall * drop) for inset, drop in reversed(steps)]
    up, down = _stepped(rising), _stepped(falling[::-1])[::-1]
    if kind > 0.95:
        crown = [
            (middle - width * 0.12, top - mast * 0.35),
            (middle, top - mast * 1.2),
            (middle + width * 0.12, top - mast * 0.35),
        ]
    else:
        crown = [(middle - width * 0.02, top), (middle, top - mast), (middle + width * 0.02, top)] if mast else []
    return [left, *up, *crown, *down, right]


def _stepped(corners: list[Point]) -> list[Point]:
    path = [corners[0]]
    for (_, before), (x, y) in pairwise(corners):
        path += [(x, before), (x, y)]
    return path


def _windows(plate: Plate, span: tuple[float, float], top: float, share: float, hour: Hour) -> None:
    """A few lit panes in one or two columns of a tower."""
    rng, (x, width) = plate.rng, span
    if rng.random() > 0.55 * hour.lamps:
        return
    pane = 0.0022 + 0.0016 * share
    for _ in range(rng.randint(3, 9)):
        px = x + width * rng.choice((0.22, 0.38, 0.54, 0.7))
        py = top + 0.014 * rng.randint(0, max(1, int((HORIZON - top) / 0.016)))
        box = [(px, py), (px + pane, py), (px + pane, py + pane * 1.9), (px, py + pane * 1.9)]
        plate.plane(box, 0.86, opacity=rng.uniform(0.35, 0.8))


def suspension_bridge(plate: Plate, tower: float, *, tone: float, through: float, deck: float, rise: float) -> None:
    """A masonry tower with two pointed openings, deck and cables; `through` is the tone seen in the openings."""
    half, top, foot = 0.042 / max(plate.aspect / 1.5, 0.76), deck - rise, HORIZON + 0.035
    for side in (-1, 1):
        _cables(plate, tower, side, (top, deck), tone)
    plate.plane([(-0.01, deck), (1.01, deck), (1.01, deck + 0.014), (-0.01, deck + 0.014)], tone)
    plate.veil(trapezoid(tower, (foot, half * 1.1), (1.1, half * 1.5)), tone, 0.5, blur=5)
    plate.plane(trapezoid(tower, (top, half * 0.86), (foot, half)), tone)
    plate.plane(trapezoid(tower, (top - 0.012, half * 1.02), (top, half * 1.02)), tone)
    plate.plane(trapezoid(tower, (foot - 0.022, half * 1.22), (foot + 0.012, half * 1.3)), tone)
    for side in (-1, 1):
        centre, jamb = tower + side * half * 0.40, half * 0.27
        spring, point = deck - rise * 0.5, deck - rise * 0.68
        left, right = centre - jamb, centre + jamb
        plate.plane([(left, deck), (left, spring), (centre, point), (right, spring), (right, deck)], through)


def _cables(plate: Plate, tower: float, side: int, span: tuple[float, float], tone: float) -> None:
    """The main cable on one side of a tower with its hangers and stays, from the tower's top to the deck."""
    top, deck = span
    drop = deck - top - 0.03
    sag = [(tower + side * t / 40 * 0.62, top + 0.01 + drop * (1 - (1 - t / 40) ** 2.1)) for t in range(41)]
    plate.stroke(sag, tone, 2.6)
    for x, y in sag[2::2]:
        plate.stroke([(x, y), (x, deck)], tone, 0.9)
    for x, _ in sag[4:22:3]:
        plate.stroke([(tower, top + 0.012), (x, deck)], tone, 0.7)


def _river(plate: Plate, hour: Hour, sun: Point) -> None:
    """Water that keeps the sky's light, broken by level strokes and a path under the sun."""
    rng = plate.rng
    plate.plane([(0, HORIZON), (1, HORIZON), (1, 1), (0, 1)], hour.sky_low * 0.72, hour.near + 0.06)
    for step in range(46):
        y = HORIZON + 0.004 + (1 - HORIZON) * (step / 46) ** 1.35
        reach = rng.uniform(0.03, 0.16) * (0.5 + step / 40)
        x = rng.uniform(-0.1, 1.0)
        shade = rng.choice((hour.near + 0.02, hour.sky_low * 0.85))
        plate.veil([(x, y), (x + reach, y + 0.0008), (x + reach, y + 0.0028), (x, y + 0.002)], shade, 0.35)
    for step in range(16):
        y = HORIZON + 0.006 + (1 - HORIZON) * (step / 16) ** 1.2
        reach = rng.uniform(0.008, 0.03) * (1 + step / 14)
        x = sun[0] + rng.uniform(-0.5, 0.5) * reach
        plate.brass_line([(x - reach, y), (x + reach, y)], 1.2 + step * 0.1, opacity=0.75 - step * 0.035)
