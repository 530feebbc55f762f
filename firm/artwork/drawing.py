"""The drawing board: a plate of greys, drawn at twice its size, printed as a duotone with paper grain.

Positions are fractions of the plate (0 to 1 from the left and the top), tones run from 0 (ink) to 1 (paper),
widths and radii are pixels of the finished picture unless a docstring says otherwise.
"""

import hashlib
import math
import random
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .palette import Colour, Ramp, lookup_tables

Point = tuple[float, float]
SCALE = 2
GRAIN_TILE = 512


def seeded(*parts: object) -> random.Random:
    """A random source of its own, the same for the same parts on every machine."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
    return random.Random(int.from_bytes(digest[:8]))  # noqa: S311, pictures are no secret


def level(tone: float) -> int:
    """A tone as the byte Pillow wants, clipped to what a byte holds."""
    return max(0, min(255, round(tone * 255)))


def trapezoid(centre: float, top: Point, bottom: Point) -> list[Point]:
    """A shape that is level above and below: `top` and `bottom` are (y, half its width there)."""
    (y, half), (base, wide) = top, bottom
    return [(centre - half, y), (centre + half, y), (centre + wide, base), (centre - wide, base)]


def corner_wash(size: tuple[int, int], start: float, end: float, angle: float) -> Image.Image:
    """A linear gradient in greys; `angle` in degrees, 0 runs to the right and 90 downwards."""
    dx, dy = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    reach = [x * dx + y * dy for y in (0, 1) for x in (0, 1)]
    low, span = min(reach), max(reach) - min(reach)
    corners = Image.new("L", (2, 2))
    corners.putdata([level(start + (end - start) * (r - low) / span) for r in reach])
    return corners.resize(size, Image.Resampling.BILINEAR, box=(0.5, 0.5, 1.5, 1.5))


def grain(size: tuple[int, int], rng: random.Random, strength: float) -> Image.Image:
    """Paper: fine noise over slow blotches, centred on 128; `strength` is its reach in grey levels."""
    tile = Image.frombytes("L", (GRAIN_TILE, GRAIN_TILE), rng.randbytes(GRAIN_TILE**2))
    fine = [level(0.5 + (v - 128) / 80 * strength / 255) for v in range(256)]
    tile = tile.filter(ImageFilter.GaussianBlur(0.8)).point(fine)
    sheet = Image.new("L", size)
    for x in range(0, size[0], GRAIN_TILE):
        for y in range(0, size[1], GRAIN_TILE):
            sheet.paste(tile, (x, y))
    blotches = Image.frombytes("L", (12, 9), rng.randbytes(108)).resize(size, Image.Resampling.BICUBIC)
    blotches = blotches.point([level(0.5 + (v - 128) / 128 * strength / 255) for v in range(256)])
    return ImageChops.add(sheet, blotches, offset=-128)


class Plate:
    """A picture in greys with one brass layer; `pull` prints it. Planes hide the brass that they cover."""

    def __init__(self, size: tuple[int, int], rng: random.Random, tone: float = 0.5):
        self.size, self.rng = size, rng
        self.width, self.height = size[0] * SCALE, size[1] * SCALE
        self.aspect = size[0] / size[1]
        self.tone = Image.new("L", (self.width, self.height), level(tone))
        self.brass = Image.new("L", (self.width, self.height), 0)
        self.view = (0.0, 0.0, 1.0, 1.0)
        self._has_brass = False

    def at(self, points: Sequence[Point]) -> list[Point]:
        """Fractions of the plate as positions on the enlarged board."""
        return [(x * self.width, y * self.height) for x, y in points]

    def wash(self, stops: Sequence[Point], angle: float = 90) -> None:
        """Cover the plate with a vertical (90) or horizontal (0) gradient through (position, tone) stops."""
        strip = Image.new("L", (1, 512))
        strip.putdata([level(_between(stops, i / 511)) for i in range(512)])
        if angle == 0:
            strip = strip.transpose(Image.Transpose.ROTATE_90)
        self.tone.paste(strip.resize(self.tone.size, Image.Resampling.BILINEAR))

    def plane(
        self,
        points: Sequence[Point],
        start: float,
        end: float | None = None,
        angle: float = 90,
        *,
        opacity: float = 1.0,
        blur: float = 0.0,
    ) -> None:
        """Fill a polygon with a gradient; `blur` softens its edge, `opacity` lets what is under it show."""
        self._lay(lambda draw, at: draw.polygon(at(points), fill=255), points, start, end, angle, opacity, blur)

    def ellipse(
        self,
        centre: Point,
        radius: float,
        start: float,
        end: float | None = None,
        angle: float = 90,
        *,
        opacity: float = 1.0,
        blur: float = 0.0,
    ) -> None:
        """Fill a circle whose radius is a fraction of the plate's height."""
        rx = radius / self.aspect
        corners = [(centre[0] - rx, centre[1] - radius), (centre[0] + rx, centre[1] + radius)]
        self._lay(
            lambda draw, at: draw.ellipse([*at(corners)[0], *at(corners)[1]], fill=255),
            corners,
            start,
            end,
            angle,
            opacity,
            blur,
        )

    def _lay(self, draw_mask, extent, start, end, angle, opacity, blur) -> None:
        margin = 3 * blur * SCALE + 1
        xs, ys = zip(*self.at(extent), strict=True)
        left, top = max(0, int(min(xs) - margin)), max(0, int(min(ys) - margin))
        right, bottom = min(self.width, int(max(xs) + margin) + 1), min(self.height, int(max(ys) + margin) + 1)
        if right <= left or bottom <= top:
            return
        box = (right - left, bottom - top)
        coarse = 8 if blur >= 6 else 4 if blur >= 2 else 1
        small = (max(1, box[0] // coarse), max(1, box[1] // coarse))
        kx, ky = small[0] / box[0], small[1] / box[1]
        mask = Image.new("L", small, 0)
        draw_mask(ImageDraw.Draw(mask), lambda pts: [((x - left) * kx, (y - top) * ky) for x, y in self.at(pts)])
        if blur:
            mask = mask.filter(ImageFilter.GaussianBlur(blur * SCALE / coarse))
        if coarse > 1:
            mask = mask.resize(box, Image.Resampling.BICUBIC)
        if opacity < 1:
            mask = mask.point([round(v * opacity) for v in range(256)])
        fill = level(start) if end is None else corner_wash(box, start, end, angle)
        area = (left, top, right, bottom)
        self.tone.paste(fill, area, mask)
        if self._has_brass:
            self.brass.paste(0, area, mask)

    def glow(self, centre: Point, radius: float, tone: float, opacity: float = 1.0) -> None:
        """Light (or gloom) that fades out from a centre; radius as a fraction of the plate's height."""
        r = round(radius * self.height)
        ease = [round(255 * opacity * max(0.0, 1 - v / 178) ** 2) for v in range(256)]
        mask = Image.radial_gradient("L").point(ease).resize((2 * r, 2 * r), Image.Resampling.BICUBIC)
        x, y = round(centre[0] * self.width) - r, round(centre[1] * self.height) - r
        self.tone.paste(level(tone), (x, y, x + 2 * r, y + 2 * r), mask)

    def stroke(self, points: Sequence[Point], tone: float, width: float = 1.0) -> None:
        """An open line through the points."""
        ImageDraw.Draw(self.tone).line(
            self.at(points), fill=level(tone), width=max(1, round(width * SCALE)), joint="curve"
        )

    def veil(self, points: Sequence[Point], tone: float, opacity: float, blur: float = 0.0) -> None:
        """A translucent plane that leaves the brass under it alone: a shadow or a beam of light."""
        had, self._has_brass = self._has_brass, False
        self.plane(points, tone, opacity=opacity, blur=blur)
        self._has_brass = had

    def brass_line(self, points: Sequence[Point], width: float = 2.0, opacity: float = 1.0) -> None:
        """The accent as a line."""
        self._has_brass = True
        line = self.at(points)
        ImageDraw.Draw(self.brass).line(line, fill=level(opacity), width=max(1, round(width * SCALE)), joint="curve")

    def brass_shape(self, points: Sequence[Point], opacity: float = 1.0) -> None:
        """The accent as a filled polygon."""
        self._has_brass = True
        ImageDraw.Draw(self.brass).polygon(self.at(points), fill=level(opacity))

    def brass_disc(self, centre: Point, radius: float, opacity: float = 1.0, ring: float = 0.0) -> None:
        """The accent as a disc, or a ring of that width; radius as a fraction of the plate's height."""
        self._has_brass = True
        (x, y), r = self.at([centre])[0], radius * self.height
        box = (x - r, y - r, x + r, y + r)
        draw = ImageDraw.Draw(self.brass)
        if ring:
            draw.ellipse(box, outline=level(opacity), width=max(1, round(ring * SCALE)))
        else:
            draw.ellipse(box, fill=level(opacity))

    def approach(self, share: float, towards: Point) -> None:
        """Print only a window of this share of the sides; (0, 0) keeps the top left, (1, 1) the bottom right."""
        left, top = (1 - share) * towards[0], (1 - share) * towards[1]
        self.view = (left, top, left + share, top + share)

    def mirror(self) -> None:
        """Turn the drawing left to right."""
        self.tone = self.tone.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        self.brass = self.brass.transpose(Image.Transpose.FLIP_LEFT_RIGHT)

    def pull(self, ramp: Ramp, *, texture: float = 3.0, accent: Colour | None = None) -> Image.Image:
        """Print the plate: downsample, add grain, map greys to the two inks, lay the brass on top. RGB."""
        window = tuple(v * side for v, side in zip(self.view, (self.width, self.height) * 2, strict=True))
        tone = self.tone.resize(self.size, Image.Resampling.LANCZOS, box=window)
        tone = ImageChops.add(tone, grain(self.size, self.rng, texture), offset=-128)
        sheet = Image.merge("RGB", [tone.point(table) for table in lookup_tables(ramp)])
        if self._has_brass:
            sheet.paste(
                accent or ramp.accent, (0, 0), self.brass.resize(self.size, Image.Resampling.LANCZOS, box=window)
            )
        return sheet


def _between(stops: Sequence[Point], place: float) -> float:
    for (low, first), (high, second) in pairwise(stops):
        if place <= high:
            return first + (second - first) * max(0.0, place - low) / (high - low)
    return stops[-1][1]
