"""Pictures that carry a title: the share image of a post, and the poster of a video."""

from PIL import Image, ImageChops, ImageDraw

from .drawing import SCALE, Plate, corner_wash, grain, seeded
from .lettering import Face, Setting, draw_spaced, fit, load, printable, spaced_length
from .palette import BRASS_LIGHT, INK, PAPER, SLATE, Ramp, blend
from .skylines import HORIZON, skyline_with_sun_at

MARGIN = 0.067
TITLE_BOX = (0.866, 0.50)


def social_card(title: str, kicker: str, firm_name: str, size: tuple[int, int] = (1200, 630)) -> Image.Image:
    """The share image of a page without a picture: kicker, title and the firm's name on ink. RGB.

    Any text is accepted: glyphs that the faces lack are left out, long titles shrink, and what still
    does not fit ends in an ellipsis.
    """
    width, height = size
    card = _ink_ground(size, f"{title}\x1f{kicker}")
    draw = ImageDraw.Draw(card)
    left = round(MARGIN * width)
    kicker_line = clipped_caps(kicker, round(height * 0.036), width - 2 * left, 0.16)
    draw_spaced(
        draw, (left, round(height * 0.155)), kicker_line, load(Face.SANS, round(height * 0.036)), BRASS_LIGHT, 0.16
    )
    setting = title_setting(title or firm_name, size)
    font = load(Face.SERIF, setting.size)
    y = height * 0.235 + (height * TITLE_BOX[1] - setting.height) * 0.32
    for number, line in enumerate(setting.lines):
        draw.text((left, y + setting.leading * (number + 0.78)), line, font=font, fill=PAPER, anchor="ls")
    _foot(draw, firm_name, size)
    return card


def title_setting(title: str, size: tuple[int, int]) -> Setting:
    """How `social_card` breaks a title into lines at that size of card."""
    box = (round(size[0] * TITLE_BOX[0]), round(size[1] * TITLE_BOX[1]))
    return fit(
        title, Face.SERIF, box, largest=round(size[1] * 0.135), smallest=max(8, round(size[1] * 0.05)), spacing=1.12
    )


def clipped_caps(text: str, size: int, width: float, tracking: float) -> str:
    """The text in capitals as the sans face can draw them, cut to a width in pixels when letterspaced."""
    caps, font = printable(text.upper(), Face.SANS), load(Face.SANS, size)
    if spaced_length(caps, font, tracking) <= width:
        return caps
    while caps and spaced_length(caps.rstrip() + "…", font, tracking) > width:
        caps = caps[:-1]
    return caps.rstrip() + "…"


def _ink_ground(size: tuple[int, int], seed: str) -> Image.Image:
    """Ink with planes of light at the right, too faint to compete with the title."""
    rng = seeded("card", seed)
    plate = Plate(size, rng, 0.16)
    plate.tone.paste(corner_wash(plate.tone.size, 0.13, 0.24, 0))
    lean = rng.uniform(0.10, 0.2)
    for x, tone in ((0.60, 0.20), (0.72, 0.25), (0.86, 0.31)):
        start = x + rng.uniform(-0.03, 0.03)
        plate.plane([(start + lean, -0.02), (1.02, -0.02), (1.02, 1.02), (start - lean, 1.02)], tone, tone - 0.09)
    return plate.pull(Ramp.NIGHT, texture=2.0)


def _foot(draw: ImageDraw.ImageDraw, firm_name: str, size: tuple[int, int]) -> None:
    width, height = size
    left, rule = round(MARGIN * width), round(height * 0.805)
    draw.rectangle((left, rule, width - left, rule), fill=blend(INK, SLATE, 0.5))
    draw.rectangle((left, rule - 1, left + round(width * 0.06), rule + 1), fill=BRASS_LIGHT)
    setting = fit(
        firm_name,
        Face.SERIF,
        (width - 2 * left, round(height * 0.07)),
        largest=round(height * 0.054),
        smallest=round(height * 0.03),
    )
    for line in setting.lines[:1]:
        draw.text((left, round(height * 0.895)), line, font=load(Face.SERIF, setting.size), fill=PAPER, anchor="ls")


def video_poster(title: str, seed: str, size: tuple[int, int] = (1280, 720)) -> Image.Image:
    """The still that stands for a video: a skyline in shade, the title, and a ring to play. RGB, 16:9."""
    width, height = size
    poster = skyline_with_sun_at(0.76, f"poster {seed}", size)
    shade = corner_wash(size, 1.0, 0.0, 0).point([_shade(v / 255) for v in range(256)])
    poster.paste(Image.new("RGB", size, INK), (0, 0), shade)
    poster = _tooth(poster, seed)
    left = round(MARGIN * width)
    _play_ring(poster, (left + height * 0.07, height * 0.24), height * 0.07)
    draw = ImageDraw.Draw(poster)
    setting = fit(
        title,
        Face.SERIF,
        (round(width * 0.56), round(height * 0.36)),
        largest=round(height * 0.105),
        smallest=max(8, round(height * 0.034)),
    )
    font = load(Face.SERIF, setting.size)
    top = height * (HORIZON + 0.06) - setting.height
    draw.rectangle((left, top - height * 0.05, left + width * 0.06, top - height * 0.05 + 2), fill=BRASS_LIGHT)
    for number, line in enumerate(setting.lines):
        draw.text((left, top + setting.leading * (number + 0.8)), line, font=font, fill=PAPER, anchor="ls")
    return poster


def _shade(place: float) -> int:
    """How much ink covers a poster: most where the title stands (1, left), little on the right."""
    share = min(1.0, max(0.0, (place - 0.2) / 0.4))
    return round(255 * (0.12 + 0.74 * share * share * (3 - 2 * share)))


def _tooth(picture: Image.Image, seed: str) -> Image.Image:
    """Grain that hides the steps of a dark gradient."""
    tooth = grain(picture.size, seeded("tooth", seed), 1.6)
    return Image.merge("RGB", [ImageChops.add(band, tooth, offset=-128) for band in picture.split()])


def _play_ring(picture: Image.Image, centre: tuple[float, float], radius: float) -> None:
    reach = round(radius) + 2
    mask = Image.new("L", (reach * 2 * SCALE, reach * 2 * SCALE), 0)
    draw, middle, r = ImageDraw.Draw(mask), reach * SCALE, radius * SCALE
    draw.ellipse((middle - r, middle - r, middle + r, middle + r), outline=255, width=round(2.5 * SCALE))
    draw.polygon(
        [(middle - r * 0.26, middle - r * 0.42), (middle - r * 0.26, middle + r * 0.42), (middle + r * 0.46, middle)],
        fill=255,
    )
    mask = mask.resize((reach * 2, reach * 2), Image.Resampling.LANCZOS)
    picture.paste(PAPER, (round(centre[0]) - reach, round(centre[1]) - reach), mask)
