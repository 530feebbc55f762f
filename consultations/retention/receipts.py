"""What is stored of a consent to text messages when its request is erased, and its lookup."""

from datetime import datetime, timedelta

from consultations.contact_outcomes import Channel, Direction
from consultations.models import ConsentReceipt, ConsultationRequest, EventKind, RequestEntry, RetentionSettings
from consultations.models.search import PHONE
from firm.encryption.blind_index import normalise_phone


def store_receipts(request: ConsultationRequest, now: datetime) -> int:
    """Store the consent of somebody who was sent a text message, one receipt per number; return how many.

    Without a text message nobody has a claim, so nothing is stored.
    """
    days = RetentionSettings.current().consent_days
    sent = [
        event.at
        for event in request.events.filter(kind=EventKind.CONTACT).order_by("at", "pk")
        if (event.facts.get("direction"), event.facts.get("channel")) == (Direction.OUT, Channel.TEXT)
    ]
    given_at, wording = _consent(request)
    if not days or not sent or not wording:
        return 0
    keep_until = sent[-1] + timedelta(days=days)
    if keep_until <= now:
        return 0
    numbers = sorted(RequestEntry.terms(request)[PHONE] - {""})
    ConsentReceipt.objects.bulk_create(
        ConsentReceipt(
            **ConsentReceipt.digest_of(number),
            given_at=given_at,
            wording=wording,
            page=request.acknowledgement_page,
            last_text_at=sent[-1],
            keep_until=keep_until,
        )
        for number in numbers
    )
    return len(numbers)


def receipts_of(number: str):
    return ConsentReceipt.objects.of(normalise_phone(number))


def delete_expired_receipts(now: datetime) -> int:
    return ConsentReceipt.objects.filter(keep_until__lte=now).delete()[0]


def _consent(request: ConsultationRequest) -> tuple[datetime, str]:
    """Return when consent was given, and its wording; an empty wording if it was not given, or withdrawn."""
    given_at = request.acknowledged_at
    for event in request.events.sent_by_visitor():
        if event.values.get("new", {}).get("sms_consent"):
            given_at = event.at
    return given_at, request.sms_consent_wording if request.sms_consent else ""
