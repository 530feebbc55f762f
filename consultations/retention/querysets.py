"""Which requests are past their date, and what holds some of them back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from consultations.models import ConsultationRequest, LegalHold, MessageState, OutgoingMessage, RetentionSettings
from consultations.retention.matter import Matter, matters_of
from consultations.workflow import OPEN, Status

#: Matters in one query.
CHUNK = 500


class HeldBack(models.TextChoices):
    """Why a request is not erased although its date is past."""

    HOLD = "hold", "legal hold"
    OPEN = "open", "the person has another open request"
    SENDING = "sending", "a message about it is being sent"


@dataclass(frozen=True)
class Review:
    """What is erased at one moment, and what is held back; oldest end first."""

    due: list[Matter]
    held_back: list[tuple[Matter, HeldBack]]


def review(
    now: datetime | None = None, *, periods: dict[str, timedelta] | None = None, most: int | None = None
) -> Review:
    """Return what is past its date at ``now``. The purge erases exactly what is due here.

    With ``most``, only that many of each outcome, those that ended first.
    """
    now = now or timezone.now()
    requests = past_date(now, periods)
    if most is not None:
        requests = ConsultationRequest.objects.filter(pk__in=_ended_first(now, periods, most))
    rows = list(_by_age(_with_reasons(requests, now)).values_list("pk", *_REASONS))
    matters = {}
    for start in range(0, len(rows), CHUNK):
        matters |= {one.root: one for one in matters_of([row[0] for row in rows[start : start + CHUNK]])}
    due, held_back = [], []
    for pk, *reasons in rows:
        reason = next((code for code, is_so in zip(_REASONS.values(), reasons, strict=True) if is_so), None)
        if pk in matters and reason is None:
            due.append(matters[pk])
        elif pk in matters:
            held_back.append((matters[pk], reason))
    goes_along = {number for one in due for number in one.numbers if number != one.root}
    return Review([one for one in due if one.root not in goes_along], held_back)


def _ended_first(now: datetime, periods: dict[str, timedelta] | None, most: int) -> list[int]:
    periods = RetentionSettings.current().periods if periods is None else periods
    by_outcome = (past_date(now, {status: period}) for status, period in periods.items())
    return [pk for found in by_outcome for pk in _by_age(found).values_list("pk", flat=True)[:most]]


def past_retention(now: datetime | None = None, *, periods: dict[str, timedelta] | None = None):
    """Return the requests to erase at ``now``; those merged into one of them are erased with it."""
    now = now or timezone.now()
    found = _with_reasons(past_date(now, periods), now)
    return _by_age(found.filter(**dict.fromkeys(_REASONS, False)))


def past_date(now: datetime, periods: dict[str, timedelta] | None = None):
    """Return the requests whose period is over, even if something holds them back. Never open ones.

    The period begins with the last end of a request and those merged into it; in quarantine when it was sent. A merged
    request is erased with its target, or earlier if merged requests have their own period and the target has ended.
    """
    periods = RetentionSettings.current().periods if periods is None else periods
    condition = Q(pk__in=())
    # An expression instead of the column, so that the planner does not scan all that ended later.
    last_end = Coalesce("closed_at", "submitted_at")
    joined = ConsultationRequest.objects.filter(merged_into=OuterRef("pk")).annotate(last_end=last_end)
    for status, period in periods.items():
        began = "submitted_at" if status == Status.QUARANTINE else "closed_at"
        over = Q(status=status, **{f"{began}__lte": now - period})
        ended_later = joined.filter(last_end__gt=now - period)
        condition |= over & (~Q(merged_into__status__in=OPEN) if status == Status.MERGED else ~Exists(ended_later))
    return ConsultationRequest.objects.filter(condition)


def held():
    return LegalHold.objects.select_related("request", "set_by").order_by("set_at", "pk")


def is_held(numbers) -> bool:
    return LegalHold.objects.filter(request__in=numbers).exists()


def is_sending(numbers, now: datetime) -> bool:
    """Return whether a worker is sending a message about one of the requests."""
    return _in_hands(now).filter(request__in=numbers).exists()


_REASONS = {"is_held": HeldBack.HOLD, "has_open": HeldBack.OPEN, "is_sending": HeldBack.SENDING}


def _with_reasons(requests, now: datetime):
    """Annotate each reason to hold a request back, including those of requests merged with it."""
    return requests.annotate(
        is_held=_in_matter_of(LegalHold.objects.all(), "request"),
        has_open=_in_matter_of(ConsultationRequest.objects.open(), "follows"),
        is_sending=_in_matter_of(_in_hands(now), "request"),
    )


def _in_matter_of(rows, name: str) -> Case:
    """Return whether the request that ``name`` of a row leads to is this one, merged into it, or its merge target.

    The requests of the rows are looked up once, not per request.
    """
    led = {f"{name}__isnull": False}
    same, above = rows.filter(**led).order_by().values(name), f"{name}__merged_into"
    joined = rows.filter(**led, **{f"{above}__isnull": False}).order_by().values(above)
    is_one = Q(pk__in=same) | Q(pk__in=joined) | Q(merged_into__in=same) | Q(merged_into__in=joined)
    return Case(When(is_one, then=Value(True)), default=Value(False))


def _in_hands(now: datetime):
    return OutgoingMessage.objects.filter(state=MessageState.WAITING, leased_until__gt=now)


def _by_age(requests):
    return requests.order_by("closed_at", "submitted_at", "pk")
