"""Forms that assign or merge a request, or set up an ethical wall around it."""

from django import forms
from django.contrib.auth import get_user_model

from consultations.action_forms import DeskForm, SeenForm
from consultations.actions import requests
from consultations.actions.merging import merge
from consultations.colleagues import around
from consultations.display import user_name
from consultations.models import ConsultationRequest
from consultations.permissions import visible_to
from consultations.reference import read_reference
from consultations.workflow import Status

ME, NOBODY = "me", "nobody"


class AssignForm(SeenForm):
    """Assigns the request to somebody; sent without a choice, to the user."""

    name, button, done = "assign", "Assign", "{request} is assigned."
    verb = staticmethod(requests.assign)
    refusals = {"may_not_assign": "assignee"}
    assignee = forms.ChoiceField(
        label="Assigned to",
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose somebody from the list."),
    )

    def __init__(self, data=None, *, user, request: ConsultationRequest, **kwargs):
        if data is not None and "assignee" not in data:
            data = {"assignee": ME, "seen": data.get("seen", "")}
        super().__init__(data, user=user, request=request, **kwargs)
        self.people = around(request).assignable_by(user)
        choices = [(str(one.pk), user_name(one)) for one in self.people]
        self.fields["assignee"].choices = [("", "Choose…"), (NOBODY, "Nobody"), (ME, "Me"), *choices]
        shown = [("", "Choose…"), (NOBODY, "Nobody")] if len(choices) > 1 else [("", "Choose…")]
        self.fields["assignee"].widget.choices = [*shown, *choices]
        self.initial["assignee"] = str(request.assignee_id or "")

    def marks(self, request: ConsultationRequest) -> dict[str, str]:
        return {"seen": str(request.assignee_id or NOBODY)}

    def clean(self) -> dict:
        cleaned = super().clean()
        now = self.marks(self.request)["seen"]
        chosen = str(self.user.pk) if cleaned.get("assignee") == ME else cleaned.get("assignee")
        if cleaned.get("seen") not in {"", now} and chosen != now:
            whose = user_name(self.request.assignee) or "nobody"
            words = f"In the meantime it was assigned to {whose}. Send again to change that."
            self.add_error("assignee", words)
            self.data = {"seen": now, "assignee": chosen}
        return cleaned

    def values(self) -> dict:
        chosen = self.cleaned_data["assignee"]
        to = next((one for one in self.people if str(one.pk) == chosen), None)
        return {"to": self.user if chosen == ME else to}

    def done_words(self, request: ConsultationRequest) -> str:
        return f"{request} is yours." if request.assignee_id == self.user.pk else super().done_words(request)


class MergeForm(DeskForm):
    name, button, done = "merge", "Merge into that request", "Merged into {request}."
    verb = staticmethod(merge)
    refusals = {"itself": "reference", "target": "reference"}
    into = forms.CharField(label="Merge into", required=False, widget=forms.RadioSelect)
    reference = forms.CharField(
        label="Or into the request with this reference", required=False, help_text="For example K7MW-3QFP."
    )

    def offer(self, duplicates) -> None:
        """Offer these duplicates; without any, only a reference can be given."""
        targets = [one.request for one in duplicates if one.request.status not in {Status.MERGED, Status.QUARANTINE}]
        self.fields["into"].widget.choices = [(one.reference, f"{one}, {one.full_name}") for one in targets]
        if not targets:
            self.fields["into"].widget = forms.HiddenInput()
            self.fields["reference"].label = "Into the request with this reference"

    def clean(self) -> dict:
        cleaned = super().clean()
        typed = cleaned.get("reference") or cleaned.get("into") or ""
        reference = read_reference(typed)
        target = visible_to(self.user).filter(reference=reference).first() if reference else None
        if target is None:
            self.add_error("reference", f"There is no request {typed}." if reference else "Say into which request.")
        return cleaned | {"target": target}

    def values(self) -> dict:
        return {"into": self.cleaned_data["target"].pk}

    def is_done_already(self, refusal: requests.Refused) -> bool:
        return refusal.request.merged_into_id == self.cleaned_data["target"].pk


class ScreenForm(DeskForm):
    name, button, done = "screen", "Set up the wall", "An ethical wall is set up for {request}."
    refusals = {"self": "user"}
    verb = staticmethod(requests.screen)
    user = forms.ModelChoiceField(
        label="Who must not see it",
        queryset=None,
        empty_label="Choose…",
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose somebody from the list."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = get_user_model().objects.all()
        self.fields["user"].widget.choices = self.people()

    def people(self) -> list[tuple]:
        people = [one for one in around(self.request).assignable_by(self.user) if one != self.user]
        return [("", "Choose…"), *((one.pk, user_name(one)) for one in people)]


class UnscreenForm(ScreenForm):
    """Removes a wall; there is one such form for everybody who is ``screened``."""

    name, button, done = "unscreen", "Remove", "An ethical wall of {request} is removed."
    verb = staticmethod(requests.unscreen)

    def __init__(self, *args, screened=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.screened, self.person = screened, user_name(screened)
        self.auto_id = False
        self.fields["user"].widget = forms.HiddenInput()
        self.initial = {"user": getattr(screened, "pk", None)}

    def people(self) -> list[tuple]:
        return []
