"""Forms of the retention section on a request's screen, and of the retention page."""

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

_RECORDED = "Recorded in the timeline, for staff only."


def _reason(label: str, help_text: str) -> TextField:
    errors = {"required": "Write down the reason."}
    return TextField(label=label, required=True, help_text=help_text, error_messages=errors)


class HoldForm(DeskForm):
    name, button, done = "hold", "Set hold", "{request} has a legal hold. It is not erased until the hold is released."
    refusals = {"no_reason": "reason", "too_long": "reason"}
    verb = staticmethod(hold)
    reason = _reason(
        "Reason for the hold", "For example a subpoena or a claim. Recorded in the timeline, for staff only."
    )

    def is_done_already(self, refusal: Refused) -> bool:
        """Return whether this is a double click: the same user has just set the same hold."""
        mine = LegalHold.objects.filter(request=self.request.pk, set_by=self.user).first()
        return refusal.code == "held" and mine is not None and mine.reason == self.cleaned_data["reason"].strip()


class ReleaseForm(HoldForm):
    name, button, done = "release", "Release hold", "The legal hold on {request} is released."
    verb = staticmethod(release_hold)
    reason = _reason("Reason for the release", _RECORDED)

    def is_done_already(self, refusal: Refused) -> bool:
        return False


class EraseForm(DeskForm):
    """Erases the request. The reference has to be typed, to prevent accidents."""

    name, button = "erase", "Erase permanently"
    verb = staticmethod(erase)
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

    def done_words(self, request) -> str:
        """Without the reference: the browser may store the message."""
        return "Erased. Only the date, the reason and who erased it are stored."


def retention_forms(*, user, request: ConsultationRequest, is_held: bool) -> dict[str, DeskForm]:
    """Return the forms that this account may use on this request, by name."""
    found: dict[str, DeskForm] = {}
    if holds(user, Power.MANAGE, request):
        form = (ReleaseForm if is_held else HoldForm)(user=user, request=request)
        found[form.name] = form
    if may_erase(user) and not is_held:
        found["erase"] = EraseForm(user=user, request=request)
    return found


class LookUpForm(forms.Form):
    given = forms.CharField(
        label="Reference or telephone number",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="A reference: whether it was erased. A number: whether it agreed to text messages.",
        error_messages={"required": "Enter a reference or a telephone number."},
    )

    def clean_given(self) -> dict[str, str]:
        typed = self.cleaned_data["given"]
        found = {"reference": read_reference(typed), "number": normalise_phone(typed)}
        if not any(found.values()):
            raise forms.ValidationError("Enter a reference, such as K7MW-3QFP, or a telephone number.")
        return found
