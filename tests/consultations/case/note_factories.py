"""Reminders and notes for tests. A test sets only what it is about."""

from datetime import datetime, timedelta

from django.utils import timezone

from consultations.actions import reminders, requests
from consultations.models import ConsultationRequest, Mention, Reminder
from tests.consultations.conftest import ROLES, make_user

SECRET = "Quillfeather"


def colleague(username: str = "ina", *, role: str = "intake", **values):
    """Make an account that may see every request."""
    return make_user(username, group=ROLES[role], **values)


def told(request: ConsultationRequest, *, to, by, text: str = SECRET) -> Mention:
    """Keep a note of which somebody is told."""
    requests.add_note(request.pk, text=text, tell=[to], by=by)
    return Mention.objects.filter(user=to).latest("pk")


def set_reminder(request: ConsultationRequest, *, by, for_user=None, text: str = SECRET, **values) -> Reminder:
    """Set a reminder for tomorrow."""
    due_at = values.pop("due_at", None) or timezone.now() + timedelta(days=1)
    reminders.remind(request.pk, for_user=for_user or by, due_at=due_at, text=text, by=by, **values)
    return Reminder.objects.latest("pk")


def due_reminder(request: ConsultationRequest, *, by, for_user=None, ago: timedelta = timedelta(hours=1)) -> Reminder:
    """Set a reminder whose time has come."""
    reminder = set_reminder(request, by=by, for_user=for_user)
    return at(reminder, timezone.now() - ago)


def at(reminder: Reminder, due_at: datetime) -> Reminder:
    """Let a reminder be due at another time, as if it had been set to it."""
    Reminder.objects.filter(pk=reminder.pk).update(due_at=due_at, told_at=None)
    reminder.refresh_from_db()
    return reminder
