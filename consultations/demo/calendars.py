"""The demo's calendars: one for each attorney, with hours and a place."""

from datetime import datetime, time, timedelta

from consultations.calendar.availability import next_free
from consultations.models import Appointment, AttorneyCalendar

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]
#: Working hours, assigned in turn.
HOURS = (
    [(WEEKDAYS, time(9), time(12)), (WEEKDAYS, time(13), time(17))],
    [(WEEKDAYS, time(10), time(18))],
    [(["mon", "wed", "fri"], time(8, 30), time(16)), (["sat"], time(10), time(13))],
)
#: More free times than the demo has appointments.
AT_ONCE = 60
PLACE = "Main office, reception on the second floor"


def load_calendars(demo) -> list[AttorneyCalendar]:
    found = {one.attorney_id: one for one in AttorneyCalendar.objects.exclude(attorney=None)}
    user, made = demo.staff.get("publisher"), []
    is_free = user is not None and not AttorneyCalendar.objects.filter(user=user).exists()
    for place, page in enumerate(demo.attorneys.values()):
        if getattr(page, "is_former", False):
            continue
        calendar = found.get(page.pk)
        if calendar is None:
            lines = [
                ("hours", {"days": days, "opens": opens, "closes": closes})
                for days, opens, closes in HOURS[place % len(HOURS)]
            ]
            calendar = AttorneyCalendar(attorney=page, name=page.title, hours=lines, place=PLACE)
            calendar.email = f"{page.slug}@example.com"
            if is_free:
                calendar.user, is_free = user, False
            calendar.save()
        made.append(calendar)
    return made


def free_time(calendars: list[AttorneyCalendar], *, wanted: datetime, now: datetime, attorney_id=None):
    """Return a calendar, the requested attorney's if possible, and its first free time from ``wanted`` on."""
    first = next((one for one in calendars if attorney_id and one.attorney_id == attorney_id), calendars[0])
    free = next_free([first], number=AT_ONCE, now=now, since=wanted, notice=timedelta(0))[first.pk]
    # Past appointments no longer take their time, so exclude those times here.
    used = set(Appointment.objects.filter(calendar=first).values_list("starts_at", flat=True))
    return first, next(at for at in free if at not in used)
