"""Tells colleagues of a timeline event: those who were chosen, and those whose @name is in its text."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from consultations.audit import record
from consultations.colleagues import tellable
from consultations.display import user_name
from consultations.mail.notifications import announce_mention
from consultations.models import AuditAction, ConsultationRequest, Mention, RequestEvent

#: What is left of an address or of another name is no mention: a@ina, @ina.example.com, @ina@example.com, @ina-bo.
_BEFORE, _AFTER = r"(?<![\w.@+-])@", r"(?![\w@]|[.-]\w)"


def found_in(text: str, people: Iterable) -> list:
    """Return the people whose @username, @First name or @Full name is in a text, in the order of the text.

    A name that fits nobody, or several of them, is text like any other.
    """
    by_name = _names_of(people)
    found = [by_name.get(match[1].casefold()) for match in _matches(text, by_name)]
    return list({user.pk: user for user in found if user is not None}.values())


def emphasised(text: str, people: Iterable) -> SafeString:
    """Return a text as HTML with the names of these people highlighted."""
    by_name = _names_of(people)
    parts, end = [], 0
    for match in _matches(text, by_name):
        user = by_name.get(match[1].casefold())
        if user is not None:
            name = format_html('<strong class="request-mention">@{}</strong>', user_name(user))
            parts += [escape(text[end : match.start()]), name]
            end = match.end()
    return mark_safe("".join([*parts, escape(text[end:])]))  # escaped above


def _names_of(people: Iterable) -> dict:
    """Return the people by name; a name of several people maps to None."""
    by_name: dict = {}
    for user in people:
        names = {user.get_username(), user.get_full_name(), user.first_name}
        for name in {name.strip().casefold() for name in names} - {""}:
            by_name[name] = None if name in by_name else user
    return by_name


def _matches(text: str, by_name: dict) -> Iterable[re.Match]:
    """Return where a name follows an @: the longest that matches."""
    if "@" not in text or not by_name:
        return []
    names = "|".join(re.escape(name) for name in sorted(by_name, key=len, reverse=True))
    return re.finditer(f"{_BEFORE}({names}){_AFTER}", text, re.IGNORECASE)


def tell(request: ConsultationRequest, event: RequestEvent, *, by, chosen: Iterable = ()) -> list:
    """Tell colleagues, except ``by``, of an event in the transaction that wrote it; return them.

    ``chosen`` must be `tellable`.
    """
    if not chosen and "@" not in event.text:
        return []
    named = found_in(event.text, tellable(request).exclude(pk=getattr(by, "pk", None)))
    told = list({user.pk: user for user in (*chosen, *named) if user != by}.values())
    Mention.objects.bulk_create([Mention(event=event, user=user) for user in told])
    for user in told:
        announce_mention(event, user)
        record.record(AuditAction.CHANGED, by=by, request=request, doing="tell", user=user.pk)
    return told


def mark_seen(request: ConsultationRequest, user, now: datetime | None = None) -> int:
    """Mark what was for a user as seen, since they have opened the request; return how many events that were."""
    unseen = Mention.objects.filter(event__request=request, user=user, seen_at=None)
    return unseen.update(seen_at=now or timezone.now())
