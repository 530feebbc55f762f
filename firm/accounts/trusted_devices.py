"""A browser from which somebody signed in completely before: a signed cookie that says so, and opens nothing."""

import secrets

from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac

from firm.accounts.networks import network_of
from firm.accounts.throttle import Key

SALT = "firm.door.devices"
MAX_AGE = 180 * 24 * 3600
#: Accounts that one browser is remembered for.
MOST = 5


def folded(username: str) -> str:
    """Return a name as attempts are counted by: another way to write it is no other account."""
    return " ".join(username.casefold().split())


def keys_for(request, username: str) -> list[Key]:
    """Return what an attempt to sign in is counted by: a known device by itself, everybody else by all there is."""
    name = folded(username)
    device = _read(request)
    if _mark(name) in device.get("accounts", ()):
        return [Key("device", f"{device['id']}\0{name}")]
    network = network_of(request.META.get("REMOTE_ADDR", ""))
    keys = [Key("account", name), Key("pair", f"{name}\0{network}")]
    return [*keys, Key("network", network)] if network else keys


def remember(request, response, username: str) -> None:
    """Have the browser remember that the account has signed in from it."""
    device = _read(request)
    mark = _mark(folded(username))
    accounts = [mark, *(other for other in device.get("accounts", ()) if other != mark)][:MOST]
    value = signing.dumps({"id": device.get("id") or secrets.token_hex(8), "accounts": accounts}, salt=SALT)
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        value,
        max_age=MAX_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _mark(name: str) -> str:
    return salted_hmac(SALT, name, algorithm="sha256").hexdigest()[:24]


def _read(request) -> dict:
    try:
        return signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return {}
