"""The morning digest: when it is written, how often, and what it says."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from consultations.mail import outbox
from consultations.mail.notifications import announce_digest, is_digest_time
from consultations.models import IntakeSettings, MessageKind, MessageState, OutgoingMessage, Screen
from tests.consultations.conftest import build_site, make_user
from tests.consultations.factories import ConsultationRequestFactory as Request
from tests.consultations.factories import OutgoingMessageFactory as Message

ZONE = ZoneInfo("America/New_York")
#: An ordinary day, and the days on which the clocks go forward (2:00 to 3:00) and back (2:00 to 1:00).
ORDINARY, FORWARD, BACK = (2026, 11, 23), (2026, 3, 8), (2026, 11, 1)


def local(day, hour, minute=0, fold=0) -> datetime:
    return datetime(*day, hour, minute, tzinfo=ZONE, fold=fold)


def desk(**values) -> IntakeSettings:
    return IntakeSettings.objects.create(notify_addresses="desk@example.com\nsecond@example.com", **values)


def every_minute(day) -> list[datetime]:
    """All minutes of a local day as time passes: 23, 24 or 25 hours of them."""
    start = local(day, 0).astimezone(ZoneInfo("UTC"))
    minutes = (start + timedelta(minutes=number) for number in range(25 * 60))
    return [minute for minute in minutes if minute.astimezone(ZONE).date() == local(day, 0).date()]


# --- When -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "is_time"),
    [
        (local(ORDINARY, 7, 59), False),
        (local(ORDINARY, 8), True),
        (local(ORDINARY, 8, 1), True),
        (local(ORDINARY, 13, 59), True),
        (local(ORDINARY, 14), False),
        (local(ORDINARY, 0), False),
    ],
    ids=str,
)
def test_from_its_time_until_the_early_afternoon(now, is_time):
    assert is_digest_time(now, time(8), ZONE) is is_time


@pytest.mark.parametrize("day", [ORDINARY, FORWARD, BACK], ids=str)
@pytest.mark.parametrize("at", [time(0), time(1, 30), time(2, 30), time(8), time(23, 59)], ids=str)
def test_its_time_comes_on_every_day_of_the_year(day, at):
    assert any(is_digest_time(now, at, ZONE) for now in every_minute(day))


def test_a_time_that_the_clocks_leave_out_has_come_when_they_have_passed_it():
    assert not is_digest_time(local(FORWARD, 1, 59), time(2, 30), ZONE)
    assert is_digest_time(local(FORWARD, 3), time(2, 30), ZONE)


@pytest.mark.django_db
def test_not_before_its_time():
    desk()
    assert announce_digest(local(ORDINARY, 7, 59)) == 0
    assert not OutgoingMessage.objects.exists()


@pytest.mark.django_db
def test_not_when_it_is_switched_off():
    desk(has_digest=False)
    assert announce_digest(local(ORDINARY, 8)) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("day", [ORDINARY, FORWARD, BACK], ids=str)
@pytest.mark.parametrize("at", [time(1, 30), time(8)], ids=str)
def test_once_a_day_for_each_address(day, at):
    desk(digest_at=at)
    for now in every_minute(day)[::15]:
        announce_digest(now)
    assert sorted(OutgoingMessage.objects.values_list("address", flat=True)) == [
        "desk@example.com",
        "second@example.com",
    ]


@pytest.mark.django_db
def test_again_on_the_next_day():
    desk()
    announce_digest(local(ORDINARY, 8))
    announce_digest(local(ORDINARY, 8) + timedelta(days=1))
    assert OutgoingMessage.objects.count() == 4


@pytest.mark.django_db
def test_a_restart_writes_no_second_one_after_the_first_was_sent(home):
    desk()
    Request()
    announce_digest(local(ORDINARY, 8))
    outbox.send_due()
    announce_digest(local(ORDINARY, 8, 1))
    assert set(OutgoingMessage.objects.values_list("state", flat=True)) == {MessageState.SENT}


def test_two_workers_write_it_once(threads):
    build_site()
    desk()
    now = local(ORDINARY, 8)
    threads(*[lambda: announce_digest(now)] * 4)
    assert OutgoingMessage.objects.count() == 2


# --- What -------------------------------------------------------------------------------------------


@pytest.fixture
def digest(home):
    """Return a function that sends the digest to an address, and returns what arrived."""

    def build(address="desk@example.com") -> list:
        mail.outbox = []
        Message(kind=MessageKind.STAFF_DIGEST, request=None, address=address)
        outbox.send_due()
        return mail.outbox

    return build


@pytest.mark.django_db
@pytest.mark.parametrize("state", [None, {"contacted": True}, {"declined": True}, {"quarantined": True}], ids=str)
def test_nothing_is_sent_when_nobody_waits(digest, state):
    if state:
        Request(**state)
    assert digest() == []
    assert OutgoingMessage.objects.get().state == MessageState.SKIPPED


@pytest.mark.django_db
def test_a_dead_letter_alone_is_worth_a_digest(digest):
    Message(given_up=True, request=Request(contacted=True))
    (sent,) = digest()
    assert "Messages that could not be delivered: 1" in sent.body


@pytest.mark.django_db
def test_counts_references_and_links(digest):
    now = timezone.now()
    today = timezone.localdate(now)
    request = Request(overdue=True, in_custody=True, urgency=3, submitted_at=now - timedelta(hours=5, minutes=1))
    Request(court_date=today + timedelta(days=1))
    Request(quarantined=True)
    (sent,) = digest()
    for line in (
        "Waiting for a first answer: 2",
        "Overdue: 1",
        "In custody: 1",
        "In court within 7 days: 1",
        "In quarantine: 1",
        "Messages that could not be delivered: 0",
        f"{request.reference} · Urgent · overdue · 5 hours old",
        f"http://testserver/admin/consultations/{request.pk}/",
    ):
        assert line in sent.body
    assert sent.subject == "Waiting for a first answer: 2"
    assert f'href="http://testserver/admin/consultations/{request.pk}/"' in sent.alternatives[0].content


@pytest.mark.django_db
def test_the_most_urgent_come_first_and_the_rest_is_counted(digest, monkeypatch):
    monkeypatch.setattr("consultations.mail.digest.LONGEST", 2)
    normal, urgent, other = Request(), Request(in_custody=True), Request()
    (sent,) = digest()
    assert sent.body.index(urgent.reference) < sent.body.index(normal.reference)
    assert other.reference not in sent.body
    assert "and 1 more" in sent.body


@pytest.mark.django_db
def test_who_is_screened_off_reads_nothing_of_it(digest):
    hidden, shown = Request(in_custody=True), Request()
    Message(given_up=True, request=hidden)
    Screen.objects.create(request=hidden, user=make_user("walled"))
    (sent,) = digest("Walled@example.com")
    assert hidden.reference not in sent.body
    assert shown.reference in sent.body
    assert "Waiting for a first answer: 1" in sent.body
    assert "In custody: 0" in sent.body
    assert "Messages that could not be delivered: 0" in sent.body
