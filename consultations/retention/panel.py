"""When a request will be erased, by which rule, and what prevents it: for its screen and for the retention page."""

from datetime import datetime, timedelta

from consultations.models import ConsultationRequest, LegalHold, RetentionSettings, Screen
from consultations.permissions import may_export, visible_to
from consultations.retention.matter import Matter, matter_with
from consultations.retention.querysets import HeldBack, held, review
from consultations.workflow import OPEN, Status

#: How far ahead the page reaches, and the most lines it shows.
AHEAD, MOST = timedelta(days=30), 200


def outlook_of(request: ConsultationRequest, user) -> dict:
    """Return the retention of one request. ``others`` are erased with it, as far as ``user`` may see them."""
    matter = matter_with(request)
    along = set(matter.numbers) - {request.pk}
    seen = visible_to(user).filter(pk__in=along).only("reference", "status", "submitted_at", "row_uuid")
    others = list(seen.order_by("pk")) if along else []
    holds = {one.request_id: one for one in held().filter(request__in=matter.numbers)}
    settings = RetentionSettings.current()
    return {
        "on": erased_on(matter, settings.periods),
        "rule": _rule(matter, request, settings),
        "hold": holds.get(request.pk),
        "held_with": [one for one in others if one.pk in holds],
        "others": others,
        "may_export": may_export(user),
    }


def erased_on(matter: Matter, periods: dict[str, timedelta]) -> datetime | None:
    """Return when the retention period ends; None if it never does."""
    period = periods.get(matter.outcome)
    return matter.ended_at + period if period else None


def falling_due(user, now: datetime) -> list[dict]:
    """Return what is due within `AHEAD`, earliest first, as far as the account may see it; at most `MOST` and one."""
    periods = RetentionSettings.current().periods
    walls = set(Screen.objects.filter(user=user).values_list("request_id", flat=True))
    # Twice as many, since some are left out below, and merged requests end with the last of them.
    found = review(now + AHEAD, periods=periods, most=2 * (MOST + 1) + len(walls))
    matters = [(one, "") for one in found.due]
    matters += [(one, reason.label) for one, reason in found.held_back if reason != HeldBack.SENDING]
    matters.sort(key=lambda pair: (erased_on(pair[0], periods), pair[0].root))
    matters = [pair for pair in matters if pair[0].root not in walls][: MOST + 1]
    shown = visible_to(user).only("reference", "status", "submitted_at", "row_uuid")
    seen = shown.in_bulk([one.root for one, _ in matters])
    return [
        {"request": seen[one.root], "matter": one, "on": erased_on(one, periods), "held_back": reason}
        for one, reason in matters
        if one.root in seen
    ]


def held_for(user) -> list[LegalHold]:
    return list(held().filter(request__in=visible_to(user)))


def _rule(matter: Matter, request: ConsultationRequest, settings: RetentionSettings) -> str:
    period, words = settings.period(matter.outcome), Status(matter.outcome).label.lower()
    if matter.outcome in OPEN:
        return "An open request is not erased by date."
    if period is None:
        return f"Requests that ended as “{words}” are never erased."
    since = "it was sent" if matter.outcome == Status.QUARANTINE else "its end"
    along = " The request that it was merged into decides." if matter.root != request.pk else ""
    automatic = "" if settings.is_automatic else " Nothing is erased by date until that is enabled."
    return f"{period.days:,} days after {since}, as “{words}”.{along}{automatic}"
