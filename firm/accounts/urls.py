"""Addresses of the door, in front of Wagtail's own: nothing else signs anybody in."""

from django.urls import path

from firm.accounts import views, wagtail_account

urlpatterns = [
    path("admin/login/", views.SignInView.as_view(), name="wagtailadmin_login"),
    path("admin/login/second-step/", views.SecondStepView.as_view(), name="door_second_step"),
    path("admin/login/recovery/", views.RecoveryView.as_view(), name="door_recovery"),
    path("admin/login/passkey/", views.PasskeyView.as_view(), name="door_passkey"),
    path("admin/login/passkey/options/", views.PasskeyOptionsView.as_view(), name="door_passkey_options"),
    path("admin/login/set-up/", views.EnrolView.as_view(), name="door_enrol"),
    path("admin/login/set-up/passkey/", views.EnrolPasskeyView.as_view(), name="door_enrol_passkey"),
    path(
        "admin/login/set-up/passkey/options/",
        views.EnrolPasskeyOptionsView.as_view(),
        name="door_enrol_passkey_options",
    ),
    path("admin/password_reset/", views.ResetView.as_view(), name="wagtailadmin_password_reset"),
    path(
        "admin/password_reset/confirm/<uidb64>/<token>/",
        views.ResetConfirmView.as_view(),
        name="wagtailadmin_password_reset_confirm",
    ),
    path("admin/account/", wagtail_account.view, name="wagtailadmin_account"),
    path("_util/login/", views.other_login, name="wagtailcore_login"),
]
