"""One's own account: second factors, recovery codes, sessions. And, for owners, those of the others."""

from functools import wraps
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from firm.accounts import passkeys, throttle
from firm.accounts.forms import HELD_UP, AgainForm, AppForm, PasskeyForm, SecondStepForm
from firm.accounts.second_factors import app_in_setup, confirm_app, factors_of, make_codes, remove_all, remove_factor
from firm.accounts.sessions import CONFIRMED, current, end_others, is_alive
from firm.accounts.setup_wizard import app_context, passkey_name
from firm.accounts.throttle import Key
from firm.accounts.views import where_to, with_wait
from firm.models import RecoveryCode, SignInEvent, StaffSession

#: For how long it is enough to have given the password.
RECENT_SECONDS = 15 * 60
LINES = 100


def recently_confirmed(view):
    """Ask for the password first when it was given too long ago: a page left open must not change the way in."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        age = timezone.now().timestamp() - request.session.get(CONFIRMED, 0)
        if age < RECENT_SECONDS:
            return view(request, *args, **kwargs)
        next_url = request.path if request.method in {"GET", "HEAD"} else reverse("door_security")
        return redirect(f"{reverse('door_again')}?{urlencode({'next': next_url})}")

    return guarded


class InAdmin(WagtailAdminTemplateMixin):
    """A page of the admin about signing in."""

    header_icon = "lock"

    def get_breadcrumbs_items(self) -> list[dict]:
        """Add the page's own name."""
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.get_page_title()}]


class Page(InAdmin, TemplateView):
    """One without a form of its own."""


class SecurityView(Page):
    """What the account signs in with, and where it is signed in."""

    page_title = "Signing in"
    template_name = "firm/door/security.html"

    def get_context_data(self, **kwargs):
        """List factors and sessions."""
        user, mine, now = self.request.user, current(self.request), timezone.now()
        sessions = [one for one in user.staff_sessions.order_by("-seen_at") if is_alive(one, now)]
        return super().get_context_data(
            factors=factors_of(user),
            codes_left=RecoveryCode.objects.filter(user=user).count(),
            sessions=[(one, mine is not None and one.pk == mine.pk) for one in sessions],
            idle_minutes=int(settings.STAFF_IDLE_LIMIT.total_seconds() // 60),
            hours=int(settings.STAFF_SESSION_LIMIT.total_seconds() // 3600),
            **kwargs,
        )


@method_decorator(sensitive_post_parameters(), name="dispatch")
class AgainView(InAdmin, FormView):
    """Asks for the password once more."""

    page_title = "Is it you?"
    template_name = "firm/door/again.html"
    form_class = AgainForm

    def get_form_kwargs(self) -> dict:
        """Tell the form who it is."""
        return super().get_form_kwargs() | {"request": self.request}

    def form_valid(self, form):
        """Go on to what was wanted."""
        self.request.session[CONFIRMED] = timezone.now().timestamp()
        given = self.request.POST.get("next", "")
        return redirect(where_to(self.request, given) if given else "door_security")

    def form_invalid(self, form):
        """Ask again."""
        response = self.render_to_response(self.get_context_data(form=form))
        response.status_code = 422
        return with_wait(response, form)

    def get_context_data(self, **kwargs):
        """Remember what was wanted."""
        given = self.request.POST.get("next") or self.request.GET.get("next", "")
        return super().get_context_data(next=given, **kwargs)


def _added(request) -> HttpResponse:
    """End the account's other sessions, for they came in without it; show codes when there are none yet."""
    user = request.user
    end_others(request, user)
    StaffSession.objects.filter(pk=getattr(current(request), "pk", None)).update(has_second_factor=True)
    if RecoveryCode.objects.filter(user=user).exists():
        messages.success(request, "It will be asked for from now on.")
        return redirect("door_security")
    return _codes(request)


def _codes(request) -> HttpResponse:
    codes = make_codes(request.user, request=request)
    return render(request, "firm/door/codes.html", {"codes": codes, "next": reverse("door_security")})


@method_decorator([sensitive_post_parameters(), recently_confirmed], name="dispatch")
class AddAppView(InAdmin, FormView):
    """Sets up an authenticator app, in place of the earlier one."""

    page_title = "Authenticator app"
    template_name = "firm/door/add_app.html"
    form_class = AppForm

    def form_valid(self, form):
        """Keep it when it shows the right code."""
        keys, now = [Key("code", f"{self.request.user.pk} new")], timezone.now()
        form.wait = throttle.admit(keys, now)
        if form.wait:
            form.add_error("code", HELD_UP)
        elif not confirm_app(self.request.user, form.cleaned_data["code"], request=self.request):
            form.add_error("code", SecondStepForm.wrong)
        if form.errors:
            return self.form_invalid(form)
        throttle.forgive(keys, now)
        return _added(self.request)

    def form_invalid(self, form):
        """Ask again, with the same key."""
        response = self.render_to_response(self.get_context_data(form=form))
        response.status_code = 422
        return with_wait(response, form)

    def get_context_data(self, **kwargs):
        """Draw the key."""
        user = self.request.user
        return super().get_context_data(**app_context(self.request, user, app_in_setup(user)), **kwargs)


@method_decorator([sensitive_post_parameters(), recently_confirmed], name="dispatch")
class AddPasskeyView(Page):
    """Makes a passkey."""

    page_title = "Passkey"
    template_name = "firm/door/add_passkey.html"

    def post(self, request):
        """Keep what the browser has made."""
        form = PasskeyForm(request.POST)
        try:
            if not form.is_valid():
                raise passkeys.PasskeyRefused("no answer")
            passkeys.finish_making(request, request.user, form.cleaned_data["answer"], name=passkey_name(request, form))
        except passkeys.PasskeyRefused:
            context = self.get_context_data(message="The passkey could not be made. Please try again.")
            return self.render_to_response(context, status=422)
        return _added(request)

    def get_context_data(self, **kwargs):
        """Say whether browsers make any for this host."""
        return super().get_context_data(passkeys=passkeys.are_possible(self.request), **kwargs)


@method_decorator(recently_confirmed, name="dispatch")
class AddPasskeyOptionsView(View):
    """Tells the browser's script what to make."""

    http_method_names = ["post", "options"]

    def post(self, request):
        """Begin."""
        return JsonResponse(passkeys.begin_making(request, request.user))


@method_decorator(recently_confirmed, name="dispatch")
class RemoveView(View):
    """Takes one of the account's own factors away; not the last one where one is required."""

    http_method_names = ["post", "options"]

    def post(self, request, pk: int):
        """Take it away."""
        mine = factors_of(request.user)
        factor = get_object_or_404(mine, pk=pk)
        if settings.REQUIRE_SECOND_FACTOR and mine.count() == 1:
            messages.error(request, "This is the last one. Add another first.")
        else:
            remove_factor(factor, by=request.user, request=request)
            messages.success(request, "It is removed.")
        return redirect("door_security")


@method_decorator(recently_confirmed, name="dispatch")
class CodesView(View):
    """Makes recovery codes in place of the earlier ones."""

    http_method_names = ["post", "options"]

    def post(self, request):
        """Make and show them, this once; codes without a second factor would open nothing."""
        if not factors_of(request.user).exists():
            messages.error(request, "Add an authenticator app or a passkey first.")
            return redirect("door_security")
        return _codes(request)


class EndOthersView(View):
    """Ends the account's other sessions."""

    http_method_names = ["post", "options"]

    def post(self, request):
        """End them."""
        count = end_others(request, request.user)
        messages.success(request, f"Signed out elsewhere: {count}.")
        return redirect("door_security")


class ForOwners:
    """For owners alone."""

    def dispatch(self, request, *args, **kwargs):
        """Refuse all others."""
        if not request.user.is_superuser:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class AccountsView(ForOwners, Page):
    """How everybody signs in, and what happened at the door."""

    page_title = "Signing in"
    template_name = "firm/door/accounts.html"

    def get_context_data(self, **kwargs):
        """List accounts and the latest lines of the trail."""
        in_force = Q(second_factors__confirmed_at__isnull=False)
        users = get_user_model().objects.annotate(factors=Count("second_factors", filter=in_force))
        users = {user.pk: user for user in users.order_by("username")}
        lines = list(SignInEvent.objects.all()[:LINES])
        for line in lines:
            line.account, line.by = users.get(line.account_id), users.get(line.by_id)
        return super().get_context_data(users=users.values(), lines=lines, **kwargs)


@method_decorator(recently_confirmed, name="dispatch")
class RemoveForView(ForOwners, Page):
    """Takes another account's second factors away, when its owner has lost them."""

    page_title = "Remove the second step"
    template_name = "firm/door/remove_for.html"

    def get_context_data(self, **kwargs):
        """Say whose."""
        return super().get_context_data(account=self.account, **kwargs)

    def post(self, request, pk: int):
        """Take them away and end the sessions; the account is told by mail."""
        remove_all(self.account, by=request.user, request=request)
        messages.success(request, f"{self.account.get_username()} sets up a new second step at the next sign-in.")
        return redirect("door_accounts")

    @property
    def account(self):
        """The account; one's own factors are removed on one's own page."""
        others = get_user_model().objects.exclude(pk=self.request.user.pk)
        return get_object_or_404(others, pk=self.kwargs["pk"])
