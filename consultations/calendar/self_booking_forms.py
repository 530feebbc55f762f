"""Forms that confirm or release a time that the person chose on the thank-you page."""

from django import forms

from consultations.action_forms import DeskForm, OnceForm
from consultations.calendar import booking, confirm_slot
from consultations.models import Appointment, ConsultationRequest, EventKind, RequestEvent


class ChosenForm(DeskForm):
    """Shared by both forms; ``seen`` is the version of the hold that the user saw."""

    seen = forms.CharField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)
    #: The code of the action in the timeline.
    doing = ""

    def __init__(self, data=None, *, held: Appointment | None = None, **kwargs):
        super().__init__(data, **kwargs)
        self.initial |= {"seen": booking.version(held)}

    def marks(self, request: ConsultationRequest) -> dict[str, str]:
        held = request.appointments.filter(state="hold").first()
        return super().marks(request) | {"seen": booking.version(held)}

    def is_done_already(self, refusal) -> bool:
        """Return whether this user did the same thing last: a double click."""
        lines = RequestEvent.objects.filter(request=self.request.pk, kind=EventKind.APPOINTMENT)
        last = lines.order_by("-at", "-pk").first()
        is_mine = last is not None and last.actor_id == self.user.pk and last.facts.get("doing") == self.doing
        return refusal.code == "stale" and is_mine


class ConfirmTimeForm(ChosenForm, OnceForm):
    name, button, done, doing = "confirm_time", "Confirm", "{request} is scheduled.", "made"

    @property
    def needs_call(self) -> bool:
        """Whether staff must call first: no contact yet, and no e-mail address."""
        return self.request.first_contact_at is None and not self.request.email

    def act(self) -> ConsultationRequest:
        return confirm_slot.confirm_time(self.request.pk, by=self.user, **self.cleaned_data)

    def done_words(self, request: ConsultationRequest) -> str:
        words = super().done_words(request)
        return words if request.email else f"{words} There is no e-mail address: tell them by telephone."


class ReleaseTimeForm(ChosenForm):
    name, button, doing = "let_go_time", "Release", "let_go"
    done = "The time is free again. The person was not notified."

    def act(self) -> ConsultationRequest:
        return confirm_slot.release_time(self.request.pk, by=self.user, **self.cleaned_data)
