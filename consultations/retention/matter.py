"""A request with those merged into it: one matter, which is erased as a whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from consultations.models import ConsultationRequest

_FIELDS = ("pk", "reference", "status", "closed_at", "submitted_at", "merged_into")


@dataclass(frozen=True)
class Matter:
    """Requests that are erased together; ``order``: their ids, those that no other request points to first."""

    root: int
    reference: str
    outcome: str
    ended_at: datetime
    order: tuple[int, ...]
    references: tuple[str, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The sorted ids of all requests."""
        return tuple(sorted(self.order))


def matter_around(pk: int) -> Matter | None:
    """Return the matter with the request ``pk``, whichever part it is; None if there is no such request."""
    seen: set[int] = set()
    while pk not in seen:
        seen.add(pk)
        row = ConsultationRequest.objects.filter(pk=pk).values_list("merged_into", flat=True)
        if not row:
            return None
        pk = row[0] or pk
    return matter_of(pk)


def matter_with(request: ConsultationRequest) -> Matter:
    """Return the matter of a loaded request."""
    if request.merged_into_id:
        return matter_around(request.pk)
    (matter,) = _below([{name: getattr(request, name) for name in _FIELDS}])
    return matter


def matter_of(root: int) -> Matter | None:
    """Return a request with all that was merged into it."""
    return next(iter(matters_of([root])), None)


def matters_of(roots: Iterable[int]) -> list[Matter]:
    """Return the matters of these requests, in order. One query per level of merging."""
    order = list(roots)
    found = {row["pk"]: row for row in _rows(pk__in=order)}
    return _below([found[pk] for pk in order if pk in found])


def _below(roots: list[dict]) -> list[Matter]:
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
    return [_matter(levels[row["pk"]]) for row in roots]


def _rows(**condition) -> list[dict]:
    return list(ConsultationRequest.objects.filter(**condition).order_by("pk").values(*_FIELDS))


def _matter(levels: list[list[dict]]) -> Matter:
    root, rows = levels[0][0], [row for level in levels for row in level]
    ends = [row["closed_at"] for row in rows if row["closed_at"]] or [root["submitted_at"]]
    return Matter(
        root=root["pk"],
        reference=root["reference"],
        outcome=root["status"],
        ended_at=max(ends),
        order=tuple(row["pk"] for level in reversed(levels) for row in level),
        references=tuple(row["reference"] for row in rows),
    )
