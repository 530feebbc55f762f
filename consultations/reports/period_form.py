"""Chooses the period. It is in the URL, so that a report can be bookmarked and shared."""

from datetime import date

from django import forms

from consultations.models import IntakeSettings
from consultations.reports.period import Choice, Period, Span, period_of

#: The earliest day, and the most days, of a custom period.
EARLIEST, MOST_DAYS = date(2000, 1, 1), 3660


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        required=False,
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Enter a date like 2027-01-31."},
    )


class PeriodForm(forms.Form):
    """The period; the two days, both included, apply to a custom one."""

    period = forms.ChoiceField(
        choices=Choice.choices, required=False, error_messages={"invalid_choice": "Choose one of the periods."}
    )
    since, until = _day("From"), _day("To")

    def __init__(self, data, *, today: date):
        super().__init__(data, initial={"period": Choice.QUARTER})
        self.today = today
        # Without a choice, show and use the default.
        if not self.data.get("period"):
            self.data = self.data.copy()
            self.data["period"] = Choice.OWN if self.data.get("since") or self.data.get("until") else Choice.QUARTER
        for name in ("period", "since", "until"):
            if name in self.errors:
                described = {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}
                self.fields[name].widget.attrs |= described

    def clean(self) -> dict:
        if self.cleaned_data.get("period") != Choice.OWN:
            return self.cleaned_data
        for name in ("since", "until"):
            if self.cleaned_data.get(name) is None and name not in self.errors:
                self.add_error(name, "Enter a date.")
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and since < EARLIEST:
            self.add_error("since", f"Choose a date from {EARLIEST.year} on.")
        if until and until > self.today:
            self.add_error("until", "This date is in the future.")
        if since and until and until < since:
            self.add_error("until", "The end is before the start.")
        if since and until and (until - since).days >= MOST_DAYS:
            self.add_error("since", "Choose ten years at most.")
        return self.cleaned_data

    def chosen(self) -> Period | None:
        if not self.is_valid():
            return None
        given = self.cleaned_data
        own = Span(given["since"], given["until"]) if given["period"] == Choice.OWN else None
        return period_of(given["period"], today=self.today, zone=IntakeSettings().zone, own=own)
