"""The demo's texts and pictures in the form in which the plain site takes them."""

import re
import tomllib
from html import escape
from pathlib import Path

from bench.demo_site import ROOT

_NOTE = re.compile(r'<fn key="[^"]*"\s*/>')
_TAG = re.compile(r"<[^>]+>")


def content(media: Path) -> dict:
    """Return the pages; ``media`` is the folder with the originals of the demo's pictures."""
    people = _read("attorneys/demo_content/attorneys.toml")
    names = {f"staff:{one['slug']}": one["name"] for one in people["staff_author"]}
    names |= {one["slug"]: one["title"] for one in people["attorney"]}
    posts = [_post(_read(path), names) for path in sorted((ROOT / "blog/demo_content/posts").glob("*.toml"))]
    areas = _read("firm/demo/content/practice_areas.toml")["practice_area"]
    voices = _read("attorneys/demo_content/testimonials.toml")["testimonial"]
    sections = [
        {"title": "Practice areas", "slug": "practice-areas", "pages": [_area(one) for one in areas]},
        {"title": "Attorneys", "slug": "attorneys", "pages": [_attorney(one) for one in people["attorney"]]},
        {"title": "Testimonials", "slug": "testimonials", "pages": [_voice(one) for one in voices[:1]]},
    ]
    home = _home(_read("firm/demo/content/home.toml")["section"])
    keys = _pictures([home, *posts, *(page for section in sections for page in section["pages"])])
    return {
        "home": home,
        "posts": posts,
        "sections": sections,
        "images": {key: str(_original(media, key)) for key in sorted(keys)},
    }


def _read(path: str | Path) -> dict:
    return tomllib.loads((ROOT / path).read_text(encoding="utf-8"))


def _post(entry: dict, names: dict[str, str]) -> dict:
    return {
        **_page(entry, entry["summary"]),
        "date": entry["date"].isoformat(),
        "authors": [names[one] for one in entry["authors"]],
        "tags": entry["tags"],
    }


def _area(entry: dict) -> dict:
    return _page(entry, entry["summary"])


def _attorney(entry: dict) -> dict:
    body = [{"type": "text", "html": entry.get("biography", "")}]
    return _page({"title": entry["title"], "slug": entry["slug"], "body": body}, entry["job_title"])


def _voice(entry: dict) -> dict:
    body = [{"type": "text", "html": entry["body"]}]
    return _page({"title": entry["title"], "slug": entry["slug"], "body": body}, entry["attribution"])


def _page(entry: dict, introduction: str) -> dict:
    return {
        "title": entry["title"],
        "slug": entry["slug"],
        "introduction": introduction,
        "description": entry.get("search_description", ""),
        "image": entry.get("image", ""),
        "body": story(entry.get("body", [])),
    }


def _home(sections: list[dict]) -> dict:
    hero, *others = sections
    blocks = []
    for one in others:
        if one.get("heading"):
            blocks.append(("heading", one["heading"]))
        if text := _words({name: value for name, value in one.items() if name != "heading"}):
            blocks.append(("paragraph", text))
    return {"title": hero["heading"], "introduction": hero["text"], "image": hero["image"], "body": blocks}


def story(blocks: list[dict]) -> list[tuple[str, str]]:
    """Return a body with the same words in the four kinds of blocks that the plain site has."""
    found = []
    for block in blocks:
        if block["type"] == "heading":
            found.append(("heading", block["text"]))
        elif block["type"] == "image":
            found.append(("image", block["image"]))
        elif block["type"] == "quotation":
            found.append(("quote", block["quote"]))
        elif text := _words(block):
            found.append(("paragraph", text))
    return found


def _words(value) -> str:
    """Return all that a block says as paragraphs."""
    if isinstance(value, str):
        text = " ".join(_NOTE.sub("", value).split())
        if not text:
            return ""
        return text if _TAG.match(text) else f"<p>{escape(_TAG.sub('', text), quote=False)}</p>"
    if isinstance(value, list):
        return "".join(_words(one) for one in value)
    if isinstance(value, dict):
        silent = {
            "type",
            "kind",
            "style",
            "level",
            "label",
            "target",
            "url",
            "document",
            "poster",
            "image",
            "mode",
            "profile",
        }
        return "".join(_words(one) for name, one in value.items() if name not in silent)
    return ""


def _pictures(pages: list[dict]) -> set[str]:
    own = {page["image"] for page in pages if page["image"]}
    return own | {value for page in pages for kind, value in page["body"] if kind == "image"}


def _original(media: Path, key: str) -> Path:
    return next(iter(sorted((media / "original_images").glob(f"{key}*.jpg"))))
