"""The rules of docs/architecture.md that concern more than one file."""

import ast
import re
from collections import Counter
from functools import cache
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
MAX_LINES, MAX_FUNCTION, MAX_FILES = 300, 40, 25
#: The modules of `consultations` that answer requests or draw what is shown, by folder and by the end of their names.
SCREEN_FOLDERS = {"case", "queue"}
SCREEN_NAMES = re.compile(
    r"(\w+_)?(views?|forms?|fields|panel|viewsets?|hooks|urls|responses?|labels|access|view_permissions|known_parties)"
)
#: What puts the parts together, or stands beside them: it may import anything.
WIRING = {"apps", "schedule_entries", "demo", "management"}


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
    """A relative import must not be a way around the rule."""
    far = [
        (str(path), node.lineno)
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.level >= len(path.parts)
    ]
    assert far == []


# --- Layers within consultations: pure rules, models, actions and other rules with a database, screens -----------


def module_of(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def layer_of(module: str) -> str:
    room, name = module.split(".")[1], module.split(".")[-1]
    if room in WIRING:
        return "wiring"
    if room == "models":
        return "models"
    return "screens" if room in SCREEN_FOLDERS or SCREEN_NAMES.fullmatch(name) else "rules"


@cache
def consultations_graph() -> dict[str, set[str]]:
    """What each module of `consultations` imports of it, by their dotted names."""
    paths = {module_of(path): path for path in sources() if path.parts[0] == "consultations"}
    return {module: imports_among(paths, path) for module, path in paths.items() if "." in module}


def imports_among(modules, path: Path) -> set[str]:
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "consultations":
            found |= {f"{node.module}.{alias.name}" for alias in node.names} & set(modules) or {node.module}
    return found


def reached_from(module: str, graph: dict[str, set[str]]) -> set[str]:
    """The modules that a module imports, directly or through others."""
    found, left = set(), {module}
    while left:
        left = set().union(*(graph[one] for one in left)) - found
        found |= left
    return found


def test_each_layer_has_modules():
    layers = [layer_of(module) for module in consultations_graph()]
    assert min(layers.count(name) for name in ("wiring", "models", "screens", "rules")) > 5


def test_models_import_only_models_and_what_knows_no_model():
    graph = consultations_graph()
    below = {one for module in graph if layer_of(module) == "models" for one in graph[module]}
    below = {one for one in below if layer_of(one) != "models"}
    assert "consultations.workflow" in below
    layers = {one: {layer_of(other) for other in {one} | reached_from(one, graph)} for one in below}
    assert {one: found for one, found in layers.items() if found != {"rules"}} == {}


def test_rules_import_no_screen():
    graph = consultations_graph()
    rules = {module: imports for module, imports in graph.items() if layer_of(module) == "rules"}
    upward = {
        module: {one for one in imports if layer_of(one) in {"screens", "wiring"}} for module, imports in rules.items()
    }
    assert {module: found for module, found in upward.items() if found} == {}


def test_screens_import_no_wiring():
    graph = consultations_graph()
    upward = {module: {one for one in imports if layer_of(one) == "wiring"} for module, imports in graph.items()}
    assert {module: found for module, found in upward.items() if found and layer_of(module) != "wiring"} == {}


def test_actions_import_the_calendar_and_not_the_other_way_round():
    rooms = {
        (module.split(".")[1], one.split(".")[1]) for module, found in consultations_graph().items() for one in found
    }
    assert ("actions", "calendar") in rooms
    assert ("calendar", "actions") not in rooms


# --- Sizes and names -----------------------------------------------------------------------------------


def test_folders_have_few_enough_files_to_be_looked_over():
    counts = Counter(str(path.parent) for path in sources())
    assert {folder: count for folder, count in counts.items() if count > MAX_FILES} == {}


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
