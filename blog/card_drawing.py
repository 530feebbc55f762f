"""Draws the share image of a post without a picture of its own: kicker, title and the firm's name on ink."""

from pathlib import Path

from PIL import Image, ImageDraw

from blog.lettering import Face, Setting, draw_spaced, fit, load, printable, spaced_length

GROUND = Path(__file__).parent / "card_files" / "ground.jpg"
SIZE = WIDTH, HEIGHT = 1200, 630
LEFT = 80
#: Where the title stands: its width and height in pixels.
TITLE_BOX = (1039, 315)
KICKER_SIZE, KICKER_TRACKING = 23, 0.16

PAPER, BRASS_LIGHT, RULE = (0xFB, 0xF8, 0xF3), (0xC9, 0xA3, 0x5B), (0x5C, 0x66, 0x75)


def social_card(title: str, kicker: str, firm_name: str) -> Image.Image:
    """Return the card, 1200 × 630 pixels of RGB.

    Any text is accepted: glyphs that the faces lack are left out, long titles shrink, and what still does not fit ends
    in an ellipsis.
    """
    with Image.open(GROUND) as ground:
        card = ground.convert("RGB")
    draw = ImageDraw.Draw(card)
    line = clipped_caps(kicker, KICKER_SIZE, WIDTH - 2 * LEFT, KICKER_TRACKING)
    draw_spaced(draw, (LEFT, 98), line, load(Face.SANS, KICKER_SIZE), BRASS_LIGHT, KICKER_TRACKING)
    setting = title_setting(title or firm_name)
    _draw_lines(draw, setting, 148 + (TITLE_BOX[1] - setting.height) * 0.32)
    draw.rectangle((LEFT, 507, WIDTH - LEFT, 507), fill=RULE)
    draw.rectangle((LEFT, 506, LEFT + 72, 508), fill=BRASS_LIGHT)
    foot = fit(firm_name, Face.SERIF, (WIDTH - 2 * LEFT, 44), largest=34, smallest=19)
    for line in foot.lines[:1]:
        draw.text((LEFT, 564), line, font=load(Face.SERIF, foot.size), fill=PAPER, anchor="ls")
    return card


def title_setting(title: str) -> Setting:
    """Return how `social_card` breaks a title into lines."""
    return fit(title, Face.SERIF, TITLE_BOX, largest=85, smallest=32, spacing=1.12)


def clipped_caps(text: str, size: int, width: float, tracking: float) -> str:
    """Return the text in capitals as the sans face can draw them, cut to a width in pixels when letterspaced."""
    caps, font = printable(text.upper(), Face.SANS), load(Face.SANS, size)
    if spaced_length(caps, font, tracking) <= width:
        return caps
    while caps and spaced_length(caps.rstrip() + "…", font, tracking) > width:
        caps = caps[:-1]
    return caps.rstrip() + "…"


def _draw_lines(draw: ImageDraw.ImageDraw, setting: Setting, top: float) -> None:
    font = load(Face.SERIF, setting.size)
    for number, line in enumerate(setting.lines):
        draw.text((LEFT, top + setting.leading * (number + 0.78)), line, font=font, fill=PAPER, anchor="ls")
