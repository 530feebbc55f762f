"""The way in: name and password, second step, setting one up; a passkey instead of all; a new password by mail."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, View
from wagtail.admin.views import account

from firm.accounts import passkeys, sign_in_log, throttle, trusted_devices
from firm.accounts.emails import ask_for_reset
from firm.accounts.forms import AppForm, AskForResetForm, PasskeyForm, RecoveryForm, SecondStepForm, SignInForm
from firm.accounts.networks import network_of
from firm.accounts.second_factors import app_in_setup, confirm_app, factors_of, make_codes
from firm.accounts.sessions import complete, pending_user, wait_for_second_step
from firm.accounts.setup_wizard import app_context, passkey_name
from firm.accounts.throttle import Key
from firm.models import FactorKind, SignInKind

guarded = [never_cache, sensitive_post_parameters()]
UNKNOWN_PASSKEY = "This passkey was not recognised. Try again, or sign in with your password."


def where_to(request, given: str) -> str:
    """Return an address of this site to go to after signing in."""
    is_ours = url_has_allowed_host_and_scheme(given, {request.get_host()}, require_https=request.is_secure())
    return given if given and is_ours else reverse("wagtailadmin_home")


def come_in(request, user, *, method: str = "") -> HttpResponse:
    """Sign in and lead on; the browser is known from now on."""
    response = redirect(where_to(request, complete(request, user, method=method)))
    trusted_devices.remember(request, response, user.get_username())
    return response


def with_wait(response, form):
    """Answer 429 with the seconds to wait where no attempt was looked at (RFC 6585, 4)."""
    if getattr(form, "wait", None):
        response.status_code = 429
        response.headers["Retry-After"] = str(int(form.wait.total_seconds()) + 1)
    return response


@method_decorator(guarded, name="dispatch")
class SignInView(account.LoginView):
    """Name and password, the only login there is."""

    form_class = SignInForm

    def get_form_class(self):
        """Return ours."""
        return SignInForm

    def form_valid(self, form):
        """Lead to the second step, or to setting one up, or in where neither is asked for."""
        user, next_url = form.get_user(), self.get_success_url()
        is_remembered = bool(form.cleaned_data.get("remember"))
        has_factor = factors_of(user).exists()
        wait_for_second_step(self.request, user, next_url=next_url, is_remembered=is_remembered)
        if has_factor:
            return redirect("door_second_step")
        if settings.REQUIRE_SECOND_FACTOR:
            return redirect("door_enrol")
        return come_in(self.request, user)

    def form_invalid(self, form):
        """Show the form again."""
        return with_wait(super().form_invalid(form), form)

    def get_context_data(self, **kwargs):
        """Offer passkeys where the browser can have them."""
        return super().get_context_data(passkeys=passkeys.are_possible(self.request), **kwargs)


class Pending(View):
    """Only for those who gave the right password a moment ago; all others are led back to where that is done."""

    def dispatch(self, request, *args, **kwargs):
        """Find out who it is."""
        self.user = pending_user(request)
        if self.user is None:
            return redirect("wagtailadmin_login")
        return super().dispatch(request, *args, **kwargs)


@method_decorator(guarded, name="dispatch")
class SecondStepView(Pending, FormView):
    """Asks for the second step."""

    template_name = "firm/door/second_step.html"
    form_class = SecondStepForm

    def dispatch(self, request, *args, **kwargs):
        """Lead those who have none to setting one up."""
        user = pending_user(request)
        if user and not factors_of(user).exists():
            return redirect("door_enrol") if settings.REQUIRE_SECOND_FACTOR else redirect("wagtailadmin_login")
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict:
        """Tell the form whose code it is."""
        return super().get_form_kwargs() | {"user": self.user, "request": self.request}

    def form_valid(self, form):
        """Let in."""
        return come_in(self.request, self.user, method=form.method)

    def form_invalid(self, form):
        """Ask again."""
        response = with_wait(self.render_to_response(self.get_context_data(form=form)), form)
        response.status_code = response.status_code if response.status_code == 429 else 422
        return response

    def get_context_data(self, **kwargs):
        """Say what there is to choose from."""
        kinds = set(factors_of(self.user).values_list("kind", flat=True))
        has_passkey = FactorKind.PASSKEY in kinds and passkeys.are_possible(self.request)
        return super().get_context_data(has_app=FactorKind.APP in kinds, has_passkey=has_passkey, **kwargs)


class RecoveryView(SecondStepView):
    """Takes a recovery code instead."""

    template_name = "firm/door/recovery.html"
    form_class = RecoveryForm


@method_decorator(guarded, name="dispatch")
class PasskeyView(View):
    """Takes a passkey: as the second step after a password, or alone, since it has recognised its owner itself."""

    http_method_names = ["post", "options"]

    def post(self, request):
        """Let in whose passkey it is."""
        user = pending_user(request)
        keys = [Key("recovery", f"passkey {network_of(request.META.get('REMOTE_ADDR', ''))}")]
        form, now = PasskeyForm(request.POST), timezone.now()
        if throttle.admit(keys, now):
            return render(request, "firm/door/refused.html", {"held_up": True}, status=429)
        try:
            if not form.is_valid():
                raise passkeys.PasskeyRefused("no answer")
            known = passkeys.finish_asking(request, form.cleaned_data["answer"], user)
        except passkeys.PasskeyRefused:
            sign_in_log.record(SignInKind.CODE_REFUSED, account=user, request=request, method="passkey")
            return render(request, "firm/door/refused.html", {"message": UNKNOWN_PASSKEY}, status=422)
        throttle.forgive(keys, now)
        if user is None:
            wait_for_second_step(
                request, known, next_url=where_to(request, request.POST.get("next", "")), is_remembered=False
            )
        return come_in(request, known, method="passkey")


@method_decorator(guarded, name="dispatch")
class PasskeyOptionsView(View):
    """Tells the browser's script what to ask the passkey for."""

    http_method_names = ["post", "options"]

    def post(self, request):
        """Begin, for whoever has given a password, or for anybody."""
        return JsonResponse(passkeys.begin_asking(request, pending_user(request)))


class Enrolling(Pending):
    """Setting up the first second step, before anything else can be reached."""

    def dispatch(self, request, *args, **kwargs):
        """Only for those who have none: another one is added from within."""
        user = pending_user(request)
        if user and factors_of(user).exists():
            return redirect("door_second_step")
        return super().dispatch(request, *args, **kwargs)

    def finish(self, method: str) -> HttpResponse:
        """Sign in, and show the recovery codes, this once."""
        codes = make_codes(self.user, request=self.request)
        next_url = where_to(self.request, complete(self.request, self.user, method=method))
        response = render(self.request, "firm/door/codes.html", {"codes": codes, "next": next_url})
        trusted_devices.remember(self.request, response, self.user.get_username())
        return response


@method_decorator(guarded, name="dispatch")
class EnrolView(Enrolling, FormView):
    """Sets up an authenticator app, or leads to a passkey."""

    template_name = "firm/door/enrol.html"
    form_class = AppForm

    def form_valid(self, form):
        """Go on when the app shows the right code."""
        keys, now = [Key("code", f"{self.user.pk} new")], timezone.now()
        form.wait = throttle.admit(keys, now)
        if form.wait:
            form.add_error("code", "There were too many attempts. Please wait a few minutes, then try again.")
            return self.form_invalid(form)
        if not confirm_app(self.user, form.cleaned_data["code"], request=self.request):
            form.add_error("code", SecondStepForm.wrong)
            return self.form_invalid(form)
        throttle.forgive(keys, now)
        return self.finish("app")

    def form_invalid(self, form):
        """Ask again, with the same key."""
        response = self.render_to_response(self.get_context_data(form=form))
        response.status_code = 422
        return with_wait(response, form)

    def get_context_data(self, **kwargs):
        """Draw the key."""
        context = app_context(self.request, self.user, app_in_setup(self.user))
        return super().get_context_data(**context, **kwargs)


@method_decorator(guarded, name="dispatch")
class EnrolPasskeyView(Enrolling):
    """Sets up a passkey as the first second step."""

    http_method_names = ["post", "options"]

    def post(self, request):
        """Keep the passkey."""
        form = PasskeyForm(request.POST)
        try:
            if not form.is_valid():
                raise passkeys.PasskeyRefused("no answer")
            passkeys.finish_making(request, self.user, form.cleaned_data["answer"], name=passkey_name(request, form))
        except passkeys.PasskeyRefused:
            message = "The passkey could not be made. Try again, or set up an authenticator app."
            return render(request, "firm/door/refused.html", {"message": message, "back": "door_enrol"}, status=422)
        return self.finish("passkey")


@method_decorator(guarded, name="dispatch")
class EnrolPasskeyOptionsView(Enrolling):
    """Tells the browser's script what to make."""

    http_method_names = ["post", "options"]

    def post(self, request):
        """Begin."""
        return JsonResponse(passkeys.begin_making(request, self.user))


@method_decorator(guarded, name="dispatch")
class ResetView(account.PasswordResetView):
    """Takes an address. The answer, and what it takes to give it, are the same whether or not somebody has it."""

    def get_form_class(self):
        """Return ours."""
        return AskForResetForm

    def form_valid(self, form):
        """Leave it to the worker; more than a few in an hour are passed over in silence."""
        address, network = form.cleaned_data["email"], network_of(self.request.META.get("REMOTE_ADDR", ""))
        keys = [
            Key("reset address", trusted_devices.folded(address)),
            *([Key("reset network", network)] if network else []),
        ]
        if not throttle.admit(keys, timezone.now()):
            ask_for_reset(address)
            sign_in_log.record(SignInKind.RESET_ASKED, request=self.request)
        return redirect(self.get_success_url())


@method_decorator(guarded, name="dispatch")
class ResetConfirmView(account.PasswordResetConfirmView):
    """Sets the new password; the second step is asked for as ever. Who had the mail is not held up by strangers."""

    def form_valid(self, form):
        """Keep it, which tells the account, and end the sessions."""
        response = super().form_valid(form)
        form.user.staff_sessions.all().delete()
        sign_in_log.record(SignInKind.PASSWORD_RESET, account=form.user, request=self.request)
        trusted_devices.remember(self.request, response, form.user.get_username())
        return response


def other_login(request) -> HttpResponse:
    """Lead Wagtail's login for private pages to the one there is."""
    given = request.GET.get("next", "")
    query = f"?{urlencode({'next': given})}" if given else ""
    return redirect(reverse("wagtailadmin_login") + query)
