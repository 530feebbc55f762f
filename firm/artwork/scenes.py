"""Pictures for articles and practice areas: ten themes of one set."""

from enum import StrEnum

from PIL import Image

from . import interiors, motifs
from .drawing import Plate, seeded
from .palette import Ramp


class Theme(StrEnum):
    """What a scene shows."""

    COLUMNS = "columns"
    STAIRS = "stairs"
    ARCHES = "arches"
    BRIDGE = "bridge"
    WINDOW_LIGHT = "window_light"
    PAPER_STACK = "paper_stack"
    LEDGER = "ledger"
    NETWORK = "network"
    SHORELINE = "shoreline"
    CORRIDOR = "corridor"


PAINTERS = {
    Theme.COLUMNS: interiors.columns,
    Theme.STAIRS: interiors.stairs,
    Theme.ARCHES: interiors.arches,
    Theme.BRIDGE: motifs.bridge,
    Theme.WINDOW_LIGHT: interiors.window_light,
    Theme.PAPER_STACK: motifs.paper_stack,
    Theme.LEDGER: motifs.ledger,
    Theme.NETWORK: motifs.network,
    Theme.SHORELINE: motifs.shoreline,
    Theme.CORRIDOR: interiors.corridor,
}

EDITION = 485
FINE_LINED = frozenset({Theme.LEDGER, Theme.PAPER_STACK})
WIDE_VIEWS = frozenset({Theme.BRIDGE, Theme.NETWORK, Theme.STAIRS})


def abstract_scene(theme: Theme | str, seed: str, size: tuple[int, int] = (1600, 1067)) -> Image.Image:
    """A scene of the theme; the seed moves its viewpoint, light and inks. RGB, any size, drawn for 3:2.

    Raises ValueError when the theme is none of `Theme`.
    """
    theme = Theme(theme)
    rng = seeded("scene", EDITION, theme, seed)
    plate = Plate(size, rng)
    ramp = rng.choice((Ramp.DAY, Ramp.DUSK))
    PAINTERS[theme](plate)
    plate.approach(rng.uniform(0.9 if theme in WIDE_VIEWS else 0.7, 1.0), (rng.random(), rng.random()))
    if theme is not Theme.LEDGER and rng.random() < 0.5:
        plate.mirror()
    return plate.pull(ramp, texture=1.6 if theme in FINE_LINED else 3.0)
