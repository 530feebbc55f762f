"""The forms of the region “Keeping and forgetting” on a request's screen, and of the page of all."""

from django import forms

from consultations.action_forms import DeskForm, TextField
from consultations.actions.requests import Refused
from consultations.models import ConsultationRequest, LegalHold
from consultations.permissions import holds
from consultations.reference import read_reference
from consultations.retention.erasing import BY_HAND, erase, may_erase
from consultations.retention.holds import hold, release_hold
from consultations.workflow import Power
from firm.encryption.blind_index import normalise_phone


class HoldForm(DeskForm):
    """Sets a legal hold."""

    name, button, done = "hold", "Set the hold", "{request} is kept until the hold is taken off."
    refusals = {"no_reason": "reason", "too_long": "reason"}
    verb = staticmethod(hold)
    reason = TextField(
        label="Why it must be kept",
        required=True,
        help_text="For example a subpoena or a claim. It is kept in the timeline, for colleagues only.",
        error_messages={"required": "Write down the reason."},
    )

    def act(self) -> ConsultationRequest:
        """Set it."""
        return self.verb(self.request.pk, by=self.user, reason=self.cleaned_data["reason"])

    def is_done_already(self, refusal: Refused) -> bool:
        """True when the same person has just set it: a double click."""
        mine = LegalHold.objects.filter(request=self.request.pk, set_by=self.user).first()
        return refusal.code == "held" and mine is not None and mine.reason == self.cleaned_data["reason"].strip()


class ReleaseForm(HoldForm):
    """Takes a legal hold off."""

    name, button, done = "release", "Take the hold off", "{request} has no legal hold any more."
    verb = staticmethod(release_hold)
    reason = TextField(
        label="Why it need not be kept",
        required=True,
        help_text="It is kept in the timeline, for colleagues only.",
        error_messages={"required": "Write down the reason."},
    )

    def is_done_already(self, refusal: Refused) -> bool:
        """Never: that it is gone is said."""
        return False


class EraseForm(DeskForm):
    """Erases the request. Its reference has to be typed, so that no slip of the hand does it."""

    name, button = "erase", "Erase for good"
    refusals = {"no_reason": "reason_code", "not_confirmed": "confirm"}
    reason_code = forms.ChoiceField(
        label="Why",
        choices=[("", "Choose…"), *((str(code), code.label) for code in BY_HAND)],
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Say why it is erased."),
    )
    confirm = forms.CharField(
        label="Type the reference to confirm",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": "Type the reference to confirm."},
    )

    def act(self):
        """Erase it."""
        values = {name: self.cleaned_data[name] for name in ("reason_code", "confirm")}
        return erase(self.request.pk, by=self.user, **values)

    def done_words(self, request) -> str:
        """Return that it is done, without the reference: the words outlive it in the browser."""
        return "Erased. That it was erased, when, why and by whom is kept, and nothing of the person."


def keeping_forms(*, user, request: ConsultationRequest, is_held: bool) -> dict[str, DeskForm]:
    """Return the forms that this account may use on this request, by their names."""
    found: dict[str, DeskForm] = {}
    if holds(user, Power.MANAGE, request):
        form = (ReleaseForm if is_held else HoldForm)(user=user, request=request)
        found[form.name] = form
    if may_erase(user) and not is_held:
        found["erase"] = EraseForm(user=user, request=request)
    return found


class LookUpForm(forms.Form):
    """Asks what is still known of a request that was erased."""

    given = forms.CharField(
        label="Reference or telephone number",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="A reference: whether it was erased. A number: whether it agreed to text messages.",
        error_messages={"required": "Type a reference or a telephone number."},
    )

    def clean_given(self) -> dict[str, str]:
        """Read either, in any notation."""
        typed = self.cleaned_data["given"]
        found = {"reference": read_reference(typed), "number": normalise_phone(typed)}
        if not any(found.values()):
            raise forms.ValidationError("That is neither a reference, such as K7MW-3QFP, nor a telephone number.")
        return found
