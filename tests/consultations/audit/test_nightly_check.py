"""The nightly verification records heads, and reports what it finds to the people concerned; so does the command."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from consultations.audit.chain import CHAIN as REQUESTS
from consultations.audit.nightly_check import last_result, verify_nightly
from firm.accounts.sign_in_chain import CHAIN as SIGN_INS
from firm.models import TrailHead
from tests.consultations.audit.test_chain import disable_guards, sql, table, write
from tests.consultations.conftest import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[REQUESTS, SIGN_INS], ids=["requests", "sign-ins"])
def broken(request):
    """A chain with an entry removed since the night."""
    chain = request.param
    ids = write(chain, 3)
    assert verify_nightly() == []
    disable_guards()
    sql(f"DELETE FROM {table(chain)} WHERE id = %s", ids[1])
    return chain


def test_intact_trails_are_recorded_and_shown(home, client, mailoutbox):
    write(REQUESTS, 2)
    write(SIGN_INS)
    assert verify_nightly() == []
    assert (last_result(), mailoutbox) == (1, [])
    client.force_login(make_user("owner", is_superuser=True))
    told = f"Fingerprints to write down: requests, {REQUESTS.fingerprint()}; signing in, {SIGN_INS.fingerprint()}."
    assert told in client.get("/admin/system/").content.decode()


def test_fingerprints_leave_the_host_in_the_log(caplog):
    write(REQUESTS, 2)
    with caplog.at_level("INFO", logger="consultations.audit.nightly_check"):
        verify_nightly()
    assert f"The trail of requests is intact: 2 entries, fingerprint {REQUESTS.fingerprint()}" in caplog.text


def test_a_changed_trail_is_told_to_owners_alone(broken, mailoutbox):
    owner = make_user("owner", is_superuser=True)
    make_user("intake")
    make_user("gone", is_superuser=True, is_active=False)
    (problem,) = verify_nightly()
    assert problem.startswith(f"trail of {broken.name}: 1 of the 3 entries")
    assert last_result() == 0
    assert [mail.to for mail in mailoutbox] == [[owner.email]]
    assert problem in mailoutbox[0].body


def test_the_last_good_head_stays_until_somebody_has_looked(broken):
    before = TrailHead.objects.get(trail=broken.name)
    verify_nightly()
    assert verify_nightly() != []
    assert TrailHead.objects.get(trail=broken.name).recorded_at == before.recorded_at


def test_a_head_that_was_removed_is_not_recorded_anew(mailoutbox):
    make_user("owner", is_superuser=True)
    write(REQUESTS, 2)
    assert verify_nightly() == []
    sql("DELETE FROM firm_trailhead WHERE trail = 'requests'")
    assert verify_nightly() == ["trail of requests: its recorded head is gone"]
    assert len(mailoutbox) == 1
    assert not TrailHead.objects.filter(trail="requests").exists()


def test_the_command_names_the_fingerprints():
    write(REQUESTS, 5)
    out = StringIO()
    call_command("verify_trail", stdout=out)
    assert out.getvalue() == (
        "The trail of requests is intact: 5 entries.\n"
        f"Fingerprint of the first 5: {REQUESTS.verify().settled.fingerprint}\n"
        "The trail of signing in is intact: 0 entries.\n"
    )
    assert not TrailHead.objects.exists()


@pytest.mark.parametrize(("option", "chain"), [("--expect", REQUESTS), ("--expect-sign-ins", SIGN_INS)])
def test_the_command_compares_what_was_written_down(option, chain):
    write(chain, 5)
    call_command("verify_trail", option, chain.verify().settled.fingerprint, stdout=StringIO())
    with pytest.raises(CommandError, match=f"^The trail of {chain.name} was changed: there are 5 entries, fewer"):
        call_command("verify_trail", option, "6-000000000000", stdout=StringIO())


def test_the_command_fails_for_a_changed_trail(broken):
    with pytest.raises(CommandError, match=rf"^The trail of {broken.name} was changed: 1 of the 3 entries"):
        call_command("verify_trail", stdout=StringIO())
