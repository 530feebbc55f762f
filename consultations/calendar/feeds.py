"""The private feed of a calendar, for anybody who has its address: times, and no name of a person.

The address holds the id of the calendar's account and 32 random bytes, of which the database stores a keyed digest
only. So a feed ends with the account, and when the calendar gets another one. It has the time, the way and the
calendar's own place, but no video link, since anybody who has one can enter the call.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe
from icalendar import Event

from consultations.calendar.ics import PUBLISH, calendar_file, event_of
from consultations.mail.render import admin_url
from consultations.models import Appointment, AppointmentState, AttorneyCalendar, IntakeSettings, Screen
from consultations.permissions import ADMIN
from firm.encryption.keyring import Key, keyring

TOKEN_BYTES = 32
PURPOSE = b"calendar feed\0"
#: How far back the feed goes.
PAST = timedelta(days=60)
SHOWN = (AppointmentState.HELD, AppointmentState.KEPT)


@sensitive_variables()
def new_token(calendar: AttorneyCalendar) -> tuple[str, str]:
    """Return a new token, which is shown once, and the digest to store."""
    token = f"{calendar.user_id or 0}-{secrets.token_urlsafe(TOKEN_BYTES)}"
    return token, _digest(keyring().newest, token)


def feed_url(token: str) -> str:
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
    """Return the calendar; 404 for a wrong and for a revoked token."""
    calendar = find_calendar(token)
    if calendar is None:
        raise Http404("No such calendar")
    zone = IntakeSettings.current().zone
    events = [_event(one, zone) for one in appointments_of(calendar, timezone.now())]
    content = calendar_file(events, PUBLISH, name=f"Consultations, {calendar.name}")
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8", headers={"ETag": etag})
    response = get_conditional_response(request, etag=etag, response=response)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


def appointments_of(calendar: AttorneyCalendar, now):
    """Return the appointments of the feed, in one query, without those behind ethical walls."""
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


def _event(one: Appointment, zone: ZoneInfo) -> Event:
    return event_of(
        one,
        f"Consultation {one.request.reference}",
        zone=zone,
        stamp=one.changed_at,
        location=one.place_of_house or one.get_way_display(),
        url=admin_url("consultations:request", one.request_id),
    )


@sensitive_variables()
def _digest(key: Key, token: str) -> str:
    return hmac.digest(key.index, PURPOSE + token.encode("utf-8", "surrogatepass"), "sha256").hex()
