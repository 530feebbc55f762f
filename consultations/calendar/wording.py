"""Times and places of appointments in words."""

from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format

from consultations.display import date_and_time
from consultations.mail.render import Value
from consultations.models.calendar import Appointment, Way
from consultations.models.settings import IntakeSettings

#: Events of a chosen time, by their codes in the timeline.
CHOICE_WORDS = {
    "chosen": "A time was chosen",
    "chosen_anew": "Another time was chosen",
    "given_up": "The chosen time was given up",
    "let_go": "The chosen time was released",
    "lapsed": "The chosen time was not confirmed in time and is free again",
    "ended": "The chosen time is free again",
}
CHOSEN_BY_VISITOR = ("chosen", "chosen_anew", "given_up")
_WAYS = {str(code): label.lower() for code, label in Way.choices}


def time_words(starts_at: datetime, zone=None) -> str:
    """Return day, time and zone: ``Tuesday, December 1, 2026, 10:00 AM EST``; without ``zone``, in the reader's."""
    return f"{date_and_time(starts_at, zone)} {timezone.localtime(starts_at, zone).tzname()}"


def short_words(starts_at: datetime) -> str:
    local = timezone.localtime(starts_at)
    return f"{date_format(local, 'D, M j, g:i A')} {local.tzname()}"


def when_words(starts_at: datetime, ends_at: datetime) -> str:
    """Return the time in the firm's zone and the length, for a message."""
    minutes = int((ends_at - starts_at).total_seconds() // 60)
    return f"{time_words(starts_at, IntakeSettings.current().zone)} ({minutes} minutes)"


def where_for_person(appointment: Appointment, phone: Value) -> Value:
    if appointment.way == Way.VIDEO:
        return Value(f"by video: {appointment.video_link}", appointment.video_link)
    if appointment.way == Way.PERSON:
        return Value(appointment.place)
    if appointment.request.phone:
        return Value("by telephone. We call the number that you gave us.")
    return Value(f"by telephone. Please call {phone.text}.")


def where_for_attorney(appointment: Appointment) -> Value:
    """Return the way and the calendar's own place; never typed text, which may name the person."""
    words = appointment.get_way_display()
    return Value(f"{words}, {appointment.place_of_house}" if appointment.place_of_house else words)


def event_words(facts: dict, values: dict) -> str:
    """Return a timeline event about an appointment or a chosen time in words, in the reader's zone."""
    when = parse_datetime(facts.get("starts_at") or "")
    told = [date_and_time(when)] if when else []
    told += [f"{facts['minutes']} minutes"] if facts.get("minutes") else []
    told += [_WAYS[facts["way"]]] if facts.get("way") in _WAYS else []
    name = f"with {values['with']}" if values.get("with") else ""
    if facts.get("doing") in CHOICE_WORDS:
        until = parse_datetime(facts.get("hold_until") or "")
        told += [name] if name else []
        told += [f"held until {date_format(timezone.localtime(until), 'l, F j, g:i A')}"] if until else []
        title = CHOICE_WORDS[facts["doing"]]
    else:
        verb = "changed" if facts.get("doing") == "changed" else "made"
        title = f"An appointment {name} was {verb}" if name else f"An appointment was {verb}"
    return f"{title}: {', '.join(told)}" if told else title
