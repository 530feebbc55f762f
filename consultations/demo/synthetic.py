"""Synthetic requests, for measuring: spread over ten years, encrypted and indexed like real ones."""

import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from consultations.conflict_states import ConflictState
from consultations.intake.receive import consent_receipt
from consultations.models import ConsultationPage, ConsultationRequest, IntakeSettings, PreferredContact, RequestEntry
from consultations.response_targets import set_target
from consultations.workflow import AWAITING, CLOSED, Status
from firm.demo import read

NAMESPACE = uuid.UUID("5b0a3f0e-6f0e-4c55-9a53-1d8c0d2a7b11")
BATCH = 2000
#: The requests are spread evenly over this many days.
DAYS = 10 * 365
#: Statuses of recent requests, in percent. Older ones are closed.
RECENT = timedelta(days=60)
WEIGHTS = {
    Status.NEW: 2,
    Status.IN_REVIEW: 2,
    Status.CONTACTED: 3,
    Status.CONSULTED: 2,
    Status.RETAINED: 22,
    Status.DECLINED: 35,
    Status.REFERRED: 12,
    Status.NOT_REACHED: 15,
    Status.CONFLICT: 3,
    Status.QUARANTINE: 4,
}
OLD_WEIGHTS = {status: weight for status, weight in WEIGHTS.items() if status in CLOSED}
#: States of the conflict check other than clear.
CHECKS = {Status.CONFLICT: ConflictState.DECLINED, Status.QUARANTINE: ConflictState.UNCHECKED}
#: First names, and halves of invented surnames.
FIRST, HALVES = read(Path(__file__).parent / "content" / "names.toml").values()


def add(count: int, *, page: ConsultationPage, areas: list, staff: list, tell: Callable[[str], object]) -> int:
    """Bring the synthetic requests to ``count``; return how many were added. Existing ones are unchanged."""
    now, desk = timezone.now(), IntakeSettings.current()
    make = Maker(areas, staff, consent_receipt(page, now=now, has_sms_consent=False), now)
    known = set(ConsultationRequest.objects.values_list("form_token", flat=True))
    missing = [number for number in range(count) if token_of(number) not in known]
    for start in range(0, len(missing), BATCH):
        numbers = missing[start : start + BATCH]
        _store([make(number) for number in numbers], desk)
        tell(f"{numbers[-1] + 1:,} of {count:,} requests")
    return len(missing)


def token_of(number: int) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, f"synthetic:{number}")


def name_of(number: int) -> str:
    """Return the name for a number. As with real names, some share a first or a last name."""
    first, rest = number % len(FIRST), number // len(FIRST)
    surname = HALVES[rest % len(HALVES)] + HALVES[(number * 7 + rest // len(HALVES)) % len(HALVES)]
    return f"{FIRST[first]} {surname.title()}"


class Maker:
    """Makes the request of a number: always the same except for reference and age."""

    def __init__(self, areas: list, staff: list, receipt: dict, now: datetime) -> None:
        self._areas, self._staff, self._receipt, self._now = areas, staff, receipt, now
        self._today = timezone.localdate(now)

    def __call__(self, number: int) -> ConsultationRequest:
        chance, now = random.Random(number), self._now  # noqa: S311 - sample data, nothing to guess
        age = timedelta(minutes=chance.randrange(10, DAYS * 24 * 60))
        submitted_at = now - age
        weights = WEIGHTS if age < RECENT else OLD_WEIGHTS
        status = chance.choices(list(weights), weights=list(weights.values()))[0]
        is_answered = status not in {*AWAITING, Status.QUARANTINE}
        has_date = status not in CLOSED and chance.random() < 0.3
        return ConsultationRequest(
            form_token=token_of(number),
            submitted_at=submitted_at,
            full_name=name_of(number),
            phone=f"+1{chance.choice((212, 347, 646, 718, 917))}55501{number % 100:02d}",
            email=f"person-{number + 1}@example.com",
            preferred_contact=chance.choice((PreferredContact.PHONE, PreferredContact.EMAIL)),
            practice_area=chance.choice(self._areas) if self._areas else None,
            in_custody=chance.random() < 0.15,
            court_date=self._court_date(chance, submitted_at, has_date),
            message=f"Synthetic text of request {number + 1}, for measuring.",
            status=status,
            conflict_state=CHECKS.get(status, ConflictState.CLEAR),
            conflict_checked_at=None if status == Status.QUARANTINE else now,
            first_contact_at=submitted_at + timedelta(minutes=chance.randrange(5, 600)) if is_answered else None,
            assignee=chance.choice(self._staff) if self._staff and status != Status.NEW else None,
            closed_at=submitted_at + timedelta(days=2) if status in CLOSED else None,
            **self._receipt | {"acknowledged_at": submitted_at},
        )

    def _court_date(self, chance: random.Random, submitted_at: datetime, is_ahead: bool):
        """In the future for some open requests; soon after submission for some others."""
        if is_ahead:
            return self._today + timedelta(days=chance.randrange(1, 90))
        return submitted_at.date() + timedelta(days=chance.randrange(1, 90)) if chance.random() < 0.3 else None


def _store(requests: list[ConsultationRequest], desk: IntakeSettings) -> None:
    for request in requests:
        set_target(request, desk)
    entries = RequestEntry.objects.entries_of(requests)
    with transaction.atomic():
        ConsultationRequest.objects.bulk_create(requests)
        RequestEntry.objects.enter(entries)
