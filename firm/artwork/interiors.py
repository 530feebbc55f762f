"""Scenes of rooms and buildings, drawn on a plate: columns, stairs, arches, light through windows, a corridor."""

import math
from collections.abc import Callable

from .drawing import Plate, Point, trapezoid

LEFT, RIGHT, CEILING, FLOOR, DOOR = -0.15, 1.15, -0.25, 1.3, 0.12


def columns(plate: Plate) -> None:
    """A fluted colonnade in slanting light; one narrow gap lets the brass through."""
    rng = plate.rng
    plate.wash([(0, 0.72), (0.8, 0.92), (1, 0.9)])
    pitch = rng.uniform(0.14, 0.25)
    width, x = pitch * rng.uniform(0.56, 0.66), rng.uniform(-0.12, -0.02)
    lit, floor = rng.random() < 0.5, rng.uniform(0.86, 0.9)
    accent = round(rng.uniform(0.36, 0.6) / pitch)
    plate.plane([(0, floor - 0.01), (1, floor - 0.01), (1, 1), (0, 1)], 0.62, 0.34)
    for index in range(9):
        left = x + index * pitch
        lean = 0.10 if lit else -0.10
        plate.veil(
            [(left, floor), (left + width, floor), (left + width + lean, 1), (left + lean, 1)], 0.02, 0.5, blur=2
        )
        if index == accent:
            edge = left + width
            plate.brass_shape([(edge, -0.01), (edge + 0.012, -0.01), (edge + 0.012, floor), (edge, floor)])
        _fluted_shaft(plate, left, width, floor, lit=lit)
    tilt = rng.uniform(0.25, 0.5)
    plate.veil(
        [(-0.1, -0.1), (1.1, -0.1), (1.1, 0.10 + tilt * (not lit)), (-0.1, 0.10 + tilt * lit)], 0.02, 0.42, blur=10
    )


def _fluted_shaft(plate: Plate, left: float, width: float, floor: float, *, lit: bool) -> None:
    flutes = 11
    for flute in range(flutes):
        turn = flute / (flutes - 1)
        turn = turn if lit else 1 - turn
        tone = 0.86 - 0.72 * turn**0.8 if turn > 0.14 else 0.62 + 1.7 * turn
        near = left + width * (0.5 - 0.5 * (1 - 2 * flute / flutes) * (1.25 - 0.25 * abs(1 - 2 * flute / flutes)))
        far = left + width * (
            0.5 - 0.5 * (1 - 2 * (flute + 1) / flutes) * (1.25 - 0.25 * abs(1 - 2 * (flute + 1) / flutes))
        )
        box = [(near, -0.01), (far, -0.01), (far, floor - 0.05), (near, floor - 0.05)]
        plate.plane(box, tone + 0.07, tone - 0.10, 0 if lit else 180)
    for inset, top, bottom, shade in ((0.03, 0.055, 0.03, 0.0), (0.10, 0.03, 0.0, -0.05)):
        base = [
            (left - width * inset, floor - top),
            (left + width * (1 + inset), floor - top),
            (left + width * (1 + inset), floor - bottom),
            (left - width * inset, floor - bottom),
        ]
        plate.plane(base, 0.80 + shade, 0.18 + shade, 0 if lit else 180)


def stairs(plate: Plate) -> None:
    """Broad steps seen from the front, cut by one long shadow; a brass handrail."""
    rng = plate.rng
    plate.wash([(0, 0.52), (0.4, 0.7), (1, 0.8)])
    count, y = rng.randint(9, 12), rng.uniform(0.2, 0.3)
    vanish = rng.uniform(0.3, 0.46)
    for step in range(count):
        _step(plate, vanish, y, ((step / count) ** 1.35, ((step + 1) / count) ** 1.35))
    for side, tones in ((-1, (0.10, 0.26)), (1, (0.44, 0.20))):
        inner, outer, low = vanish + side * 0.34, vanish + side * 2, vanish + side * 0.86
        plate.plane([(inner, -0.02), (inner, y), (low, 1.02), (outer, 1.02), (outer, -0.02)], *tones, 0)
    plate.plane(trapezoid(vanish, (-0.02, 0.34), (y, 0.34)), 0.86, 0.97)
    slant = rng.uniform(0.1, 0.3)
    high, low = (vanish - 0.1 + slant * 0.4, y), (vanish + 0.1 + slant, 1.05)
    plate.veil([(vanish - 0.4, y), high, low, (vanish - 1.2, 1.05)], 0.05, 0.55, blur=3)
    rail = [(vanish + 0.34, y - 0.15), (vanish + 0.90, 0.70)]
    plate.brass_line(rail, 5)
    for t in (0.0, 0.28, 0.62):
        px, py = (a + (b - a) * t for a, b in zip(*rail, strict=True))
        plate.brass_line([(px, py), (px, py + 0.15 + 0.1 * t)], 1.6 + 2 * t)


def _step(plate: Plate, centre: float, start: float, reach: tuple[float, float]) -> None:
    """A lit tread and the riser below it; `reach` is how far down the flight they begin and end."""
    top, bottom = (start + (1.0 - start) * r for r in reach)
    spread, wider = (0.34 + r * 0.5 for r in reach)
    edge = top + (bottom - top) * 0.42
    plate.plane(trapezoid(centre, (top, spread), (edge, spread * 1.02)), 0.97, 0.84, 0)
    riser = trapezoid(centre, (edge, spread * 1.02), (bottom + 0.002, wider))
    plate.plane(riser, 0.42 - 0.14 * reach[0], 0.60 - 0.2 * reach[0], 0)


def arches(plate: Plate) -> None:
    """A vault of arches that recede towards daylight."""
    rng = plate.rng
    plate.wash([(0, 0.16), (1, 0.28)])
    centre, vanish = rng.uniform(0.36, 0.64), rng.choice((rng.uniform(0.28, 0.40), rng.uniform(0.6, 0.72)))
    half, top, foot = 0.40, 0.05, 1.06
    count = rng.randint(5, 7)
    for step in range(count + 1):
        tone = 0.26 + 0.70 * (step / count) ** 1.1
        _opening(plate, (centre, half, top, foot), tone * 0.72, tone)
        if step < count:
            inner = half * 0.93
            _opening(
                plate,
                (centre + half * 0.03 * (1 if vanish > centre else -1), inner, top + 0.014, foot),
                tone * 0.42,
                tone * 0.66,
            )
        half, top, foot = half * 0.77, top + (0.42 - top) * 0.22, foot + (0.74 - foot) * 0.28
        centre += (vanish - centre) * 0.32
    plate.brass_disc((centre, foot - 0.12), 0.026)
    for side in (-1, 1):
        beam = [
            (centre - 0.02, foot),
            (centre + 0.02, foot),
            (centre + side * 0.32 + 0.16, 1.02),
            (centre + side * 0.32 - 0.16, 1.02),
        ]
        plate.veil(beam, 0.95, 0.14, blur=5)


def _opening(plate: Plate, arch: tuple[float, float, float, float], start: float, end: float) -> None:
    centre, half, top, foot = arch
    radius = half * plate.aspect
    shoulder = top + radius
    turns = [math.radians(i) for i in range(0, 181, 5)]
    bow = [(centre - half * math.cos(turn), shoulder - radius * math.sin(turn)) for turn in turns]
    plate.plane([(centre - half, foot), *bow, (centre + half, foot)], start, end)


def window_light(plate: Plate) -> None:
    """Light from tall windows out of sight, lying aslant on a wall and across the floor."""
    rng = plate.rng
    plate.wash([(0, 0.20), (0.6, 0.34), (1, 0.24)], angle=rng.choice((0, 90)))
    corner = rng.uniform(0.74, 0.8)
    lean = rng.choice((-1, 1)) * rng.uniform(0.16, 0.3)
    plate.plane([(0, corner), (1, corner), (1, 1), (0, 1)], 0.14, 0.24)
    count, start = rng.randint(2, 3), rng.uniform(0.1, 0.24)
    gilded = (rng.randrange(count), rng.randrange(2), rng.randrange(3))
    for window in range(count):
        x, pane = start + window * 0.29, 0.088
        soft = 0.8 + 1.4 * window
        for column in range(2):
            for row in range(4):
                top, bottom = 0.07 + row * 0.172, 0.07 + row * 0.172 + 0.16
                left = x + column * (pane + 0.010)
                points = [(left + lean * (v - 0.4), v) for v in (top, bottom)]
                quad = [points[0], (points[0][0] + pane, top), (points[1][0] + pane, bottom), points[1]]
                if bottom > corner:
                    continue
                plate.plane(quad, 0.97 - 0.05 * window, 0.74 - 0.05 * window, 100, blur=soft)
                if (window, column, row) == gilded:
                    plate.brass_shape(
                        [(px + (0.004 if i in (0, 3) else -0.004), py) for i, (px, py) in enumerate(quad)], 0.85
                    )
            drop = lean * (corner - 0.4)
            left = x + column * (pane + 0.010) + drop
            field = [(left, corner), (left + pane, corner), (left + pane + lean * 1.5, 1.02), (left + lean * 1.5, 1.02)]
            plate.plane(field, 0.66, 0.84, 90, blur=soft)
    plate.stroke([(0, corner), (1, corner)], 0.12, 2)
    plate.stroke([(0, corner - 0.035), (1, corner - 0.035)], 0.18, 1)
    plate.glow((start + 0.1, 0.3), 0.7, 0.9, 0.14)


def corridor(plate: Plate) -> None:
    """A long passage in one-point perspective; a door stands open on one side."""
    rng = plate.rng
    vx, vy = rng.choice((rng.uniform(0.3, 0.38), rng.uniform(0.62, 0.7))), rng.uniform(0.42, 0.5)

    def toward(x: float, y: float, t: float) -> Point:
        return vx + (x - vx) * t, vy + (y - vy) * t

    corners = ((LEFT, CEILING), (RIGHT, CEILING), (RIGHT, FLOOR), (LEFT, FLOOR))
    far = [toward(x, y, 0.13) for x, y in corners]
    tones = ((0.30, 0.62), (0.52, 0.34), (0.82, 0.40), (0.12, 0.40))
    for side, (tone, angle) in enumerate(zip(tones, (90, 180, 270, 0), strict=True)):
        following = (side + 1) % 4
        plate.plane([corners[side], corners[following], far[following], far[side]], *tone, angle)
    plate.plane(far, 0.97, 0.88)
    open_wall, open_bay = rng.choice((LEFT, RIGHT)), rng.randint(1, 2)
    for bay, (near, end) in enumerate(((0.95, 0.66), (0.55, 0.42), (0.36, 0.285), (0.25, 0.205))):
        for wall in (LEFT, RIGHT):
            door = [
                toward(wall, DOOR, near),
                toward(wall, DOOR, end),
                toward(wall, FLOOR, end),
                toward(wall, FLOOR, near),
            ]
            plate.plane(door, *((0.10, 0.22) if wall == LEFT else (0.20, 0.30)))
            if (wall, bay) == (open_wall, open_bay):
                plate.plane(door, 0.98, 0.90)
                _light_from_door(plate, toward, wall, (near, end))
        lamp = [toward(x, CEILING, t) for x, t in ((0.38, near), (0.62, near), (0.62, end), (0.38, end))]
        plate.plane(lamp, 0.88, 0.98)


def _light_from_door(plate: Plate, toward: Callable[[float, float, float], Point], wall: float, bay: Point) -> None:
    """The field of light on the floor, and the brass edge of the door's leaf."""
    (near, end), across = bay, LEFT + RIGHT - wall
    middle, span = (wall + across) / 2, across - wall
    shallow, deep = toward(middle + span * 0.2, FLOOR, end * 0.98), toward(middle + span * 0.3, FLOOR, near)
    plate.veil([toward(wall, FLOOR, near), toward(wall, FLOOR, end), shallow, deep], 1.0, 0.7, blur=2)
    edge = end - 0.014
    leaf = [(DOOR, end), (DOOR, edge), (FLOOR, edge), (FLOOR, end)]
    plate.brass_shape([toward(wall, y, t) for y, t in leaf])
