"""Converts the demo's texts to the stored values of StreamFields."""

import datetime
import re
import uuid
from collections.abc import Callable

FOOTNOTE = re.compile(r'<fn key="([^"]+)"\s*/>')
_NAMESPACE = uuid.UUID("6f7c2c1e-52f2-4d0b-9a3e-0d4f6f0b7a11")


def footnote_id(slug: str, key: str) -> str:
    """Return the id of a page's footnote; the same on every load."""
    return str(uuid.uuid5(_NAMESPACE, f"{slug}:{key}"))


class StoryWriter:
    """Converts the texts of one page. They have the shape of the stored values, with keys in place of ids.

    A mapping with ``target`` is a link, see `Demo.link`. ``references`` resolves the keys of objects, by field name.
    """

    def __init__(
        self, slug: str, references: dict[str, Callable[[str], int]], link: Callable[[str, str], dict]
    ) -> None:
        self.slug, self.references, self.link = slug, references, link

    def stream(self, blocks: list[dict]) -> list[dict]:
        """Return blocks with their ``type``. A text, a picture and a table are written in a shorter form."""
        special = {"text": self._text, "image": self._image, "table": self._table}
        return [{"type": block["type"], "value": special.get(block["type"], self._fields)(block)} for block in blocks]

    def stored(self, value, name: str = ""):
        """Return a value with its references resolved, dates in ISO format, and the text in one line."""
        if isinstance(value, dict):
            return self.link(value["label"], value["target"]) if "target" in value else self._fields(value)
        if isinstance(value, list):
            return [self.stored(one, name) for one in value]
        if isinstance(value, datetime.date):
            return value.isoformat()
        if not isinstance(value, str):
            return value
        if name in self.references:
            return self.references[name](value) if value else None
        text = " ".join(value.split()) if "\n" in value.strip() else value.strip()
        return FOOTNOTE.sub(self._footnote, text)

    def _footnote(self, match: re.Match) -> str:
        identifier = footnote_id(self.slug, match.group(1))
        return f'<footnote id="{identifier}">[{identifier[:6]}]</footnote>'

    def _fields(self, block: dict) -> dict:
        return {name: self.stored(value, name) for name, value in block.items() if name != "type"}

    def _text(self, block: dict) -> str:
        return self.stored(block["html"])

    def _image(self, block: dict) -> dict:
        alt = block.get("alt", "")
        image = {"image": block["image"], "alt_text": alt, "decorative": not alt}
        return self._fields({"image": image, "caption": block.get("caption", "")})

    def _table(self, block: dict) -> dict:
        columns = [{"type": "text", **column} for column in block["columns"]]
        rows = [{"values": list(row)} for row in block["rows"]]
        return {"caption": block["caption"], "table": {"columns": columns, "rows": rows, "caption": ""}}
