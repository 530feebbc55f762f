"""What the page of the form sends along by itself, and what can be read from it about the sender."""

import uuid

from django import forms

from consultations.intake.form_fields import BroughtField, TokenField
from consultations.intake.form_timestamp import seconds_since, stamp
from consultations.intake.proof_of_work import LONGEST, is_solved, new_challenge
from consultations.intake.referrer import clean_host, clean_path
from consultations.intake.spam import Signals

#: Fields with what is typed freely.
TYPED = ("full_name", "best_time", "person_in_need", "court", "other_parties", "message")


class HiddenPart(forms.Form):
    """The hidden fields of the consultation form. None of them is ever a reason to refuse what somebody wrote."""

    form_token = TokenField(required=False, widget=forms.HiddenInput)
    form_rendered = BroughtField(max_length=200)
    proof = BroughtField(max_length=LONGEST)
    landing_page = BroughtField(max_length=200, kept=clean_path)
    referring_host = BroughtField(max_length=100, kept=clean_host)
    website = forms.CharField(
        required=False,
        label="Leave this empty",
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, data=None, *, initial: dict | None = None) -> None:
        super().__init__(data, initial={"form_token": uuid.uuid4(), **(initial or {})})

    def clean_form_token(self) -> uuid.UUID:
        """Give a form that came without token one of its own."""
        return self.cleaned_data["form_token"] or self.initial["form_token"]

    # --- What the page carries ----------------------------------------------------------------------

    @property
    def token(self) -> uuid.UUID:
        """The token that the page carries: the one that was sent, else a fresh one."""
        return self._brought("form_token") or self.initial["form_token"]

    @property
    def render_time(self) -> str:
        """When the page was first drawn, signed. A corrected form keeps it: mending one field takes a moment only."""
        sent = self._brought("form_rendered")
        return sent if seconds_since(sent, self.token) is not None else stamp(self.token)

    @property
    def solved_proof(self) -> str:
        """The proof of work, once it is done."""
        sent = self._brought("proof")
        return sent if is_solved(sent, self.token) else ""

    @property
    def challenge(self) -> str:
        """The task for the browser; none when it is done."""
        return "" if self.solved_proof else new_challenge(self.token)

    @property
    def visit(self) -> dict[str, str]:
        """Where the visit began."""
        return {name: self._brought(name) for name in ("landing_page", "referring_host")}

    def _brought(self, name: str):
        """What the page has sent along, cleaned; before it is sent, what it begins with."""
        given = self.data.get(name, "") if self.is_bound else self.initial.get(name, "")
        return self.fields[name].clean(given)

    # --- What it says of the sender -----------------------------------------------------------------

    def signals(self, recent: int = 0) -> Signals:
        """What speaks for and against a valid form. ``recent`` counts what the same network sent within ten minutes."""
        token = self.cleaned_data["form_token"]
        return Signals(
            has_decoy=bool(self.cleaned_data["website"]),
            seconds=seconds_since(self.cleaned_data["form_rendered"], token),
            has_proof=is_solved(self.cleaned_data["proof"], token),
            texts={name: self.cleaned_data[name] for name in TYPED},
            recent=recent,
        )
