"""The private feed of a calendar: whoever has its address reads times, and no name of anybody.

The address holds the number of the calendar's account and 32 random bytes, of which the database keeps a keyed digest
alone. So a feed ends with the account, and with the calendar's passing to another one. It tells the time, the way and
the house's own place; no video link, since whoever has one can enter the call.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from consultations.calendar.ics import Entry
from consultations.calendar.ics import feed as write_feed
from consultations.mail.render import admin_url
from consultations.models import Appointment, AppointmentState, AttorneyCalendar, IntakeSettings, Screen
from consultations.permissions import ADMIN
from firm.encryption.keyring import Key, keyring

TOKEN_BYTES = 32
PURPOSE = b"calendar feed\0"
#: What lies further back has left the feed.
PAST = timedelta(days=60)
SHOWN = (AppointmentState.HELD, AppointmentState.KEPT)


@sensitive_variables()
def new_token(calendar: AttorneyCalendar) -> tuple[str, str]:
    """Return a new token, which is told once, and the digest to store."""
    token = f"{calendar.user_id or 0}-{secrets.token_urlsafe(TOKEN_BYTES)}"
    return token, _digest(keyring().newest, token)


def feed_url(token: str) -> str:
    """Return the address of a feed."""
    return settings.SITE_URL.rstrip("/") + reverse("calendar_feed", args=[token])


@sensitive_variables()
def find_calendar(token: str) -> AttorneyCalendar | None:
    """Return the calendar that a token opens; None for an account that may no longer enter the admin.

    A digest under an older key is replaced by one under the newest, so that keys can be retired.
    """
    digests = [_digest(key, token) for key in keyring().keys]
    calendar = AttorneyCalendar.objects.select_related("user").filter(feed_digest__in=digests).first()
    if calendar is None or token.partition("-")[0] != str(calendar.user_id or 0):
        return None
    if calendar.user and not calendar.user.has_perm(ADMIN):  # no permission for an inactive account
        return None
    if calendar.feed_digest != digests[0]:
        AttorneyCalendar.objects.filter(pk=calendar.pk, feed_digest=calendar.feed_digest).update(feed_digest=digests[0])
    return calendar


@require_safe
@sensitive_variables("token")
def feed(request, token: str) -> HttpResponse:
    """Answer with the calendar; 404 whether the token is wrong, revoked or has never been one."""
    calendar = find_calendar(token)
    if calendar is None:
        raise Http404("No such calendar")
    entries = [_entry(one) for one in appointments_of(calendar, timezone.now())]
    content = write_feed(entries, zone=IntakeSettings.current().zone, name=f"Consultations, {calendar.name}")
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8", headers={"ETag": etag})
    response = get_conditional_response(request, etag=etag, response=response)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


def appointments_of(calendar: AttorneyCalendar, now):
    """Return what the feed shows, in one query; nothing from which the attorney is screened off."""
    walls = Screen.objects.filter(request=OuterRef("request"), user=calendar.user_id)
    shown = Appointment.objects.filter(calendar=calendar, state__in=SHOWN, ends_at__gte=now - PAST)
    return (
        shown.exclude(Exists(walls))
        .select_related("request", "calendar")
        .only(
            *("row_uuid", "uid", "sequence", "changed_at", "starts_at", "ends_at", "way", "place"),
            *("request__reference", "request__row_uuid", "calendar__place"),
        )
        .order_by("starts_at", "pk")
    )


def _entry(one: Appointment) -> Entry:
    reference = one.request.reference
    return Entry(
        uid=one.uid,
        sequence=one.sequence,
        stamp=one.changed_at,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        summary=f"Consultation {reference}",
        location=one.place_of_house or one.get_way_display(),
        url=admin_url("consultations:request", one.request_id),
    )


@sensitive_variables()
def _digest(key: Key, token: str) -> str:
    return hmac.digest(key.index, PURPOSE + token.encode("utf-8", "surrogatepass"), "sha256").hex()
