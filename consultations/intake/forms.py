"""The consultation form. It enforces every rule on the server."""

import datetime
from dataclasses import dataclass
from functools import cache, cached_property

from django import forms
from django.utils import timezone

from attorneys.models import AttorneyPage
from consultations.intake.consent import is_outdated, version_of
from consultations.intake.form_fields import (
    AddressField,
    CurrentAttorneyField,
    DescribedBoundField,
    LineField,
    ListField,
    ProseField,
    TelephoneField,
)
from consultations.intake.hidden_fields import HiddenFields
from consultations.models.requests import PreferredContact, Relationship
from firm.models import PracticeAreaPage

NAME_LENGTH = 120
MESSAGE_LENGTH = 5000
PARTIES_LENGTH = 2000
LONGEST_PAST = datetime.timedelta(days=366)
LONGEST_AHEAD = datetime.timedelta(days=5 * 366)
_TEXT = "consultations/fields/text.html"
_CHOICES = "consultations/fields/choices.html"
_BOX = "consultations/fields/tick.html"

#: The fields that a preferred contact needs, with the errors.
NEEDED_FOR = {
    PreferredContact.EMAIL: {"email": "To be answered by e-mail, give an e-mail address."},
    PreferredContact.PHONE: {"phone": "To be answered by telephone, give a number, or choose e-mail."},
    PreferredContact.TEXT: {
        "phone": "To be answered by text message, give a number, or choose e-mail.",
        "sms_consent": "To be answered by text message, tick this box, or choose another way to be answered.",
    },
}
NEEDS_NUMBER_OR_ADDRESS = "Give a telephone number or an e-mail address, so that we can answer."
REWORDED = "The wording has changed since you opened the page. Please read it again and tick the box."


@cache
def _attorneys():
    """Return the query of attorneys, built once; each form's field evaluates a copy."""
    return AttorneyPage.objects.listed()


@cache
def _practice_areas():
    return PracticeAreaPage.objects.listed()


@dataclass(frozen=True)
class Problem:
    """An entry of the error summary. ``target`` is the id of the control; empty for the form as a whole."""

    message: str
    target: str = ""


class ConsultationForm(HiddenFields):
    """The form; ``page`` has the wordings that the visitor agrees to."""

    bound_field_class = DescribedBoundField
    optional = frozenset({"best_time", "practice_area", "court_date", "court", "other_parties", "message"})
    shown_when = {"person_in_need": "relationship=family,other", "court": "court_date=*"}

    attorney = CurrentAttorneyField(
        AttorneyPage.objects.none(), required=False, to_field_name="slug", widget=forms.HiddenInput
    )

    full_name = LineField(
        max_length=NAME_LENGTH,
        label="Your name",
        autocomplete="name",
        error_messages={"required": "Write your name."},
    )
    phone = TelephoneField(
        required=False,
        label="Telephone",
        help_text="A telephone number or an e-mail address: one of the two is enough.",
        error_messages={"invalid": "Write the telephone number with its area code, for example 212-555-0100."},
    )
    email = AddressField(
        required=False,
        label="E-mail",
        error_messages={"invalid": "Write the e-mail address in full, for example name@example.com."},
    )
    preferred_contact = forms.ChoiceField(
        required=False,
        label="How should we answer?",
        choices=PreferredContact,
        initial=PreferredContact.PHONE,
        widget=forms.RadioSelect,
        template_name=_CHOICES,
        error_messages={"invalid_choice": "Choose one of the ways to be answered."},
    )
    sms_consent = forms.BooleanField(required=False, template_name=_BOX)
    best_time = LineField(
        required=False,
        max_length=120,
        label="Best time to reach you",
        help_text="For example: after 6 pm, or at any hour. Say so if a message could be seen by somebody else.",
    )

    relationship = forms.ChoiceField(
        required=False,
        label="This is about",
        choices=Relationship,
        initial=Relationship.SELF,
        widget=forms.RadioSelect,
        template_name=_CHOICES,
        error_messages={"invalid_choice": "Choose whom this is about."},
    )
    person_in_need = LineField(
        required=False, max_length=NAME_LENGTH, label="Name of the person who needs help", autocomplete="off"
    )
    in_custody = forms.BooleanField(required=False, label="The person is in custody now", template_name=_BOX)

    practice_area = forms.ModelChoiceField(
        PracticeAreaPage.objects.none(),
        required=False,
        label="Area",
        to_field_name="slug",
        empty_label="I am not sure",
        template_name=_TEXT,
        error_messages={"invalid_choice": "Choose an area from the list, or “I am not sure”."},
    )
    court_date = forms.DateField(
        required=False,
        label="Next court date",
        input_formats=["%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        template_name=_TEXT,
        error_messages={"invalid": "Write the date as month, day and year, for example 04/30/2027."},
    )
    court = LineField(
        required=False, max_length=120, label="Court", help_text="For example: Southern District of New York."
    )
    other_parties = ListField(
        required=False,
        max_length=PARTIES_LENGTH,
        rows=3,
        label="Other people or companies involved",
        help_text="One on each line. We use the names only to make sure that we may act for you.",
    )
    message = ProseField(
        required=False,
        max_length=MESSAGE_LENGTH,
        rows=6,
        label="What happened",
        help_text="A few sentences are enough. Please leave out anything that you would tell only a lawyer.",
    )
    acknowledge = forms.BooleanField(
        template_name=_BOX,
        error_messages={"required": "Please tick the box to confirm that you have read the note."},
    )

    def __init__(self, data=None, *, page, initial: dict | None = None) -> None:
        super().__init__(data, initial=initial)
        self.page = page
        for name, wording in (("acknowledge", page.acknowledgement), ("sms_consent", page.sms_wording)):
            self.fields[name].label = wording
            self.fields[name].widget = forms.CheckboxInput(attrs={"value": version_of(wording)})
        self.fields["attorney"].queryset = _attorneys()
        self.fields["practice_area"].queryset = _practice_areas()

    @cached_property
    def chosen_attorney(self) -> AttorneyPage | None:
        if not self.is_bound:
            return self.fields["attorney"].clean(self.initial.get("attorney"))
        self.is_valid()
        return self.cleaned_data.get("attorney")

    @property
    def problems(self) -> list[Problem]:
        """The errors in the order of the fields, each once."""
        found = [Problem(message) for message in self.non_field_errors()]
        said = {problem.message for problem in found}
        for name in self.fields:
            for message in self[name].errors:
                if message not in said:
                    said.add(message)
                    found.append(Problem(message, self[name].auto_id))
        return found

    def clean_relationship(self) -> str:
        return self.cleaned_data["relationship"] or Relationship.SELF

    def clean_court_date(self) -> datetime.date | None:
        """Refuse obvious typos: over a year ago, or over five years ahead."""
        date, today = self.cleaned_data["court_date"], timezone.localdate()
        if date and not today - LONGEST_PAST <= date <= today + LONGEST_AHEAD:
            raise forms.ValidationError(
                "Check the year: a court date lies between a year ago and five years from now.", "range"
            )
        return date

    def clean_acknowledge(self) -> bool:
        return self._agreed_to("acknowledge", self.page.acknowledgement)

    def clean_sms_consent(self) -> bool:
        return self._agreed_to("sms_consent", self.page.sms_wording)

    def _agreed_to(self, name: str, wording: str) -> bool:
        if is_outdated(self.data.get(name, ""), wording):
            raise forms.ValidationError(REWORDED, "reworded")
        return self.cleaned_data[name]

    def clean(self) -> dict:
        cleaned = super().clean()
        self._need_a_way_to_answer(cleaned)
        if cleaned.get("relationship", Relationship.SELF) != Relationship.SELF and self._lacks("person_in_need"):
            self.add_error("person_in_need", "Write the name of the person who needs help.")
        phone = cleaned.get("phone")
        if phone and phone.extension and "best_time" in cleaned:
            # E.164 has no place for an extension, and staff cannot call back without it.
            cleaned["best_time"] = f"Extension {phone.extension[:20]}. {cleaned['best_time']}".strip()
        return cleaned

    def _lacks(self, name: str) -> bool:
        return name not in self.errors and not self.cleaned_data.get(name)

    def _need_a_way_to_answer(self, cleaned: dict) -> None:
        """Require phone or e-mail, and the one that the preferred contact needs."""
        if self._lacks("phone") and self._lacks("email"):
            self.add_error("phone", NEEDS_NUMBER_OR_ADDRESS)
            self.add_error("email", NEEDS_NUMBER_OR_ADDRESS)
        if "preferred_contact" in self.errors:
            return
        has_phone = cleaned.get("phone") or "phone" in self.errors
        way = cleaned["preferred_contact"] or (PreferredContact.PHONE if has_phone else PreferredContact.EMAIL)
        cleaned["preferred_contact"] = way
        for name, error in NEEDED_FOR[way].items():
            if self._lacks(name):
                self.add_error(name, error)
