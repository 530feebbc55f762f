"""The wall clock jumps, forward and back: nothing is lost, nothing stalls, nobody is locked out."""

import datetime
import time

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.utils import timezone

from consultations.intake.rate_limits import MOST_RECENT
from consultations.mail import outbox
from consultations.mail.delivery_errors import LONGEST_PAUSE
from consultations.models import ConsultationRequest, MessageState, OutgoingMessage
from consultations.models.messages import LONGEST_LEASE, LONGEST_WAIT
from consultations.workflow import Status
from firm import rate_limits, schedule
from firm.accounts import throttle
from firm.models import Attempt
from firm.monitoring import health_probes
from firm.monitoring.worker_heartbeat import DEAD_AFTER
from tests.consultations.conftest import given, site  # noqa: F401
from tests.consultations.factories import OutgoingMessageFactory as Message
from tests.firm.accounts.conftest import sign_in, staff
from tests.firm.monitoring.test_health import beat, job_log  # noqa: F401

pytestmark = pytest.mark.django_db
FORM, STAMPED = "/free-consultation/", ("form_token", "form_rendered")
START = datetime.datetime(2027, 1, 31, 12, 0, tzinfo=datetime.UTC)
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
#: Put back at once, put back after it had been wrong, put forward.
JUMPS = {"back an hour": -HOUR, "back a day": -DAY, "forward a day": DAY}
jumps = pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS.keys())
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def clock(time_machine):
    """Set the clock; it stands still. Return a function that makes it jump."""
    time_machine.move_to(START, tick=False)
    return lambda by: time_machine.shift(by)


# --- Mail -------------------------------------------------------------------------------------------


def test_no_lease_and_no_pause_is_taken_for_a_clock_that_was_wrong():
    assert outbox.LEASE * 2 <= LONGEST_LEASE
    assert LONGEST_PAUSE + HOUR <= LONGEST_WAIT


@jumps
def test_what_a_killed_worker_had_taken_leaves_soon_after_the_jump(home, clock, jump):
    message = Message(next_attempt_at=START, created_at=START)
    assert outbox.claim(timezone.now())
    clock(jump)
    waited = datetime.timedelta(0)
    while not outbox.send_due():
        clock(HOUR / 6)
        waited += HOUR / 6
        assert waited <= HOUR + outbox.LEASE
    message.refresh_from_db()
    assert (message.state, len(mail.outbox)) == (MessageState.SENT, 1)


def test_a_lease_of_a_worker_whose_clock_is_a_little_ahead_is_still_its_own(home, clock):
    Message(next_attempt_at=START - HOUR, created_at=START - HOUR)
    clock(datetime.timedelta(minutes=5))
    assert outbox.claim(timezone.now())
    clock(-datetime.timedelta(minutes=5))
    assert outbox.send_due() == 0


@jumps
def test_what_waited_for_another_attempt_is_tried_again_within_the_longest_pause(home, clock, jump):
    message = Message(next_attempt_at=START + LONGEST_PAUSE, created_at=START, attempts=5)
    clock(jump)
    waited = datetime.timedelta(0)
    while not outbox.send_due():
        clock(HOUR)
        waited += HOUR
        assert waited <= LONGEST_WAIT
    message.refresh_from_db()
    assert message.state == MessageState.SENT


# --- The form -----------------------------------------------------------------------------------------


@jumps
def test_a_form_that_was_open_is_taken_with_its_mail(site, given, clock, jump):  # noqa: F811
    client = Client()
    staff(owner=True, is_superuser=True, email="owner@example.com")
    page = client.get(FORM).content.decode()
    token, stamped = (page.split(f'name="{name}"')[1].split('value="')[1].split('"')[0] for name in STAMPED)
    clock(jump)
    assert client.post(FORM, given(form_token=token, form_rendered=stamped)).status_code == 303
    stored = ConsultationRequest.objects.get()
    assert (stored.status, stored.submitted_at) == (Status.NEW, START + jump)
    assert OutgoingMessage.objects.filter(request=stored).exists()
    while outbox.send_due():
        pass
    assert not OutgoingMessage.objects.exclude(state=MessageState.SENT).exists()


@jumps
def test_a_form_sent_on_both_sides_of_the_jump_is_one_request(site, given, clock, jump):  # noqa: F811
    client, sent = Client(), given(form_token="00000000-0000-4000-8000-000000000001")
    assert client.post(FORM, sent).status_code == 303
    clock(jump)
    assert client.post(FORM, sent).status_code == 303
    assert ConsultationRequest.objects.count() == 1


def test_what_a_network_sent_on_a_day_that_was_wrong_refuses_nobody_today(site, given, clock):  # noqa: F811
    clock(DAY)
    for _ in range(MOST_RECENT):
        assert Client().post(FORM, given()).status_code == 303
    assert Client().post(FORM, given()).status_code == 429
    clock(-DAY)
    assert Client().post(FORM, given()).status_code == 303
    assert Attempt.objects.exists()


# --- The worker ---------------------------------------------------------------------------------------


@jumps
def test_jobs_go_by_a_clock_that_nobody_sets(job_log, clock, jump, monkeypatch):  # noqa: F811
    ran = []
    schedule.every(60, "job", lambda: ran.append(1))
    begun = time.monotonic()
    schedule.run_due(begun)
    clock(jump)
    schedule.run_due(begun + 59)
    schedule.run_due(begun + 60)
    assert len(ran) == 2


@jumps
def test_readyz_misses_the_worker_until_its_next_heartbeat(home, client, clock, jump):
    beat()
    clock(jump)
    assert "worker" in client.get("/readyz").json()["degraded"]
    clock(11 * SECOND)  # for ten of them /readyz repeats itself
    beat()
    # The clock of PostgreSQL did not jump here, which is said as long as it lasts.
    assert set(client.get("/readyz").json()["degraded"]) <= {"clock"}


def test_a_worker_that_died_is_missed_though_the_clock_was_put_back(home, clock):
    beat()
    clock(-HOUR)
    assert health_probes.heartbeat_age() > DEAD_AFTER


# --- Signing in --------------------------------------------------------------------------------------


def test_a_pause_of_a_day_that_was_wrong_locks_nobody_out(clock):
    clock(DAY)
    keys = [throttle.key("pair", "a")]
    while not rate_limits.admit(keys, timezone.now()):
        pass
    assert rate_limits.admit(keys, timezone.now()) > datetime.timedelta(0)
    clock(-DAY)
    assert rate_limits.admit(keys, timezone.now()) == datetime.timedelta(0)
    while not rate_limits.admit(keys, timezone.now()):  # and guessing is slow again
        pass
    assert datetime.timedelta(0) < rate_limits.admit(keys, timezone.now()) <= rate_limits.LONGEST


def test_who_is_signed_in_stays_so_and_grows_idle_as_ever(home, clock):
    client = sign_in(staff())
    clock(-HOUR)
    assert client.get("/admin/").status_code == 200
    assert UserSession.objects.get().last_seen_at == timezone.now()
    clock(61 * 60 * SECOND)
    assert client.get("/admin/").status_code == 302


def test_forward_a_day_everybody_signs_in_again(home, clock):
    user = staff()
    client = sign_in(user)
    clock(DAY)
    assert client.get("/admin/").status_code == 302
    sign_in(user)
