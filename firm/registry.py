"""The registry through which every app offers its sections: to the home page, and to the practice areas.

An app with sections has a module ``sections`` that registers them; Django's discovery imports it when all apps
are ready. Home-page sections are blocks; sections of a practice area are functions of the page.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.apps import apps
from django.urls import include, path
from django.utils.module_loading import autodiscover_modules
from wagtail.blocks import Block


@dataclass(frozen=True)
class PageSection:
    """A template and its context, drawn below a page's own content."""

    template: str
    context: dict


_home: dict[str, tuple[int, Block]] = {}
_practice_area: list[tuple[int, Callable]] = []


def register_home_section(name: str, block: Block, *, order: int) -> None:
    """Offer ``block`` to the home page under ``name``; ``order`` is its place among the others in the editor."""
    _home[name] = (order, block)


def register_practice_area_section(build: Callable, *, order: int) -> None:
    """Draw on every practice area what ``build(page)`` returns: a `PageSection`, or None for nothing."""
    _practice_area.append((order, build))


def app_urls() -> list:
    """Return the address patterns of the apps whose configuration names a module of them as ``public_urls``."""
    modules = (getattr(config, "public_urls", None) for config in apps.get_app_configs())
    return [path("", include(module)) for module in modules if module]


def discover() -> None:
    """Import the ``sections`` module of every installed app that has one."""
    autodiscover_modules("sections")


def home_blocks():
    """Return the registered sections of the home page as ``(name, block)`` pairs."""
    discover()
    return [(name, block) for name, (_, block) in sorted(_home.items(), key=lambda item: item[1][0])]


def practice_area_sections(page) -> list[PageSection]:
    """Return the sections to draw below a practice area's own content."""
    built = (build(page) for _, build in sorted(_practice_area, key=lambda item: item[0]))
    return [section for section in built if section is not None]
