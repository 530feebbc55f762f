"""Erases requests with all that belongs to them: by hand, and by date.

Both use `_erase`, which works on a locked matter in the transaction of its caller.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from consultations.actions.requests import Refused, audited
from consultations.audit import record
from consultations.conflicts import checks
from consultations.models import (
    AuditAction,
    ConsultationRequest,
    Erasure,
    ErasureReason,
    OutgoingMessage,
    RequestEvent,
    RetentionSettings,
)
from consultations.permissions import DELETE, is_intake, visible_to
from consultations.reference import read_reference
from consultations.retention.mail_files import delete_mail
from consultations.retention.matter import Matter, matter_around, matter_of, matters_of
from consultations.retention.querysets import is_held, is_sending, past_retention, review
from consultations.retention.receipts import delete_expired_receipts, store_receipts
from consultations.retention.secure_delete import clean_files, clean_files_at_once

logger = logging.getLogger(__name__)
#: Matters in one transaction.
BATCH = 50
#: The reasons that users can give; the other one is for the purge.
BY_HAND = (ErasureReason.ASKED, ErasureReason.MISTAKE, ErasureReason.NO_PERSON)


def may_erase(user) -> bool:
    """Return whether the account may erase requests. The permission alone is not enough."""
    return is_intake(user) and user.has_perm(DELETE)


@audited
def erase(pk: int, *, by, reason_code: str, confirm: str, now: datetime | None = None) -> tuple[int, ...]:
    """Erase a request and those merged with it, whatever their status; return their ids.

    ``confirm`` is its reference, in any notation. Refused if one of them has a legal hold or is hidden from ``by``.
    """
    now, matter = now or timezone.now(), matter_around(pk)
    request = visible_to(by).get(pk=pk)
    if not may_erase(by):
        raise Refused(request, "not_permitted", "You are not permitted to do that.")
    if reason_code not in BY_HAND:
        raise Refused(request, "no_reason", "Say why it is erased.")
    if read_reference(confirm) != request.reference:
        raise Refused(request, "not_confirmed", f"Type the reference {request} to confirm.")
    if not _lock(matter):
        raise Refused(request, "stale", "Somebody else has changed it. Review it, then erase.")
    if visible_to(by).filter(pk__in=matter.numbers).count() != len(matter.numbers):
        raise Refused(request, "not_all", "You cannot erase this request. Ask another manager.")
    if is_held(matter.numbers):
        raise Refused(request, "held", "It has a legal hold. Release the hold first.")
    if is_sending(matter.numbers, now):
        raise Refused(request, "sending", "A message about it is being sent. Try again in ten minutes.")
    _erase_references([matter])
    _erase(matter, by=by, reason=reason_code, now=now)
    transaction.on_commit(clean_files_at_once, robust=True)
    return matter.numbers


@dataclass
class Purged:
    """The matters that a purge erased, that had changed since the review, and that failed."""

    erased: list[Matter] = field(default_factory=list)
    changed: list[Matter] = field(default_factory=list)
    failed: list[Matter] = field(default_factory=list)
    is_clean: bool = True


def purge(now: datetime | None = None, *, tell: Callable[[Matter], object] = lambda matter: None) -> Purged:
    """Erase what `review` says is due, in batches, then clean the database files. Not for use in a transaction.

    An interrupted run has erased whole batches; the next one continues. ``tell`` is called for each erased matter,
    after its transaction. Matters that have changed since the review are skipped.
    """
    now, purged = now or timezone.now(), Purged()
    due = review(now).due
    for start in range(0, len(due), BATCH):
        batch = due[start : start + BATCH]
        outcome = _purge_batch(batch, now)
        for matter in batch:
            getattr(purged, outcome[matter.root]).append(matter)
            if outcome[matter.root] == "erased":
                tell(matter)
    delete_expired_receipts(now)
    purged.is_clean = clean_files()
    return purged


def purge_daily() -> Purged | None:
    if not RetentionSettings.current().is_automatic:
        return None
    purged = purge()
    if purged.erased or purged.failed:
        logger.info("Past their date: %s erased, %s failed", len(purged.erased), len(purged.failed))
    return purged


def _purge_batch(batch: list[Matter], now: datetime) -> dict[int, str]:
    """Erase some matters in one transaction; return the outcome by root. A failure affects one matter only."""
    outcome = dict.fromkeys((matter.root for matter in batch), "changed")
    with transaction.atomic():
        _lock_rows(number for matter in batch for number in matter.numbers)
        ready = _still_due(batch, now)
        _erase_references(ready)
        for matter in ready:
            try:
                with transaction.atomic():
                    _erase(matter, by=None, reason=ErasureReason.RETENTION, now=now)
                outcome[matter.root] = "erased"
            except Exception as error:  # only the type: the message may quote values
                logger.error("Request %s could not be erased: %s", matter.root, type(error).__name__)
                outcome[matter.root] = "failed"
    return outcome


def _still_due(batch: list[Matter], now: datetime) -> list[Matter]:
    """Return the locked matters that are unchanged and past their date."""
    roots = [matter.root for matter in batch]
    due = set(past_retention(now).filter(pk__in=roots).values_list("pk", flat=True))
    same = set(matters_of(roots)) & set(batch)
    return [one for one in batch if one.root in due and one in same and not is_held(one.numbers)]


def _lock(matter: Matter) -> bool:
    """Lock the requests of a matter; return whether it is unchanged."""
    _lock_rows(matter.numbers)
    return matter_of(matter.root) == matter


def _lock_rows(numbers: Iterable[int]) -> None:
    """Lock requests in the order of their ids, to avoid deadlocks, then their messages."""
    numbers = sorted(numbers)
    rows = ConsultationRequest.objects.select_for_update().filter(pk__in=numbers).order_by("pk")
    list(rows.values_list("pk", flat=True))
    messages = OutgoingMessage.objects.select_for_update().filter(request__in=numbers).order_by("pk")
    list(messages.values_list("pk", flat=True))


def _erase(matter: Matter, *, by, reason: str, now: datetime) -> None:
    for pk in matter.order:
        request = ConsultationRequest.objects.get(pk=pk)
        checks.bury(request)
        store_receipts(request, now)
        Erasure.proof_of(request, by=by, reason=reason, now=now).save(force_insert=True)
        record.record(AuditAction.CHANGED, by=by, request=request, doing="erase", why=str(reason))
        request.delete()


def _erase_references(matters: Iterable[Matter]) -> None:
    """Remove the matters' references from the timelines of other requests and from mail files.

    Those timelines still show that there was another request, by its id.
    """
    matters = list(matters)
    numbers = [number for matter in matters for number in matter.numbers]
    others = RequestEvent.objects.filter(facts__request__in=numbers).exclude(request__in=numbers)
    for event in others.only("facts", "row_uuid"):
        event.facts.pop("reference", None)
        event.save(update_fields=["facts"])
    delete_mail([reference for matter in matters for reference in matter.references])
