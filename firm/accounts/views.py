"""Django-allauth's views where this site needs something else of them, Wagtail's reset, and the owners' page."""

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.stagekit import clear_login
from allauth.account.views import LoginView as AllauthLoginView
from allauth.mfa.base.internal.flows import delete_and_cleanup
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from allauth.usersessions.views import ListUserSessionsView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView, View
from django.views.generic.edit import FormView
from wagtail.admin.views import account

from firm import rate_limits
from firm.accounts import sessions, sign_in_log, throttle
from firm.accounts.emails import request_reset
from firm.accounts.factors import factors_of, note_use_of_new, remove_all
from firm.accounts.forms import AskForResetForm, network
from firm.accounts.totp_steps import spend_step
from firm.models import SignInEvent, SignInKind

guarded = [never_cache, sensitive_post_parameters()]
asks_again = reauthentication_required(app="allauth.mfa")
LINES = 100


class LoginView(AllauthLoginView):
    """Name and password, the only login there is."""

    template_name = "wagtailadmin/login.html"

    @method_decorator(never_cache)
    def dispatch(self, request, *args, **kwargs):
        """Redirect who is signed in; who stopped half-way starts again."""
        if request.user.is_authenticated:
            if request.user.has_perm("wagtailadmin.access_admin"):
                return redirect(self.get_success_url() or "wagtailadmin_home")
        elif getattr(request, "is_setting_up", False):
            return redirect("mfa_activate_totp")
        elif request.method == "POST":
            clear_login(request)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"next": context["redirect_field_value"] or "", "show_password_reset": True}


@method_decorator([*guarded, asks_again], name="dispatch")
class SetUpAppView(ActivateTOTPView):
    """Sets up an authenticator app, in place of the earlier one."""

    def dispatch(self, request, *args, **kwargs):
        """Without allauth's refusal of a second app."""
        return FormView.dispatch(self, request, *args, **kwargs)

    @transaction.atomic
    def form_valid(self, form):
        Authenticator.objects.filter(user=self.request.user, type=Authenticator.Type.TOTP).delete()
        response = super().form_valid(form)
        factor = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        spend_step(factor, form.cleaned_data["code"])
        note_use_of_new(self.request, factor.type)
        return response


@method_decorator(guarded, name="dispatch")
class AddPasskeyView(AddWebAuthnView):
    """Adds a passkey, which counts for this session from then on."""

    @transaction.atomic
    def form_valid(self, form):
        response = super().form_valid(form)
        note_use_of_new(self.request, Authenticator.Type.WEBAUTHN)
        return response


@method_decorator(asks_again, name="dispatch")
class RemoveFactorView(View):
    """Removes one of the account's own factors; recovery codes go with the last, which stays where one is required."""

    http_method_names = ["post", "options"]

    def post(self, request, pk: int):
        mine = factors_of(request.user)
        factor = get_object_or_404(mine, pk=pk)
        if settings.REQUIRE_SECOND_FACTOR and mine.count() == 1:
            messages.error(request, "This is the last one. Add another first.")
        else:
            with transaction.atomic():
                delete_and_cleanup(request, factor)
            messages.success(request, "It is removed.")
        return redirect("mfa_index")


class SessionsView(ListUserSessionsView):
    def get_context_data(self, **kwargs):
        sessions.purge(timezone.now())
        limits = {
            "idle_minutes": int(settings.STAFF_IDLE_LIMIT.total_seconds() // 60),
            "hours": int(settings.STAFF_SESSION_LIMIT.total_seconds() // 3600),
        }
        return super().get_context_data(**kwargs) | limits


# --- A new password: Django's, whose link signs nobody in -----------------------------------------


@method_decorator(guarded, name="dispatch")
class ResetView(account.PasswordResetView):
    """Takes an address. The answer, and what it takes to give it, are the same whether or not somebody has it."""

    def get_form_class(self):
        return AskForResetForm

    def form_valid(self, form):
        """The worker sends the mail. More than a few in an hour are passed over in silence."""
        address = form.cleaned_data["email"]
        keys = [throttle.key("reset address", throttle.folded(address))]
        if found := network(self.request):
            keys.append(throttle.key("reset network", found))
        if not rate_limits.admit(keys, timezone.now()):
            request_reset(address)
            sign_in_log.record(SignInKind.RESET_ASKED, request=self.request)
        return redirect(self.get_success_url())


@method_decorator(guarded, name="dispatch")
class ResetConfirmView(account.PasswordResetConfirmView):
    """Sets the new password, tells the account, ends its sessions. The next login asks for the second step as ever.

    The browser counts as known from then on: who had the mail is not held up by strangers.
    """

    def form_valid(self, form):
        response = super().form_valid(form)
        sessions.end_all(form.user)
        sign_in_log.record(SignInKind.PASSWORD_RESET, account=form.user, request=self.request)
        throttle.remember_device(self.request, response, form.user.get_username())
        return response


# --- For owners -----------------------------------------------------------------------------------


class ForOwners:
    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_superuser:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class AccountsView(ForOwners, TemplateView):
    """How everybody signs in, and the sign-in log."""

    template_name = "firm/accounts/accounts.html"

    def get_context_data(self, **kwargs):
        factors = Count("authenticator", filter=Q(authenticator__type__in=sessions.FACTORS))
        users = {user.pk: user for user in get_user_model().objects.annotate(factors=factors).order_by("username")}
        lines = list(SignInEvent.objects.all()[:LINES])
        for line in lines:
            line.account, line.by = users.get(line.account_id), users.get(line.by_id)
        return super().get_context_data(users=users.values(), lines=lines, **kwargs)


@method_decorator(asks_again, name="dispatch")
class RemoveForView(ForOwners, TemplateView):
    """Removes another account's second factors when they are lost, and ends its sessions; the account is told."""

    template_name = "firm/accounts/remove_for.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(account=self.account, **kwargs)

    def post(self, request, pk: int):
        remove_all(self.account)
        messages.success(request, f"{self.account.get_username()} sets up a new second step at the next sign-in.")
        return redirect("sign_in_accounts")

    @property
    def account(self):
        # One's own factors are removed on one's own page.
        others = get_user_model().objects.exclude(pk=self.request.user.pk)
        return get_object_or_404(others, pk=self.kwargs["pk"])
