"""The first conflict check of a request: by the worker seconds after it arrives, or when somebody opens it before that.

The visitor does not wait for it. Until it is made, the request cannot go on to a consultation.
"""

from consultations.conflict_states import BEYOND, ConflictState
from consultations.conflicts.checks import check_first, is_waiting
from consultations.models.requests import ConsultationRequest
from consultations.workflow import Status

#: The most requests of one run, so that many at once do not block the database for those who send the form.
BATCH = 20
#: With more waiting requests than this the worker is behind, and a visitor's page does not check its own.
FEW = 3


class Arrivals:
    """Checks new requests in the order of arrival. `check_due` tries failed ones again."""

    def __init__(self) -> None:
        self._last = 0

    def check(self) -> int:
        """Check the requests that have arrived since the last run; return how many succeeded."""
        numbers = never_checked().filter(pk__gt=self._last).order_by("pk").values_list("pk", flat=True)
        count = 0
        for pk in list(numbers[:BATCH]):
            self._last = pk
            count += check_first(pk)
        return count


def never_checked():
    """Return the requests that still need their first check, and those whose check failed."""
    found = ConsultationRequest.objects.filter(conflict_state=ConflictState.UNCHECKED, conflict_checked_at=None)
    return found.filter(status__in=[status for status in Status if status not in BEYOND])


def check_opened(request: ConsultationRequest) -> bool:
    """Check a request that staff open before the worker has reached it; return whether it was checked."""
    return is_waiting(request) and request.status not in BEYOND and check_first(request.pk)


def check_shown(reference: str) -> None:
    """Check the request of a visitor who may book a time next, unless the worker is behind."""
    waiting = list(never_checked().values_list("pk", "reference")[: FEW + 1])
    if len(waiting) <= FEW:
        for pk, one in waiting:
            if one == reference:
                check_first(pk)
