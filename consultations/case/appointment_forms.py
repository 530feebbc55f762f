"""Forms that make or move an appointment, and that confirm or release a time that the person chose."""

from datetime import datetime

from django import forms
from django.utils import timezone

from consultations.action_forms import OnceForm, SeenForm, TextField
from consultations.actions import booking, confirm_slot
from consultations.calendar.availability import calendars_open_for, next_free
from consultations.calendar.wording import short_words
from consultations.models import Appointment, AppointmentState, AttorneyCalendar, ConsultationRequest, EventKind, Way
from consultations.models.calendar import LONGEST, SHORTEST

OTHER = "other"
#: The number of calendars with free times that are offered, and of times of each.
CALENDARS, TIMES = 3, 3
AHEAD = "Enter a date and time in the future."


class AppointmentForm(OnceForm, SeenForm):
    """A form that ends in an appointment, of which the person is told by mail, if there is an address."""

    def done_words(self, request: ConsultationRequest) -> str:
        words = super().done_words(request)
        return words if request.email else f"{words} There is no e-mail address: tell them by telephone."


class ScheduleForm(AppointmentForm):
    """Makes an appointment: at a free time that is offered, or at any date and time."""

    name, button, done = "schedule", "Make the appointment", "{request} is scheduled."
    refusals = {
        "no_calendar": "calendar",
        "no_time": "starts_at",
        "clash": "starts_at",
        "closed": "starts_at",
        "away": "starts_at",
        "no_length": "minutes",
        "no_way": "way",
        "no_place": "place",
        "no_link": "video_link",
        "no_reason": "reason",
    }
    verb = staticmethod(booking.schedule)
    slot = forms.ChoiceField(label="Free times", required=False, widget=forms.RadioSelect)
    calendar = forms.ModelChoiceField(
        label="Attorney",
        queryset=None,
        required=False,
        empty_label="Choose…",
        error_messages={"invalid_choice": "Choose an attorney from the list."},
    )
    starts_at = forms.DateTimeField(
        label="Day and time",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="Only if you choose none of the free times.",
        error_messages={"invalid": AHEAD},
    )
    minutes = forms.IntegerField(
        label="Minutes",
        required=False,
        min_value=SHORTEST,
        max_value=LONGEST,
        help_text="Leave empty for the attorney’s usual length.",
        error_messages={"invalid": "Enter a number of minutes."},
    )
    way = forms.ChoiceField(label="How", choices=Way.choices, widget=forms.RadioSelect, initial=Way.PERSON)
    place = forms.CharField(
        label="Place",
        required=False,
        max_length=booking.PLACE_LENGTH,
        help_text="Leave empty for the attorney’s usual place.",
    )
    video_link = forms.CharField(
        label="Link of the video call", required=False, max_length=booking.LINK_LENGTH, help_text="For video only."
    )
    overrule = forms.BooleanField(label="Outside working hours, or during an absence", required=False)
    reason = TextField(label="Why outside", rows=2, help_text="Recorded in the timeline, for staff only.")

    def __init__(self, data=None, *, held: Appointment | None = None, now: datetime | None = None, **kwargs):
        self.held, self.now = held, now or timezone.now()
        super().__init__(data, **kwargs)
        self.calendars = calendars_for(self.request)
        self.fields["calendar"].queryset = AttorneyCalendar.objects.filter(pk__in=[one.pk for one in self.calendars])
        self.fields["calendar"].widget.choices = [
            ("", "Choose…"),
            *((one.pk, str(one)) for one in self.calendars),
        ]
        self.initial |= self.first_values()
        self.offer()

    @property
    def can_be_used(self) -> bool:
        return bool(self.calendars)

    def first_values(self) -> dict:
        return {"slot": ""}

    def offer(self) -> None:
        """Offer the next free times of the first calendars; a choice made earlier stays valid."""
        shown = self.calendars[:CALENDARS]
        leave_out = self.held.pk if self.held else 0
        free = next_free(shown, number=TIMES, now=self.now, leave_out=leave_out)
        choices = [(_slot(one, at), f"{one}: {short_words(at)}") for one in shown for at in free[one.pk]]
        chosen = self.data.get("slot", "")
        known = {code for code, _ in choices}
        if chosen not in {"", OTHER, *known} and (read := self.read_slot(chosen)):
            choices.insert(0, (chosen, f"{read[0]}: {short_words(read[1])}"))
        self.fields["slot"].choices = [*choices, (OTHER, "Another time, as given below")]
        if not choices:
            self.fields["slot"].widget = forms.HiddenInput()

    def read_slot(self, code: str) -> tuple[AttorneyCalendar, datetime] | None:
        number, _, at = code.partition("|")
        calendar = next((one for one in self.calendars if str(one.pk) == number), None)
        try:
            starts_at = datetime.fromisoformat(at)
        except ValueError:
            return None
        is_sound = calendar is not None and not timezone.is_naive(starts_at) and 2000 < starts_at.year < 2100
        return (calendar, starts_at) if is_sound else None

    def marks(self, request: ConsultationRequest) -> dict[str, str]:
        return super().marks(request) | {"seen": request.status}

    def clean(self) -> dict:
        cleaned = super().clean()
        chosen = self.read_slot(cleaned.get("slot") or "")
        if chosen:
            self.errors.pop("calendar", None)
            self.errors.pop("starts_at", None)
            cleaned["calendar"], cleaned["starts_at"] = chosen
        elif "calendar" not in self.errors and not cleaned.get("calendar"):
            self.add_error("calendar", "Choose an attorney, or one of the free times.")
        elif "starts_at" not in self.errors and not cleaned.get("starts_at"):
            self.add_error("starts_at", AHEAD)
        return cleaned

    def values(self) -> dict:
        values = super().values()
        del values["slot"]
        return values | {"minutes": values["minutes"] or values["calendar"].minutes}


class RescheduleForm(ScheduleForm):
    name, button, done = "reschedule", "Change the appointment", "The appointment of {request} is changed."
    verb = staticmethod(booking.reschedule)

    def __init__(self, data=None, *, request: ConsultationRequest, held: Appointment | None = None, **kwargs):
        held = held or request.appointments.held().select_related("calendar").first()
        super().__init__(data, request=request, held=held, **kwargs)

    def first_values(self) -> dict:
        if self.held is None:
            return {"slot": OTHER}
        names = ("calendar", "starts_at", "minutes", "way", "place", "video_link")
        return {"slot": OTHER} | {name: getattr(self.held, name) for name in names}

    def marks(self, request: ConsultationRequest) -> dict[str, str]:
        return super().marks(request) | {"seen": booking.version(request.appointments.held().first())}


def calendars_for(request: ConsultationRequest) -> list[AttorneyCalendar]:
    """Return the calendars open for a request: the requested attorney's first, then the assignee's."""
    return sorted(
        calendars_open_for(request),
        key=lambda one: (
            one.attorney_id is None or one.attorney_id != request.attorney_id,
            one.user_id is None or one.user_id != request.assignee_id,
            one.name,
            one.pk,
        ),
    )


def _slot(calendar: AttorneyCalendar, at: datetime) -> str:
    return f"{calendar.pk}|{at.isoformat()}"


class ChosenForm(SeenForm):
    """Shared by both forms about a time that the person chose; ``held`` is its hold."""

    #: The code of the action in the timeline.
    doing = ""

    def __init__(self, data=None, *, held: Appointment | None = None, **kwargs):
        self.held = held
        super().__init__(data, **kwargs)

    def marks(self, request: ConsultationRequest) -> dict[str, str]:
        """Return the version of the hold: the given one in a new form, the present one after a refusal."""
        held = request.appointments.filter(state=AppointmentState.HOLD).first() if self.is_refused else self.held
        return super().marks(request) | {"seen": booking.version(held)}

    def is_done_already(self, refusal) -> bool:
        return refusal.code == "stale" and self.did_last(EventKind.APPOINTMENT, doing=self.doing)


class ConfirmTimeForm(ChosenForm, AppointmentForm):
    name, button, done, doing = "confirm_time", "Confirm", "{request} is scheduled.", "made"
    verb = staticmethod(confirm_slot.confirm_time)

    @property
    def needs_call(self) -> bool:
        """Whether staff must call first: no contact yet, and no e-mail address."""
        return self.request.first_contact_at is None and not self.request.email


class ReleaseTimeForm(ChosenForm):
    name, button, doing = "release_time", "Release", "let_go"
    verb = staticmethod(confirm_slot.release_time)
    done = "The time is free again. The person was not notified."
