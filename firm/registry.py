"""The registry through which every app adds sections to the home page, to practice areas and to profiles.

An app registers them in its module ``sections``, which is imported when all apps are ready. Home-page sections are
blocks; sections of other pages are functions of the page.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.apps import apps
from django.urls import include, path
from django.utils.module_loading import autodiscover_modules
from wagtail.blocks import Block


@dataclass(frozen=True)
class PageSection:
    """A template and its context, rendered below a page's own content."""

    template: str
    context: dict


_home: dict[str, tuple[int, Block]] = {}
_below: dict[str, list[tuple[int, Callable]]] = {}


def register_home_section(name: str, block: Block, *, order: int) -> None:
    """Add ``block`` to the home page under ``name``; ``order`` is its place in the editor's menu."""
    _home[name] = (order, block)


def register_page_section(model: str, build: Callable, *, order: int) -> None:
    """Show on every page of a type the result of ``build(page)``: a `PageSection`, or None for nothing."""
    _below.setdefault(model, []).append((order, build))


def app_urls() -> list:
    """Return the URL patterns of apps whose config names a URL module as ``public_urls``."""
    modules = (getattr(config, "public_urls", None) for config in apps.get_app_configs())
    return [path("", include(module)) for module in modules if module]


def home_blocks():
    """Return the registered sections of the home page as ``(name, block)`` pairs."""
    autodiscover_modules("sections")
    return [(name, block) for name, (_, block) in sorted(_home.items(), key=lambda item: item[1][0])]


def sections_below(page) -> list[PageSection]:
    built = (build(page) for _, build in sorted(_below.get(page._meta.label, ()), key=lambda item: item[0]))
    return [section for section in built if section is not None]
