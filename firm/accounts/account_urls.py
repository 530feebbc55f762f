"""Addresses below ``/admin/`` for those who are signed in; Wagtail asks for access to the admin before each."""

from django.urls import path

from firm.accounts import account_views as views

urlpatterns = [
    path("account/signing-in/", views.SecurityView.as_view(), name="door_security"),
    path("account/signing-in/again/", views.AgainView.as_view(), name="door_again"),
    path("account/signing-in/app/", views.AddAppView.as_view(), name="door_add_app"),
    path("account/signing-in/passkey/", views.AddPasskeyView.as_view(), name="door_add_passkey"),
    path("account/signing-in/passkey/options/", views.AddPasskeyOptionsView.as_view(), name="door_add_passkey_options"),
    path("account/signing-in/<int:pk>/remove/", views.RemoveView.as_view(), name="door_remove"),
    path("account/signing-in/codes/", views.CodesView.as_view(), name="door_codes"),
    path("account/signing-in/elsewhere/", views.EndOthersView.as_view(), name="door_end_others"),
    path("signing-in/", views.AccountsView.as_view(), name="door_accounts"),
    path("signing-in/<int:pk>/remove/", views.RemoveForView.as_view(), name="door_remove_for"),
]
