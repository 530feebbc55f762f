"""The first check of a request: by the worker, seconds after it has arrived, or by whoever looks at it before that.

A visitor who sends the form does not wait for it. Until it is made, the gate to a consultation is closed.
"""

from consultations.conflict_states import BEYOND
from consultations.conflicts.checks import check_first, is_waiting, never_checked
from consultations.models.requests import ConsultationRequest

#: The most requests of one run, so that a crowd leaves the processor and the database to those who send the form.
BATCH = 20
#: With more that wait, the worker is behind: a page that a visitor opens leaves its own check to it, too.
FEW = 3


class Arrivals:
    """Checks requests in the order in which they came. What fails is left to `check_due`, which tries it again."""

    def __init__(self) -> None:
        self._last = 0

    def check(self) -> int:
        """Check those that have come since the last run; return how many were checked."""
        numbers = never_checked().filter(pk__gt=self._last).order_by("pk").values_list("pk", flat=True)
        count = 0
        for pk in list(numbers[:BATCH]):
            self._last = pk
            count += check_first(pk)
        return count


def check_opened(request: ConsultationRequest) -> bool:
    """Check a request that staff open before the worker has come to it; return whether it was."""
    return is_waiting(request) and request.status not in BEYOND and check_first(request.pk)


def check_shown(reference: str) -> None:
    """Check the request of a visitor who could choose a time next, unless very many wait."""
    waiting = list(never_checked().values_list("pk", "reference")[: FEW + 1])
    if len(waiting) <= FEW:
        for pk, one in waiting:
            if one == reference:
                check_first(pk)
