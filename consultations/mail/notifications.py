"""Who is told what. Each function writes rows of the outbox, in the transaction of what they tell of; none sends."""

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

#: A form that is sent again with another address again and again must not make the site write to all of them.
MOST_RECEIPTS = 3
#: A reminder of what has been overdue for longer helps nobody; the digest names it every morning.
REMIND_WITHIN = timedelta(days=3)
#: How long after its time a digest still is a morning's: a worker that starts later waits for the next day.
DIGEST_WITHIN = timedelta(hours=6)
#: How long mail to managers about undelivered messages waits for more of them.
UNDELIVERED_PAUSE = timedelta(minutes=2)
#: The most requests of one run.
BATCH = 200


def announce(request: ConsultationRequest, *, addresses: Iterable[str] | None = None) -> None:
    """Tell staff of a new request, and the person that it has arrived. Nobody learns of one in quarantine.

    ``addresses`` are those of `addresses_for`, where they are known already.
    """
    if request.status == Status.QUARANTINE:
        return
    addresses = addresses_for(request) if addresses is None else addresses
    to_person = [_person_message(request)] if request.email else []
    _write([*_staff_messages(MessageKind.STAFF_NEW, request, addresses), *to_person])


def announce_release(request: ConsultationRequest) -> None:
    """Do for a request that has left the quarantine what is done for a new one."""
    request.messages.filter(state=MessageState.SKIPPED).delete()
    announce(request)


def announce_correction(request: ConsultationRequest) -> None:
    """Tell staff that a request was sent again with changes; and a person with another address, at that address."""
    event = request.events.filter(kind=EventKind.CORRECTED).order_by("-pk").first()
    if request.status == Status.QUARANTINE or event is None:
        return
    unsent = OutgoingMessage.objects.due(timezone.now()).filter(request=request)
    told = set(unsent.filter(kind=MessageKind.STAFF_CORRECTED).values_list("address", flat=True))
    addresses = [address for address in addresses_for(request) if address not in told]
    _to_staff(MessageKind.STAFF_CORRECTED, request, addresses, occasion=event.pk)
    has_new_address = bool(request.email) and "email" in event.facts["fields"]
    receipts = request.messages.filter(kind=MessageKind.PERSON_RECEIPT)
    if has_new_address and not receipts.due(timezone.now()).exists() and receipts.count() < MOST_RECEIPTS:
        _to_person(request, occasion=event.pk)


def announce_conflict(request: ConsultationRequest, *, occasion: int) -> None:
    """Tell staff that the check of a request which was in order has found somebody: once for each ``occasion``."""
    _to_staff(MessageKind.STAFF_CONFLICT, request, addresses_for(request), occasion=occasion)


def announce_chosen(request: ConsultationRequest, *, occasion: str) -> None:
    """Tell staff that the person has chosen a time; once, when it is changed before the first message has left."""
    unsent = OutgoingMessage.objects.due(timezone.now()).filter(request=request, kind=MessageKind.STAFF_CHOSEN)
    told = set(unsent.values_list("address", flat=True))
    addresses = [address for address in addresses_for(request) if address not in told]
    _to_staff(MessageKind.STAFF_CHOSEN, request, addresses, occasion=occasion)


def announce_overdue(now: datetime | None = None) -> int:
    """Remind of each request whose first answer is overdue: once, and whoever sees to it. Return of how many."""
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
    """Write the digest of the day once its time has come; return how many. What it says is found when it leaves."""
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
    """Tell managers that messages were given up, at most once an hour each. How many, is found when it leaves."""
    hour = now.astimezone(UTC).strftime("%Y-%m-%dT%H")
    kind = MessageKind.STAFF_UNDELIVERED
    return _write(
        OutgoingMessage(
            kind=kind, address=address, dedupe_key=_key(kind, hour, address), next_attempt_at=now + UNDELIVERED_PAUSE
        )
        for address in addresses_of_managers() or addresses_for()
    )


def announce_mention(event: RequestEvent, user) -> int:
    """Tell a colleague that there is a line of the timeline for her or him; return how many messages were written."""
    kind, addresses = MessageKind.STAFF_MENTIONED, [user.email] if user.email else []
    return _to_staff(kind, event.request, addresses, occasion=f"{event.pk}:{user.pk}", event=event)


def announce_reminder(event: RequestEvent, due_at: datetime, addresses: Iterable[str]) -> int:
    """Remind at these addresses of what an event of the timeline set; once for each time that it is set to."""
    occasion = f"{event.pk}:{due_at.timestamp():.0f}"
    return _to_staff(MessageKind.STAFF_REMINDER, event.request, addresses, occasion=occasion, event=event)


def announce_answer(event: RequestEvent) -> int:
    """Send the words of an event to the person."""
    return _to_person(event.request, kind=MessageKind.PERSON_ANSWER, occasion=event.pk, event=event)


def is_digest_time(now: datetime, digest_at, zone: ZoneInfo) -> bool:
    """True from the digest's time until `DIGEST_WITHIN` later on the same day, as clocks on the wall show it.

    A time that the change to daylight saving leaves out has come when the clocks have passed it.
    """
    local = now.astimezone(zone).replace(tzinfo=None)
    starts = datetime.combine(local.date(), digest_at)
    return starts <= local < starts + DIGEST_WITHIN


def addresses_for(request: ConsultationRequest | None = None, *, desk: IntakeSettings | None = None) -> list[str]:
    """Return where staff are told of a request, or of all: never the address of somebody who is screened from it."""
    desk = desk or IntakeSettings.current()
    found = desk.addresses or addresses_of_intake()
    screens = Screen.objects.filter(request=request) if request else Screen.objects.none()
    walled = {address.lower() for address in screens.values_list("user__email", flat=True)}
    unique = {address.lower(): address for address in reversed(found) if address}
    return [address for folded, address in reversed(unique.items()) if folded not in walled]


def _to_staff(kind: MessageKind, request: ConsultationRequest, addresses: Iterable[str], **about) -> int:
    return _write(_staff_messages(kind, request, addresses, **about))


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


def _to_person(request: ConsultationRequest, **about) -> int:
    return _write([_person_message(request, **about)])


def _person_message(
    request: ConsultationRequest, *, kind=MessageKind.PERSON_RECEIPT, occasion="", event=None
) -> OutgoingMessage:
    return OutgoingMessage(kind=kind, request=request, event=event, dedupe_key=_key(kind, request.pk, occasion))


def _key(*parts) -> str:
    return ":".join(str(part).lower() for part in parts if part != "")


def _write(messages: Iterable[OutgoingMessage]) -> int:
    """Write the messages that are not there yet; return how many were given."""
    return len(OutgoingMessage.objects.bulk_create(list(messages), ignore_conflicts=True))
