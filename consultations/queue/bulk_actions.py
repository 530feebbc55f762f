"""What the intake staff does with several requests at once: assign, move, quarantine."""

from dataclasses import dataclass, field

from django import forms
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request

from consultations.actions import requests
from consultations.audit import record
from consultations.display import NOBODY, user_name
from consultations.models import AuditAction, ConsultationRequest
from consultations.permissions import MANAGE, assignable_by
from consultations.queue.filters import NONE
from consultations.view_permissions import ForIntake
from consultations.workflow import AWAITING, MOVES, Power, Status

#: More than these at once are refused.
MOST = 200
#: Digits of a number that the database can hold.
_DIGITS = 18
#: A merger needs its target, an appointment its time, and quarantine has a button of its own.
_NOT_OFFERED = {Status.MERGED, Status.SCHEDULED, Status.QUARANTINE}


class BulkForm(forms.Form):
    assignee = forms.ChoiceField(label="Assign to", required=False)
    to = forms.ChoiceField(label="Move to", required=False)
    reason = forms.CharField(label="Reason", required=False, max_length=requests.NOTE_LENGTH)

    def __init__(self, user, statuses: set[str]):
        super().__init__(auto_id="bulk-%s")
        accounts = [(str(one.pk), user_name(one)) for one in assignable_by(user)]
        self.fields["assignee"].choices = [("", "Choose a person"), (NONE, NOBODY), *accounts]
        self.fields["to"].choices = [("", "Choose a status"), *offered_moves(user, statuses)]
        self.can_quarantine = any(Status.QUARANTINE in MOVES[status] for status in statuses)
        self.can_move = len(self.fields["to"].choices) > 1


def offered_moves(user, statuses: set[str]) -> list[tuple[str, str]]:
    """Return the states that some request in ``statuses`` can be brought into, and whether that takes a reason."""
    reasons: dict[str, bool] = {}
    for status in statuses:
        for to, move in MOVES[status].items():
            is_logged_instead = to == Status.CONTACTED and status in AWAITING
            is_permitted = move.power == Power.WORK or user.has_perm(MANAGE)
            if to not in _NOT_OFFERED and is_permitted and not is_logged_instead:
                reasons[to] = reasons.get(to, False) or move.needs_reason
    remarks = {to: " (with a reason)" for to, needs_reason in reasons.items() if needs_reason}
    remarks.setdefault(Status.NEW, " (release from quarantine)")
    return [(str(to), f"{to.label}{remarks.get(to, '')}") for to in Status if to in reasons]


@dataclass
class Outcome:
    """What became of the requests; of those that the account may not see, only their number."""

    done: int = 0
    missing: int = 0
    refused: dict[str, list[str]] = field(default_factory=dict)

    def attempt(self, act, pk: int) -> None:
        try:
            act(pk)
        except requests.Refused as refusal:
            self.refused.setdefault(str(refusal), []).append(str(refusal.request))
        except ConsultationRequest.DoesNotExist:
            self.missing += 1
        else:
            self.done += 1

    def problems(self) -> list[str]:
        found = [f"Not changed: {', '.join(references)}. {why}" for why, references in self.refused.items()]
        if self.missing:
            found.append(f"{_requests(self.missing)} could not be found.")
        return found


class BulkView(ForIntake, View):
    """Does one thing to each ticked request; one may be refused while the others are done."""

    doing = "bulk"
    http_method_names = ["post", "options"]

    def post(self, request) -> HttpResponseRedirect:
        numbers = list(dict.fromkeys(request.POST.getlist("pick")))
        if len(numbers) > MOST:
            record.record(AuditAction.REFUSED, by=request.user, doing="bulk", why="too_many", number=len(numbers))
            return self.back(f"Nothing was changed. Take at most {MOST} requests at once; there were {len(numbers)}.")
        if not numbers:
            return self.back("Nothing was changed. Tick the requests first.")
        ways = {"assign": self.assigning, "move": self.moving, "quarantine": self.quarantining}
        way = ways.get(request.POST.get("do", ""))
        if way is None:
            return self.back("Nothing was changed. Choose what to do.")
        try:
            act, words = way()
        except ValueError as unclear:
            return self.back(f"Nothing was changed. {unclear}")
        outcome = Outcome()
        for number in numbers:
            if number.isascii() and number.isdigit() and len(number) <= _DIGITS:
                outcome.attempt(act, int(number))
            else:
                outcome.missing += 1
        if outcome.done:
            messages.success(request, f"{_requests(outcome.done)} {words}.")
        return self.back(*outcome.problems())

    def assigning(self) -> tuple:
        user, chosen = self.request.user, self.request.POST.get("assignee", "")
        offered = {str(one.pk): one for one in assignable_by(user)} | {NONE: None}
        if chosen not in offered:
            raise ValueError("Choose a person from the list.")
        to = offered[chosen]
        return lambda pk: requests.assign(pk, to=to, by=user), f"assigned to {user_name(to) or NOBODY.lower()}"

    def moving(self) -> tuple:
        to = self.request.POST.get("to", "")
        if to not in Status.values:
            raise ValueError("Choose a status from the list.")
        return self._to(to), f"moved to “{Status(to).label}”"

    def quarantining(self) -> tuple:
        return self._to(Status.QUARANTINE), "put into quarantine"

    def _to(self, status: str):
        posted, user = self.request.POST, self.request.user

        def act(pk: int):
            seen = posted.get(f"seen-{pk}", "")
            return requests.move(pk, to=status, by=user, reason=posted.get("reason", ""), seen=seen)

        return act

    def back(self, *problems: str) -> HttpResponseRedirect:
        for problem in problems:
            messages.error(self.request, problem)
        queue, given = reverse("consultations:index"), get_valid_next_url_from_request(self.request)
        return HttpResponseRedirect(given if given.startswith(queue) else queue)


def _requests(number: int) -> str:
    return "1 request" if number == 1 else f"{number} requests"
