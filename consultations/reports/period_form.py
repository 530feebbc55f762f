"""Chooses the period. It stands in the address, so that a view of the figures can be bookmarked and passed on."""

from datetime import date

from django import forms

from consultations.models import IntakeSettings
from consultations.reports.period import Choice, Period, Span, period_of

#: No request is older; and a longer span of one's own says nothing that a year does not.
EARLIEST, MOST_DAYS = date(2000, 1, 1), 3660


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        required=False,
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Give a day like 2027-01-31."},
    )


class PeriodForm(forms.Form):
    """The period; two days, both included, stand for a span of one's own."""

    period = forms.ChoiceField(
        choices=Choice.choices, required=False, error_messages={"invalid_choice": "Choose one of the periods."}
    )
    since, until = _day("From"), _day("To")

    def __init__(self, data, *, today: date):
        super().__init__(data, initial={"period": Choice.QUARTER})
        self.today = today
        # Nothing chosen is the usual period, and the form says so.
        if not self.data.get("period"):
            self.data = self.data.copy()
            self.data["period"] = Choice.OWN if self.data.get("since") or self.data.get("until") else Choice.QUARTER
        for name in ("period", "since", "until"):
            if name in self.errors:
                described = {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}
                self.fields[name].widget.attrs |= described

    def clean(self) -> dict:
        """Refuse a span of one's own that is not one."""
        if self.cleaned_data.get("period") != Choice.OWN:
            return self.cleaned_data
        for name in ("since", "until"):
            if self.cleaned_data.get(name) is None and name not in self.errors:
                self.add_error(name, "Give a day.")
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and since < EARLIEST:
            self.add_error("since", f"Choose a day from {EARLIEST.year} on.")
        if until and until > self.today:
            self.add_error("until", "This day lies ahead.")
        if since and until and until < since:
            self.add_error("until", "This day comes before the first one.")
        if since and until and (until - since).days >= MOST_DAYS:
            self.add_error("since", "Choose ten years at most.")
        return self.cleaned_data

    def chosen(self) -> Period | None:
        """Return the period; None when the form says why there is none."""
        if not self.is_valid():
            return None
        given = self.cleaned_data
        own = Span(given["since"], given["until"]) if given["period"] == Choice.OWN else None
        return period_of(given["period"], today=self.today, zone=IntakeSettings().zone, own=own)
