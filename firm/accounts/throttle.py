"""The limits of attempts to sign in, and the devices that are known.

What strangers do must not lock out the one whose account it is. Attempts at a password count for the network they come
from, and for the account in that network, not for the account as such. A browser from which somebody signed in
completely before has a device cookie, a signed one that opens nothing, and is counted by that alone.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.core import signing
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac

from firm import rate_limits
from firm.accounts import sign_in_log
from firm.accounts.networks import network_of
from firm.rate_limits import Key, Limit

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIMITS = {
    "pair": Limit(5, DAY),
    "network": Limit(30, HOUR, is_shared=True),
    "device": Limit(10, HOUR),
    "code": Limit(5, DAY),
    "recovery": Limit(5, DAY),
    "reset network": Limit(10, HOUR),
    "reset address": Limit(3, HOUR),
}
SALT = "firm.door.devices"
DEVICE_AGE = 180 * 24 * 3600
#: How many accounts one browser is known for.
MAX_ACCOUNTS = 5


def key(name: str, value: str) -> Key:
    return Key(name, LIMITS[name], value)


def begin(request, keys: Iterable[Key], *, account=None) -> datetime:
    """Count the attempt and return its time, for `rate_limits.forgive`; raise the 429 response during a pause.

    ``account`` is whose secret it is, or a function that finds out for the log.
    """
    now = timezone.now()
    wait = rate_limits.admit(keys, now)
    if wait:
        sign_in_log.note_held_up(account=account() if callable(account) else account, request=request)
        response = render(request, "firm/accounts/wait.html", status=429)
        response.headers["Retry-After"] = str(int(wait.total_seconds()) + 1)  # RFC 6585, section 4
        raise ImmediateHttpResponse(response)
    return now


def folded(username: str) -> str:
    """Return a name as attempts are counted by: another way to write it is no other account."""
    return " ".join(username.casefold().split())


def keys_for(request, username: str) -> list[Key]:
    """Return what an attempt to sign in is counted by."""
    name, network = folded(username), network_of(request.META.get("REMOTE_ADDR", ""))
    device = _device(request)
    if _mark(name) in device.get("accounts", ()):
        return [key("device", f"{device['id']}\0{name}")]
    pair = key("pair", f"{name}\0{network}")
    return [pair, key("network", network)] if network else [pair]


def remember_device(request, response, username: str) -> None:
    """Have the browser known as one from which this account has signed in."""
    device, mark = _device(request), _mark(folded(username))
    accounts = [mark, *(other for other in device.get("accounts", ()) if other != mark)][:MAX_ACCOUNTS]
    value = signing.dumps({"id": device.get("id") or secrets.token_hex(8), "accounts": accounts}, salt=SALT)
    is_secure = settings.SESSION_COOKIE_SECURE
    cookie = {"max_age": DEVICE_AGE, "secure": is_secure, "httponly": True, "samesite": "Lax"}
    response.set_cookie(settings.DEVICE_COOKIE_NAME, value, **cookie)


def _mark(name: str) -> str:
    return salted_hmac(SALT, name, algorithm="sha256").hexdigest()[:24]


def _device(request) -> dict:
    try:
        return signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=DEVICE_AGE)
    except signing.BadSignature:
        return {}
