"""A request with those merged into it: one matter, which is erased as a whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from consultations.models import ConsultationRequest

_FIELDS = ("pk", "reference", "status", "closed_at", "submitted_at", "merged_into")


@dataclass(frozen=True)
class Bundle:
    """Requests that are erased together. ``levels`` are their ids, first those that no other one points to."""

    root: int
    reference: str
    outcome: str
    ended_at: datetime
    levels: tuple[tuple[int, ...], ...]
    references: tuple[str, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The ids of all requests, in order."""
        return tuple(sorted(number for level in self.levels for number in level))


def bundle_around(pk: int) -> Bundle | None:
    """Return the bundle with the request ``pk``, whichever part it is; None if there is no such request."""
    seen: set[int] = set()
    while pk not in seen:
        seen.add(pk)
        row = ConsultationRequest.objects.filter(pk=pk).values_list("merged_into", flat=True)
        if not row:
            return None
        pk = row[0] or pk
    return bundle_of(pk)


def bundle_with(request: ConsultationRequest) -> Bundle:
    """Return the bundle of a loaded request."""
    if request.merged_into_id:
        return bundle_around(request.pk)
    (bundle,) = _below([{name: getattr(request, name) for name in _FIELDS}])
    return bundle


def bundle_of(root: int) -> Bundle | None:
    """Return a request with all that was merged into it."""
    return next(iter(bundles_of([root])), None)


def bundles_of(roots: Iterable[int]) -> list[Bundle]:
    """Return the bundles of these requests, in order. One query per level of merging."""
    order = list(roots)
    found = {row["pk"]: row for row in _rows(pk__in=order)}
    return _below([found[pk] for pk in order if pk in found])


def _below(roots: list[dict]) -> list[Bundle]:
    levels = {row["pk"]: [[row]] for row in roots}
    # The roots of each request of the previous level; several if one root is part of another.
    roots_of = {pk: {pk} for pk in levels}
    seen = {(pk, pk) for pk in levels}
    while roots_of:
        found: dict[int, list[dict]] = {}
        below: dict[int, set[int]] = {}
        for row in _rows(merged_into__in=list(roots_of)):
            for root in roots_of[row["merged_into"]]:
                if (root, row["pk"]) not in seen:
                    seen.add((root, row["pk"]))
                    found.setdefault(root, []).append(row)
                    below.setdefault(row["pk"], set()).add(root)
        for root, rows in found.items():
            levels[root].append(rows)
        roots_of = below
    return [_bundle(levels[row["pk"]]) for row in roots]


def _rows(**condition) -> list[dict]:
    return list(ConsultationRequest.objects.filter(**condition).order_by("pk").values(*_FIELDS))


def _bundle(levels: list[list[dict]]) -> Bundle:
    root, rows = levels[0][0], [row for level in levels for row in level]
    ends = [row["closed_at"] for row in rows if row["closed_at"]] or [root["submitted_at"]]
    return Bundle(
        root=root["pk"],
        reference=root["reference"],
        outcome=root["status"],
        ended_at=max(ends),
        levels=tuple(tuple(row["pk"] for row in level) for level in reversed(levels)),
        references=tuple(row["reference"] for row in rows),
    )
