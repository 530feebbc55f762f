"""Image sizes by role: how an image is used on a page.

Widths are CSS pixels times the densities worth serving. A new role is one entry here; the worker creates its files when
a page that uses it is published (see `prepare`).
"""

from dataclasses import dataclass

from django.db import transaction


@dataclass(frozen=True)
class Role:
    """How an image is shown: sizes as (width, height) in pixels, cropped to fit around the focal point.

    A height of None preserves the image's proportions. ``sizes`` is the value of the HTML attribute.
    """

    name: str
    boxes: tuple[tuple[int, int | None], ...]
    sizes: str
    formats: tuple[str, ...] = ("avif", "webp")

    def spec(self, box: tuple[int, int | None], format_: str) -> str:
        """Return Wagtail's filter specification for one file."""
        width, height = box
        shape = f"width-{width}" if height is None else f"fill-{width}x{height}"
        return f"{shape}|format-{format_}"


ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        Role("portrait", ((400, 500), (720, 900)), "(min-width: 60rem) 400px, (min-width: 48rem) 45vw, 100vw"),
        Role("portrait_card", ((280, 350), (480, 600)), "(min-width: 60rem) 280px, (min-width: 30rem) 45vw, 45vw"),
        Role("thumbnail", ((96, 120), (192, 240)), "96px"),
        Role("lead", ((480, 320), (800, 533), (1200, 800)), "(min-width: 75rem) 760px, 100vw"),
        Role("card", ((360, 240), (640, 427)), "(min-width: 60rem) 360px, 100vw"),
        Role("hero", ((400, 500), (720, 900)), "(min-width: 60rem) 440px, 100vw"),
        Role("inline", ((480, None), (800, None), (1200, None)), "(min-width: 48rem) 720px, 100vw"),
        Role("logo", ((240, None),), "120px", ("webp",)),
        Role("seal", ((96, 96), (192, 192)), "96px"),
        Role("social", ((1200, 630),), "1200px", ("jpeg",)),
    )
}


def prepare(image, role_names) -> bool:
    """Create the missing files of the roles for an image and store them on it; return whether any were created.

    Raises OSError when the original cannot be read or a file cannot be written; nothing is stored then.
    """
    wanted = [ROLES[name] for name in role_names if not image.has_ready(ROLES[name])]
    if not wanted:
        return False
    made = {
        role.name: {
            format_: _of_different_widths(_make(image, role.spec(box, format_)) for box in _usable_boxes(image, role))
            for format_ in role.formats
        }
        for role in wanted
    }
    with transaction.atomic():
        stored = type(image).objects.select_for_update().get(pk=image.pk)
        existing = stored.variants if stored.variants_of == image.variants_key else {}
        image.variants, image.variants_of = existing | made, image.variants_key
        type(image).objects.filter(pk=image.pk).update(variants=image.variants, variants_of=image.variants_of)
    return True


def _usable_boxes(image, role: Role):
    """The role's boxes that do not enlarge the image; always at least the smallest one."""
    fitting = [box for box in role.boxes if box[0] <= image.width]
    return fitting or [role.boxes[0]]


def _of_different_widths(files) -> list:
    """One file for each width: a small image may give the same file for every box."""
    return list({width: [name, width, height] for name, width, height in files}.values())


def _make(image, spec: str) -> list:
    rendition = image.get_rendition(spec)
    return [rendition.file.name, rendition.width, rendition.height]
