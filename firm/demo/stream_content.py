"""Builds StreamField values from the demo's texts."""

import re
import uuid
from dataclasses import dataclass, field

FOOTNOTE = re.compile(r'<fn key="([^"]+)"\s*/>')
_NAMESPACE = uuid.UUID("6f7c2c1e-52f2-4d0b-9a3e-0d4f6f0b7a11")


def footnote_id(slug: str, key: str) -> str:
    """Return the id of a page's footnote; the same on every load."""
    return str(uuid.uuid5(_NAMESPACE, f"{slug}:{key}"))


@dataclass
class StoryWriter:
    """Builds the body of one page: its slug, pictures and documents by key, pages by URL."""

    slug: str
    image_id: object
    document_id: object
    link: object
    keys: set = field(default_factory=set)

    def html(self, text: str) -> str:
        """Return rich text with footnote references in their stored form."""
        text = " ".join(text.split()) if "\n" in text.strip() else text.strip()
        return FOOTNOTE.sub(self._footnote, text)

    def _footnote(self, match: re.Match) -> str:
        identifier = footnote_id(self.slug, match.group(1))
        return f'<footnote id="{identifier}">[{identifier[:6]}]</footnote>'

    def prose(self, text: str) -> str:
        """Return rich text in at least one paragraph."""
        html = self.html(text)
        return html if html.startswith("<") and re.match(r"<(p|ul|ol|h\d)\b", html) else f"<p>{html}</p>"

    def body(self, blocks: list[dict]) -> list[dict]:
        """Return the stored value of a body."""
        return [{"type": block["type"], "value": getattr(self, f"_{block['type']}")(block)} for block in blocks]

    def questions(self, items: list[dict]) -> list[dict]:
        """Return questions and answers as stored values."""
        return [{"question": item["question"], "answer": self.prose(item["answer"])} for item in items]

    def _text(self, block):
        return self.prose(block["html"])

    def _heading(self, block):
        return {"text": block["text"], "level": block.get("level", "h2")}

    def _image(self, block):
        alt = block.get("alt", "")
        image = {"image": self.image_id(block["image"]), "alt_text": alt, "decorative": not alt}
        return {"image": image, "caption": block.get("caption", "")}

    def _quotation(self, block):
        return {key: block.get(key, "") for key in ("quote", "attribution", "source_url")}

    def _list(self, block):
        items = [self.html(item) for item in block["items"]]
        return {"heading": block.get("heading", ""), "style": block.get("style", "bulleted"), "items": items}

    def _table(self, block):
        columns = [{"type": column.get("type", "text"), "heading": column["heading"]} for column in block["columns"]]
        rows = [{"values": list(row)} for row in block["rows"]]
        return {"caption": block["caption"], "table": {"columns": columns, "rows": rows, "caption": ""}}

    def _callout(self, block):
        return {"kind": block["kind"], "heading": block.get("heading", ""), "text": self.prose(block["html"])}

    def _video(self, block):
        value = {key: block.get(key, "") for key in ("title", "url", "duration", "summary")}
        return value | {"poster": self.image_id(block["poster"]) if block.get("poster") else None}

    def _document(self, block):
        value = {key: block.get(key, "") for key in ("title", "description")}
        return value | {"document": self.document_id(block["document"])}

    def _faq(self, block):
        return {"heading": block.get("heading", ""), "items": self.questions(block["items"])}

    def _call_to_action(self, block):
        link = self.link(block["label"], block["target"])
        return {"heading": block["heading"], "text": block.get("text", ""), "link": link}

    def _citation(self, block):
        accessed = block.get("accessed")
        return {
            "statement": self.prose(block["statement"]),
            "source": block["source"],
            "url": block.get("url", ""),
            "accessed": accessed.isoformat() if accessed else None,
        }
