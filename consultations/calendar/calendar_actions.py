"""Changes of calendars: each is one transaction with its audit entry."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from consultations.audit import record
from consultations.calendar.feeds import new_token
from consultations.models import Absence, AttorneyCalendar, AuditAction


@transaction.atomic
def save_calendar(calendar: AttorneyCalendar, *, by) -> AttorneyCalendar:
    calendar.save()
    record.record(AuditAction.CHANGED, by=by, doing="calendar", calendar=calendar.pk)
    return calendar


@transaction.atomic
def add_absence(calendar: AttorneyCalendar, *, starts_at: datetime, ends_at: datetime, kind: str, by) -> Absence:
    """Add an absence. Appointments within it stay: staff have to call those people."""
    made = Absence.objects.create(calendar=calendar, starts_at=starts_at, ends_at=ends_at, kind=kind)
    record.record(AuditAction.CHANGED, by=by, doing="absence", calendar=calendar.pk, absence=made.pk)
    return made


@transaction.atomic
def remove_absence(calendar: AttorneyCalendar, pk: int, *, by) -> bool:
    is_gone = bool(Absence.objects.filter(calendar=calendar, pk=pk).delete()[0])
    if is_gone:
        record.record(AuditAction.CHANGED, by=by, doing="no_absence", calendar=calendar.pk, absence=pk)
    return is_gone


@transaction.atomic
def make_feed(calendar: AttorneyCalendar, *, by, now: datetime | None = None) -> str:
    """Return the token of a new feed, which is not shown again. The previous one stops working."""
    token, digest = new_token(calendar)
    AttorneyCalendar.objects.filter(pk=calendar.pk).update(feed_digest=digest, feed_made_at=now or timezone.now())
    record.record(AuditAction.CHANGED, by=by, doing="feed", calendar=calendar.pk)
    return token


@transaction.atomic
def revoke_feed(calendar: AttorneyCalendar, *, by) -> bool:
    open_ones = AttorneyCalendar.objects.filter(pk=calendar.pk).exclude(feed_digest=None)
    is_closed = bool(open_ones.update(feed_digest=None, feed_made_at=None))
    if is_closed:
        record.record(AuditAction.CHANGED, by=by, doing="no_feed", calendar=calendar.pk)
    return is_closed
