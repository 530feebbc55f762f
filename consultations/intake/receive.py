"""Stores what a visitor sent: in one transaction, and at most one request for each rendered form."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from consultations.audit import record
from consultations.conflicts.checks import take_in
from consultations.intake.consent import version_of
from consultations.intake.rate_limits import UNCOUNTED, Count, add_submission
from consultations.intake.spam import UNSUSPICIOUS, Assessment
from consultations.mail.notifications import addresses_for, announce, announce_correction
from consultations.models.events import AuditAction, EventKind, RequestEvent
from consultations.models.requests import ConsultationRequest
from consultations.models.search import EMAIL, PHONE, RequestEntry
from consultations.models.settings import IntakeSettings
from consultations.response_targets import set_target, set_urgency
from consultations.workflow import Status
from firm.encryption.blind_index import normalise_email, normalise_phone

logger = logging.getLogger(__name__)

FIELDS = (
    *("full_name", "phone", "email", "preferred_contact", "best_time", "relationship", "person_in_need"),
    *("practice_area", "attorney", "in_custody", "court_date", "court", "other_parties", "message", "sms_consent"),
)
#: Fields that staff may change later; the values that were sent are stored with the first event.
MATTER = ("in_custody", "court_date", "court")
#: A reference that is in use costs one attempt; a form that is sent twice at once costs one more.
ATTEMPTS = 5
#: A later request of the same person within this time is linked to the earlier one.
FOLLOW_UP_WITHIN = timedelta(days=180)


@dataclass(frozen=True)
class Arrival:
    """What is known of a request besides its fields. ``count``: the result of `expect_submission`, stored with it."""

    assessment: Assessment = UNSUSPICIOUS
    count: Count = UNCOUNTED
    landing_page: str = ""
    referring_host: str = ""
    form_path: str = ""


@dataclass(frozen=True)
class Prepared:
    """The rows of a request, prepared before the database is locked. ``addresses``: of staff to notify."""

    request: ConsultationRequest
    events: list[RequestEvent]
    entries: list[RequestEntry]
    addresses: list[str]
    count: Count


def receive(
    cleaned: dict,
    *,
    page,
    token: UUID,
    arrival: Arrival | None = None,
    earlier: ConsultationRequest | None = None,
    now: datetime | None = None,
) -> ConsultationRequest:
    """Store a valid form and return the request, or the existing one if ``token`` was sent before.

    The same form sent again with changes is a correction of the first request, which is ``earlier`` if the caller knows
    it. ``page`` has the wordings of the consent. The conflict check follows, see `consultations.conflicts.first_check`.
    Raises `IntegrityError` when the database refuses the values.
    """
    arrival, now = arrival or Arrival(), now or timezone.now()
    for attempt in range(ATTEMPTS):
        if earlier:
            with transaction.atomic():
                return _correct(earlier, cleaned, page=page, now=now)
        prepared = _prepare(cleaned, page=page, token=token, arrival=arrival, now=now)
        try:
            with transaction.atomic():
                return _record(prepared, now=now)
        except IntegrityError:
            earlier = sent_before(token)
            if not earlier and attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def sent_before(token: UUID) -> ConsultationRequest | None:
    """Return the request that was stored for this rendered form."""
    return ConsultationRequest.objects.filter(form_token=token).first()


def _prepare(cleaned: dict, *, page, token: UUID, arrival: Arrival, now: datetime) -> Prepared:
    """Return the request and what belongs to it, encrypted and with digests; write nothing."""
    desk, suspicion = IntakeSettings.current(), arrival.assessment
    request = ConsultationRequest(
        **{name: cleaned[name] for name in FIELDS},
        **consent_receipt(page, now=now, has_sms_consent=cleaned["sms_consent"], path=arrival.form_path),
        form_token=token,
        submitted_at=now,
        status=Status.QUARANTINE if suspicion.is_suspicious else Status.NEW,
        suspicion=suspicion.score,
        suspicions=list(suspicion.reasons),
        landing_page=arrival.landing_page,
        referring_host=arrival.referring_host,
        follows_id=_earlier(cleaned, now),
    )
    set_target(request, desk)
    received = RequestEvent(
        request=request,
        kind=EventKind.RECEIVED,
        at=now,
        facts={"status": str(request.status)},
        values={"new": {name: _plain(cleaned[name]) for name in MATTER}},
    )
    request.encrypt()
    received.encrypt()
    addresses = [] if suspicion.is_suspicious else addresses_for(desk=desk)
    return Prepared(request, [received], RequestEntry.objects.entries_of([request]), addresses, arrival.count)


def _record(prepared: Prepared, *, now: datetime) -> ConsultationRequest:
    request, events = prepared.request, list(prepared.events)
    request.save(force_insert=True)
    if request.follows_id:
        facts = {"request": request.pk, "reference": request.reference}
        events.append(RequestEvent(request_id=request.follows_id, kind=EventKind.FOLLOWED, at=now, facts=facts))
    RequestEvent.objects.bulk_create(events)
    record.record(AuditAction.CHANGED, request=request, doing="receive", status=str(request.status))
    RequestEntry.objects.enter(prepared.entries)
    announce(request, addresses=prepared.addresses)
    try:
        add_submission(prepared.count, now)
    except DatabaseError as error:  # no reason to refuse the request
        logger.error("A submission could not be counted: %s", type(error).__name__)
    return request


def _correct(request: ConsultationRequest, cleaned: dict, *, page, now: datetime) -> ConsultationRequest:
    """Apply the changes since the last time the form was sent, and record the old values.

    Changes by staff in the meantime remain, unless the visitor changed the same field.
    """
    request = ConsultationRequest.objects.select_for_update().get(pk=request.pk)
    known = sent_values(request)
    changed = {name: value for name in FIELDS if (value := _plain(cleaned[name])) != known[name]}
    if not changed:
        return request
    old = {name: known[name] for name in changed}
    for name in changed:
        setattr(request, name, cleaned[name])
    if "sms_consent" in changed:
        request.sms_consent_wording = page.sms_wording if cleaned["sms_consent"] else ""
    set_urgency(request, now=now)
    request.save()
    RequestEvent.objects.create(
        request=request,
        kind=EventKind.CORRECTED,
        at=now,
        facts={"fields": sorted(changed)},
        values={"new": changed, "old": old},
    )
    record.record(AuditAction.CHANGED, request=request, doing="correct")
    RequestEntry.objects.rebuild([request])
    take_in(request, now=now)
    announce_correction(request)
    return request


def sent_values(request: ConsultationRequest) -> dict[str, str | bool]:
    """Return the fields as the visitor last sent them, ignoring changes by staff."""
    known = {name: _plain(getattr(request, name)) for name in FIELDS}
    for event in request.events.sent_by_visitor():
        known |= event.values.get("new", {})
    return known


def _plain(value) -> str | bool:
    if isinstance(value, bool):
        return value
    if hasattr(value, "as_e164"):
        return value.as_e164
    return str(value or "")


def _earlier(cleaned: dict, now: datetime) -> int | None:
    """Return the id of the latest request with the same phone number or e-mail address, if it is recent."""
    entries = RequestEntry.objects
    numbers = entries.equal_to(PHONE, normalise_phone(str(cleaned["phone"] or "")))
    addresses = entries.equal_to(EMAIL, normalise_email(cleaned["email"] or ""))
    recent = ConsultationRequest.objects.received_since(FOLLOW_UP_WITHIN, now).exclude(status=Status.QUARANTINE)
    found = recent.filter(Q(pk__in=numbers) | Q(pk__in=addresses))
    return found.order_by("-submitted_at", "-pk").values_list("pk", flat=True).first()


def consent_receipt(page, *, now: datetime, has_sms_consent: bool, path: str = "") -> dict:
    return {
        "acknowledged_at": now,
        "acknowledgement": page.acknowledgement,
        "acknowledgement_version": version_of(page.acknowledgement),
        "acknowledgement_page": path[:200],
        "sms_consent_wording": page.sms_wording if has_sms_consent else "",
    }
