"""The intake desk in numbers, on the home screen of the admin."""

from django.db.models import Q
from django.urls import reverse
from wagtail.admin.ui.components import Component

from consultations.mail.undelivered_views import dead_count
from consultations.permissions import ADMIN, is_intake
from consultations.queue import saved_filters
from consultations.workflow import Status

#: The sets that the panel counts; an attorney sees only those that are not the intake staff's own.
COUNTED = ("overdue", "conflicts", "court", "mine", "quarantine")
#: What colleagues have left for this account; shown when there is any.
LEFT = ("told", "reminders")
ALARMING = ("overdue", "reminders")
_ANY = "any_request"


def _tile(label: str, number: int, url: str, *, is_alarming: bool = False) -> dict:
    return {"label": label, "number": number, "url": url, "is_alarming": is_alarming}


class IntakePanel(Component):
    """What waits, each a number that leads to the set. ``order`` puts it above everything else."""

    name = "intake"
    order = 40
    template_name = "consultations/admin/queue_panel.html"

    def __init__(self, numbers: dict[str, int], *, for_intake: bool, undelivered: int = 0):
        self.numbers, self.for_intake, self.undelivered = numbers, for_intake, undelivered

    def get_context_data(self, parent_context) -> dict:
        queue = reverse("consultations:index")
        codes = [code for code in COUNTED if self.for_intake or not saved_filters.SETS[code].for_intake]
        codes += [code for code in LEFT if self.numbers[code]]
        tiles = [_tile("New", self.numbers["new"], f"{queue}?status={Status.NEW}")]
        for code in codes:
            label, number, is_alarming = saved_filters.SETS[code].label, self.numbers[code], code in ALARMING
            tiles.append(_tile(label, number, f"{queue}?set={code}", is_alarming=is_alarming and number > 0))
        if self.undelivered:
            url = reverse("consultations:messages")
            tiles.append(_tile("Undelivered mail", self.undelivered, url, is_alarming=True))
        return {"tiles": tiles, "is_calm": not self.numbers["waiting"], "queue_url": queue}


def panel_for(user) -> IntakePanel | None:
    """Return the panel of an account, or None when there is nothing of the intake for it to see; by two queries."""
    if not user.is_active or not user.has_perm(ADMIN):
        return None
    others = {"new": Q(status=Status.NEW), "waiting": saved_filters.WAITING, **({} if is_intake(user) else {_ANY: Q()})}
    numbers = saved_filters.count(user, (*COUNTED, *LEFT), **others)
    if not is_intake(user) and not numbers[_ANY]:
        return None
    return IntakePanel(numbers, for_intake=is_intake(user), undelivered=dead_count(user))
