"""Who is notified of what. Each function writes outbox rows in the transaction of the change; none sends."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.utils import timezone

from consultations.mail.kinds import MessageKind
from consultations.models.events import EventKind, RequestEvent, Screen
from consultations.models.messages import MessageState, OutgoingMessage
from consultations.models.requests import ConsultationRequest
from consultations.models.settings import IntakeSettings
from consultations.permissions import addresses_of_intake, addresses_of_managers, may_see
from consultations.workflow import Status

#: The most receipts for one request: resending the form with other addresses must not make the site spam them.
MOST_RECEIPTS = 3
#: Requests that have been overdue for longer are only listed in the digest.
REMIND_WITHIN = timedelta(days=3)
#: A worker that starts later than this after the digest's time waits for the next day.
DIGEST_WITHIN = timedelta(hours=6)
#: How long mail to managers about undelivered messages waits for more of them.
UNDELIVERED_PAUSE = timedelta(minutes=2)
#: The most requests of one run.
BATCH = 200


def announce(request: ConsultationRequest, *, addresses: Iterable[str] | None = None) -> None:
    """Notify staff and the person of a new request; nobody of one in quarantine.

    ``addresses`` is the result of `addresses_for`, if known.
    """
    if request.status == Status.QUARANTINE:
        return
    addresses = addresses_for(request) if addresses is None else addresses
    to_person = [_person_message(request)] if request.email else []
    _write([*_staff_messages(MessageKind.STAFF_NEW, request, addresses), *to_person])


def announce_release(request: ConsultationRequest) -> None:
    request.messages.filter(state=MessageState.SKIPPED).delete()
    announce(request)


def announce_correction(request: ConsultationRequest) -> None:
    """Notify staff that a request was sent again with changes, and a person with a new address at that address."""
    event = request.events.filter(kind=EventKind.CORRECTED).order_by("-pk").first()
    if request.status == Status.QUARANTINE or event is None:
        return
    _to_staff(MessageKind.STAFF_CORRECTED, request, _without_unsent(MessageKind.STAFF_CORRECTED, request), event.pk)
    has_new_address = bool(request.email) and "email" in event.facts["fields"]
    receipts = request.messages.filter(kind=MessageKind.PERSON_RECEIPT)
    if has_new_address and not receipts.due(timezone.now()).exists() and receipts.count() < MOST_RECEIPTS:
        _write([_person_message(request, occasion=event.pk)])


def announce_conflict(request: ConsultationRequest, *, occasion: int) -> None:
    """Notify staff, once per ``occasion``, that a check that was clear has found a match."""
    _to_staff(MessageKind.STAFF_CONFLICT, request, addresses_for(request), occasion)


def announce_chosen(request: ConsultationRequest, *, occasion: str) -> None:
    """Notify staff that the person has chosen a time; once, if it is changed before the first message was sent."""
    _to_staff(MessageKind.STAFF_CHOSEN, request, _without_unsent(MessageKind.STAFF_CHOSEN, request), occasion)


def announce_overdue(now: datetime | None = None) -> int:
    """Remind the assignee, else the intake staff, once of each overdue first answer; return of how many."""
    now = now or timezone.now()
    told = OutgoingMessage.objects.filter(request=OuterRef("pk"), kind=MessageKind.STAFF_OVERDUE)
    overdue = ConsultationRequest.objects.overdue(now).filter(~Exists(told), due_at__gte=now - REMIND_WITHIN)
    count = 0
    for request in overdue.select_related("assignee").order_by("due_at", "pk")[:BATCH]:
        assignee = request.assignee
        is_told_alone = assignee and assignee.email and may_see(assignee, request)
        addresses = [assignee.email] if is_told_alone else addresses_for(request)
        count += bool(_to_staff(MessageKind.STAFF_OVERDUE, request, addresses))
    return count


def announce_digest(now: datetime | None = None) -> int:
    """Write the day's digest when its time has come; return how many. Its contents are read when it is sent."""
    desk, now = IntakeSettings.current(), now or timezone.now()
    local = now.astimezone(desk.zone)
    if not desk.has_digest or not is_digest_time(now, desk.digest_at, desk.zone):
        return 0
    day = local.date().isoformat()
    return _write(
        OutgoingMessage(kind=MessageKind.STAFF_DIGEST, address=address, dedupe_key=_key("digest", day, address))
        for address in addresses_for()
    )


def announce_undelivered(now: datetime) -> int:
    """Notify managers of undeliverable messages, at most once an hour each. The number is read when it is sent."""
    hour = now.astimezone(UTC).strftime("%Y-%m-%dT%H")
    kind = MessageKind.STAFF_UNDELIVERED
    return _write(
        OutgoingMessage(
            kind=kind, address=address, dedupe_key=_key(kind, hour, address), next_attempt_at=now + UNDELIVERED_PAUSE
        )
        for address in addresses_of_managers() or addresses_for()
    )


def announce_mention(event: RequestEvent, user) -> int:
    """Notify a colleague who was mentioned in a timeline event; return how many messages were written."""
    addresses = [user.email] if user.email else []
    return _to_staff(MessageKind.STAFF_MENTIONED, event.request, addresses, f"{event.pk}:{user.pk}", event)


def announce_reminder(event: RequestEvent, due_at: datetime, addresses: Iterable[str]) -> int:
    """Send the reminder of a timeline event to these addresses, once per due time."""
    occasion = f"{event.pk}:{due_at.timestamp():.0f}"
    return _to_staff(MessageKind.STAFF_REMINDER, event.request, addresses, occasion, event)


def announce_answer(event: RequestEvent) -> int:
    return _write([_person_message(event.request, MessageKind.PERSON_ANSWER, event.pk, event)])


def is_digest_time(now: datetime, digest_at, zone: ZoneInfo) -> bool:
    """Return whether it is the digest's local time, or up to `DIGEST_WITHIN` later on the same day.

    A time that daylight saving skips has come when the clocks have passed it.
    """
    local = now.astimezone(zone).replace(tzinfo=None)
    starts = datetime.combine(local.date(), digest_at)
    return starts <= local < starts + DIGEST_WITHIN


def addresses_for(request: ConsultationRequest | None = None, *, desk: IntakeSettings | None = None) -> list[str]:
    """Return the staff addresses for a request, or for all: none of anybody behind an ethical wall."""
    desk = desk or IntakeSettings.current()
    found = desk.addresses or addresses_of_intake()
    screens = Screen.objects.filter(request=request) if request else Screen.objects.none()
    walled = {address.lower() for address in screens.values_list("user__email", flat=True)}
    unique = {address.lower(): address for address in reversed(found) if address}
    return [address for folded, address in reversed(unique.items()) if folded not in walled]


def _without_unsent(kind: MessageKind, request: ConsultationRequest) -> list[str]:
    """Return the staff addresses without those to which such a message is still to be sent."""
    unsent = OutgoingMessage.objects.due(timezone.now()).filter(request=request, kind=kind)
    told = set(unsent.values_list("address", flat=True))
    return [address for address in addresses_for(request) if address not in told]


def _to_staff(
    kind: MessageKind, request: ConsultationRequest, addresses: Iterable[str], occasion="", event=None
) -> int:
    return _write(_staff_messages(kind, request, addresses, occasion, event))


def _staff_messages(
    kind: MessageKind, request: ConsultationRequest, addresses: Iterable[str], occasion="", event=None
) -> list[OutgoingMessage]:
    return [
        OutgoingMessage(
            kind=kind,
            request=request,
            event=event,
            address=address,
            dedupe_key=_key(kind, request.pk, occasion, address),
        )
        for address in addresses
    ]


def _person_message(
    request: ConsultationRequest, kind=MessageKind.PERSON_RECEIPT, occasion="", event=None
) -> OutgoingMessage:
    return OutgoingMessage(kind=kind, request=request, event=event, dedupe_key=_key(kind, request.pk, occasion))


def _key(*parts) -> str:
    return ":".join(str(part).lower() for part in parts if part != "")


def _write(messages: Iterable[OutgoingMessage]) -> int:
    """Store the messages that do not exist yet; return how many were given."""
    return len(OutgoingMessage.objects.bulk_create(list(messages), ignore_conflicts=True))
