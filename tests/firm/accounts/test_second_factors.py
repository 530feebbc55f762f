"""Codes, recovery codes, setting up, moving and taking away."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, validate_totp_code
from allauth.mfa.utils import decrypt
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from firm.accounts.emails import send_waiting
from firm.accounts.factors import factors_of
from firm.accounts.totp_steps import spend_step
from firm.encryption.keyring import keyring
from firm.models import SignInEvent, SignInKind
from tests.firm.accounts.conftest import (
    ENROL,
    LOGIN,
    PASSWORD,
    SECOND,
    SECURITY,
    code_at,
    code_of,
    codes_for,
    give_password,
    setup_key,
    sign_in,
    staff,
    with_app,
)

#: RFC 6238, appendix B, for SHA-1, cut to six digits.
VECTORS = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 20000000000: "353130"}
KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
AGAIN = SECURITY + "again/"


def has_factor(user) -> bool:
    return factors_of(user).exists()


def answer(user, code, client=None):
    """Give password and code."""
    client = client or Client()
    give_password(client, user)
    return client.post(SECOND, {"code": code})


def is_taken(factor, code) -> bool:
    """Whether a code is right and was not taken before."""
    try:
        spend_step(factor, code)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_codes_are_those_of_the_standard(seconds, code):
    assert format_hotp_value(hotp_value(KEY, seconds // 30)) == code


@pytest.mark.parametrize(("late", "is_right"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_clock_may_be_half_a_minute_off(late, is_right, monkeypatch):
    code = format_hotp_value(hotp_value(KEY, (1_000_000_020 + late) // 30))
    monkeypatch.setattr(time, "time", lambda: 1_000_000_020)
    assert validate_totp_code(KEY, code) is is_right


@pytest.mark.django_db
def test_a_code_is_taken_once_and_none_before_it_any_more():
    user = staff()
    factor = with_app(user)
    earlier, now, later = code_of(user, after=-1), code_of(user), code_of(user, after=1)
    assert is_taken(factor, now)
    assert not is_taken(factor, now)
    assert not is_taken(factor, earlier)
    assert is_taken(factor, later)


@pytest.mark.django_db
def test_a_code_that_was_watched_opens_no_second_session(settings):
    """Not in another process either, whose cache is another."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    user = staff()
    with_app(user)
    code, first, second = code_of(user), Client(), Client()
    for client in (first, second):
        give_password(client, user)
    assert first.post(SECOND, {"code": f"{code[:3]} {code[3:]}"}).status_code == 302
    assert second.post(SECOND, {"code": code}).status_code == 200
    assert "_auth_user_id" not in second.session


def test_of_many_who_send_one_code_at_once_one_is_let_in(threads):
    user = staff()
    factor = with_app(user)
    code = code_of(user)
    assert sum(threads(*[lambda: is_taken(factor, code)] * 8)) == 1


def test_of_many_who_send_one_recovery_code_at_once_one_is_let_in(threads):
    user = staff()
    code = codes_for(user)[0]
    factor = Authenticator.objects.get(user=user)
    assert sum(threads(*[lambda: Authenticator.objects.get(pk=factor.pk).wrap().validate_code(code)] * 6)) == 1
    assert len(Authenticator.objects.get(user=user).wrap().get_unused_codes()) == 9


@pytest.mark.django_db
def test_the_code_of_another_account_is_none():
    user, other = staff(), staff()
    with_app(user)
    with_app(other)
    assert answer(user, code_of(other)).status_code == 200
    assert answer(user, codes_for(other)[0]).status_code == 200


@pytest.mark.django_db
def test_secrets_are_encrypted_in_the_database():
    user = staff()
    factor, codes = with_app(user), codes_for(user)
    key, seed = decrypt(factor.data["secret"]), decrypt(Authenticator.objects.get(type="recovery_codes").data["seed"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        stored = str(cursor.fetchall())
    assert stored.count("s1.") == 2
    assert not [secret for secret in (key, seed, *codes) if secret in stored]


@pytest.mark.django_db
def test_a_key_in_setup_is_in_no_session_in_the_clear(required):
    user, client = staff(), Client()
    give_password(client, user)
    key = setup_key(client)
    assert key not in str(dict(client.session))
    assert client.post(ENROL, {"code": "000000"}).context["form"].secret == key
    assert setup_key(client) != key


@pytest.mark.django_db
def test_a_recovery_code_works_once_however_it_is_written():
    user = staff()
    with_app(user)
    code = codes_for(user)[3]
    for given, status in ((code[:-1], 200), (" ".join([code[:4], code[4:8], code[8:]]), 302), (code, 200)):
        assert answer(user, given).status_code == status, given
    send_waiting()
    assert "A recovery code of your account was used" in [message.subject for message in mail.outbox]
    assert SignInEvent.objects.filter(kind=SignInKind.CODE_USED, account_id=user.pk).count() == 1


def test_recovery_codes_have_eighty_bits_and_there_are_ten(db):
    codes = codes_for(staff())
    assert len(set(codes)) == 10
    assert {len(code) for code in codes} == {24}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given", ["", "ÄÖÜ", "😀" * 10, "A" * 60, "%00", "AAAA-AAAA-AAAA-AAAA", "２８７０８２", "-87082"]
)
def test_odd_codes_are_refused_with_an_error_beside_the_field(given):
    user = staff()
    with_app(user)
    codes_for(user)
    response = answer(user, given)
    assert response.status_code == 200
    assert b'id="id_code_error"' in response.content


@pytest.mark.django_db
def test_one_account_has_one_app():
    user = staff()
    with_app(user)
    with pytest.raises(IntegrityError), transaction.atomic():
        TOTP.activate(user, KEY)


def test_a_new_telephone_takes_the_place_of_the_old(home):
    user = staff()
    old = with_app(user)
    client = sign_in(user)
    key = setup_key(client)
    assert client.post(ENROL, {"code": code_at(decrypt(old.data["secret"]))}).status_code == 200
    assert [factor.pk for factor in factors_of(user)] == [old.pk]
    assert client.post(ENROL, {"code": code_at(key)}).status_code == 302
    [new] = factors_of(user)
    assert decrypt(new.data["secret"]) == key


def test_the_keys_of_the_fields_are_rotated_here_too(db, settings):
    user = staff()
    factor = with_app(user)
    codes, key, before = codes_for(user), decrypt(factor.data["secret"]), keyring().newest.id
    settings.FIELD_ENCRYPTION_KEYS = ["bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldyE=", *settings.FIELD_ENCRYPTION_KEYS]
    call_command("rotate_field_keys")
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert before not in stored
    assert stored.count(keyring().newest.id) == 2
    assert decrypt(Authenticator.objects.get(pk=factor.pk).data["secret"]) == key
    assert Authenticator.objects.get(type="recovery_codes").wrap().generate_codes() == codes


# --- On one's own page ----------------------------------------------------------------------------


def test_changing_the_way_in_asks_for_the_password_when_it_was_long_ago(home, time_machine_at):
    user = staff()
    client = sign_in(user)
    assert client.get(SECURITY + "app/").status_code == 200
    time_machine_at(16)
    for path in ("app/", "passkey/", "codes/new/"):
        assert client.get(SECURITY + path)["Location"].startswith(AGAIN), path
    for path in ("app/", "passkey/", "codes/new/", "1/remove/"):
        assert client.post(SECURITY + path)["Location"].startswith(AGAIN), path
    client.get(SECURITY + "app/")
    wrong = client.post(AGAIN, {"password": "no", "next": SECURITY + "app/"})
    assert b"That is not your password." in wrong.content
    assert client.get(SECURITY + "app/")["Location"].startswith(AGAIN)
    right = client.post(AGAIN, {"password": PASSWORD, "next": "//evil.example"})
    assert right["Location"] == "/admin/"
    assert client.get(SECURITY + "app/").status_code == 200


def test_adding_one_ends_the_sessions_that_came_in_without_it(home, settings):
    user = staff()
    client, other = sign_in(user), sign_in(user)
    assert client.post(ENROL, {"code": code_at(setup_key(client))})["Location"] == SECURITY + "codes/"
    assert other.get("/admin/")["Location"].startswith(LOGIN)
    settings.REQUIRE_SECOND_FACTOR = True
    assert client.get("/admin/").status_code == 200


def test_the_last_one_stays_where_one_is_required(home, required):
    user = staff()
    factor = with_app(user)
    client = sign_in(user)
    client.post(f"{SECURITY}{factor.pk}/remove/")
    assert has_factor(user)


def test_one_removes_ones_own_and_nobody_elses(home):
    user, other = staff(), staff()
    mine, theirs = with_app(user), with_app(other)
    codes_for(user)
    client = sign_in(user)
    assert client.post(f"{SECURITY}{theirs.pk}/remove/").status_code == 404
    codes = Authenticator.objects.get(user=user, type="recovery_codes")
    assert client.post(f"{SECURITY}{codes.pk}/remove/").status_code == 404
    mail.outbox.clear()
    assert client.post(f"{SECURITY}{mine.pk}/remove/")["Location"] == SECURITY
    assert not Authenticator.objects.filter(user=user).exists()
    assert has_factor(other)
    send_waiting()
    assert ([user.email], "A second step was removed from your account") in [
        (message.to, message.subject) for message in mail.outbox
    ]


# --- Owners, and the last way back ----------------------------------------------------------------


@pytest.mark.parametrize("role", ["Editors", "Publishers", "Intake", "Intake managers"])
def test_nobody_but_an_owner_sees_or_removes_those_of_others(home, role):
    other = staff()
    with_app(other)
    client = sign_in(staff(role=role))
    for path in ("/admin/signing-in/", f"/admin/signing-in/{other.pk}/remove/"):
        assert client.get(path)["Location"] == "/admin/"
        client.post(path)
    assert has_factor(other)


def test_an_owner_removes_those_of_another_with_log_and_mail(home, required):
    owner, user = staff(owner=True), staff()
    with_app(owner)
    with_app(user)
    codes_for(user)
    theirs, client = sign_in(user), sign_in(owner)
    assert "Remove the second step of" in client.get("/admin/signing-in/").content.decode()
    assert client.get(f"/admin/signing-in/{owner.pk}/remove/").status_code == 404
    client.post(f"/admin/signing-in/{user.pk}/remove/")
    assert not has_factor(user)
    assert theirs.get("/admin/")["Location"].startswith(LOGIN)
    line = SignInEvent.objects.filter(kind=SignInKind.FACTOR_REMOVED).get()
    assert (line.account_id, line.by_id) == (user.pk, owner.pk)
    send_waiting()
    assert mail.outbox[-1].to == [user.email]
    assert give_password(Client(), user)["Location"] == ENROL
    assert client.get("/admin/signing-in/").content.decode().count(f"by {owner.username}") == 1


@pytest.mark.django_db
def test_the_command_is_the_last_owners_way_back(required, capsys):
    owner = staff(owner=True)
    with_app(owner)
    sign_in(owner)
    call_command("remove_second_factor", owner.username)
    assert capsys.readouterr().out.startswith("Removed: 1.")
    assert not has_factor(owner)
    assert not UserSession.objects.filter(user=owner).exists()
    assert SignInEvent.objects.filter(kind=SignInKind.FACTOR_REMOVED, account_id=owner.pk, by_id=None).exists()
    with pytest.raises(CommandError, match="no account"):
        call_command("remove_second_factor", "nobody")


@pytest.mark.django_db
def test_an_account_that_is_deleted_takes_its_factors_along():
    user = staff()
    with_app(user)
    codes_for(user)
    user.delete()
    assert not Authenticator.objects.exists()
    assert not SignInEvent.objects.filter(kind=SignInKind.FACTOR_REMOVED).exists()


# --- A new password -------------------------------------------------------------------------------


def test_a_reset_by_mail_does_not_pass_by_the_second_step(home, required):
    user = staff()
    with_app(user)
    signed_in = sign_in(user)
    client = Client()
    client.post("/admin/password_reset/", {"email": user.email})
    send_waiting()
    link = next(word for word in mail.outbox[0].body.split() if "/confirm/" in word)
    form = client.get(link, follow=True)
    new = {"new_password1": "quiet-otter-and-17-kites", "new_password2": "quiet-otter-and-17-kites"}
    done = client.post(form.redirect_chain[-1][0], new)
    assert done["Location"] == "/admin/password_reset/complete/"
    assert "_auth_user_id" not in client.session
    assert client.get("/admin/")["Location"].startswith(LOGIN)
    assert signed_in.get("/admin/")["Location"].startswith(LOGIN)
    assert give_password(client, user, "quiet-otter-and-17-kites")["Location"] == SECOND
    assert has_factor(user)
    send_waiting()
    assert mail.outbox[-1].subject == "Your password was changed"
    assert client.get(link, follow=True).context["validlink"] is False


def test_who_has_reset_the_password_is_not_held_up_by_strangers(home):
    user, client = staff(owner=True), Client()
    for _ in range(7):
        give_password(client, user, "wrong-wrong-wrong")
    client.post("/admin/password_reset/", {"email": user.email})
    send_waiting()
    link = next(word for word in mail.outbox[0].body.split() if "/confirm/" in word)
    address = client.get(link, follow=True).redirect_chain[-1][0]
    new = "quiet-otter-and-17-kites"
    client.post(address, {"new_password1": new, "new_password2": new})
    assert give_password(Client(), user, new).status_code == 429
    assert give_password(client, user, new).status_code == 302
