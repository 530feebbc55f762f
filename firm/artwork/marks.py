"""Small marks: sample wordmarks of media outlets, and seals for badges."""

import math
from enum import StrEnum

from PIL import Image, ImageChops, ImageDraw

from .drawing import SCALE, grain, seeded
from .lettering import Face, draw_spaced, fit, load, printable, spaced_length
from .palette import BRASS, INK, PAPER, PAPER_DEEP, Colour, blend

MARK_HEIGHT = 120


class MarkStyle(StrEnum):
    """How a wordmark is set."""

    SERIF = "serif"
    SANS = "sans"
    ITALIC = "italic"
    BOXED = "boxed"
    STACKED = "stacked"


def outlet_mark(name: str, style: MarkStyle | str = MarkStyle.SERIF, colour: Colour = INK) -> Image.Image:
    """The wordmark of a media outlet in one colour. RGBA, transparent, 120 px high, as wide as the name needs.

    Raises ValueError when the style is none of `MarkStyle`.
    """
    painter = {
        MarkStyle.SERIF: _serif,
        MarkStyle.SANS: _spaced,
        MarkStyle.ITALIC: _italic,
        MarkStyle.BOXED: _boxed,
        MarkStyle.STACKED: _stacked,
    }[MarkStyle(style)]
    mask = painter(name)
    mask = mask.resize((mask.width // SCALE, MARK_HEIGHT), Image.Resampling.LANCZOS)
    mark = Image.new("RGBA", mask.size, (*colour, 0))
    mark.putalpha(mask)
    return mark


def _line(
    text: str, face: Face, size: int, tracking: float, margin: int
) -> tuple[Image.Image, ImageDraw.ImageDraw, str]:
    """A mask as wide as the letterspaced text and its margins, on the enlarged board."""
    text = printable(text, face) or "—"
    width = math.ceil(spaced_length(text, load(face, size), tracking)) + 2 * margin
    mask = Image.new("L", (width + width % SCALE, MARK_HEIGHT * SCALE), 0)
    return mask, ImageDraw.Draw(mask), text


def _serif(name: str) -> Image.Image:
    mask, draw, text = _line(name.upper(), Face.SERIF, 104, 0.06, 12)
    draw_spaced(draw, (12, 156), text, load(Face.SERIF, 104), 255, 0.06)
    for top, thick in ((40, 5), (52, 2), (188, 2), (196, 5)):
        draw.rectangle((12, top, mask.width - 13, top + thick - 1), fill=255)
    return mask


def _spaced(name: str) -> Image.Image:
    mask, draw, text = _line(name.upper(), Face.SANS, 72, 0.24, 8)
    draw_spaced(draw, (8, 146), text, load(Face.SANS, 72), 255, 0.24)
    return mask


def _italic(name: str) -> Image.Image:
    mask, draw, text = _line(name, Face.ITALIC, 132, 0.0, 16)
    draw.text((16, 162), text, font=load(Face.ITALIC, 132), fill=255, anchor="ls")
    return mask


def _boxed(name: str) -> Image.Image:
    mask, draw, text = _line(name.upper(), Face.SANS, 66, 0.10, 44)
    draw.rectangle((4, 52, mask.width - 5, 188), fill=255)
    draw_spaced(draw, (44, 144), text, load(Face.SANS, 66), 0, 0.10)
    return mask


def _stacked(name: str) -> Image.Image:
    """The first word small above a rule, the rest large below it."""
    first, _, rest = name.partition(" ")
    mask, draw, text = _line(rest or first, Face.SERIF, 118, 0.0, 10)
    draw.text((10, 200), text, font=load(Face.SERIF, 118), fill=255, anchor="ls")
    draw.rectangle((10, 90, mask.width - 11, 92), fill=255)
    if rest:
        above = printable(first.upper(), Face.SANS)
        draw_spaced(draw, (12, 72), above, load(Face.SANS, 44), 255, 0.3)
    return mask


def badge_seal(text: str, seed: str, size: int = 400) -> Image.Image:
    """A seal for a badge, round or square by the seed, the text across its middle. RGB, square, on paper."""
    rng = seeded("seal", seed)
    board = size * SCALE
    seal = Image.new("RGB", (board, board), PAPER)
    draw = ImageDraw.Draw(seal)
    petals = rng.choice((36, 48, 60))
    (_square_frame if rng.random() < 0.4 else _round_frame)(draw, board, petals)
    _seal_text(draw, text, board)
    seal = seal.resize((size, size), Image.Resampling.LANCZOS)
    tooth = grain((size, size), rng, 2.0)
    return Image.merge("RGB", [_add(band, tooth) for band in seal.split()])


def _add(band: Image.Image, tooth: Image.Image) -> Image.Image:
    return ImageChops.add(band, tooth, offset=-128)


def _round_frame(draw: ImageDraw.ImageDraw, board: int, petals: int) -> None:
    """Rosette, rings and ticks, engraved."""
    middle = board / 2
    for ring in range(3):
        wave = [
            _polar(
                middle,
                board * (0.452 - ring * 0.016 + 0.012 * math.cos(math.radians(i * 0.5) * petals + ring * 2.1)),
                i * 0.5,
            )
            for i in range(721)
        ]
        draw.line(wave, fill=blend(BRASS, PAPER, 0.15 * ring), width=max(1, board // 380), joint="curve")
    for radius, width in ((0.398, 5), (0.382, 2), (0.285, 2)):
        r = board * radius
        draw.ellipse((middle - r, middle - r, middle + r, middle + r), outline=INK, width=width)
    for step in range(120):
        inner = 0.335 if step % 5 else 0.318
        draw.line(
            [_polar(middle, board * inner, step * 3), _polar(middle, board * 0.366, step * 3)],
            fill=INK,
            width=max(1, board // 400),
        )
    draw.rectangle((board * 0.085, board * 0.405, board * 0.915, board * 0.595), fill=PAPER)
    for y in (0.405, 0.595):
        draw.line([(board * 0.085, board * y), (board * 0.915, board * y)], fill=INK, width=4)


def _square_frame(draw: ImageDraw.ImageDraw, board: int, petals: int) -> None:
    """A square plate on its frame of hairlines, with a sunburst behind the text."""
    for inset, width, colour in ((0.07, 5, INK), (0.088, 2, INK), (0.118, 2, BRASS)):
        edge = board * inset
        draw.rectangle((edge, edge, board - edge, board - edge), outline=colour, width=width)
    middle = board / 2
    for step in range(petals * 2):
        turn = step * 180 / petals
        far = 0.36 if step % 2 else 0.31
        draw.line(
            [_polar(middle, board * 0.17, turn), _polar(middle, board * far, turn)],
            fill=blend(BRASS, PAPER, 0.1),
            width=max(1, board // 330),
        )
    draw.rectangle((board * 0.118, board * 0.395, board * 0.882, board * 0.605), fill=PAPER_DEEP)
    for y in (0.395, 0.605):
        draw.line([(board * 0.118, board * y), (board * 0.882, board * y)], fill=INK, width=4)


def _polar(middle: float, radius: float, degrees: float) -> tuple[float, float]:
    turn = math.radians(degrees)
    return middle + radius * math.cos(turn), middle + radius * math.sin(turn)


def _seal_text(draw: ImageDraw.ImageDraw, text: str, board: int) -> None:
    setting = fit(
        text, Face.SERIF, (round(board * 0.72), round(board * 0.165)), largest=board // 8, smallest=board // 40
    )
    font = load(Face.SERIF, setting.size)
    y = board / 2 - setting.height / 2 + setting.leading * 0.5
    for line in setting.lines:
        draw.text((board / 2, y), line, font=font, fill=INK, anchor="mm")
        y += setting.leading
