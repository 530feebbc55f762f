"""Mail about appointments: text, attachment, and which of several messages is sent."""

from email import message_from_bytes, policy

import pytest
from django.core import mail
from icalendar import Calendar

from consultations.actions import booking, requests
from consultations.mail import outbox
from consultations.models import Appointment, AttorneyCalendar, MessageState, OutgoingMessage, Screen, Way
from consultations.workflow import Status
from tests.consultations.calendar.cases import ZONE, CalendarFactory, booked, cancel, noon, wall, wish
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db
LINK = "https://video.example.com/room"
#: Everything that the person typed.
WORDS = ["Quillfeather", "Brambletwist", "Marrowgate", "Oxbowlane", "Thistledown", "Wobblechurch", "5550142"]
PERSON, ATTORNEY = "zephyrine@person.example", "ada@firm.example"


@pytest.fixture
def intake(staff):
    return staff("intake")


@pytest.fixture
def ada(site):
    return CalendarFactory(name="Ada Sample", email=ATTORNEY, place="1 Sample Street")


@pytest.fixture
def jane(site):
    return Request(
        contacted=True,
        full_name="Quillfeather",
        phone="+12125550142",
        email=PERSON,
        person_in_need="Brambletwist",
        relationship="family",
        court="Marrowgate",
        other_parties="Oxbowlane",
        message="Thistledown",
        best_time="Wobblechurch",
        practice_area=site.fraud,
    )


def sent_to(address: str) -> list:
    """Send what is due; return the messages to an address, parsed from their bytes."""
    outbox.send_due()
    mails = [one.message().as_bytes(linesep="\r\n") for one in mail.outbox if one.to == [address]]
    return [message_from_bytes(data, policy=policy.default) for data in mails]


def part(letter, kind: str):
    (found,) = [one for one in letter.walk() if one.get_content_type() == kind]
    return found


def event_of(letter):
    """Return the only event of the calendar file, which is attached twice with the same content."""
    inline = part(letter, "text/calendar")
    attached = part(letter, "application/ics").get_content()
    assert inline.get_content().replace("\r\n", "\n").strip() == attached.decode().replace("\r\n", "\n").strip()
    calendar = Calendar.from_ical(attached)
    assert calendar["METHOD"] == inline.get_param("method")
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def test_invitation_to_the_person(ada, jane, intake):
    booked(intake, ada, request=jane, way=Way.PERSON)
    (letter,) = sent_to(PERSON)
    text = part(letter, "text/plain").get_content()
    for words in ("12:00 PM E", "(30 minutes)", "1 Sample Street", "Ada Sample", "212-555-0100", jane.reference):
        assert words in text
    calendar, event = event_of(letter)
    row = Appointment.objects.get()
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "REQUEST")
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (row.uid, 0, "CONFIRMED")
    assert event["ATTENDEE"] == f"mailto:{PERSON}"
    assert event["ORGANIZER"].startswith("mailto:")
    assert event["DTSTART"].params["TZID"] == ZONE.key
    assert (event.start, event.end) == (row.starts_at, row.ends_at)
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == [ZONE.key]
    assert jane.reference not in letter["Subject"]
    raw = letter.as_string() + text + str(event)
    assert [word for word in [*WORDS, "Fraud", "/admin/"] if word in raw] == []


def test_file_is_written_as_the_standard_says(ada, jane, intake):
    ada.place = "A very long place, with a comma; a semicolon, and letters like é, " * 2 + "X"
    ada.save()
    booked(intake, ada, request=jane, way=Way.PERSON)
    raw = part(sent_to(PERSON)[0], "application/ics").get_content()
    lines = raw.split(b"\r\n")
    assert lines[-1] == b""
    assert not any(b"\n" in line or b"\r" in line or len(line) > 75 for line in lines)
    assert raw.decode("utf-8")
    assert Calendar.from_ical(raw).walk("VEVENT")[0]["LOCATION"] == ada.place


def test_invitation_to_the_attorney_holds_nothing_of_the_person_s(ada, jane, intake):
    booked(intake, ada, request=jane, way=Way.PERSON, place="At Quillfeather’s, Marrowgate")
    (letter,) = sent_to(ATTORNEY)
    _, event = event_of(letter)
    text = part(letter, "text/plain").get_content()
    assert jane.reference in text
    assert f"/admin/consultations/{jane.pk}/" in text
    bodies = [one.get_content() for one in letter.walk() if not one.is_multipart()]
    raw = letter.as_string() + "".join(body if isinstance(body, str) else body.decode() for body in bodies)
    assert [word for word in [*WORDS, "zephyrine", "Fraud"] if word.lower() in raw.lower()] == []
    assert event["ATTENDEE"] == f"mailto:{ATTORNEY}"


def test_link_of_a_video_call_goes_to_the_person_alone(ada, jane, intake):
    booked(intake, ada, request=jane, way=Way.VIDEO, video_link=LINK)
    assert event_of(sent_to(PERSON)[0])[1]["LOCATION"] == LINK
    assert LINK not in sent_to(ATTORNEY)[0].as_string()


def test_change_and_cancellation_keep_the_uid_and_raise_the_sequence(ada, jane, intake):
    request = booked(intake, ada, request=jane)
    first = event_of(sent_to(PERSON)[0])[1]
    booking.reschedule(request.pk, by=intake, **wish(ada, noon(3)))
    calendar, second = event_of(sent_to(PERSON)[1])
    assert (calendar["METHOD"], second["SEQUENCE"], second.start) == ("REQUEST", 1, noon(3))
    cancel(request.pk, reason="Thistledown", by=intake)
    letters = sent_to(PERSON)
    calendar, third = event_of(letters[2])
    assert (calendar["METHOD"], third["SEQUENCE"], third["STATUS"]) == ("CANCEL", 2, "CANCELLED")
    assert first["UID"] == second["UID"] == third["UID"]
    assert "Thistledown" not in letters[2].as_string()
    assert [letter["Subject"].split("Firm")[-1] for letter in letters] == ["", " has changed", " is cancelled"]
    assert len(sent_to(ATTORNEY)) == 3


def test_change_before_the_first_one_left(ada, jane, intake):
    """One mail is sent, with the current time; a reader who was not told before gets no notice of a change."""
    request = booked(intake, ada, request=jane)
    booking.reschedule(request.pk, by=intake, **wish(ada, noon(3)))
    (letter,) = sent_to(PERSON)
    assert "has changed" not in letter["Subject"]
    assert event_of(letter)[1].start == noon(3)
    states = OutgoingMessage.objects.order_by("pk").values_list("kind", "state")
    assert ("person_booked", MessageState.SKIPPED) in states
    assert ("person_rebooked", MessageState.SENT) in states


def test_cancelled_before_the_first_one_left(ada, jane, intake):
    booked(intake, ada, request=jane)
    cancel(jane.pk, reason="x", by=intake)
    assert outbox.send_due() == 0
    assert set(OutgoingMessage.objects.values_list("state", flat=True)) == {MessageState.SKIPPED}


def test_another_attorney_takes_over(ada, jane, intake):
    request = booked(intake, ada, request=jane)
    assert len(sent_to(ATTORNEY)) == 1
    bea = CalendarFactory(email="bea@firm.example")
    booking.reschedule(request.pk, by=intake, **wish(bea, noon(3)))
    booking.reschedule(request.pk, by=intake, **wish(bea, noon(4)))
    calendar, event = event_of(sent_to(ATTORNEY)[1])
    assert (calendar["METHOD"], event.start, event["SEQUENCE"]) == ("CANCEL", noon(2), 1)
    (letter,) = sent_to("bea@firm.example")
    assert event_of(letter)[1].start == noon(4)


@pytest.mark.parametrize("day", [(2026, 3, 8), (2026, 3, 7), (2026, 11, 1), (2026, 10, 31)])
def test_across_daylight_saving(ada, jane, intake, day):
    """Local times stay the same, in the file as in the words."""
    now, at = wall(2026, 1, 2, 9, 0), wall(*day, 9, 0)
    booked(intake, ada, at, request=jane, now=now)
    OutgoingMessage.objects.update(next_attempt_at=now)
    outbox.send_due(now)
    (letter,) = [one for one in mail.outbox if one.to == [PERSON]]
    letter = message_from_bytes(letter.message().as_bytes(), policy=policy.default)
    _, event = event_of(letter)
    assert event["DTSTART"].to_ical() == b"%04d%02d%02dT090000" % day
    assert event.start == at
    assert "9:00 AM " + at.astimezone(ZONE).tzname() in part(letter, "text/plain").get_content()


def test_hour_that_the_autumn_has_twice(ada, jane, intake):
    now = wall(2026, 10, 1, 9, 0)
    second = wall(2026, 11, 1, 2, 0).replace(hour=6, minute=30)
    booked(intake, ada, second, request=jane, now=now)
    OutgoingMessage.objects.update(next_attempt_at=now)
    outbox.send_due(now)
    letter = message_from_bytes(mail.outbox[0].message().as_bytes(), policy=policy.default)
    assert event_of(letter)[1].start == second
    assert "1:30 AM EST" in part(letter, "text/plain").get_content()


# --- What must not leave ------------------------------------------------------------------------------


def test_nobody_without_an_address_is_written_to(site, intake):
    CalendarFactory(email="")
    booked(intake, AttorneyCalendar.objects.get(), request=Request(contacted=True))
    assert not OutgoingMessage.objects.exists()


def test_screened_attorney_gets_nothing(ada, jane, intake, staff):
    attorney = make_user("ada", is_superuser=True)
    attorney.email = ATTORNEY
    attorney.save()
    booked(intake, ada, request=jane)
    Screen.objects.create(request=jane, user=attorney)
    assert sent_to(ATTORNEY) == []


def test_what_is_over_is_told_to_nobody(ada, jane, intake):
    booked(intake, ada, request=jane)
    assert outbox.send_due(noon(3)) == 0


def test_quarantine_and_lost_address(ada, jane, intake):
    booked(intake, ada, request=jane)
    jane.refresh_from_db()
    jane.email = ""
    jane.save()
    assert sent_to(PERSON) == []


def test_conflict_cancels_in_neutral_words(ada, jane, intake):
    booked(intake, ada, request=jane)
    sent_to(PERSON)
    requests.move(jane.pk, to=Status.CONFLICT, reason="Oxbowlane is our client.", by=intake)
    letter = sent_to(PERSON)[1]
    text = part(letter, "text/plain").get_content()
    assert "does not take place" in text
    assert "conflict" not in letter.as_string().lower()
    assert "Oxbowlane" not in letter.as_string()
