"""The rules of docs/architecture.md that a reader of one file cannot see broken."""

import ast
import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("firm", "attorneys", "blog", "consultations")
#: What each app may import of the others. Imports flow one way.
MAY_IMPORT = {
    "firm": set(),
    "attorneys": {"firm"},
    "blog": {"firm", "attorneys"},
    "consultations": {"firm", "attorneys"},
}
MAX_LINES, MAX_FUNCTION = 300, 40


def sources() -> list[Path]:
    """The Python files of the four apps, migrations left out."""
    found = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    return sorted(path.relative_to(ROOT) for path in found)


def migrations() -> list[Path]:
    return sorted(path.relative_to(ROOT) for app in APPS for path in (ROOT / app / "migrations").glob("0*.py"))


def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imported(node) -> set[str]:
    """The top-level packages that an import statement names."""
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return {node.module.split(".")[0]}
    return set()


def imports_inside(function) -> list[int]:
    """The lines of a function in which something is imported."""
    return [node.lineno for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]


def functions(path: Path):
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_there_is_something_to_look_at():
    assert len(sources()) > 80
    assert {path.parts[0] for path in sources()} == set(APPS)


def test_imports_flow_one_way():
    against = {}
    for path in [*sources(), *migrations()]:
        every = set().union(*(imported(node) for node in ast.walk(tree(path))))
        if found := every & set(APPS) - {path.parts[0]} - MAY_IMPORT[path.parts[0]]:
            against[str(path)] = found
    assert against == {}


def test_nothing_is_imported_inside_a_function_but_when_apps_are_ready():
    inside = [
        f"{path}:{line}"
        for path in sources()
        for function in functions(path)
        for line in imports_inside(function)
        if (path.name, function.name) != ("apps.py", "ready")
    ]
    assert inside == []


def test_a_relative_import_stays_within_its_package():
    """So that a relative import cannot be a way around the flow."""
    far = [
        (str(path), node.lineno)
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.level >= len(path.parts)
    ]
    assert far == []


def test_files_are_short_enough_to_be_read():
    lengths = {str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in sources()}
    assert {path: length for path, length in lengths.items() if length > MAX_LINES} == {}


def test_functions_are_short_enough_to_be_read():
    lengths = {
        f"{path}:{node.name}": node.end_lineno - node.lineno + 1 for path in sources() for node in functions(path)
    }
    assert {name: length for name, length in lengths.items() if length > MAX_FUNCTION} == {}


def test_no_module_is_named_for_nothing():
    named = {part.removesuffix(".py") for path in sources() for part in path.parts}
    assert named & {"utils", "helpers", "core", "misc", "common"} == set()


# --- Templates ---------------------------------------------------------------------------------------

TEMPLATES = ROOT / "templates"


def parts() -> list[str]:
    """The templates that only other templates and blocks use."""
    folders = (TEMPLATES / "components", TEMPLATES / "blocks")
    return sorted(str(path.relative_to(TEMPLATES)) for folder in folders for path in folder.rglob("*.html"))


def text_of_everything_but(name: str) -> str:
    templates = [path for path in TEMPLATES.rglob("*.*") if str(path.relative_to(TEMPLATES)) != name]
    return "\n".join(path.read_text(encoding="utf-8") for path in [*templates, *(ROOT / path for path in sources())])


def test_every_part_of_a_template_is_used():
    assert len(parts()) > 40
    assert [name for name in parts() if f'"{name}"' not in text_of_everything_but(name)] == []


def test_a_template_that_is_named_exists():
    named = re.compile(r'"((?:components|blocks|firm|attorneys|blog|consultations)/[\w/]+\.(?:html|xml|txt))"')
    every = set(named.findall(text_of_everything_but("")))
    assert len(every) > 40
    assert {name for name in every if not (TEMPLATES / name).is_file()} == set()


def test_a_template_of_a_block_is_the_template_of_one():
    code = "\n".join((ROOT / path).read_text(encoding="utf-8") for path in sources())
    shared = {"blocks/sections/head.html"}
    blocks = {name for name in parts() if name.startswith("blocks/")} - shared
    assert {name for name in blocks if code.count(f'template = "{name}"') != 1} == set()
