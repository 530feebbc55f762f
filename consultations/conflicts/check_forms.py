"""The forms of the conflict check on the screen of a request."""

from django import forms

from consultations.action_forms import DeskForm, TextField
from consultations.conflict_states import BEYOND, TO_DO, ConflictState
from consultations.conflicts import decisions
from consultations.models import ConsultationRequest, EventKind, RequestEvent
from consultations.permissions import holds
from consultations.workflow import Power, Status, find_move

_HELP = "It is kept in the timeline, for colleagues only."


class JudgingForm(DeskForm):
    """A decision about the check, with its reason."""

    refusals = {"no_reason": "reason", "too_long": "reason"}
    reason = TextField(label="Reason", required=True, help_text=_HELP)
    #: What the timeline keeps of it.
    doing = ""

    def last_is_mine(self) -> bool:
        """True when the last decision about this check is this one, by this person: a double click."""
        lines = RequestEvent.objects.filter(request=self.request.pk, kind=EventKind.CONFLICT)
        last = lines.order_by("-at", "-pk").first()
        return last is not None and last.actor_id == self.user.pk and last.facts.get("doing") == self.doing


class ClearForm(JudgingForm):
    """Finds that there is no conflict."""

    name, button, done, doing = "clear", "No conflict", "The conflict check of {request} is cleared.", "clear"
    seen = forms.CharField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.hits = list(self.request.conflict_hits.all())
        self.initial = self.marks(self.request)
        field = self.fields["reason"]
        field.required = decisions.needs_reason(self.request.conflict_state, self.hits)
        field.error_messages["required"] = "Write down why this is no conflict."
        if not field.required:
            field.help_text = "May stay empty: no match is likely. " + _HELP

    def marks(self, request: ConsultationRequest) -> dict[str, str]:
        """Return which matches are before the person's eyes."""
        return {"seen": decisions.version_of(request, list(request.conflict_hits.all()))}

    def act(self) -> ConsultationRequest:
        """Clear it."""
        return decisions.clear(self.request.pk, by=self.user, **self.cleaned_data)

    def is_done_already(self, refusal) -> bool:
        """True when this person has just cleared it."""
        return refusal.request.conflict_state == ConflictState.CLEARED and self.last_is_mine()


class FlagForm(JudgingForm):
    """Leaves it to a manager."""

    name, button, done, doing = "flag", "Ask for a decision", "{request} is flagged for a decision.", "flag"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "What has to be decided"
        self.fields["reason"].error_messages["required"] = "Write down what has to be decided."

    def act(self) -> ConsultationRequest:
        """Flag it."""
        return decisions.flag(self.request.pk, by=self.user, reason=self.cleaned_data["reason"])

    def is_done_already(self, refusal) -> bool:
        """True when this person has just flagged it."""
        return refusal.request.conflict_state == ConflictState.FLAGGED and self.last_is_mine()


class DeclineForm(JudgingForm):
    """Ends the request for a conflict of interest."""

    name, button, done = "decline", "Decline for conflict", "{request} is declined for a conflict of interest."

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "The conflict"
        self.fields["reason"].error_messages["required"] = "Write down the conflict."

    def act(self) -> ConsultationRequest:
        """Decline it."""
        return decisions.decline_for_conflict(self.request.pk, by=self.user, reason=self.cleaned_data["reason"])

    def is_done_already(self, refusal) -> bool:
        """True when it is declined by now."""
        return refusal.code == "forbidden" and refusal.request.status == Status.CONFLICT


class RecheckForm(DeskForm):
    """Looks in the register once more."""

    name, button = "recheck", "Check again"

    def act(self) -> ConsultationRequest:
        """Check it."""
        return decisions.recheck(self.request.pk, by=self.user)

    def done_words(self, request: ConsultationRequest) -> str:
        """Return how it stands now."""
        return f"{request} was checked again: {request.get_conflict_state_display().lower()}."


def judging_forms(user, request: ConsultationRequest) -> dict[str, DeskForm]:
    """Return the forms that this account may use on this check as it stands, by name."""
    if not decisions.may_judge(user, request) or request.status in BEYOND:
        return {}
    state, given = request.conflict_state, {"user": user, "request": request}
    if state == ConflictState.DECLINED:
        return {}
    found: dict[str, DeskForm] = {"recheck": RecheckForm(**given)}
    if state != ConflictState.FLAGGED:
        found["flag"] = FlagForm(**given)
    if state in TO_DO:
        if holds(user, Power.MANAGE, request) or not decisions.may_only_manage(state):
            found["clear"] = ClearForm(**given)
        if find_move(request.status, Status.CONFLICT):
            found["decline"] = DeclineForm(**given)
    return found
