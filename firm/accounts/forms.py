"""Allauth's forms with this site's throttle and words. Registered by ``ACCOUNT_FORMS`` and ``MFA_FORMS``."""

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, generate_totp_secret, validate_totp_code
from allauth.mfa.utils import decrypt, encrypt
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, LoginWebAuthnForm
from django import forms
from django.db import DatabaseError
from django.views.decorators.debug import sensitive_variables
from wagtail.admin.forms.auth import PasswordChangeForm, PasswordResetForm

from firm import rate_limits
from firm.accounts import sign_in_log, throttle
from firm.accounts.adapter import AccountAdapter
from firm.accounts.networks import network_of
from firm.accounts.totp_steps import spend_step
from firm.models import SignInKind

UNKNOWN_PASSKEY = "This passkey was not recognised. Try again, or use another way."
CODE = {"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false", "autocapitalize": "characters"}
#: Longer than any browser's answer.
MAX_CREDENTIAL = 20_000


def network(request) -> str:
    return network_of(request.META.get("REMOTE_ADDR", ""))


class LoginForm(AllauthLoginForm):
    """Name and password; the field is called ``username``, as in Wagtail's template."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"] = self.fields.pop("login")
        for field in ("username", "password"):
            self.fields[field].widget.attrs["placeholder"] = ""
        self.fields["password"].help_text = ""
        self.fields["password"].strip = False
        self.order_fields(["username", "password", "remember"])

    def clean(self):
        if "username" in self.cleaned_data:
            self.cleaned_data["login"] = self.cleaned_data["username"]  # where allauth reads it
        return super().clean()


class SecondStepForm(AuthenticateForm):
    """A code of the authenticator app, or a recovery code.

    Attempts at six digits count by account, wherever they come from. Recovery codes have 80 bits and cannot be guessed:
    attempts count by network too, so that nobody keeps the owner out.
    """

    code = forms.CharField(
        label="Code",
        max_length=60,
        help_text="The six digits that your authenticator app shows for this site now, or one of your recovery codes.",
        widget=forms.TextInput(attrs=CODE),
    )

    @sensitive_variables()
    def clean_code(self):
        request, code = context.request, "".join(self.cleaned_data["code"].split()).replace("-", "")
        app, recovery = str(self.user.pk), f"{self.user.pk} {network(request)}"
        keys = [throttle.key("code", app) if len(code) <= 8 else throttle.key("recovery", recovery)]
        now = throttle.begin(request, keys, account=self.user)
        self.cleaned_data["code"] = code
        super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP:
            spend_step(self.authenticator, code)
        rate_limits.forgive(keys, now)
        return code


class SetUpAppForm(ActivateTOTPForm):
    """The first code of an app that is being set up. Its key waits in the session, encrypted."""

    code = forms.CharField(
        label="Code",
        max_length=20,
        help_text="The six digits that your authenticator app shows for this site now.",
        widget=forms.TextInput(attrs=CODE | {"inputmode": "numeric"}),
    )

    @sensitive_variables()
    def __init__(self, *args, user, **kwargs):
        forms.Form.__init__(self, *args, **kwargs)
        self.user, session = user, context.request.session
        encrypted = session.get(SECRET_SESSION_KEY) if self.is_bound else None
        self.secret = decrypt(encrypted) if encrypted else generate_totp_secret()
        if not encrypted:
            session[SECRET_SESSION_KEY] = encrypt(self.secret)

    @sensitive_variables()
    def clean_code(self):
        keys = [throttle.key("code", f"{self.user.pk} new")]
        now = throttle.begin(context.request, keys, account=self.user)
        code = "".join(self.cleaned_data["code"].split())
        if not validate_totp_code(self.secret, code):
            raise forms.ValidationError(AccountAdapter.error_messages["incorrect_code"], code="wrong")
        rate_limits.forgive(keys, now)
        return code


class CredentialField(forms.JSONField):
    """What the browser says of a passkey, put in by `static/js/passkeys.js`."""

    def __init__(self):
        super().__init__(widget=forms.HiddenInput)

    def to_python(self, value):
        if isinstance(value, str) and len(value) > MAX_CREDENTIAL:
            raise forms.ValidationError(UNKNOWN_PASSKEY, code="invalid")
        try:
            return super().to_python(value)
        except RecursionError:
            raise forms.ValidationError(UNKNOWN_PASSKEY, code="invalid") from None

    def clean(self, value):
        value = super().clean(value)
        if not isinstance(value, dict):
            raise forms.ValidationError(UNKNOWN_PASSKEY, code="invalid")
        return value


def refusing(check):
    """Return what ``check`` returns. Bytes of a stranger on which a library fails are refused as wrong ones are."""
    try:
        return check()
    except DatabaseError:
        raise
    except Exception as error:
        raise forms.ValidationError(UNKNOWN_PASSKEY, code="invalid") from error


class AddPasskeyForm(AddWebAuthnForm):
    """A new passkey. It always recognises its owner, so it can stand for name and password."""

    name = forms.CharField(label="Name of this passkey, so that you know it again", max_length=60, required=False)
    credential = CredentialField()
    passwordless = None

    def clean(self):
        return refusing(super().clean)


class _PasskeyForm(forms.Form):
    """Counts attempts by network."""

    credential = CredentialField()

    def clean_credential(self):
        request = context.request
        keys = [throttle.key("recovery", f"passkey {network(request)}")]
        now = throttle.begin(request, keys, account=self.user)
        try:
            authenticator = refusing(super().clean_credential)
        except forms.ValidationError:
            sign_in_log.record(SignInKind.CODE_REFUSED, account=self.user, request=request, method="passkey")
            raise
        rate_limits.forgive(keys, now)
        return authenticator


class SecondStepPasskeyForm(_PasskeyForm, AuthenticateWebAuthnForm):
    """A passkey after the password."""


class PasskeyLoginForm(_PasskeyForm, LoginWebAuthnForm):
    """A passkey alone."""


class ChangePasswordForm(PasswordChangeForm):
    """A new password, with the present one; guesses at it count with those at the login. ``request`` is set later."""

    request = None

    def clean_old_password(self):
        password = self.cleaned_data["old_password"]
        if not AccountAdapter(self.request).reauthenticate(self.user, password):
            raise forms.ValidationError(AccountAdapter.error_messages["incorrect_password"], code="wrong")
        return password


class AskForResetForm(PasswordResetForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "email"
