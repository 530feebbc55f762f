"""The guides name what exists: files, links, commands, and every variable of the environment."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
GUIDES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
FOLDERS = (
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
)
#: What stands for a file of the reader's, or is written by the site while it runs.
READERS_FILES = {"FILE.csv", "key.txt", "site.env", "test.txt", "deploy/secrets/"}
WRITTEN = re.compile(r"var/|/|(secrets|manifest|error-page)\.json$")
FILE = re.compile(r"[\w.-]+(/[\w.-]+)*(\.(py|md|toml|txt|csv|yaml|css|js|html|json|lock|conf|env)|/)")
VARIABLE = re.compile(r"^\| (`[A-Z][A-Z0-9_]+`(?:, `[A-Z][A-Z0-9_]+`)*) \|", re.MULTILINE)


def names(paths=GUIDES) -> list[str]:
    return [path.name for path in paths]


@cache
def endings() -> frozenset[str]:
    """The paths of all files and folders, and what is left of each when its first folders are left out."""
    paths = [
        path for folder in (*FOLDERS, "tests") for path in (ROOT / folder).rglob("*") if "__pycache__" not in str(path)
    ]
    paths += [*(ROOT / folder for folder in (*FOLDERS, "tests")), *(path for path in ROOT.iterdir() if path.is_file())]
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


@pytest.mark.parametrize("guide", GUIDES, ids=names())
def test_every_path_in_a_guide_exists(guide):
    words = {word.removeprefix("ARGS=") for word in code(guide.read_text(encoding="utf-8"))}
    paths = {word for word in words if FILE.fullmatch(word) and not WRITTEN.match(word)} - READERS_FILES
    assert sorted(paths - endings()) == []


@pytest.mark.parametrize("guide", GUIDES, ids=names())
def test_every_link_leads_somewhere(guide):
    broken = []
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", guide.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        path = guide.parent / name if name else guide
        if not path.exists() or (anchor and anchor not in anchors(path)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("guide", GUIDES, ids=names())
def test_every_command_exists(guide):
    text = guide.read_text(encoding="utf-8")
    assert set(re.findall(r"manage\.py (\w+)", text)) <= set(get_commands())
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets


def test_there_is_something_to_look_at():
    words = [word for guide in GUIDES for word in code(guide.read_text(encoding="utf-8"))]
    assert len([word for word in words if FILE.fullmatch(word)]) > 150
    assert len(documented()) > 30


def documented() -> set[str]:
    """The variables in the tables of docs/operations.md."""
    rows = VARIABLE.findall((ROOT / "docs" / "operations.md").read_text(encoding="utf-8"))
    return {name for row in rows for name in re.findall(r"[A-Z][A-Z0-9_]+", row)}


def words_in_code(*folders: str) -> set[str]:
    """The strings of Python code that could be names of variables."""
    trees = [
        ast.parse(path.read_text(encoding="utf-8")) for folder in folders for path in (ROOT / folder).rglob("*.py")
    ]
    texts = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and re.fullmatch(r"[A-Z][A-Z0-9_]+", text)}


def asked_for() -> set[str]:
    """The variables that the settings read by their names, through ``env``."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "firm" / "settings").glob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and getattr(call.func.value, "id", "") in {"env", "environment"}
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def test_every_variable_in_the_guides_is_read():
    assert documented() - words_in_code("firm", "deploy") == set()


def test_every_variable_that_is_read_is_in_the_guides():
    assert len(asked_for()) > 20
    assert asked_for() - documented() == set()
