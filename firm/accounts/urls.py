"""Addresses of signing in, in front of Wagtail's, which they replace. Of django-allauth's only these are routed."""

from allauth.account import views as allauth_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.webauthn import views as passkey_views
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.generic import RedirectView

from firm.accounts import views, wagtail_account

ACCOUNT = "admin/account/signing-in/"

urlpatterns = [
    path("admin/login/", views.LoginView.as_view(), name="account_login"),
    path("admin/login/second-step/", mfa_views.authenticate, name="mfa_authenticate"),
    path("admin/login/passkey/", never_cache(passkey_views.login_webauthn), name="mfa_login_webauthn"),
    path("admin/password_reset/", views.ResetView.as_view(), name="wagtailadmin_password_reset"),
    path(
        "admin/password_reset/confirm/<uidb64>/<token>/",
        views.ResetConfirmView.as_view(),
        name="wagtailadmin_password_reset_confirm",
    ),
    path("admin/account/", wagtail_account.view, name="wagtailadmin_account"),
    # Reached before anybody may enter the admin, at the first login.
    path(f"{ACCOUNT}app/", views.SetUpAppView.as_view(), name="mfa_activate_totp"),
    path(f"{ACCOUNT}passkey/", views.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    # Wagtail's login for private pages.
    path(
        "_util/login/",
        RedirectView.as_view(pattern_name="account_login", query_string=True),
        name="wagtailcore_login",
    ),
]

#: Below ``/admin/``, for those who may enter it; Wagtail asks for that before each.
admin_urlpatterns = [
    path("account/signing-in/", mfa_views.index, name="mfa_index"),
    path("account/signing-in/again/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("account/signing-in/<int:pk>/remove/", views.RemoveFactorView.as_view(), name="sign_in_remove_factor"),
    path("account/signing-in/codes/", code_views.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/signing-in/codes/new/", code_views.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/signing-in/sessions/", views.SessionsView.as_view(), name="usersessions_list"),
    path("signing-in/", views.AccountsView.as_view(), name="sign_in_accounts"),
    path("signing-in/<int:pk>/remove/", views.RemoveForView.as_view(), name="sign_in_remove_for"),
]
