"""The saved filters of the queue: the condition of each, how many requests meet it, and what to say when none does."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

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
    """``condition`` takes the account that looks and the time; ``title`` and ``advice`` are shown without a match.

    Those ``for_intake`` are not offered to attorneys, who see only what is assigned to them.
    """

    code: str
    label: str
    condition: Callable[[object, datetime], Q]
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


SETS = {
    one.code: one
    for one in (
        SavedFilter(
            "open",
            "Open",
            lambda user, now: _OPEN,
            "Nothing is open",
            "Every request has come to its end. New ones appear here by themselves, the most pressing at the top.",
        ),
        SavedFilter(
            "mine",
            "Mine",
            lambda user, now: _OPEN & Q(assignee=user),
            "Nothing is assigned to you",
            "Look into “Unassigned” and take over what nobody sees to yet.",
        ),
        SavedFilter(
            "unassigned",
            "Unassigned",
            lambda user, now: _OPEN & Q(assignee=None),
            "Every open request has somebody who sees to it",
            "New requests appear here until somebody takes them.",
            for_intake=True,
        ),
        SavedFilter(
            "overdue",
            "Overdue",
            lambda user, now: WAITING & Q(due_at__lte=now),
            "Nobody waits longer than promised",
            "A request comes here when its time has run out and no call or message to the person is logged.",
        ),
        SavedFilter(
            "chosen",
            "Time chosen",
            lambda user, now: _OPEN & Q(pk__in=Appointment.objects.holding(now).order_by().values("request")),
            "No chosen time waits to be confirmed",
            "When somebody chooses a time after sending the form, the request stands here until you confirm the time.",
        ),
        SavedFilter(
            "told",
            "Notes for you",
            _told,
            "There is no note for you that you have not seen",
            "When a colleague tells you of a note, its request stands here until you have opened it.",
        ),
        SavedFilter(
            "reminders",
            "Reminders due",
            _reminded,
            "No reminder of yours is due",
            "Set one on any open request: it stands here when its time has come, until it is done or put off.",
        ),
        SavedFilter(
            "custody",
            "In custody",
            lambda user, now: _OPEN & Q(in_custody=True),
            "No open request is about somebody in custody",
            "When you learn on the telephone that a person is held, note it on the request: it moves up at once.",
        ),
        SavedFilter(
            "court",
            "Court within 7 days",
            _court,
            "No court date within the next seven days",
            "Ask for the next court date in every first call and note it on the request.",
        ),
        SavedFilter(
            "conflicts",
            "Conflict check to do",
            lambda user, now: _OPEN & Q(conflict_state__in=TO_DO),
            "Every conflict check has come to an end",
            "A request comes here when somebody in the register matches a name in it, or a decision is asked for.",
            for_intake=True,
        ),
        SavedFilter(
            "quarantine",
            "Quarantine",
            lambda user, now: Q(status=Status.QUARANTINE),
            "Nothing is in quarantine",
            "What looks as if no person had sent it is kept here. Look in once a day, and release what is real.",
            for_intake=True,
        ),
        SavedFilter(
            "closed",
            "Closed",
            lambda user, now: Q(status__in=CLOSED),
            "Nothing is closed yet",
            "Requests come here when they are retained, declined, referred, not reached, or merged into another one.",
        ),
        SavedFilter(
            "all",
            "All",
            lambda user, now: Q(),
            "No requests yet",
            "What visitors send through the consultation form appears here.",
        ),
    )
}
DEFAULT, EVERYTHING = "open", "all"


def requests_in(code: str, user, now: datetime):
    """Return the requests of a set that this account may see."""
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
