"""From the password to a session of staff, and how long that lasts.

After the password alone nobody is signed in: the browser's session only notes who may go on to the second step. To the
whole rest of the site that is a visitor. `complete` is the only place that signs anybody in.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from firm.accounts import sign_in_log
from firm.accounts.networks import browser_of, network_of
from firm.models import SignInKind, StaffSession

KEY, PENDING = "door.session", "door.pending"
#: In the session: when the password, or a passkey, was last given.
CONFIRMED = "door.confirmed"
BACKEND = "django.contrib.auth.backends.ModelBackend"
#: How long somebody has for the second step, or to set one up.
PATIENCE = timedelta(minutes=15)
#: How exactly it is known when a session was last used.
GRAIN = timedelta(minutes=1)
#: What an open page asks by itself is no sign that somebody sits there.
UNATTENDED = ("/admin/editing-sessions/",)


def wait_for_second_step(request, user, *, next_url: str, is_remembered: bool) -> None:
    """Note that the password was right. Whatever session there was ends; the key of the new one is another."""
    request.session.flush()
    request.session[PENDING] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "at": timezone.now().timestamp(),
        "next": next_url,
        "remember": is_remembered,
    }
    request.session.set_expiry(int(PATIENCE.total_seconds()))


def pending_user(request):
    """Return who has given the right password a moment ago and has the second step before them; None for nobody.

    An account that is no longer active, or has another password by now, is nobody.
    """
    noted = request.session.get(PENDING)
    if not noted or timezone.now().timestamp() - noted["at"] > PATIENCE.total_seconds():
        return None
    user = get_user_model().objects.filter(pk=noted["user"], is_active=True).first()
    if user is None or not constant_time_compare(noted["hash"], user.get_session_auth_hash()):
        return None
    return user


def complete(request, user, *, method: str = "") -> str:
    """Sign the account in, under a new session key; return where it was going. ``method`` is the second step's."""
    noted = request.session.pop(PENDING, {})
    request.session.pop(KEY, None)
    request.session.cycle_key()
    login(request, user, backend=BACKEND)
    session = StaffSession.objects.create(
        user=user,
        has_second_factor=bool(method),
        browser=browser_of(request.headers.get("User-Agent", "")),
        network=network_of(request.META.get("REMOTE_ADDR", "")),
    )
    request.session[KEY] = str(session.key)
    request.session[CONFIRMED] = timezone.now().timestamp()
    request.session.set_expiry(settings.SESSION_COOKIE_AGE if noted.get("remember") else 0)
    sign_in_log.record(SignInKind.SIGNED_IN, account=user, request=request, method=method or "password")
    return noted.get("next", "")


def current(request) -> StaffSession | None:
    """Return the row of this session, if there is one."""
    try:
        key = UUID(request.session.get(KEY, ""))
    except ValueError:
        return None
    return StaffSession.objects.filter(key=key, user_id=request.session.get("_auth_user_id")).first()


def admitted(request, user):
    """Return ``user``, or nobody when the session has ended, or never came in by the door where that is required."""
    if not user.is_authenticated:
        return user
    session, now = current(request), timezone.now()
    if session is None:
        came_in_elsewhere = KEY not in request.session and not settings.REQUIRE_SECOND_FACTOR
        return user if came_in_elsewhere else _shown_out(request)
    if not is_alive(session, now) or (settings.REQUIRE_SECOND_FACTOR and not session.has_second_factor):
        session.delete()
        return _shown_out(request)
    # Seen in a time to come, after the clock was put back, it would not grow idle until then.
    if abs(now - session.seen_at) >= GRAIN and not request.path.startswith(UNATTENDED):
        StaffSession.objects.filter(pk=session.pk).update(seen_at=now)
    return user


def is_alive(session: StaffSession, now: datetime) -> bool:
    """True until the session was idle too long, or has lasted as long as any may."""
    return now - session.seen_at < settings.STAFF_IDLE_LIMIT and now - session.began_at < settings.STAFF_SESSION_LIMIT


def _shown_out(request) -> AnonymousUser:
    request.session.flush()
    return AnonymousUser()


def end_others(request, user) -> int:
    """End the account's other sessions, at once; return how many those were."""
    mine = current(request)
    others = StaffSession.objects.filter(user=user).exclude(pk=mine.pk if mine else None)
    count = others.delete()[0]
    sign_in_log.record(SignInKind.SIGNED_OUT_ELSEWHERE, account=user, request=request)
    return count


def forget_session(sender, request, **kwargs) -> None:
    """Delete the row of a session that is being signed out."""
    session = current(request)
    if session:
        session.delete()


def purge(now: datetime) -> int:
    """Delete the rows of sessions that have ended; return how many those were."""
    idle = StaffSession.objects.filter(seen_at__lte=now - settings.STAFF_IDLE_LIMIT)
    return (idle | StaffSession.objects.filter(began_at__lte=now - settings.STAFF_SESSION_LIMIT)).delete()[0]
