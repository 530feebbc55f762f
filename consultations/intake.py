"""Takes in what a visitor sent: one transaction, and at most one request for one rendered form."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from consultations.consent import version_of
from consultations.models.requests import ConsultationRequest

FIELDS = (
    "full_name",
    "phone",
    "email",
    "preferred_contact",
    "best_time",
    "relationship",
    "person_in_need",
    "practice_area",
    "attorney",
    "in_custody",
    "court_date",
    "court",
    "other_parties",
    "message",
    "sms_consent",
)
#: A reference that is taken costs one attempt; a second sender of the same form costs one more.
ATTEMPTS = 5


def receive(
    cleaned: dict, *, page, token: UUID, is_suspicious: bool = False, now: datetime | None = None
) -> ConsultationRequest:
    """Store what a valid form says and return the request; the one already stored when ``token`` came before.

    ``page`` is the page whose wording was agreed to. Raises `IntegrityError` when the database refuses the values.
    """
    now = now or timezone.now()
    for attempt in range(ATTEMPTS):
        if earlier := _sent_before(token):
            return earlier
        try:
            with transaction.atomic():
                return _record(cleaned, page=page, token=token, is_suspicious=is_suspicious, now=now)
        except IntegrityError:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _sent_before(token: UUID) -> ConsultationRequest | None:
    return ConsultationRequest.objects.filter(form_token=token).first()


def _record(cleaned: dict, *, page, token: UUID, is_suspicious: bool, now: datetime) -> ConsultationRequest:
    """Write the request and all that belongs to it; whatever follows from it is written here, in its transaction."""
    return ConsultationRequest.objects.create(
        **{name: cleaned[name] for name in FIELDS},
        **consent_receipt(page, now=now, has_sms_consent=cleaned["sms_consent"]),
        form_token=token,
        is_suspicious=is_suspicious,
        submitted_at=now,
    )


def consent_receipt(page, *, now: datetime, has_sms_consent: bool) -> dict:
    """Return what is kept of the consent: when, and to which wording."""
    return {
        "acknowledged_at": now,
        "acknowledgement": page.acknowledgement,
        "acknowledgement_version": version_of(page.acknowledgement),
        "sms_consent_wording": page.sms_wording if has_sms_consent else "",
    }
