"""Wagtail's page of one's own account; guesses of the present password count there as they do at the login."""

from functools import cached_property

from allauth.usersessions.models import UserSession
from django.http import HttpResponseRedirect
from django.views.decorators.cache import never_cache
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views import account

from firm.accounts.forms import ChangePasswordForm


class PasswordPanel(account.ChangePasswordPanel):
    """The panel with the password. It has one form for each request: two would count a guess twice."""

    form_class = ChangePasswordForm

    def get_form(self):
        return self._form

    @cached_property
    def _form(self):
        form = super().get_form()
        form.request = self.request
        return form


class AccountView(account.AccountView):
    """The page; 422 for what cannot be taken."""

    def get_panels(self) -> list:
        return self._panels

    def post(self, request):
        """A new password gives the session a new key, which its row follows."""
        before = request.session.session_key
        response = super().post(request)
        if request.session.session_key != before:
            row = UserSession.objects.filter(session_key=before, user=request.user)
            row.update(session_key=request.session.session_key)
        if not isinstance(response, HttpResponseRedirect):
            response.status_code = 422
        return response

    @cached_property
    def _panels(self) -> list:
        panels = super().get_panels()
        return [self._ours(panel) if type(panel) is account.ChangePasswordPanel else panel for panel in panels]

    def _ours(self, panel) -> PasswordPanel:
        return PasswordPanel(panel.request, panel.user, panel.profile)


view = never_cache(require_admin_access(AccountView.as_view()))
