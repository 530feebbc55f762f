"""The forms that hand a request over, join it with another, or keep it from somebody."""

from django import forms
from django.contrib.auth import get_user_model

from consultations.action_forms import DeskForm
from consultations.actions import requests
from consultations.actions.merging import merge
from consultations.colleagues import around
from consultations.display import user_name
from consultations.models import ConsultationRequest
from consultations.permissions import visible_to
from consultations.reference import read_reference
from consultations.workflow import Status

ME, NOBODY = "me", "nobody"


class AssignForm(DeskForm):
    """Gives the request to somebody. Sent without a choice it means whoever presses the button."""

    name, button, done = "assign", "Assign", "{request} is assigned."
    refusals = {"may_not_assign": "assignee"}
    seen = forms.CharField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)
    assignee = forms.ChoiceField(
        label="Assigned to",
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose somebody from the list."),
    )

    def __init__(self, data=None, *, user, request: ConsultationRequest, **kwargs):
        if data is not None and "assignee" not in data:
            data = {"assignee": ME, "seen": data.get("seen", "")}
        super().__init__(data, user=user, request=request, **kwargs)
        self.people = people_for(user, request)
        choices = [(str(one.pk), user_name(one)) for one in self.people]
        self.fields["assignee"].choices = [("", "Choose…"), (NOBODY, "Nobody"), (ME, "Me"), *choices]
        shown = [("", "Choose…"), (NOBODY, "Nobody")] if len(choices) > 1 else [("", "Choose…")]
        self.fields["assignee"].widget.choices = [*shown, *choices]
        self.initial = {"assignee": str(request.assignee_id or ""), **self.marks(request)}

    def marks(self, request: ConsultationRequest) -> dict[str, str]:
        """Return whose it is."""
        return {"seen": str(request.assignee_id or NOBODY)}

    def clean(self) -> dict:
        """Say so when it has been given to somebody in the meantime; sent again, the choice holds."""
        cleaned = super().clean()
        now = self.marks(self.request)["seen"]
        chosen = str(self.user.pk) if cleaned.get("assignee") == ME else cleaned.get("assignee")
        if cleaned.get("seen") not in {"", now} and chosen != now:
            words = f"In the meantime it was assigned to {whose(self.request)}. Send again to change that."
            self.add_error("assignee", words)
            self.data = {"seen": now, "assignee": chosen}
        return cleaned

    def act(self) -> ConsultationRequest:
        """Assign it."""
        chosen = self.cleaned_data["assignee"]
        to = next((one for one in self.people if str(one.pk) == chosen), None)
        return requests.assign(self.request.pk, to=self.user if chosen == ME else to, by=self.user)

    def done_words(self, request: ConsultationRequest) -> str:
        """Return it; what one has taken oneself is one's own."""
        return f"{request} is yours." if request.assignee_id == self.user.pk else super().done_words(request)


def whose(request: ConsultationRequest) -> str:
    """Return whose a request is, in words."""
    return user_name(request.assignee) or "nobody"


def people_for(user, request: ConsultationRequest) -> list:
    """Return the accounts that ``user`` may give the request to; nobody who is screened from it."""
    return around(request).assignable_by(user)


class MergeForm(DeskForm):
    """Ends the request as part of another one."""

    name, button, done = "merge", "Merge into that request", "Merged into {request}."
    refusals = {"itself": "reference", "target": "reference"}
    into = forms.CharField(label="Merge into", required=False, widget=forms.RadioSelect)
    reference = forms.CharField(
        label="Or into the request with this reference", required=False, help_text="For example K7MW-3QFP."
    )

    def offer(self, duplicates) -> None:
        """Offer these duplicates to choose from; without any, only a reference can be given."""
        targets = [one.request for one in duplicates if one.request.status not in {Status.MERGED, Status.QUARANTINE}]
        self.fields["into"].widget.choices = [(one.reference, f"{one}, {one.full_name}") for one in targets]
        if not targets:
            self.fields["into"].widget = forms.HiddenInput()
            self.fields["reference"].label = "Into the request with this reference"

    def clean(self) -> dict:
        """Find the request that is meant; one that this person may not see is not found."""
        cleaned = super().clean()
        typed = cleaned.get("reference") or cleaned.get("into") or ""
        reference = read_reference(typed)
        target = visible_to(self.user).filter(reference=reference).first() if reference else None
        if target is None:
            self.add_error("reference", f"There is no request {typed}." if reference else "Say into which request.")
        return cleaned | {"target": target}

    def act(self) -> ConsultationRequest:
        """Merge it; the request that goes on is the other one."""
        return merge(self.request.pk, into=self.cleaned_data["target"].pk, by=self.user)

    def is_done_already(self, refusal: requests.Refused) -> bool:
        """True when it is part of that request by now."""
        return refusal.request.merged_into_id == self.cleaned_data["target"].pk


class ScreenForm(DeskForm):
    """Walls somebody off from the request."""

    name, button, done = "screen", "Screen off", "A screen is set up for {request}."
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
        """Return who can be chosen: everybody else who is not screened off yet."""
        people = [one for one in people_for(self.user, self.request) if one != self.user]
        return [("", "Choose…"), *((one.pk, user_name(one)) for one in people)]

    def act(self) -> ConsultationRequest:
        """Set it up."""
        return self.verb(self.request.pk, user=self.cleaned_data["user"], by=self.user)


class UnscreenForm(ScreenForm):
    """Takes the wall down; there is one such form for everybody who is ``screened``."""

    name, button, done = "unscreen", "Remove", "A screen of {request} is removed."
    verb = staticmethod(requests.unscreen)

    def __init__(self, *args, screened=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.screened, self.person = screened, user_name(screened)
        self.auto_id = False
        self.fields["user"].widget = forms.HiddenInput()
        self.initial = {"user": getattr(screened, "pk", None)}

    def people(self) -> list[tuple]:
        """Return nobody: who is meant is settled."""
        return []
