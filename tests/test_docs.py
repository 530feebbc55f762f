"""The guides name what exists: files, links, commands, constants. Variables: `tests/test_deploy.py`."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
GUIDES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
FOLDERS = [
    ".ci",
    "attorneys",
    "bench",
    "blog",
    "consultations",
    "deploy",
    "docs",
    "firm",
    "soak",
    "static",
    "templates",
    "tests",
]
#: What stands for a file of the reader's, or is written by the site while it runs.
READERS_FILES = {"FILE.csv", "key.txt", "site.env", "test.txt", "deploy/secrets/"}
WRITTEN = re.compile(r"var/|/|(secrets|manifest|error-page)\.json$")
FILE = re.compile(r"[\w.-]+(/[\w.-]+)*(\.(py|md|toml|txt|csv|yaml|css|js|html|json|lock|conf|env)|/)")
#: A constant of the code, a variable of the environment.
NAME = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
#: A word of SQL, and one that stands for the reader's.
OTHER_NAMES = {"NOTIFY", "USERNAME"}
SOURCES = {".py", ".yaml", ".conf", ".service", ".toml", ".html", ".js"}


for_each_guide = pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)


@cache
def endings() -> frozenset[str]:
    """The paths of all files and folders, and what is left of each when its first folders are left out."""
    paths = [*ROOT.iterdir(), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))]
    found = set()
    for path in paths:
        parts = path.relative_to(ROOT).parts
        found |= {"/".join(parts[first:]) + "/" * path.is_dir() for first in range(len(parts))}
    return frozenset(found)


def code(text: str) -> list[str]:
    """The words within the marks of code, blocks included."""
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```", text, flags=re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return [word for found in (*blocks, *spans) for word in re.split(r"[\s,;\"()]+", found) if word]


def anchors(path: Path) -> set[str]:
    """The names of the headings of a guide, as they are made for links."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@for_each_guide
def test_every_path_in_a_guide_exists(guide):
    words = {word.removeprefix("ARGS=") for word in code(guide.read_text(encoding="utf-8"))}
    paths = {word for word in words if FILE.fullmatch(word) and not WRITTEN.match(word)} - READERS_FILES
    assert sorted(paths - endings()) == []


@for_each_guide
def test_every_link_leads_somewhere(guide):
    broken = []
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", guide.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        path = guide.parent / name if name else guide
        if not path.exists() or (anchor and anchor not in anchors(path)):
            broken.append(target)
    assert broken == []


@for_each_guide
def test_every_command_exists(guide):
    text = guide.read_text(encoding="utf-8")
    assert set(re.findall(r"manage\.py (\w+)", text)) <= set(get_commands())
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets


@cache
def sources() -> str:
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in SOURCES]
    paths = [*(set(paths) - {Path(__file__)}), ROOT / "Makefile"]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


@for_each_guide
def test_every_name_in_capitals_is_in_the_code(guide):
    found = {word.split("=")[0] for word in code(guide.read_text(encoding="utf-8"))} - OTHER_NAMES
    missing = [
        name for name in found if len(name) > 3 and NAME.fullmatch(name) and not re.search(rf"\b{name}\b", sources())
    ]
    assert missing == []


def test_there_is_something_to_look_at():
    words = [word for guide in GUIDES for word in code(guide.read_text(encoding="utf-8"))]
    assert len([word for word in words if FILE.fullmatch(word)]) > 150
    assert len([word for word in words if NAME.fullmatch(word)]) > 80
