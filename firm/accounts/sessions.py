"""Which sessions of staff are alive: allauth's `UserSession` rows, with limits, and none by a password alone."""

from datetime import datetime, timedelta

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
#: How exactly it is known when a session was last used.
GRAIN = timedelta(minutes=1)
#: What an open page asks by itself is no sign that somebody sits there.
UNATTENDED = ("/admin/editing-sessions/",)
#: Where a second step is set up: all that a password alone opens, and only while the account has none.
SET_UP = ("mfa_activate_totp", "mfa_add_webauthn")


def must_set_up(user) -> bool:
    """True for an account that needs a second step and has none."""
    return settings.REQUIRE_SECOND_FACTOR and not is_mfa_enabled(user, FACTORS)


def admitted(request, user):
    """Return an authenticated ``user``, or nobody when the session has ended, or began with less than is required."""
    now, records = timezone.now(), get_authentication_records(request, user)
    row = UserSession.objects.filter(session_key=request.session.session_key, user_id=user.pk).first()
    if row is None:
        # Without records it was begun by other code than allauth's, such as Django's test client.
        return _shown_out(request) if records or settings.REQUIRE_SECOND_FACTOR else user
    if not is_alive(row, now):
        row.end()
        return _shown_out(request)
    # Seen in a time to come, after the clock was put back, it would not grow idle until then.
    if abs(now - row.last_seen_at) >= GRAIN and not request.path.startswith(UNATTENDED):
        UserSession.objects.filter(pk=row.pk).update(last_seen_at=now)
    if settings.REQUIRE_SECOND_FACTOR and not any(record["method"] == "mfa" for record in records):
        return _while_setting_up(request, user, row)
    return user


def _while_setting_up(request, user, row: UserSession):
    if not must_set_up(user):
        row.end()
        return _shown_out(request)
    request.is_setting_up = True
    return user if request.path in {reverse(name) for name in SET_UP} else AnonymousUser()


def _shown_out(request) -> AnonymousUser:
    request.session.flush()
    return AnonymousUser()


def is_alive(row: UserSession, now: datetime) -> bool:
    """True until the session was idle too long, or has lasted as long as any may."""
    is_idle = now - row.last_seen_at >= settings.STAFF_IDLE_LIMIT
    return not is_idle and now - row.created_at < settings.STAFF_SESSION_LIMIT


def end_all(user) -> None:
    for row in UserSession.objects.filter(user=user):
        row.end()


def purge(now: datetime) -> int:
    """End sessions past their limits; return how many those were."""
    idle = UserSession.objects.filter(last_seen_at__lte=now - settings.STAFF_IDLE_LIMIT)
    ended = list(idle | UserSession.objects.filter(created_at__lte=now - settings.STAFF_SESSION_LIMIT))
    for row in ended:
        row.end()
    return len(ended)
