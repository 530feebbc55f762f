"""Forms for calendars, their working hours and absences. They work without JavaScript."""

from datetime import UTC, datetime, time, timedelta

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q

from attorneys.models import AttorneyPage
from consultations.calendar.availability import hours_of
from consultations.display import user_name
from consultations.models import AbsenceKind, AttorneyCalendar, IntakeSettings
from consultations.permissions import ADMIN
from firm.blocks.hours import DAYS

#: Spans of working hours in a day: before and after a break.
SPANS = 2


def _time(label: str) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Enter a time, such as 9:00."},
    )


def _span_fields(day: str) -> list[tuple[str, str]]:
    return [(f"{day}_{number}_from", f"{day}_{number}_until") for number in range(SPANS)]


class HoursForm(forms.ModelForm):
    """What attorneys change in their own calendars: hours, usual length, place."""

    class Meta:
        model = AttorneyCalendar
        fields = ("minutes", "place")
        labels = {"minutes": "Usual length in minutes", "place": "Usual place"}
        help_texts = {"place": "Where people are seen. Shown in invitations and in the feed."}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        hours = hours_of(self.instance)
        for weekday, (day, label) in enumerate(DAYS):
            spans = [*sorted(hours.get(weekday, [])), *[(None, None)] * SPANS]
            for number, names in enumerate(_span_fields(day)):
                for name, edge, value in zip(names, ("from", "until"), spans[number], strict=True):
                    self.fields[name] = _time(f"{label}{', again' if number else ''} {edge}")
                    self.initial.setdefault(name, value)

    @property
    def general(self) -> list:
        return [self[name] for name in self.fields if not name.endswith(("_from", "_until"))]

    @property
    def days(self) -> list:
        return [(label, [self[name] for names in _span_fields(day) for name in names]) for day, label in DAYS]

    def clean(self) -> dict:
        """Reject incomplete, reversed and overlapping spans."""
        cleaned = super().clean()
        for day, _ in DAYS:
            ends = None
            for opening, closing in _span_fields(day):
                opens, closes = cleaned.get(opening), cleaned.get(closing)
                if opens is None and closes is None:
                    continue
                if opens is None or closes is None:
                    self.add_error(closing if closes is None else opening, "Enter both times, or neither.")
                elif closes <= opens:
                    self.add_error(closing, "Must be after the start.")
                elif ends and opens < ends:
                    self.add_error(opening, "Must not be before the first span ends.")
                ends = closes or ends
        return cleaned

    def save(self, commit=True) -> AttorneyCalendar:
        """Store the hours; days with the same hours share a row."""
        lines: dict[tuple[time, time], list[str]] = {}
        for day, _ in DAYS:
            for names in _span_fields(day):
                span = tuple(self.cleaned_data.get(name) for name in names)
                if None not in span:
                    lines.setdefault(span, []).append(day)
        self.instance.hours = [
            ("hours", {"days": days, "opens": opens, "closes": closes}) for (opens, closes), days in lines.items()
        ]
        return super().save(commit=commit)


class CalendarForm(HoursForm):
    """What managers change in addition: the owner, and whether the calendar is open."""

    class Meta(HoursForm.Meta):
        fields = ("name", "attorney", "user", "email", "is_active", "minutes", "place")
        labels = HoursForm.Meta.labels | {
            "name": "Name",
            "attorney": "Profile on the website",
            "user": "Account",
            "email": "E-mail for invitations",
            "is_active": "Open for appointments",
        }
        help_texts = HoursForm.Meta.help_texts | {
            "name": "As shown to staff and to invited people.",
            "user": "This account may change hours, absences and the feed. Its ethical walls apply to this calendar.",
            "email": "Leave empty for no invitations. They contain a reference, never a name.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["attorney"].queryset = AttorneyPage.objects.filter(
            Q(is_former=False) | Q(pk=self.instance.attorney_id)
        ).order_by("title")
        # By the page's own id, where a number too large for the database is simply invalid.
        self.fields["attorney"].to_field_name = "id"
        people = get_user_model().objects.filter(is_active=True).order_by("first_name", "last_name", "pk")
        accounts = [one for one in people if one.has_perm(ADMIN)]
        self.fields["user"].queryset = people
        self.fields["user"].widget.choices = [("", "Nobody"), *((one.pk, user_name(one)) for one in accounts)]


class AbsenceForm(forms.Form):
    first_day = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}))
    from_time = _time("From (empty: the whole day)")
    last_day = forms.DateField(
        label="Last day (empty: the same)", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until_time = _time("Until (empty: the whole day)")
    kind = forms.ChoiceField(label="Why", choices=AbsenceKind.choices, initial=AbsenceKind.LEAVE)

    def clean(self) -> dict:
        """Add ``starts_at`` and ``ends_at`` in UTC; whole days are those of the firm's time zone."""
        cleaned = super().clean()
        if self.errors:
            return cleaned
        first, last = cleaned["first_day"], cleaned["last_day"] or cleaned["first_day"]
        if not 2000 <= first.year <= 2100 or not 2000 <= last.year <= 2100:
            self.add_error("first_day", "Enter a date between 2000 and 2100.")
            return cleaned
        zone = IntakeSettings.current().zone
        until = cleaned["until_time"]
        ends = (
            datetime.combine(last, until, zone) if until else datetime.combine(last + timedelta(days=1), time(), zone)
        )
        starts = datetime.combine(first, cleaned["from_time"] or time(), zone)
        if ends.timestamp() <= starts.timestamp():
            self.add_error("last_day", "The end is before the start.")
        return cleaned | {"starts_at": starts.astimezone(UTC), "ends_at": ends.astimezone(UTC)}
