"""Erases requests with all that belongs to them: by hand, and by date.

Both use `_erase`, which works on a locked bundle in the transaction of its caller.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from consultations.actions.requests import Refused, action
from consultations.audit import record
from consultations.conflicts import checks
from consultations.models import AuditAction, ConsultationRequest, Erasure, ErasureReason, OutgoingMessage, RequestEvent
from consultations.permissions import DELETE, is_intake, visible_to
from consultations.reference import read_reference
from consultations.retention.mail_files import delete_mail
from consultations.retention.querysets import is_held, is_sending, past_retention, review
from consultations.retention.receipts import delete_expired_receipts, store_receipts
from consultations.retention.secure_delete import clean_files, clean_files_at_once
from consultations.retention.subject_export import Bundle, bundle_around, bundle_of, bundles_of

logger = logging.getLogger(__name__)
#: Bundles in one transaction.
BATCH = 50
#: The reasons that users can give; the other one is for the purge.
BY_HAND = (ErasureReason.ASKED, ErasureReason.MISTAKE, ErasureReason.NO_PERSON)


def may_erase(user) -> bool:
    """Return whether the account may erase requests. The permission alone is not enough."""
    return is_intake(user) and user.has_perm(DELETE)


@action
def erase(pk: int, *, by, reason_code: str, confirm: str, now: datetime | None = None) -> tuple[int, ...]:
    """Erase a request and those merged with it, whatever their status; return their ids.

    ``confirm`` is its reference, in any notation. Refused if one of them has a legal hold or is hidden from ``by``.
    """
    now, bundle = now or timezone.now(), bundle_around(pk)
    request = visible_to(by).get(pk=pk)
    if not may_erase(by):
        raise Refused(request, "not_permitted", "You are not permitted to do that.")
    if reason_code not in BY_HAND:
        raise Refused(request, "no_reason", "Say why it is erased.")
    if read_reference(confirm) != request.reference:
        raise Refused(request, "not_confirmed", f"Type the reference {request} to confirm.")
    if not _lock(bundle):
        raise Refused(request, "stale", "Somebody else has changed it. Review it, then erase.")
    if visible_to(by).filter(pk__in=bundle.numbers).count() != len(bundle.numbers):
        raise Refused(request, "not_all", "You cannot erase this request. Ask another manager.")
    if is_held(bundle.numbers):
        raise Refused(request, "held", "It has a legal hold. Release the hold first.")
    if is_sending(bundle.numbers, now):
        raise Refused(request, "sending", "A message about it is being sent. Try again in ten minutes.")
    _erase_references([bundle])
    _erase(bundle, by=by, reason=reason_code, now=now)
    transaction.on_commit(clean_files_at_once, robust=True)
    return bundle.numbers


@dataclass
class Purged:
    """The result of a purge: bundles that were erased, had changed since the review, or failed."""

    erased: list[Bundle] = field(default_factory=list)
    changed: list[Bundle] = field(default_factory=list)
    failed: list[Bundle] = field(default_factory=list)
    is_clean: bool = True


def purge(now: datetime | None = None, *, tell: Callable[[Bundle], object] = lambda bundle: None) -> Purged:
    """Erase what `review` says is due, in batches, then clean the database files. Not for use in a transaction.

    An interrupted run has erased whole batches; the next one continues. ``tell`` is called for each erased bundle,
    after its transaction. Bundles that have changed since the review are skipped.
    """
    now, purged = now or timezone.now(), Purged()
    due = review(now).due
    for start in range(0, len(due), BATCH):
        batch = due[start : start + BATCH]
        outcome = _purge_batch(batch, now)
        for bundle in batch:
            getattr(purged, outcome[bundle.root]).append(bundle)
            if outcome[bundle.root] == "erased":
                tell(bundle)
    delete_expired_receipts(now)
    purged.is_clean = clean_files()
    return purged


def _purge_batch(batch: list[Bundle], now: datetime) -> dict[int, str]:
    """Erase some bundles in one transaction; return the outcome by root. A failure affects one bundle only."""
    outcome = dict.fromkeys((bundle.root for bundle in batch), "changed")
    with transaction.atomic():
        _lock_rows(number for bundle in batch for number in bundle.numbers)
        ready = _still_due(batch, now)
        _erase_references(ready)
        for bundle in ready:
            try:
                with transaction.atomic():
                    _erase(bundle, by=None, reason=ErasureReason.RETENTION, now=now)
                outcome[bundle.root] = "erased"
            except Exception as error:  # only the type: the message may quote values
                logger.error("Request %s could not be erased: %s", bundle.root, type(error).__name__)
                outcome[bundle.root] = "failed"
    return outcome


def _still_due(batch: list[Bundle], now: datetime) -> list[Bundle]:
    """Return the locked bundles that are unchanged and past their date."""
    roots = [bundle.root for bundle in batch]
    due = set(past_retention(now).filter(pk__in=roots).values_list("pk", flat=True))
    same = set(bundles_of(roots)) & set(batch)
    return [one for one in batch if one.root in due and one in same and not is_held(one.numbers)]


def _lock(bundle: Bundle) -> bool:
    """Lock the requests of a bundle; return whether it is unchanged."""
    _lock_rows(bundle.numbers)
    return bundle_of(bundle.root) == bundle


def _lock_rows(numbers: Iterable[int]) -> None:
    """Lock requests in the order of their ids, to avoid deadlocks, then their messages."""
    numbers = sorted(numbers)
    rows = ConsultationRequest.objects.select_for_update().filter(pk__in=numbers).order_by("pk")
    list(rows.values_list("pk", flat=True))
    messages = OutgoingMessage.objects.select_for_update().filter(request__in=numbers).order_by("pk")
    list(messages.values_list("pk", flat=True))


def _erase(bundle: Bundle, *, by, reason: str, now: datetime) -> None:
    """Delete a bundle, and store the proof of its erasure."""
    for level in bundle.levels:
        for request in ConsultationRequest.objects.filter(pk__in=level).order_by("pk"):
            checks.bury(request)
            store_receipts(request, now)
            Erasure.proof_of(request, by=by, reason=reason, now=now).save(force_insert=True)
            record.record(AuditAction.CHANGED, by=by, request=request, doing="erase", why=str(reason))
            request.delete()


def _erase_references(bundles: Iterable[Bundle]) -> None:
    """Remove the bundles' references from the timelines of other requests and from mail files.

    Those timelines still show that there was another request, by its id.
    """
    bundles = list(bundles)
    numbers = [number for bundle in bundles for number in bundle.numbers]
    others = RequestEvent.objects.filter(facts__request__in=numbers).exclude(request__in=numbers)
    for event in others.only("facts", "seal_id"):
        event.facts.pop("reference", None)
        event.save(update_fields=["facts"])
    delete_mail([reference for bundle in bundles for reference in bundle.references])
