"""Times and places of appointments in words."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format

from consultations.letter import Value
from consultations.models.calendar import Appointment, Way
from consultations.models.settings import IntakeSettings


def time_words(starts_at: datetime, zone=None) -> str:
    """Return day, time and zone: ``Tuesday, December 1, 2026, 10:00 AM EST``; in the reader's zone if none is given."""
    local = starts_at.astimezone(zone) if zone else timezone.localtime(starts_at)
    return f"{date_format(local, 'l, F j, Y, g:i A')} {local.tzname()}"


def short_words(starts_at: datetime) -> str:
    """Return day and time, as short as they are clear."""
    local = timezone.localtime(starts_at)
    return f"{date_format(local, 'D, M j, g:i A')} {local.tzname()}"


def when_words(starts_at: datetime, ends_at: datetime) -> str:
    """Return the time in the firm's zone and how long it takes, for a letter."""
    minutes = int((ends_at - starts_at).total_seconds() // 60)
    return f"{time_words(starts_at, IntakeSettings.current().zone)} ({minutes} minutes)"


def where_for_person(appointment: Appointment, phone: Value) -> Value:
    """Return the place, or the link, or who calls whom."""
    if appointment.way == Way.VIDEO:
        return Value(f"by video: {appointment.video_link}", appointment.video_link)
    if appointment.way == Way.PERSON:
        return Value(appointment.place)
    if appointment.request.phone:
        return Value("by telephone. We call the number that you gave us.")
    return Value(f"by telephone. Please call {phone.text}.")


def where_for_attorney(appointment: Appointment) -> Value:
    """Return the way, and the house's own place; never what somebody typed, which may name the person."""
    words = appointment.get_way_display()
    return Value(f"{words}, {appointment.place_of_house}" if appointment.place_of_house else words)
