"""What is typed at the door."""

from django import forms
from django.contrib.auth import authenticate, get_user_model
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from wagtail.admin.forms.auth import LoginForm, PasswordChangeForm, PasswordResetForm

from firm.accounts import sign_in_log, throttle, trusted_devices
from firm.accounts.networks import network_of
from firm.accounts.second_factors import check_code, use_code
from firm.accounts.throttle import Key
from firm.models import SignInKind

HELD_UP = "There were too many attempts. Please wait a few minutes, then try again."


class SignInForm(LoginForm):
    """Name and password. ``wait`` says for how long no attempt is looked at, for whatever name."""

    wait = None

    def __init__(self, request=None, *args, **kwargs):
        super().__init__(request, *args, **kwargs)
        self.fields["password"].widget.attrs |= {"autocomplete": "current-password", "placeholder": ""}
        self.fields["username"].widget.attrs |= {"autocomplete": "username", "placeholder": ""}

    @sensitive_variables()
    def clean(self):
        """Count the attempt, then look at it: one hash is computed for every name, known or not."""
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if name is None or not password:
            return self.cleaned_data
        keys, now = trusted_devices.keys_for(self.request, name), timezone.now()
        self.wait = throttle.admit(keys, now)
        if self.wait:
            sign_in_log.note_held_up(account=_account(name), request=self.request)
            raise forms.ValidationError(HELD_UP, code="held_up")
        self.user_cache = authenticate(self.request, username=name, password=password)
        if self.user_cache is None:
            sign_in_log.record(SignInKind.REFUSED, account=_account(name), request=self.request)
            raise self.get_invalid_login_error()
        throttle.forgive(keys, now)
        return self.cleaned_data


class SecondStepForm(forms.Form):
    """A code of the authenticator app."""

    code = forms.CharField(
        label="Code",
        max_length=20,
        help_text="The six digits that your authenticator app shows for this site now.",
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "spellcheck": "false"}
        ),
    )
    rule, method = "code", "app"
    wrong = "That code is not right, or was used already. Wait for the next one, then type it."
    take = staticmethod(lambda user, code, request: check_code(user, code))

    def __init__(self, *args, user=None, request=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.request, self.wait = user, request, None

    @sensitive_variables()
    def clean_code(self):
        """Count the attempt, then take the code."""
        code, now = self.cleaned_data["code"], timezone.now()
        keys = [Key(self.rule, f"{self.user.pk}{self.whence}")]
        self.wait = throttle.admit(keys, now)
        if self.wait:
            sign_in_log.note_held_up(account=self.user, request=self.request)
            raise forms.ValidationError(HELD_UP, code="held_up")
        if not self.take(self.user, code, self.request):
            sign_in_log.record(SignInKind.CODE_REFUSED, account=self.user, request=self.request, method=self.method)
            raise forms.ValidationError(self.wrong, code="wrong")
        throttle.forgive(keys, now)
        return code

    @property
    def whence(self) -> str:
        """Attempts at six digits count by the account, wherever they come from."""
        return ""


class RecoveryForm(SecondStepForm):
    """A recovery code. With 80 bits it cannot be guessed; attempts count by network, so strangers keep nobody out."""

    code = forms.CharField(
        label="Recovery code",
        max_length=60,
        help_text="One of the ten codes that you kept. Each works once.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    rule, method = "recovery", "recovery"
    wrong = "That recovery code is not right, or was used already."
    take = staticmethod(lambda user, code, request: use_code(user, code, request=request))

    @property
    def whence(self) -> str:
        """The network they come from."""
        return f" {network_of(self.request.META.get('REMOTE_ADDR', ''))}"


class AppForm(forms.Form):
    """The first code of an app that is being set up."""

    code = SecondStepForm.base_fields["code"]


class PasskeyForm(forms.Form):
    """What the browser answers, put in by its script, and what the passkey is called."""

    name = forms.CharField(label="Name of this passkey", max_length=60, required=False)
    answer = forms.CharField(widget=forms.HiddenInput, max_length=20_000)


class AsksAgain:
    """A form that asks who is signed in for the password again. Guesses count with those at the door."""

    request = wait = None

    @sensitive_variables()
    def look_at(self, password: str) -> str:
        """Count the attempt, then return the password if it is the right one. Raises `ValidationError`."""
        user, now = self.request.user, timezone.now()
        keys = trusted_devices.keys_for(self.request, user.get_username())
        self.wait = throttle.admit(keys, now)
        if self.wait:
            sign_in_log.note_held_up(account=user, request=self.request)
            raise forms.ValidationError(HELD_UP, code="held_up")
        if not user.check_password(password):
            sign_in_log.record(SignInKind.REFUSED, account=user, request=self.request)
            raise forms.ValidationError("That is not your password.", code="wrong")
        throttle.forgive(keys, now)
        return password


class AgainForm(AsksAgain, forms.Form):
    """The password once more, before something about signing in is changed."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, *args, request=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password(self):
        """Look at it."""
        self.look_at(self.cleaned_data["password"])


class ChangePasswordForm(AsksAgain, PasswordChangeForm):
    """A new password, with the present one. ``request`` is set before it is looked at."""

    def clean_old_password(self):
        """Look at it."""
        return self.look_at(self.cleaned_data["old_password"])


class AskForResetForm(PasswordResetForm):
    """An address to which a link may be sent."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "email"


def _account(name: str):
    """Return the number of the account of that name. Asked after every refusal, so that all take the same."""
    users = get_user_model().objects
    return users.filter(username=name).values_list("pk", flat=True).first()
