"""Codes, recovery codes, setting up, moving and taking away."""

import time

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from firm.accounts import totp
from firm.accounts.emails import send_waiting
from firm.accounts.second_factors import (
    app_in_setup,
    check_code,
    confirm_app,
    factors_of,
    has_factor,
    make_codes,
    use_code,
)
from firm.models import FactorKind, RecoveryCode, SecondFactor, SignInEvent, SignInKind, StaffSession
from tests.firm.accounts.conftest import ENROL, LOGIN, SECOND, code_of, give_password, sign_in, staff, with_app

#: RFC 6238, appendix B, for SHA-1, cut to six digits.
VECTORS = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 20000000000: "353130"}
KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
SECURITY = "/admin/account/signing-in/"


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_codes_are_those_of_the_standard(seconds, code):
    assert totp.code_at(KEY, seconds // 30) == code


@pytest.mark.parametrize(("late", "is_taken"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_clock_may_be_half_a_minute_off(late, is_taken):
    code = totp.code_at(KEY, (1_000_000_020 + late) // 30)
    assert (totp.matching_step(KEY, code, 1_000_000_020) is not None) is is_taken


@pytest.mark.parametrize("code", ["", "0", "12345", "1234567", "２８７０８２", "28708a", "-87082", "2 8 7", "\x00" * 6])
def test_what_is_no_code_is_none(code):
    assert totp.matching_step(KEY, code, 59) is None


def test_keys_are_long_and_different():
    keys = {totp.new_key() for _ in range(50)}
    assert len(keys) == 50
    assert {len(key) for key in keys} == {32}


def test_the_address_of_the_picture_holds_what_apps_ask_for():
    address = totp.address_for(KEY, issuer="Law & Co: LLP", account="o'neil@x")
    assert address == (
        "otpauth://totp/Law%20%26%20Co%3A%20LLP:o%27neil%40x"
        f"?secret={KEY}&issuer=Law%20%26%20Co%3A%20LLP&digits=6&period=30"
    )


@pytest.mark.django_db
def test_a_code_is_taken_once_and_none_before_it_any_more():
    user = staff()
    with_app(user)
    earlier, now, later = code_of(user, after=-1), code_of(user), code_of(user, after=1)
    assert check_code(user, now)
    assert not check_code(user, now)
    assert not check_code(user, earlier)
    assert check_code(user, f"{later[:3]} {later[3:]}")


@pytest.mark.django_db
def test_a_code_that_was_watched_opens_no_second_session():
    user = staff()
    with_app(user)
    code, first, second = code_of(user), Client(), Client()
    for client in (first, second):
        give_password(client, user)
    assert first.post(SECOND, {"code": code}).status_code == 302
    assert second.post(SECOND, {"code": code}).status_code == 422


def test_of_many_who_send_one_code_at_once_one_is_let_in(threads):
    user = staff()
    with_app(user)
    code = code_of(user)
    assert sum(threads(*[lambda: check_code(user, code)] * 8)) == 1


def test_of_many_who_send_one_recovery_code_at_once_one_is_let_in(threads):
    user = staff()
    code = make_codes(user)[0]
    assert sum(threads(*[lambda: use_code(user, code)] * 6)) == 1
    assert RecoveryCode.objects.filter(user=user).count() == 9


@pytest.mark.django_db
def test_the_code_of_another_account_is_none():
    user, other = staff(), staff()
    with_app(user)
    with_app(other)
    assert not check_code(user, code_of(other))
    assert not use_code(user, make_codes(other)[0])


@pytest.mark.django_db
def test_secrets_are_sealed_in_the_database():
    user = staff()
    key, codes = with_app(user).secret, make_codes(user)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM firm_secondfactor")
        stored = str(cursor.fetchall())
        cursor.execute("SELECT * FROM firm_recoverycode")
        stored += str(cursor.fetchall())
    assert key not in stored
    assert not [code for code in codes if code in stored or code.replace("-", "") in stored]
    assert key not in str(SecondFactor.objects.get()) + repr(SecondFactor.objects.get())


@pytest.mark.django_db
def test_a_key_in_setup_is_in_no_session():
    user, client = staff(), Client()
    give_password(client, user)
    with connection.cursor() as cursor:
        key = app_in_setup(user).secret
        cursor.execute("SELECT session_data FROM django_session")
        assert key not in str(cursor.fetchall())
    assert key not in str(dict(client.session))


@pytest.mark.django_db
def test_a_recovery_code_works_once_however_it_is_written():
    user = staff()
    with_app(user)
    code = make_codes(user)[3]
    for given, status in ((code[:-1], 422), (code.lower().replace("-", " "), 302), (code, 422)):
        client = Client()
        give_password(client, user)
        assert client.post("/admin/login/recovery/", {"code": given}).status_code == status, given
    send_waiting()
    assert [message.subject for message in mail.outbox] == ["A recovery code of your account was used"]
    assert SignInEvent.objects.filter(kind=SignInKind.CODE_USED, account_id=user.pk).count() == 1


@pytest.mark.django_db
def test_new_recovery_codes_replace_the_old():
    user = staff()
    old, new = make_codes(user), make_codes(user)
    assert not use_code(user, old[0])
    assert use_code(user, new[0])
    assert len(set(old + new)) == 20


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "ÄÖÜ", "😀" * 10, "A" * 60, "%00", "AAAA-AAAA-AAAA-AAAA"])
def test_odd_codes_are_refused_with_an_error_beside_the_field(given):
    user, client = staff(), Client()
    with_app(user)
    make_codes(user)
    give_password(client, user)
    for path in (SECOND, "/admin/login/recovery/"):
        response = client.post(path, {"code": given})
        assert response.status_code == 422
        assert b'id="id_code_error"' in response.content


@pytest.mark.django_db
def test_one_account_has_one_app():
    user = staff()
    with_app(user)
    with pytest.raises(IntegrityError), transaction.atomic():
        with_app(user)


@pytest.mark.django_db
def test_a_new_telephone_takes_the_place_of_the_old():
    user = staff()
    old = with_app(user)
    waiting = app_in_setup(user)
    assert check_code(user, code_of(user))
    assert not confirm_app(user, totp.code_at(old.secret, int(time.time()) // 30))
    assert confirm_app(user, totp.code_at(waiting.secret, int(time.time()) // 30))
    assert [factor.pk for factor in factors_of(user)] == [waiting.pk]


@pytest.mark.django_db
def test_an_app_in_setup_opens_nothing():
    user = staff()
    key = app_in_setup(user).secret
    assert not has_factor(user)
    assert not check_code(user, totp.code_at(key, int(time.time()) // 30))


# --- On one's own page ----------------------------------------------------------------------------


def test_changing_the_way_in_asks_for_the_password_when_it_was_long_ago(home, time_machine_at):
    user = staff()
    client = sign_in(user)
    assert client.get(SECURITY + "app/").status_code == 200
    time_machine_at(16)
    for path in ("app/", "passkey/"):
        assert client.get(SECURITY + path)["Location"].startswith(f"{SECURITY}again/?next=")
    for path in ("app/", "passkey/", "passkey/options/", "codes/", "1/remove/"):
        assert client.post(SECURITY + path)["Location"].startswith(f"{SECURITY}again/"), path
    wrong = client.post(SECURITY + "again/", {"password": "no", "next": SECURITY + "app/"})
    assert wrong.status_code == 422
    assert SECURITY + "app/" in wrong.content.decode()
    right = client.post(SECURITY + "again/", {"password": "tangerine-lantern-91-harbour", "next": "//evil.example"})
    assert right["Location"] == "/admin/"
    assert client.get(SECURITY + "app/").status_code == 200


def test_adding_one_ends_the_sessions_that_came_in_without_it(home, settings):
    user = staff()
    client, other = sign_in(user), sign_in(user)
    client.get(SECURITY + "app/")
    code = totp.code_at(app_in_setup(user).secret, int(time.time()) // 30)
    response = client.post(SECURITY + "app/", {"code": code})
    assert response.content.decode().count("<li><code>") == 10
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
    make_codes(user)
    client = sign_in(user)
    assert client.post(f"{SECURITY}{theirs.pk}/remove/").status_code == 404
    assert client.post(f"{SECURITY}{mine.pk}/remove/")["Location"] == SECURITY
    assert not has_factor(user)
    assert has_factor(other)
    assert not RecoveryCode.objects.filter(user=user).exists()
    send_waiting()
    assert [(message.to, message.subject) for message in mail.outbox] == [
        ([user.email], "A second step was removed from your account")
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


def test_an_owner_removes_those_of_another_with_trail_and_mail(home, required):
    owner, user = staff(owner=True), staff()
    with_app(owner)
    with_app(user)
    make_codes(user)
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
    assert not StaffSession.objects.filter(user=owner).exists()
    assert SignInEvent.objects.filter(kind=SignInKind.FACTOR_REMOVED, account_id=owner.pk, by_id=None).exists()
    with pytest.raises(CommandError, match="no account"):
        call_command("remove_second_factor", "nobody")


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


@pytest.mark.parametrize("kind", FactorKind)
@pytest.mark.django_db
def test_a_factor_that_is_neither_one_nor_the_other_is_refused_by_the_database(kind):
    credential = "a" * 64 if kind == FactorKind.APP else None
    with pytest.raises(IntegrityError), transaction.atomic():
        SecondFactor.objects.create(user=staff(), kind=kind, credential=credential, secret="x")
