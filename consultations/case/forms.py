"""Forms on the screen of a request: its status, contacts, notes, custody and court."""

from django import forms

from consultations.action_forms import OnceForm, SeenForm, TextField
from consultations.actions import requests
from consultations.colleagues import around
from consultations.contact_outcomes import OUTCOMES, Channel, Direction
from consultations.display import user_name
from consultations.models import ConsultationRequest
from consultations.models.events import EventKind
from consultations.permissions import moves_for

#: The beginning of an option, by direction and channel.
WAYS = {
    (Direction.OUT, Channel.CALL): "We called",
    (Direction.OUT, Channel.TEXT): "We texted",
    (Direction.OUT, Channel.EMAIL): "We wrote an e-mail",
    (Direction.OUT, Channel.VISIT): "We met in person",
    (Direction.IN, Channel.CALL): "They called",
    (Direction.IN, Channel.TEXT): "They texted",
    (Direction.IN, Channel.EMAIL): "They wrote an e-mail",
    (Direction.IN, Channel.VISIT): "They came in person",
}


class MoveForm(SeenForm):
    """Changes the status. Asks for what this move needs and nothing else."""

    name, done = "move", "{request} is now {status}."
    verb = staticmethod(requests.move)
    refusals = {"no_reason": "reason"}
    to = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = TextField(
        label="Reason",
        required=True,
        help_text="Recorded in the timeline, for staff only.",
        error_messages={"required": "Write down the reason."},
    )

    def __init__(self, data=None, *, to: str = "", **kwargs):
        super().__init__(data, **kwargs)
        self.to = to or str(self.data.get("to", ""))
        self.move = moves_for(self.user, self.request).get(self.to)
        self.initial["to"] = self.to
        if self.move:
            self.button, self.auto_id = self.move.label, f"id_move_{self.to}_%s"
        self.fields["reason"].required = bool(self.move and self.move.needs_reason)
        if self.move and not self.move.needs_reason:
            self.fields.pop("reason")

    def marks(self, request: ConsultationRequest) -> dict[str, str]:
        return {"seen": request.status}

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to fill in: a single button."""
        return not self.visible_fields()

    def is_done_already(self, refusal: requests.Refused) -> bool:
        way = {"from": self.cleaned_data["seen"], "to": self.cleaned_data["to"]}
        return refusal.code == "stale" and self.did_last(EventKind.MOVED, **way)


class ContactForm(OnceForm):
    """Logs a call or a message, from one list of all that is possible."""

    name, button, done = "contact", "Log it", "Logged for {request}."
    verb = staticmethod(requests.log_contact)
    refusals = OnceForm.refusals | {"unknown_contact": "contact", "no_consent": "contact"}
    contact = forms.ChoiceField(
        label="What happened",
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose how, and what came of it."),
    )
    text = TextField(label="What was said", rows=3, help_text="For colleagues; may stay empty.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["contact"].choices = contact_choices(can_text=True)
        self.fields["contact"].widget.choices = contact_choices(can_text=self.request.sms_consent)

    def values(self) -> dict:
        values = super().values()
        direction, channel, outcome = values.pop("contact").split("-")
        return values | {"direction": direction, "channel": channel, "outcome": outcome}


def contact_choices(*, can_text: bool) -> list:
    """Return every contact that can be logged, by direction; text messages of ours with consent only."""
    groups: dict[str, list[tuple[str, str]]] = {Direction.OUT.label: [], Direction.IN.label: []}
    for way, outcomes in OUTCOMES.items():
        if can_text or way != (Direction.OUT, Channel.TEXT):
            direction, channel = way
            groups[Direction(direction).label] += [
                (f"{direction}-{channel}-{code}", f"{WAYS[way]}: {outcome.label[:1].lower()}{outcome.label[1:]}")
                for code, outcome in outcomes.items()
            ]
    return [("", "Choose…"), *groups.items()]


class NoteForm(OnceForm):
    name, button, done = "note", "Add the note", "Noted for {request}."
    verb = staticmethod(requests.add_note)
    refusals = OnceForm.refusals | {"may_not_tell": "tell"}
    text = TextField(
        label="Note",
        rows=4,
        required=True,
        help_text=(
            "For colleagues. The person never sees it. @username or @Full Name tells a colleague who may see this"
            " request; any other @ is text like the rest."
        ),
        error_messages={"required": "Write the note first."},
    )
    tell = forms.MultipleChoiceField(
        label="Tell a colleague",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="They get a mail with the reference and nothing else.",
        error_messages=dict.fromkeys(
            ("invalid_choice", "invalid_list"), "Choose colleagues from the list: others cannot see the request."
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in around(self.request).tellable if one != self.user}
        self.fields["tell"].choices = [(key, user_name(one)) for key, one in self.people.items()]

    def values(self) -> dict:
        return super().values() | {"tell": [self.people[key] for key in self.cleaned_data["tell"]]}


class MatterForm(SeenForm):
    name, button, done = "matter", "Save custody and court", "Custody and court of {request} are saved."
    verb = staticmethod(requests.change_matter)
    in_custody = forms.BooleanField(label="The person is in custody", required=False)
    court_date = forms.DateField(
        label="Next court date",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Give a day, such as 2027-03-01, or leave it empty."},
    )
    court = forms.CharField(label="Court", required=False, max_length=requests.COURT_LENGTH)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        names = ("in_custody", "court_date", "court")
        self.initial |= {name: getattr(self.request, name) for name in names}

    def marks(self, request: ConsultationRequest) -> dict[str, str]:
        return {"seen": requests.matter_version(request)}
