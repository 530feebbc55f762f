"""The conflict check's forms on a request's screen."""

from consultations.action_forms import DeskForm, SeenForm, TextField
from consultations.conflict_states import BEYOND, TO_DO, ConflictState
from consultations.conflicts import decisions
from consultations.models import ConsultationRequest, EventKind
from consultations.permissions import holds
from consultations.workflow import Power, Status, find_move

_HELP = "Recorded in the timeline, for staff only."


class JudgingForm(DeskForm):
    refusals = {"no_reason": "reason", "too_long": "reason"}
    reason = TextField(label="Reason", required=True, help_text=_HELP)
    #: The code of the decision in the timeline; the reason's label, and the error without one.
    doing, label, missing = "", "Reason", ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = self.label
        self.fields["reason"].error_messages["required"] = self.missing

    def last_is_mine(self) -> bool:
        """Return whether this is a double click: the same user made the same decision last."""
        return self.did_last(EventKind.CONFLICT, doing=self.doing)


class ClearForm(JudgingForm, SeenForm):
    name, button, done, doing = "clear", "No conflict", "The conflict check of {request} is cleared.", "clear"
    verb = staticmethod(decisions.clear)
    missing = "Say why this is not a conflict."

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        field.required = decisions.needs_reason(self.request.conflict_state, list(self.request.conflict_hits.all()))
        if not field.required:
            field.help_text = "Optional: no match is likely. " + _HELP

    def marks(self, request: ConsultationRequest) -> dict[str, str]:
        return {"seen": decisions.version_of(request, list(request.conflict_hits.all()))}

    def is_done_already(self, refusal) -> bool:
        return refusal.request.conflict_state == ConflictState.CLEARED and self.last_is_mine()


class FlagForm(JudgingForm):
    name, button, done, doing = "flag", "Ask for a decision", "{request} is flagged for a decision.", "flag"
    verb = staticmethod(decisions.flag)
    label, missing = "What has to be decided", "Say what has to be decided."

    def is_done_already(self, refusal) -> bool:
        return refusal.request.conflict_state == ConflictState.FLAGGED and self.last_is_mine()


class DeclineForm(JudgingForm):
    name, button, done = "decline", "Decline for conflict", "{request} is declined for a conflict of interest."
    verb = staticmethod(decisions.decline_for_conflict)
    label, missing = "The conflict", "Describe the conflict."

    def is_done_already(self, refusal) -> bool:
        return refusal.code == "forbidden" and refusal.request.status == Status.CONFLICT


class RecheckForm(DeskForm):
    name, button = "recheck", "Check again"
    verb = staticmethod(decisions.recheck)

    def done_words(self, request: ConsultationRequest) -> str:
        return f"{request} was checked again: {request.get_conflict_state_display().lower()}."


def judging_forms(user, request: ConsultationRequest) -> dict[str, DeskForm]:
    """Return the forms that the account may use in the check's present state, by name."""
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
