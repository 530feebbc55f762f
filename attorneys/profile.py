"""The registry through which other apps add sections to an attorney's profile."""

from collections.abc import Callable

from firm.registry import PageSection

_sections: list[tuple[int, Callable]] = []


def register_profile_section(build: Callable, *, order: int) -> None:
    """Show on every profile the result of ``build(attorney)``: a `PageSection`, or None for nothing."""
    _sections.append((order, build))


def profile_sections(attorney) -> list[PageSection]:
    """Return the sections below a profile's own content."""
    built = (build(attorney) for _, build in sorted(_sections, key=lambda item: item[0]))
    return [section for section in built if section is not None]
