"""Write every kind of picture to a folder, and one sheet of them all: `python -m firm.artwork OUT_DIR`."""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image

from . import (
    MarkStyle,
    Theme,
    abstract_scene,
    badge_seal,
    map_drawing,
    monogram_portrait,
    outlet_mark,
    skyline,
    social_card,
    video_poster,
)
from .palette import HAIRLINE, PAPER

CELL, GAP, COLUMNS = 380, 14, 5
TITLE = "What happens at a first appearance in federal court"


def pictures() -> Iterator[tuple[str, Callable[[], Image.Image]]]:
    """Names and the drawings that belong to them."""
    for name in ("Ada Sample", "Ben Specimen", "Cleo Muster", "Dan Example", "Eve Pattern"):
        yield f"portrait-{name.split()[0].lower()}", lambda name=name: monogram_portrait(name)
    for seed in range(5):
        yield f"hero-{seed}", lambda seed=seed: skyline(f"hero{seed}", (1200, 1500))
    for seed in range(5):
        yield f"skyline-{seed}", lambda seed=seed: skyline(f"city{seed}")
    for theme in Theme:
        yield f"scene-{theme}", lambda theme=theme: abstract_scene(theme, "sheet")
    yield "map", lambda: map_drawing("sheet", "Our office")
    yield "poster", lambda: video_poster(TITLE, "sheet")
    yield "card", lambda: social_card(TITLE, "Federal investigations", "Firm's name")
    yield "badge-experienced", lambda: badge_seal("Experienced", "b0")
    yield "badge-top-rated", lambda: badge_seal("Top rated", "b2")
    for style in MarkStyle:
        yield f"mark-{style}", lambda style=style: outlet_mark("Sample Daily", style)


def contact_sheet(drawn: list[Image.Image]) -> Image.Image:
    """The pictures in rows of five, each as wide as its cell at most."""
    cells = [_on_paper(picture) for picture in drawn]
    rows = [cells[i : i + COLUMNS] for i in range(0, len(cells), COLUMNS)]
    heights = [max(cell.height for cell in row) for row in rows]
    sheet = Image.new("RGB", (COLUMNS * (CELL + GAP) + GAP, sum(heights) + GAP * (len(rows) + 1)), HAIRLINE)
    top = GAP
    for row, height in zip(rows, heights, strict=True):
        for column, cell in enumerate(row):
            sheet.paste(cell, (GAP + column * (CELL + GAP), top))
        top += height + GAP
    return sheet


def _on_paper(picture: Image.Image) -> Image.Image:
    small = picture.convert("RGBA")
    small.thumbnail((CELL, CELL * 2), Image.Resampling.LANCZOS)
    cell = Image.new("RGB", small.size, PAPER)
    cell.paste(small, (0, 0), small)
    return cell


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m firm.artwork", description=__doc__)
    parser.add_argument("out_dir", type=Path, help="folder for the PNG files; made if it does not exist")
    folder = parser.parse_args().out_dir
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, draw in pictures():
        drawn.append(draw())
        drawn[-1].save(folder / f"{name}.png")
    contact_sheet(drawn).save(folder / "sheet.png")


if __name__ == "__main__":
    main()
