"""The appointments of a week or a day, in the admin. An appointment that the viewer may not see is only a busy time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.generic import TemplateView

from consultations.audit import record
from consultations.calendar.access import may_edit_calendars, may_see_appointments
from consultations.models import Absence, Appointment, AppointmentState, AttorneyCalendar, AuditAction, Screen
from consultations.permissions import may_manage, visible_to
from consultations.view_permissions import AdminScreen, Guarded

WEEK, DAY = "week", "day"
#: The period that can be shown, back and ahead of today.
BACK, AHEAD = timedelta(days=3660), timedelta(days=731)
SHOWN = (AppointmentState.HOLD, AppointmentState.HELD, AppointmentState.KEPT, AppointmentState.MISSED)
BUSY = "Busy"


@dataclass(frozen=True)
class Slot:
    starts_at: datetime
    ends_at: datetime
    attorney: str
    words: str
    url: str = ""
    state: str = ""
    is_absence: bool = False


@dataclass(frozen=True)
class Period:
    first: date
    days: int

    @property
    def start(self) -> datetime:
        """The beginning of the first day, in the viewer's time zone."""
        return timezone.make_aware(datetime.combine(self.first, time()))

    @property
    def end(self) -> datetime:
        return Period(self.first + timedelta(days=self.days), 0).start

    @property
    def dates(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range(self.days)]


def read_period(given, today: date) -> Period:
    """Return the period asked for in the URL; the current week if that is invalid."""
    try:
        asked = parse_date(given.get("from", "")) or today
    except ValueError:
        asked = today
    asked = min(max(asked, today - BACK), today + AHEAD)
    if given.get("view") == DAY:
        return Period(asked, 1)
    return Period(asked - timedelta(days=asked.weekday()), 7)


class AgendaView(Guarded, AdminScreen, TemplateView):
    template_name = "consultations/admin/agenda.html"
    doing = "appointments"
    may_enter = staticmethod(may_see_appointments)
    page_title = "Appointments"
    header_icon = "calendar"
    above = ()

    def get_context_data(self, **kwargs) -> dict:
        user, today = self.request.user, timezone.localdate()
        calendars = list(AttorneyCalendar.objects.order_by("name", "pk"))
        chosen = next((one for one in calendars if str(one.pk) == self.request.GET.get("calendar")), None)
        period = read_period(self.request.GET, today)
        slots = slots_for(user, period, [chosen] if chosen else calendars)
        record.record(
            AuditAction.LISTED, by=user, week=period.first.isoformat(), calendar=chosen.pk if chosen else None
        )
        days = [
            (day, [slot for slot in slots if timezone.localdate(slot.starts_at) <= day <= _last_day(slot)])
            for day in period.dates
        ]
        return super().get_context_data(
            days=days,
            period=period,
            today=today,
            calendars=calendars,
            chosen=chosen,
            is_week=period.days == 7,
            is_empty=not slots,
            last=period.dates[-1],
            previous=period.first - timedelta(days=period.days),
            next=period.first + timedelta(days=period.days),
            may_edit=may_edit_calendars(user),
            may_add=may_manage(user),
            zone=timezone.localtime().tzname(),
            queue_url=reverse("consultations:index"),
            **kwargs,
        )


def _last_day(slot: Slot) -> date:
    return timezone.localdate(slot.ends_at - timedelta(microseconds=1))


def slots_for(user, period: Period, calendars: list[AttorneyCalendar]) -> list[Slot]:
    """Return the lines of a period as an account may see them. Four queries, however many lines."""
    names = {one.pk: one.name for one in calendars}
    own = {one.pk for one in calendars if one.user_id == user.pk}
    found = Appointment.objects.within(period.start, period.end).filter(calendar__in=names, state__in=SHOWN)
    rows = list(found.select_related("request").only(*_NEEDED).order_by("starts_at", "pk"))
    numbers = {row.request_id for row in rows}
    visible = set(visible_to(user).filter(pk__in=numbers).values_list("pk", flat=True))
    walled = set(Screen.objects.filter(user=user, request__in=numbers).values_list("request", flat=True))
    slots = [_slot(row, names, row.request_id in visible, row.calendar_id in own, walled) for row in rows]
    away = Absence.objects.filter(calendar__in=names, starts_at__lt=period.end, ends_at__gt=period.start)
    slots += [
        Slot(one.starts_at, one.ends_at, names[one.calendar_id], one.get_kind_display(), is_absence=True)
        for one in away
    ]
    return sorted(slots, key=lambda slot: (slot.starts_at, slot.attorney, slot.words))


_NEEDED = ("row_uuid", "starts_at", "ends_at", "way", "state", "calendar", "request__reference", "request__row_uuid")


def _slot(row: Appointment, names: dict, is_visible: bool, is_own: bool, walled: set) -> Slot:
    """Return a line: with a link if the viewer may open the request, with its reference in the own calendar."""
    if not is_visible and (not is_own or row.request_id in walled):
        return Slot(row.starts_at, row.ends_at, names[row.calendar_id], BUSY)
    words = f"{row.request.reference}, {row.get_way_display().lower()}"
    url = reverse("consultations:request", args=[row.request_id]) if is_visible else ""
    state = row.get_state_display() if row.state != AppointmentState.HELD else ""
    return Slot(row.starts_at, row.ends_at, names[row.calendar_id], words, url, state)
