"""Scenes of things and places, drawn on a plate: a bridge, paper, a ledger, a network on a street grid, a shore."""

import math

from PIL import ImageDraw

from .drawing import Plate, Point
from .lettering import Face, load
from .skylines import suspension_bridge


def bridge(plate: Plate) -> None:
    """A suspension bridge over still water, low sun behind the cables."""
    rng = plate.rng
    low, shore = rng.uniform(0.84, 0.96), 0.80
    plate.wash([(0, rng.uniform(0.3, 0.6)), (0.5, low - 0.1), (shore, low), (shore + 0.001, low - 0.2), (1, 0.26)])
    tower = rng.choice((rng.uniform(0.26, 0.36), rng.uniform(0.64, 0.74)))
    sun = (1 - tower + rng.uniform(-0.05, 0.05), rng.uniform(0.34, 0.46))
    plate.glow(sun, 0.9, 1.0, 0.5)
    plate.brass_disc(sun, rng.uniform(0.06, 0.1))
    x = -0.02
    while x < 1:
        width, top = rng.uniform(0.02, 0.06), shore - rng.uniform(0.02, 0.09)
        plate.plane([(x, top), (x + width, top), (x + width, shore), (x, shore)], low - 0.24, low - 0.1)
        x += width
    for step in range(30):
        y = shore + 0.01 + 0.19 * (step / 30) ** 1.3
        left, reach = rng.uniform(-0.1, 1), rng.uniform(0.05, 0.22)
        plate.veil(
            [(left, y), (left + reach, y + 0.001), (left + reach, y + 0.004), (left, y + 0.003)],
            rng.choice((0.1, 1.0)),
            0.28,
        )
    plate.veil([(tower - 0.05, shore), (tower + 0.05, shore), (tower + 0.06, 1), (tower - 0.06, 1)], 0.02, 0.4, blur=6)
    suspension_bridge(plate, tower, tone=0.07, through=low, deck=0.755, rise=rng.uniform(0.5, 0.6))


def paper_stack(plate: Plate) -> None:
    """The edges of piled documents, close up, and one brass tab."""
    rng = plate.rng
    plate.wash([(0, 0.22), (0.6, 0.40), (1, 0.3)])
    plate.glow((0.3, 0.1), 0.9, 0.6, 0.4)
    y, height = 1.02, rng.uniform(0.12, 0.26)
    marked = rng.randint(8, 14)
    bias = rng.choice((-1, 1)) * rng.uniform(0.0, 0.005)
    drift = 0.0
    for sheet in range(60):
        thick = rng.choice((0.016, 0.02, 0.026, 0.05)) * rng.uniform(0.8, 1.2)
        drift += bias + rng.uniform(-0.012, 0.012)
        left, right = 0.13 + drift + rng.uniform(-0.03, 0.03), 0.84 + drift + rng.uniform(-0.05, 0.05)
        tilt = rng.uniform(-0.006, 0.006)
        bright = 0.98 - 0.10 * rng.random() - (0.45 if rng.random() < 0.12 else 0)
        top = y - thick
        plate.veil(
            [(left - 0.01, y), (right + 0.02, y), (right + 0.015, y + 0.02), (left, y + 0.02)], 0.0, 0.5, blur=2.5
        )
        plate.plane(
            [(left, top + tilt), (right, top - tilt), (right, y - tilt), (left, y + tilt)], bright, bright - 0.34, 8
        )
        for leaf in range(1, int(thick / 0.006)):
            at = top + thick * leaf / int(thick / 0.006)
            plate.stroke([(left + 0.003, at + tilt), (right - 0.003, at - tilt)], bright - 0.15, 0.8)
        if sheet == marked:
            plate.brass_shape(
                [
                    (right - 0.14, y - 0.004),
                    (right + 0.06, y - 0.004),
                    (right + 0.06, y + 0.02),
                    (right - 0.14, y + 0.02),
                ]
            )
        y = top - 0.001
        if y < height:
            break
    plate.veil([(0.5, 0), (1, 0), (1, 1), (0.72, 1)], 0.0, 0.22, blur=20)


def ledger(plate: Plate) -> None:
    """A ruled page with columns of figures, some in focus and some only their shadows."""
    rng = plate.rng
    plate.wash([(0, 0.97), (0.5, 0.93), (1, 0.84)])
    lean, rows = rng.uniform(-0.10, 0.10), rng.randint(17, 20)
    pitch = 1.16 / rows
    ends = [rng.uniform(0.24, 0.32), rng.uniform(0.48, 0.56), rng.uniform(0.72, 0.8), 0.97]

    def tilt(x: float, y: float) -> Point:
        return x, y + (x - 0.5) * lean

    for row in range(-1, rows + 1):
        y = row * pitch
        if row % 2:
            plate.plane([tilt(-0.1, y), tilt(1.1, y), tilt(1.1, y + pitch), tilt(-0.1, y + pitch)], 0.88, opacity=0.6)
        plate.stroke([tilt(-0.1, y), tilt(1.1, y)], 0.66, 1.1)
    for end in ends[:-1]:
        plate.stroke([tilt(end + 0.02, -0.2), tilt(end + 0.02, 1.2)], 0.5, 1.2)
    rule = rng.choice(ends[:-1]) + 0.026
    font = load(Face.SERIF, max(8, int(pitch * plate.height * 0.52)))
    for row in range(rows + 1):
        for column, end in enumerate(ends):
            if rng.random() < 0.68:
                figures = f"{rng.randint(1, 98)},{rng.randint(100, 999)}.{rng.randint(0, 99):02d}"
                _figures(plate, figures, tilt(end, (row + 0.78) * pitch), font, 0.42 + 0.07 * column)
    for _ in range(3):
        x, top = rng.uniform(0.1, 0.9), rng.uniform(-0.3, 0.1)
        plate.veil([(x, top), (x + 0.10, top), (x + 0.44, 1.1), (x + 0.22, 1.1)], 0.1, 0.26, blur=26)
    plate.veil([(0.62, -0.05), (1.05, -0.05), (1.05, 1.05), (0.36, 1.05)], 0.05, 0.58, blur=10)
    plate.brass_line([tilt(rule, -0.2), tilt(rule, 1.2)], 4)


def _figures(plate: Plate, text: str, end: Point, font, tone: float) -> None:
    (x, y) = plate.at([end])[0]
    ImageDraw.Draw(plate.tone).text((x, y), text, font=font, fill=round(tone * 255), anchor="rs")


def network(plate: Plate) -> None:
    """Points and their ties over a street grid; one of them in brass."""
    rng = plate.rng
    plate.wash([(0, 0.10), (1, 0.20)])
    plate.glow((rng.uniform(0.3, 0.7), 0.45), 0.95, 0.5, 0.7)
    angle = math.radians(rng.uniform(12, 34))
    for turn, pitch in ((angle, 0.052), (angle + math.pi / 2, 0.09)):
        dx, dy = math.cos(turn), math.sin(turn)
        for step in range(-22, 23):
            cx, cy = 0.5 - dy * step * pitch / plate.aspect, 0.5 + dx * step * pitch
            major = step % 5 == 0
            plate.stroke(
                [(cx - dx * 1.2 / plate.aspect, cy - dy * 1.2), (cx + dx * 1.2 / plate.aspect, cy + dy * 1.2)],
                0.36 if major else 0.27,
                3 if major else 1.3,
            )
    cells = [(column, row) for column in range(6) for row in range(4)]
    nodes = [
        (0.11 + c * 0.156 + rng.uniform(-0.035, 0.035), 0.16 + r * 0.226 + rng.uniform(-0.05, 0.05))
        for c, r in rng.sample(cells, 15)
    ]
    hub = min(nodes, key=lambda n: abs(n[0] - rng.choice((0.34, 0.66))) + abs(n[1] - 0.45))
    ties = _ties(nodes, hub)
    for first, second in ties:
        if hub not in (first, second):
            plate.stroke([first, second], 0.62, 2.2)
    for first, second in ties:
        if hub in (first, second):
            plate.brass_line([first, second], 2.8)
    for node in nodes:
        radius = rng.choice((0.007, 0.009, 0.014))
        plate.ellipse(node, radius + 0.006, 0.14)
        plate.ellipse(node, radius, 0.94)
    plate.ellipse(hub, 0.05, 0.14)
    plate.brass_disc(hub, 0.022)
    plate.brass_disc(hub, 0.042, ring=2.5)


def _ties(nodes: list[Point], hub: Point) -> set[tuple[Point, Point]]:
    ties = set()
    for node in nodes:
        others = sorted((n for n in nodes if n != node), key=lambda n: math.dist(n, node))
        ties |= {tuple(sorted((node, other))) for other in others[: 5 if node == hub else 2]}
    return ties


def shoreline(plate: Plate) -> None:
    """Headlands in the haze, a low sun, and the tide in long level strokes."""
    rng = plate.rng
    water, low = rng.uniform(0.5, 0.58), rng.uniform(0.88, 0.97)
    plate.wash([(0, rng.uniform(0.45, 0.7)), (water, low), (water + 0.001, low - 0.12), (1, 0.5)])
    sun = (rng.choice((rng.uniform(0.26, 0.36), rng.uniform(0.64, 0.74))), water - rng.uniform(0.10, 0.2))
    plate.glow(sun, 0.8, 1.0, 0.6)
    plate.brass_disc(sun, rng.uniform(0.045, 0.07))
    side = 1 if sun[0] < 0.5 else -1
    for layer in range(4):
        _headland(plate, side, layer, water + 0.01 + 0.012 * layer)
    for step in range(60):
        y = water + 0.03 + (0.97 - water) * (step / 60) ** 1.4
        left, reach = rng.uniform(-0.2, 1.0), rng.uniform(0.06, 0.3) * (0.5 + step / 60)
        crest, trough = (left + reach * 0.5, y - 0.002), (left + reach * 0.5, y + 0.003 + 0.003 * step / 60)
        plate.veil([(left, y), crest, (left + reach, y), trough], rng.choice((0.1, 1.0, 0.3)), 0.32)
    _beach(plate, side)


def _headland(plate: Plate, side: int, layer: int, base: float) -> None:
    """A hill that falls to the water at `base`; nearer layers are darker and reach less far."""
    rng = plate.rng
    tone, reach = 0.74 - 0.17 * layer, rng.uniform(0.5, 0.8) - 0.09 * layer
    height, phase = rng.uniform(0.10, 0.24), rng.uniform(0, 6)
    start, ridge = 1 - reach, []
    for step in range(61):
        x = start + reach * step / 60
        swell = 0.75 + 0.18 * math.sin(7 * x + phase) + 0.06 * math.sin(23 * x + phase)
        ridge.append((x, base - height * step / 60 * swell))
    outline = [*ridge, (1.02, ridge[-1][1]), (1.02, base), (start, base)]
    plate.plane(outline if side > 0 else [(1 - x, y) for x, y in outline], tone - 0.06, tone + 0.10)


def _beach(plate: Plate, side: int) -> None:
    """The near shore in three bands, the wet edge lighter."""
    phase = plate.rng.uniform(0, 6)
    for lift, tone in ((0.0, 0.90), (0.012, 0.36), (0.07, 0.14)):
        edge = [(t, 0.80 + lift + 0.17 * t**1.2 + 0.02 * math.sin(5 * t + phase)) for t in (i / 50 for i in range(51))]
        band = [*edge, (1, 1.3), (0, 1.3)]
        plate.plane(band if side > 0 else [(1 - x, y) for x, y in band], tone, tone * 0.6)
