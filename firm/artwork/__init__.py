"""The site's own pictures: portraits, skylines, scenes, marks, maps and share images, drawn from a seed.

Every function is pure: the same arguments give the same pixels. Only Pillow and the faces in fonts/ are needed.
"""

from .cards import social_card, video_poster
from .maps import map_drawing
from .marks import MarkStyle, badge_seal, outlet_mark
from .portraits import monogram_portrait
from .scenes import Theme, abstract_scene
from .skylines import skyline

__all__ = [
    "MarkStyle",
    "Theme",
    "abstract_scene",
    "badge_seal",
    "map_drawing",
    "monogram_portrait",
    "outlet_mark",
    "skyline",
    "social_card",
    "video_poster",
]
