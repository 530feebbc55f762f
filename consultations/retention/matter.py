"""A request with those merged into it: one matter, which is erased as a whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from consultations.models import ConsultationRequest

_FIELDS = ("pk", "reference", "status", "closed_at", "submitted_at", "merged_into")


@dataclass(frozen=True)
class Matter:
    """Requests that are erased together; ``order``: their ids, the root last."""

    root: int
    reference: str
    outcome: str
    ended_at: datetime
    order: tuple[int, ...]
    references: tuple[str, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(sorted(self.order))


def matter_around(pk: int) -> Matter | None:
    """Return the matter with the request ``pk``, whichever part it is; None if there is no such request."""
    row = ConsultationRequest.objects.filter(pk=pk).values_list("merged_into", flat=True)
    return matter_of(row[0] or pk) if row else None


def matter_with(request: ConsultationRequest) -> Matter:
    """Return the matter of a loaded request."""
    if request.merged_into_id:
        return matter_around(request.pk)
    (matter,) = _below([{name: getattr(request, name) for name in _FIELDS}])
    return matter


def matter_of(root: int) -> Matter | None:
    return next(iter(matters_of([root])), None)


def matters_of(roots: Iterable[int]) -> list[Matter]:
    """Return the matters of these requests, in order. Two queries."""
    order = list(roots)
    found = {row["pk"]: row for row in _rows(pk__in=order)}
    return _below([found[pk] for pk in order if pk in found])


def _below(roots: list[dict]) -> list[Matter]:
    """Return the matters of rows. There is one level: a merge takes along what was merged into the request before."""
    parts: dict[int, list[dict]] = {row["pk"]: [] for row in roots}
    for row in _rows(merged_into__in=list(parts)):
        parts[row["merged_into"]].append(row)
    return [_matter(row, parts[row["pk"]]) for row in roots]


def _rows(**condition) -> list[dict]:
    return list(ConsultationRequest.objects.filter(**condition).order_by("pk").values(*_FIELDS))


def _matter(root: dict, parts: list[dict]) -> Matter:
    ends = [row["closed_at"] for row in (root, *parts) if row["closed_at"]] or [root["submitted_at"]]
    return Matter(
        root=root["pk"],
        reference=root["reference"],
        outcome=root["status"],
        ended_at=max(ends),
        order=(*(row["pk"] for row in parts), root["pk"]),
        references=(root["reference"], *(row["reference"] for row in parts)),
    )
