"""A drawn street plan for the contact page: the idea of a neighbourhood, not a map of one."""

import math

from PIL import Image, ImageDraw

from .drawing import SCALE, Plate, Point, seeded
from .lettering import Face, fit, load
from .palette import BRASS, INK, PAPER, Ramp


def map_drawing(seed: str, label: str, size: tuple[int, int] = (1200, 800)) -> Image.Image:
    """An abstract plan with blocks, a park, water and a labelled brass pin. RGB; drawn for 3:2."""
    rng = seeded("map", seed)
    plate = Plate(size, rng, 0.96)
    turn = math.radians(rng.choice((-1, 1)) * rng.uniform(9, 24))

    def turned(x: float, y: float) -> Point:
        dx, dy = (x - 0.5) * plate.aspect, y - 0.5
        return 0.5 + (dx * math.cos(turn) - dy * math.sin(turn)) / plate.aspect, 0.5 + dx * math.sin(
            turn
        ) + dy * math.cos(turn)

    _blocks(plate, turned)
    _avenue(plate, turned)
    _water(plate)
    pin = (rng.uniform(0.44, 0.56), rng.uniform(0.46, 0.56))
    plate.glow(pin, 0.30, 1.0, 0.75)
    sheet = plate.pull(Ramp.DAY, texture=2.0)
    _pin(sheet, pin, label)
    return sheet


def _blocks(plate: Plate, turned) -> None:
    """Lots between streets of uneven width, with a park in one place."""
    rng = plate.rng
    columns, rows = _edges(rng, 0.075, 0.14), _edges(rng, 0.075, 0.11)
    park = (rng.randint(3, len(columns) - 6), rng.randint(3, len(rows) - 6))
    for i, (left, right) in enumerate(columns):
        for j, (top, bottom) in enumerate(rows):
            in_park = park[0] <= i < park[0] + 2 and park[1] <= j < park[1] + 2
            corners = [turned(x, y) for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))]
            plate.plane(corners, 0.82 if in_park else rng.choice((0.86, 0.875, 0.89, 0.90)))
            plate.stroke([*corners, corners[0]], 0.70, 0.8)
            if in_park:
                for _ in range(14):
                    tree = turned(
                        left + (right - left) * rng.uniform(0.1, 0.9), top + (bottom - top) * rng.uniform(0.12, 0.88)
                    )
                    plate.ellipse(tree, rng.uniform(0.005, 0.009), 0.72, opacity=0.8)
                continue
            for share in sorted(rng.uniform(0.15, 0.85) for _ in range(rng.randint(0, 3))):
                x = left + (right - left) * share
                plate.stroke([turned(x, top), turned(x, bottom)], 0.79, 0.7)
            if rng.random() < 0.6:
                middle = (top + bottom) / 2
                plate.stroke([turned(left, middle), turned(right, middle)], 0.79, 0.7)


def _edges(rng, smallest: float, largest: float) -> list[Point]:
    spans, at = [], -0.35
    while at < 1.35:
        length = rng.uniform(smallest, largest)
        spans.append((at, at + length))
        at += length + (0.030 if len(spans) % 4 == 0 else 0.014)
    return spans


def _avenue(plate: Plate, turned) -> None:
    """One broad street that cuts the grid aslant."""
    start, end = plate.rng.uniform(-0.1, 0.3), plate.rng.uniform(0.7, 1.1)
    line = [turned(start, -0.4), turned((start + end) / 2 + 0.05, 0.5), turned(end, 1.4)]
    plate.stroke(line, 0.70, 21)
    plate.stroke(line, 0.97, 19)


def _water(plate: Plate) -> None:
    """A river bank in one corner, with lines of depth."""
    rng = plate.rng
    left, phase = rng.random() < 0.5, rng.uniform(0, 6)
    for depth in range(7):
        reach = 0.20 - depth * 0.018
        bank = [(reach + 0.05 * math.sin(2.4 * t + phase) + 0.08 * t, t) for t in (i / 40 for i in range(-2, 43))]
        bank = bank if left else [(1 - x, y) for x, y in bank]
        if depth == 0:
            side = -0.02 if left else 1.02
            plate.plane([*bank, (side, 1.05), (side, -0.05)], 0.62, 0.72, 90)
        plate.stroke(bank, 0.50 if depth == 0 else 0.56 + depth * 0.01, 1.6 if depth == 0 else 0.8)


def _pin(sheet: Image.Image, pin: Point, label: str) -> None:
    """The pin and, beneath it, its label on a slip of paper; drawn twice as large and laid on the sheet."""
    board = Image.new("RGBA", (sheet.width * SCALE, sheet.height * SCALE), (*INK, 0))
    draw = ImageDraw.Draw(board)
    x, y, unit = pin[0] * board.width, pin[1] * board.height, board.height / 100
    draw.ellipse((x - 3 * unit, y - 0.9 * unit, x + 3 * unit, y + 0.9 * unit), fill=(*INK, 60))
    head, radius = y - 9.2 * unit, 4.2 * unit
    turns = [math.radians(d) for d in range(150, 391, 4)]
    draw.polygon(
        [(x, y), *((x + radius * math.cos(t), head + radius * math.sin(t)) for t in turns)], fill=(*BRASS, 255)
    )
    draw.ellipse((x - 1.5 * unit, head - 1.5 * unit, x + 1.5 * unit, head + 1.5 * unit), fill=(*PAPER, 255))
    setting = fit(
        label,
        Face.SERIF,
        (round(board.width * 0.36), round(8 * unit)),
        largest=round(4.8 * unit),
        smallest=round(1.5 * unit),
    )
    font = load(Face.SERIF, setting.size)
    if setting.lines:
        half = max(font.getlength(line) for line in setting.lines) / 2 + 2.4 * unit
        top = y + 3 * unit
        draw.rectangle(
            (x - half, top, x + half, top + setting.height + 2.4 * unit),
            fill=(*PAPER, 255),
            outline=(*BRASS, 255),
            width=SCALE,
        )
        for number, line in enumerate(setting.lines):
            draw.text(
                (x, top + 1.2 * unit + setting.leading * (number + 0.5)), line, font=font, fill=(*INK, 255), anchor="mm"
            )
    board = board.resize(sheet.size, Image.Resampling.LANCZOS)
    sheet.paste(board, (0, 0), board)
