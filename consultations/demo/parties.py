"""The demo's register of known parties, all invented, and the outcome of its conflict checks."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from consultations.conflict_states import BEYOND, ConflictState
from consultations.conflicts import decisions
from consultations.conflicts.checks import check_safely
from consultations.conflicts.register import save_party
from consultations.models import ConsultationRequest, MessageKind, OutgoingMessage, Party, PartySource
from consultations.workflow import OPEN
from firm.demo import read

PARTIES = Path(__file__).parent / "content" / "parties.toml"
_NAMESPACE = uuid.UUID("0e0f7f55-9d9b-4b2b-8f0a-2f4f5f0c9c41")
_REASON = "Sample reason. Another person of a similar name."


def add_parties(now: datetime) -> None:
    entries = read(PARTIES)["party"]
    keys = [uuid.uuid5(_NAMESPACE, entry["name"]).int >> 65 for entry in entries]
    known = set(Party.objects.filter(import_key__in=keys).values_list("import_key", flat=True))
    for number, (key, entry) in enumerate(zip(keys, entries, strict=True)):
        if key not in known:
            added_at = now - timedelta(days=400 - number)
            save_party(Party(**entry, import_key=key, source=PartySource.IMPORT, added_at=added_at))


def finish_checks(told: Iterable[ConsultationRequest], staff: dict, *, left_open: set[int]) -> None:
    """Check the new samples again, as the worker would, and clear all but those in ``left_open``."""
    for request in told:
        request.refresh_from_db(fields=["status"])
        if request.status in BEYOND:
            continue
        if request.status in OPEN:
            check_safely(request.pk)
        request.refresh_from_db(fields=["conflict_state"])
        if request.conflict_state == ConflictState.OPEN and request.pk not in left_open:
            decisions.clear(request.pk, reason=_REASON, by=staff["intake_manager"])
    OutgoingMessage.objects.filter(request__in=[one.pk for one in told], kind=MessageKind.STAFF_CONFLICT).delete()
