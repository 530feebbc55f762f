"""The two buttons at a time that the person chose on the thank-you page."""

from django import forms

from consultations.action_forms import DeskForm, OnceForm
from consultations.calendar import booking, confirm_slot
from consultations.models import Appointment, ConsultationRequest, EventKind, RequestEvent


class ChosenForm(DeskForm):
    """Names the hold that is before the person's eyes."""

    seen = forms.CharField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)
    #: What the timeline keeps of it.
    doing = ""

    def __init__(self, data=None, *, held: Appointment | None = None, **kwargs):
        super().__init__(data, **kwargs)
        self.initial |= {"seen": booking.version(held)}

    def marks(self, request: ConsultationRequest) -> dict[str, str]:
        """Return which time is held now."""
        held = request.appointments.filter(state="hold").first()
        return super().marks(request) | {"seen": booking.version(held)}

    def is_done_already(self, refusal) -> bool:
        """True when this person has just done this very thing: a double click."""
        lines = RequestEvent.objects.filter(request=self.request.pk, kind=EventKind.APPOINTMENT)
        last = lines.order_by("-at", "-pk").first()
        is_mine = last is not None and last.actor_id == self.user.pk and last.facts.get("doing") == self.doing
        return refusal.code == "stale" and is_mine


class ConfirmTimeForm(ChosenForm, OnceForm):
    """Makes the appointment."""

    name, button, done, doing = "confirm_time", "Confirm", "{request} is scheduled.", "made"

    @property
    def needs_call(self) -> bool:
        """True when nobody has spoken to the person, and no mail can tell of it."""
        return self.request.first_contact_at is None and not self.request.email

    def act(self) -> ConsultationRequest:
        """Confirm it."""
        return confirm_slot.confirm_time(self.request.pk, by=self.user, **self.cleaned_data)

    def done_words(self, request: ConsultationRequest) -> str:
        """Return it; without an address nobody but staff can tell the person."""
        words = super().done_words(request)
        return words if request.email else f"{words} There is no e-mail address: tell them by telephone."


class LetGoTimeForm(ChosenForm):
    """Frees it."""

    name, button, done, doing = "let_go_time", "Let go", "The time is free again. Nobody has told the person.", "let_go"

    def act(self) -> ConsultationRequest:
        """Let it go."""
        return confirm_slot.let_go_time(self.request.pk, by=self.user, **self.cleaned_data)
