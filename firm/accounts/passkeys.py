"""Passkeys (WebAuthn level 2, W3C): making one, and signing in with one. The signature is checked by fido2.

The browser's answer is bound to this site's host and origin and to a challenge that is used once, kept in the session.
A passkey that stands for name and password as well has to have recognised its owner (user verification).
"""

import hashlib
import hmac
import ipaddress
import json
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, IntegrityError
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from firm.accounts.second_factors import factors_of, keep_passkey
from firm.models import FactorKind, SecondFactor

CHALLENGE = "door.challenge"
#: Longer than any browser's answer.
MAX_ANSWER = 20_000
VERIFIED = UserVerificationRequirement.REQUIRED


class PasskeyRefused(Exception):
    """An answer of the browser that is not taken. Says why in words for the log, never whose it is."""


@contextmanager
def _refusals():
    """Turn what goes wrong while a stranger's bytes are read into `PasskeyRefused`; a failing database stays one."""
    try:
        yield
    except (PasskeyRefused, DatabaseError):
        raise
    except Exception as error:
        raise PasskeyRefused(type(error).__name__) from error


def are_possible(request) -> bool:
    """Whether browsers make passkeys for this host: for names, not for numbers (WebAuthn 5.1.2, effective domain)."""
    try:
        ipaddress.ip_address(_host(request))
    except ValueError:
        return True
    return False


def begin_making(request, user) -> dict:
    """Return what the browser needs to make a passkey for the account."""
    known = [_data(factor) for factor in _passkeys(user)]
    person = PublicKeyCredentialUserEntity(
        id=_handle(user), name=user.get_username(), display_name=user.get_full_name() or user.get_username()
    )
    options, state = _server(request).register_begin(
        person, known, resident_key_requirement=ResidentKeyRequirement.PREFERRED, user_verification=VERIFIED
    )
    request.session[CHALLENGE] = {"for": "make", "state": state}
    return dict(options)


@sensitive_variables()
def finish_making(request, user, answer: str, *, name: str) -> SecondFactor:
    """Keep the passkey that the browser has made. Raises `PasskeyRefused`."""
    state = _challenge(request, "make")
    with _refusals():
        made = _server(request).register_complete(state, _parsed(answer))
        data = made.credential_data
        secret, credential = websafe_encode(bytes(data)), _digest(data.credential_id)
    try:
        return keep_passkey(
            user, name=name, secret=secret, credential=credential, counter=made.counter, request=request
        )
    except IntegrityError as error:
        raise PasskeyRefused("known already") from error


def begin_asking(request, user=None) -> dict:
    """Return what the browser needs to show a passkey: one of the account's, or of whoever has one for this site."""
    known = [_data(factor) for factor in _passkeys(user)] if user else None
    options, state = _server(request).authenticate_begin(known, user_verification=VERIFIED)
    request.session[CHALLENGE] = {"for": "ask", "state": state}
    return dict(options)


@sensitive_variables()
def finish_asking(request, answer: str, user=None):
    """Return the account whose passkey the browser has shown: ``user``, where given. Raises `PasskeyRefused`."""
    state = _challenge(request, "ask")
    with _refusals():
        given = AuthenticationResponse.from_dict(_parsed(answer))
        factor = SecondFactor.objects.select_related("user").filter(credential=_digest(given.raw_id)).first()
        if factor is None or (user is not None and factor.user_id != user.pk) or not factor.user.is_active:
            raise PasskeyRefused("not known")
        _server(request).authenticate_complete(state, [_data(factor)], given)
        handle = given.response.user_handle
        if handle and not hmac.compare_digest(handle, _handle(factor.user)):
            raise PasskeyRefused("another account's handle")
    _count(factor, given.response.authenticator_data.counter)
    return factor.user


def _count(factor: SecondFactor, counter: int) -> None:
    """Keep the signature counter; one that does not rise says that there is a copy (WebAuthn 7.2, step 21)."""
    rows = SecondFactor.objects.filter(pk=factor.pk)
    if counter or factor.counter:
        rows = rows.filter(counter__lt=counter)
    if not rows.update(counter=counter, used_at=timezone.now()):
        raise PasskeyRefused("the counter did not rise")


def _passkeys(user):
    return factors_of(user).filter(kind=FactorKind.PASSKEY)


def _data(factor: SecondFactor) -> AttestedCredentialData:
    return AttestedCredentialData(websafe_decode(factor.secret))


def _digest(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()


def _handle(user) -> bytes:
    """What stands for the account on its devices: nothing that says who it is (WebAuthn 14.6.1)."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"firm.accounts.passkeys {user.pk}".encode(), "sha256")


def _host(request) -> str:
    return urlsplit(f"//{request.get_host()}").hostname or ""


def _server(request) -> Fido2Server:
    host = _host(request)
    origin = f"{request.scheme}://{request.get_host()}"
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=host, name=settings.WAGTAIL_SITE_NAME),
        verify_origin=lambda given: given == origin,
    )


def _challenge(request, purpose: str) -> dict:
    """Return the challenge, which no second answer can use."""
    noted = request.session.pop(CHALLENGE, None)
    if not noted or noted["for"] != purpose:
        raise PasskeyRefused("no challenge")
    return noted["state"]


def _parsed(answer: str) -> dict:
    if len(answer) > MAX_ANSWER:
        raise PasskeyRefused("too long")
    parsed = json.loads(answer)
    if not isinstance(parsed, dict):
        raise PasskeyRefused("not an answer")
    return parsed
