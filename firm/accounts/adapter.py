"""How django-allauth signs staff in here. Registered by the settings ``*_ADAPTER``."""

import time
from uuid import UUID

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, get_user_model
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.debug import sensitive_variables

from firm import rate_limits
from firm.accounts import sign_in_log, throttle
from firm.accounts.networks import browser_of, network_of
from firm.accounts.sessions import must_set_up
from firm.encryption import cipher
from firm.encryption.cipher import Place
from firm.models import FirmSettings, SignInKind

#: In the session, between password and second step: the hash that the password was checked against.
CHECKED_HASH = "accounts.checked_hash"
#: What secrets of second factors are bound to. allauth's hooks do not say whose secret it is.
SECRETS = Place("mfa.authenticator.data", UUID(int=0))
NO_ADDRESS = "0.0.0.0"


class AccountAdapter(DefaultAccountAdapter):
    """Password, throttle, and what a login leads to."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "Your username and password didn't match. Please try again.",
        "incorrect_password": "That is not your password.",
        "incorrect_code": "That code is not right, or was used already. Wait for the next one, then type it.",
    }

    def is_open_for_signup(self, request) -> bool:
        return False  # owners create accounts

    def get_client_ip(self, request) -> str:
        """The first address of the visitor's network: no full address is stored."""
        return network_of(request.META.get("REMOTE_ADDR", "")).partition("/")[0] or NO_ADDRESS

    @sensitive_variables()
    def authenticate(self, request, **credentials):
        """Check name and password for a login or a reauthentication. One hash is computed for every name, known or not.

        Allauth's own limit is by name, so strangers could lock an account's owner out; see `firm.accounts.throttle`.
        """
        name, password = credentials["username"], credentials["password"]
        keys = throttle.keys_for(request, name)
        now = throttle.begin(request, keys, account=lambda: account_id(name))
        user = authenticate(request, username=name, password=password)
        if user is None:
            sign_in_log.record(SignInKind.REFUSED, account=account_id(name), request=request)
        else:
            rate_limits.forgive(keys, now)
        return user

    def pre_login(self, request, user, **kwargs):
        """Change the session's key with the first step, and note which password was right."""
        response = super().pre_login(request, user, **kwargs)
        if response is None:
            request.session.cycle_key()
            request.session[CHECKED_HASH] = user.get_session_auth_hash()
        return response

    def login(self, request, user) -> None:
        """Sign in, unless the account was changed since its first step."""
        checked = request.session.pop(CHECKED_HASH, "")
        if not user.is_active or not constant_time_compare(checked, user.get_session_auth_hash()):
            request.session.flush()
            raise ImmediateHttpResponse(redirect("account_login"))
        super().login(request, user)

    def post_login(self, request, user, **kwargs):
        if must_set_up(user):
            kwargs["redirect_url"] = reverse("mfa_activate_totp")
        return super().post_login(request, user, **kwargs)

    def respond_user_inactive(self, request, user):
        messages.error(request, "This account cannot sign in.")
        return redirect("account_login")

    def get_reauthentication_methods(self, user) -> list[dict]:
        """The password alone: an unattended session may have its second step at hand, too."""
        url = reverse("account_reauthenticate")
        return [{"id": "reauthenticate", "description": "Password", "url": url}] if user.is_authenticated else []

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """A login counts as well: allauth by itself would ask for the password again right after it."""
        records = get_authentication_records(context.request, context.request.user)
        return not records or time.time() - records[-1]["at"] > app_settings.REAUTHENTICATION_TIMEOUT

    def add_message(self, request, level, message_template=None, message_context=None, extra_tags="", message=None):
        """Leave out allauth's own messages: the screens say it."""
        if message:
            messages.add_message(request, level, message, extra_tags=extra_tags)


class MFAAdapter(DefaultMFAAdapter):
    """Second factors: names, and secrets that are encrypted at rest by the newest field key."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"]
    }

    @sensitive_variables()
    def encrypt(self, text: str) -> str:
        return str(cipher.encrypt(text, SECRETS))

    @sensitive_variables()
    def decrypt(self, encrypted_text: str) -> str:
        return cipher.decrypt(encrypted_text, SECRETS)

    def is_mfa_enabled(self, user, types=None) -> bool:
        """Not for an account that was deleted between password and second step: allauth then has none."""
        return user is not None and super().is_mfa_enabled(user, types)

    def get_totp_label(self, user) -> str:
        return user.get_username()

    def get_totp_issuer(self) -> str:
        return FirmSettings.for_request(context.request).firm_name or context.request.get_host()

    def generate_authenticator_name(self, user, type: Authenticator.Type) -> str:
        return f"Passkey of {browser_of(context.request.headers.get('User-Agent', ''))}"[:60]

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": settings.WAGTAIL_SITE_NAME}


class UserSessionsAdapter(DefaultUserSessionsAdapter):
    """Logs when somebody ends their other sessions."""

    def end_sessions(self, sessions) -> None:
        super().end_sessions(sessions)
        sign_in_log.record(SignInKind.SIGNED_OUT_ELSEWHERE, account=context.request.user, request=context.request)


def account_id(name: str) -> int | None:
    """Return the primary key of an account. Looked up after every refusal, so that all take the same time."""
    return get_user_model().objects.filter(username=name).values_list("pk", flat=True).first()
