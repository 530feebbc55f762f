"""The hidden fields of the form, and the signs of spam in them."""

import uuid

from django import forms

from consultations.intake.form_fields import HiddenTextField, TokenField
from consultations.intake.form_timestamp import seconds_since, stamp
from consultations.intake.proof_of_work import LONGEST, is_solved, new_challenge
from consultations.intake.referrer import clean_host, clean_path
from consultations.intake.spam import Signals

#: Fields with what is typed freely.
TYPED = ("full_name", "best_time", "person_in_need", "court", "other_parties", "message")


class HiddenFields(forms.Form):
    """The hidden fields of the consultation form. None of them is a reason to refuse a request."""

    form_token = TokenField(required=False, widget=forms.HiddenInput)
    form_rendered = HiddenTextField(max_length=200)
    proof = HiddenTextField(max_length=LONGEST)
    landing_page = HiddenTextField(max_length=200, cleaned=clean_path)
    referring_host = HiddenTextField(max_length=100, cleaned=clean_host)
    website = forms.CharField(
        required=False,
        label="Leave this empty",
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, data=None, *, initial: dict | None = None) -> None:
        super().__init__(data, initial={"form_token": uuid.uuid4(), **(initial or {})})

    def clean_form_token(self) -> uuid.UUID:
        return self.cleaned_data["form_token"] or self.initial["form_token"]

    @property
    def token(self) -> uuid.UUID:
        """The token that was sent, else a new one."""
        return self._sent("form_token") or self.initial["form_token"]

    @property
    def render_time(self) -> str:
        """When the page was first rendered, signed. Unchanged when a form is corrected, which takes only a moment."""
        sent = self._sent("form_rendered")
        return sent if seconds_since(sent, self.token) is not None else stamp(self.token)

    @property
    def solved_proof(self) -> str:
        sent = self._sent("proof")
        return sent if is_solved(sent, self.token) else ""

    @property
    def challenge(self) -> str:
        """The proof of work for the browser to solve; empty when it is solved."""
        return "" if self.solved_proof else new_challenge(self.token)

    @property
    def visit(self) -> dict[str, str]:
        return {name: self._sent(name) for name in ("landing_page", "referring_host")}

    def _sent(self, name: str):
        """Return the cleaned value that was sent; before that, the initial one."""
        given = self.data.get(name, "") if self.is_bound else self.initial.get(name, "")
        return self.fields[name].clean(given)

    def signals(self, recent: int = 0) -> Signals:
        """Return the signals of a valid form. ``recent``: submissions of the same network within ten minutes."""
        token = self.cleaned_data["form_token"]
        return Signals(
            has_decoy=bool(self.cleaned_data["website"]),
            seconds=seconds_since(self.cleaned_data["form_rendered"], token),
            has_proof=is_solved(self.cleaned_data["proof"], token),
            texts={name: self.cleaned_data[name] for name in TYPED},
            recent=recent,
        )
