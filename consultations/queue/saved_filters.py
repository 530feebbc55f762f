"""The saved filters of the queue: their conditions, and how many requests match."""

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.contrib.auth import get_user_model
from django.db.models import F, Func, IntegerField, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from consultations.conflict_states import TO_DO
from consultations.due_dates import COURT_SOON
from consultations.models.calendar import Appointment
from consultations.models.notes import Mention, Reminder
from consultations.permissions import MANAGE, visible_to
from consultations.workflow import AWAITING, CLOSED, OPEN, Status

#: Those to whom nobody has called or written yet, so that their clock runs.
WAITING = Q(status__in=AWAITING, first_contact_at=None)
_OPEN = Q(status__in=OPEN)


@dataclass(frozen=True)
class SavedFilter:
    """``condition`` takes the account that looks and the time; the texts are those of ``saved_filters.toml``."""

    code: str
    condition: Callable[[object, datetime], Q]
    label: str
    title: str
    advice: str
    for_intake: bool = False


def _court(user, now: datetime) -> Q:
    today = timezone.localdate(now)
    return _OPEN & Q(court_date__range=(today, today + COURT_SOON))


def _told(user, now: datetime) -> Q:
    return Q(pk__in=Mention.objects.filter(user=user, seen_at=None).order_by().values("event__request"))


def _reminded(user, now: datetime) -> Q:
    """Those with a reminder for this account that is due; for managers also one that has nobody else any more."""
    whose = Q(for_user=user) | (Q(for_user=None) if user.has_perm(MANAGE) else Q(pk=None))
    return Q(pk__in=Reminder.objects.due(now).filter(whose).order_by().values("request"))


_CONDITIONS: dict[str, Callable[[object, datetime], Q]] = {
    "open": lambda user, now: _OPEN,
    "mine": lambda user, now: _OPEN & Q(assignee=user),
    "unassigned": lambda user, now: _OPEN & Q(assignee=None),
    "overdue": lambda user, now: WAITING & Q(due_at__lte=now),
    "chosen": lambda user, now: _OPEN & Q(pk__in=Appointment.objects.holding(now).order_by().values("request")),
    "told": _told,
    "reminders": _reminded,
    "custody": lambda user, now: _OPEN & Q(in_custody=True),
    "court": _court,
    "conflicts": lambda user, now: _OPEN & Q(conflict_state__in=TO_DO),
    "quarantine": lambda user, now: Q(status=Status.QUARANTINE),
    "closed": lambda user, now: Q(status__in=CLOSED),
    "all": lambda user, now: Q(),
}
_TEXTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
#: By code, in the order of the screen.
SETS = {code: SavedFilter(code=code, condition=_CONDITIONS[code], **texts) for code, texts in _TEXTS.items()}
DEFAULT, EVERYTHING = "open", "all"


def requests_in(code: str, user, now: datetime):
    return visible_to(user).filter(SETS[code].condition(user, now))


def count(user, codes: Iterable[str] = tuple(SETS), now: datetime | None = None, **others: Q) -> dict[str, int]:
    """Return how many requests each of the sets holds for this account, and each of ``others``.

    In one query, of one subquery for each, so that the database counts each by the index that fits it.
    """
    now = now or timezone.now()
    conditions = {code: SETS[code].condition(user, now) for code in codes} | others
    counted = {name: _number(visible_to(user).filter(condition)) for name, condition in conditions.items()}
    return get_user_model().objects.filter(pk=user.pk).values(**counted).get()


def _number(requests) -> Coalesce:
    number = requests.order_by().annotate(number=Func(F("pk"), function="COUNT")).values("number")
    return Coalesce(Subquery(number), 0, output_field=IntegerField())
