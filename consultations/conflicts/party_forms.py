from django import forms

from consultations.conflict_states import LIKELY
from consultations.conflicts import search
from consultations.conflicts.access import parties_for
from consultations.models import Party, PartyKind, PartyRole
from consultations.text_cleaning import lines, one_line, paragraphs

FIELDS = ("name", "aliases", "role", "kind", "matter", "note")
#: The most duplicates that the warning lists.
SHOWN = 5


class PartyForm(forms.Form):
    """A known party. Likely duplicates are shown once and have to be confirmed."""

    name = forms.CharField(max_length=200, help_text="For example: Jane Q. Sample, or Sample Holdings LLC.")
    aliases = forms.CharField(
        label="Other names",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One per line: maiden names, nicknames, trade names.",
    )
    role = forms.ChoiceField(choices=[("", "Choose…"), *PartyRole.choices])
    kind = forms.ChoiceField(choices=PartyKind.choices, initial=PartyKind.PERSON)
    matter = forms.CharField(required=False, max_length=200, help_text="The matter, in a few words.")
    note = forms.CharField(required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))
    is_other = forms.BooleanField(label="Save anyway: this is somebody else, or another role", required=False)
    seen = forms.CharField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)

    def __init__(self, data=None, *, user, party: Party | None = None):
        self.user, self.party = user, party
        self.doubles: list[Party] = []
        initial = {name: getattr(party, name) for name in FIELDS} | {"seen": version_of(party)} if party else None
        super().__init__(data, initial=initial)
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def clean_name(self) -> str:
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError("Enter the name.")
        return name

    def clean(self) -> dict:
        """Reject a stale edit, and ask about likely duplicates of new names."""
        cleaned = super().clean()
        for name, normalize in (("aliases", lines), ("matter", one_line), ("note", paragraphs)):
            if name in cleaned:
                cleaned[name] = normalize(cleaned[name])
        if self.party and cleaned.get("seen") != version_of(self.party):
            self.data = self.data.copy()
            self.data["seen"] = version_of(self.party)
            self.add_error(None, "Somebody else has changed this party. Compare, then save again.")
        if "name" in cleaned and not cleaned.get("is_other"):
            self.doubles = self.find_doubles(cleaned)
            if self.doubles:
                self.add_error("is_other", "A similar party is in the register. Compare, then check this box to save.")
        return cleaned

    def find_doubles(self, cleaned: dict) -> list[Party]:
        known = {self.party.name, *self.party.aliases.splitlines()} if self.party else set()
        names = [name for name in (cleaned["name"], *cleaned.get("aliases", "").splitlines()) if name not in known]
        if not names:
            return []
        found = search.find(names, leave_out=[self.party.pk] if self.party else [])
        numbers = {hit.party_id for hit in found if hit.score >= LIKELY}
        return list(parties_for(self.user).filter(pk__in=numbers).order_by("-pk")[:SHOWN])

    def fill(self, party: Party) -> Party:
        for name in FIELDS:
            setattr(party, name, self.cleaned_data[name])
        return party


def version_of(party: Party) -> str:
    return party.changed_at.isoformat()
