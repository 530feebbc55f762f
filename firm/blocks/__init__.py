"""The blocks of pages: text, links, media, page bodies, and the sections of the home page."""

import tomllib
from pathlib import Path

#: Sample values that the editor's previews show.
PREVIEWS = tomllib.loads((Path(__file__).parent / "previews.toml").read_text(encoding="utf-8"))
