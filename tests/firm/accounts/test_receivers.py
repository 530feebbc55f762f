"""Whose password, address or second step was changed hears of it at the address from before, whoever changed it."""

import smtplib

import pytest
from django.contrib.auth import authenticate
from django.core import mail
from django.core.management import call_command
from django.test import Client

from firm.accounts import emails
from firm.accounts.emails import send_waiting
from firm.accounts.factors import remove_all
from firm.models import AccountMail, SignInEvent, SignInKind
from tests import factories
from tests.firm.accounts.conftest import PASSWORD, SECURITY, codes_for, sign_in, staff, with_app

NEW = "quiet-otter-and-17-kites"
ACCOUNT = "/admin/account/"
LATER = "mail-of-a-thief@example.net"


@pytest.fixture
def sent():
    """Return a function that has the worker send what waits, and tells subject and receiver of each mail."""

    def send() -> list[tuple[str, str]]:
        mail.outbox.clear()
        while send_waiting():
            pass
        return [(message.subject, *message.to) for message in mail.outbox]

    return send


def of_account(user, **changed) -> dict:
    """What the page of the account sends."""
    names = {"first_name": user.first_name, "last_name": user.last_name, "email": user.email}
    return {f"name_email-{name}": value or "Ann" for name, value in names.items()} | {
        "theme-theme": "system",
        "theme-density": "default",
        "theme-contrast": "system",
        "theme-keyboard_shortcuts": "on",
        "notifications-submitted_notifications": "on",
        "locale-preferred_language": "",
        "locale-current_time_zone": "",
        **changed,
    }


def of_administrator(user, **changed) -> dict:
    """What an administrator's form of the account sends."""
    groups = [group.pk for group in user.groups.all()]
    names = {"username": user.username, "email": user.email, "first_name": "Ann", "last_name": "Hale"}
    return names | {"is_active": "on", "groups": groups} | changed


def to_password(old=PASSWORD, new=NEW) -> dict:
    return {"password-old_password": old, "password-new_password1": new, "password-new_password2": new}


# --- The password ---------------------------------------------------------------------------------


def test_a_password_changed_on_ones_own_page(home, sent):
    user = staff()
    client = sign_in(user)
    assert client.post(ACCOUNT, of_account(user) | to_password()).status_code == 302
    assert sent() == [("Your password was changed", user.email)]
    assert client.get(ACCOUNT).status_code == 200
    assert authenticate(username=user.username, password=NEW)


def test_a_password_changed_by_an_administrator(home, sent):
    user = staff()
    client = sign_in(staff(owner=True))
    form = of_administrator(user, password1=NEW, password2=NEW)
    assert client.post(f"/admin/users/edit/{user.pk}/", form).status_code == 302
    assert sent() == [("Your password was changed", user.email)]
    assert authenticate(username=user.username, password=NEW)


def test_a_password_reset_by_mail_is_told_once(home, sent):
    user, client = staff(), Client()
    client.post("/admin/password_reset/", {"email": user.email})
    sent()
    link = next(word for word in mail.outbox[0].body.split() if "/confirm/" in word)
    address = client.get(link, follow=True).redirect_chain[-1][0]
    assert client.post(address, {"new_password1": NEW, "new_password2": NEW}).status_code == 302
    assert sent() == [("Your password was changed", user.email)]


def test_a_password_changed_by_the_command(home, sent, monkeypatch):
    user = staff()
    monkeypatch.setattr("getpass.getpass", lambda *args, **kwargs: NEW)
    call_command("changepassword", user.username)
    assert sent() == [("Your password was changed", user.email)]


@pytest.mark.django_db
def test_a_hash_that_is_made_anew_at_a_login_is_no_change(sent, settings):
    user = staff()
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    before = user.password
    assert authenticate(username=user.username, password=PASSWORD)
    user.refresh_from_db()
    assert user.password != before
    assert sent() == []


# --- The address ----------------------------------------------------------------------------------


def test_an_address_changed_on_ones_own_page_is_told_to_the_one_from_before(home, sent):
    user = staff()
    client = sign_in(user)
    form = of_account(user) | {"name_email-email": LATER}
    assert client.post(ACCOUNT, form).status_code == 302
    assert sent() == [("The e-mail address of your account was changed", user.email)]
    assert LATER not in mail.outbox[0].body


def test_an_address_changed_by_an_administrator_with_the_password_is_told_to_the_one_from_before(home, sent):
    user = staff()
    client = sign_in(staff(owner=True))
    form = of_administrator(user, email=LATER, password1=NEW, password2=NEW)
    assert client.post(f"/admin/users/edit/{user.pk}/", form).status_code == 302
    subjects = ["Your password was changed", "The e-mail address of your account was changed"]
    assert sent() == [(subject, user.email) for subject in subjects]
    user.refresh_from_db()
    assert user.email == LATER


@pytest.mark.django_db
def test_what_was_said_before_the_address_was_changed_goes_to_the_one_from_before(sent):
    user = staff()
    with_app(user)
    remove_all(user)
    before, user.email = user.email, LATER
    user.save()
    assert {address for _, address in sent()} == {before}


@pytest.mark.django_db
def test_an_account_without_an_address_has_nobody_to_tell(sent):
    user = staff(email="")
    user.email = LATER
    user.set_password(NEW)
    user.save()
    assert sent() == []
    kinds = SignInEvent.objects.filter(account_id=user.pk).values_list("kind", flat=True)
    assert set(kinds) == {SignInKind.PASSWORD_CHANGED, SignInKind.ADDRESS_CHANGED}


# --- Nothing, and the second step -----------------------------------------------------------------


def test_nothing_changed_is_nothing_told(home, sent):
    user, owner = staff(), staff(owner=True)
    client = sign_in(owner)
    assert client.post(f"/admin/users/edit/{user.pk}/", of_administrator(user)).status_code == 302
    assert client.post(ACCOUNT, of_account(owner)).status_code == 302
    user.first_name = "Other"
    user.save()
    user.save(update_fields=["last_login"])
    assert not AccountMail.objects.exists()
    assert sent() == []


def test_what_was_refused_is_not_told(home, sent):
    user = staff()
    client = sign_in(user)
    assert client.post(ACCOUNT, of_account(user) | to_password(old="wrong")).status_code == 422
    assert client.post(ACCOUNT, of_account(user) | to_password(new="short")).status_code == 422
    assert sent() == []
    assert authenticate(username=user.username, password=PASSWORD)


@pytest.mark.django_db
def test_a_new_account_is_told_nothing(sent):
    staff()
    factories.UserFactory()
    assert not AccountMail.objects.exists()


def test_recovery_codes_that_take_the_place_of_others_are_told(home, sent):
    user = staff()
    with_app(user)
    codes_for(user)
    client = sign_in(user)
    sent()
    assert client.post(SECURITY + "codes/new/")["Location"] == SECURITY + "codes/"
    assert sent() == [("New recovery codes were made for your account", user.email)]
    codes = client.get(SECURITY + "codes/").context["unused_codes"]
    assert len(codes) == 10
    assert not [code for code in codes if code in mail.outbox[0].body]


@pytest.mark.django_db
def test_the_command_that_removes_the_second_step_is_told(sent):
    user = staff()
    with_app(user)
    call_command("remove_second_factor", user.username)
    assert sent() == [("A second step was removed from your account", user.email)]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", sorted(emails.SUBJECTS.keys() - {"reset"}))
def test_no_mail_tells_a_secret_and_each_says_what_happened(sent, kind):
    user = staff()
    emails.notify(user, kind)
    [(subject, address)] = sent()
    body = mail.outbox[0].body
    assert (subject, address) == (emails.SUBJECTS[kind], user.email)
    assert user.username in body
    assert "call an owner of the site at once" in body
    assert not [secret for secret in (user.password, PASSWORD, NEW) if secret in body]
    mail.outbox.clear()
    others = []
    for other in emails.SUBJECTS.keys() - {"reset", kind}:
        emails.notify(user, other)
        sent()
        others += [message.body for message in mail.outbox]
    assert body not in others


def test_a_mail_server_that_is_gone_holds_up_no_change(home, sent, monkeypatch):
    user = staff()
    client = sign_in(user)

    def refuse(*args):
        raise smtplib.SMTPServerDisconnected("gone")

    with monkeypatch.context() as patch:
        patch.setattr(emails, "send_mail", refuse)
        assert client.post(ACCOUNT, of_account(user) | to_password()).status_code == 302
        assert send_waiting() == 0
    assert authenticate(username=user.username, password=NEW)
    assert AccountMail.objects.get().kind == "password_changed"
