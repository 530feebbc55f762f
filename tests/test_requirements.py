"""What is installed is pinned, hashed and above the floor; and no secret is in the repository."""

import re
import subprocess
from importlib.metadata import version

import pytest
from django.conf import settings

NAMES = ["requirements", "requirements-servers", "requirements-dev"]
#: Below these, holes are known.
FLOORS = {"django": (5, 2, 19), "wagtail": (7, 4, 4), "pillow": (13, 0, 0), "cryptography": (50, 0, 2)}
PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[a-z0-9,]+\])?==([^\s;\\]+)")
SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|\bxox[abp]-[0-9A-Za-z-]{20,}|\bsk_live_[0-9A-Za-z]{20,}|\bglpat-[0-9A-Za-z_-]{20}"
)
HISTORY = r"BEGIN [A-Z ]*PRIVATE KEY-----|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|sk_live_[0-9A-Za-z]{20}|glpat-"


def text_of(name: str) -> str:
    return (settings.BASE_DIR / name).read_text()


def wanted(name: str) -> dict[str, str]:
    """Return what a list asks for, with the lists that it includes."""
    found = {}
    for line in text_of(f"{name}.txt").splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("-r "):
            found |= wanted(line[3:].strip().removesuffix(".txt"))
        elif line:
            pin = PIN.match(line)
            assert pin, f"{line} is not pinned"
            found[pin[1].lower()] = pin[2]
    return found


def locked(name: str) -> dict[str, str]:
    return {pin[1].lower(): pin[2] for line in text_of(f"{name}.lock").splitlines() if (pin := PIN.match(line))}


@pytest.mark.parametrize("name", NAMES)
def test_the_locked_list_is_what_is_asked_for(name):
    assert len(wanted(name)) > 40
    assert locked(name) == wanted(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_package_has_its_hashes(name):
    entries = re.split(r"\n(?=[a-z])", text_of(f"{name}.lock").strip())
    assert len(entries) == len(locked(name))
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_address_of_an_index_is_in_a_list(name):
    assert "://" not in text_of(f"{name}.lock") + text_of(f"{name}.txt")


@pytest.mark.parametrize("name", FLOORS)
def test_nothing_is_below_its_floor(name):
    for given in (locked("requirements")[name], version(name)):
        assert tuple(int(part) for part in given.split(".")) >= FLOORS[name]


def test_hashes_are_asked_for_at_installing():
    assert text_of("Makefile").count("--require-hashes") == 2


def git(*words: str) -> str:
    if not (settings.BASE_DIR / ".git").exists():
        return ""
    done = subprocess.run(
        ["git", *words], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def test_no_secret_is_among_the_files():
    names = git("ls-files").split("\n") if (settings.BASE_DIR / ".git").exists() else []
    paths = [settings.BASE_DIR / name for name in names if name] or list((settings.BASE_DIR / "firm").rglob("*.py"))
    found = []
    for path in paths:
        if path.is_file() and path.suffix not in {".png", ".webp", ".avif", ".woff2", ".ico", ".jpg", ".lock"}:
            found += [str(path)] * bool(SECRET.search(path.read_text("utf-8", "replace")))
    assert len(paths) > 50
    assert found == []


def test_no_secret_was_ever_among_them():
    assert git("log", "--all", "-E", f"-G{HISTORY}", "--format=%h", "--", ".", ":!tests/test_requirements.py") == ""
