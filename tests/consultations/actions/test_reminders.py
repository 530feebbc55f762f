"""Reminders: who may set them, for when, who is told at the time, and what ends them."""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.users.models import UserProfile

from consultations.actions import reminders, requests
from consultations.actions.reminder_times import moments
from consultations.actions.requests import Refused
from consultations.case.timeline import history_of
from consultations.mail import outbox
from consultations.models import (
    AuditAction,
    AuditEntry,
    ConsultationRequest,
    MessageKind,
    MessageState,
    OutgoingMessage,
    Reminder,
    RequestEvent,
    Screen,
)
from consultations.models.notes import REMINDER_LENGTH
from consultations.queue import saved_filters
from consultations.workflow import Status
from tests.consultations.actions.test_requests import BLIND, WORKERS, account
from tests.consultations.case.note_factories import SECRET, at, colleague, due_reminder, set_reminder
from tests.consultations.conftest import ROLES, make_user
from tests.consultations.factories import ConsultationRequestFactory as Request

NEW_YORK = ZoneInfo("America/New_York")


def told() -> list[str]:
    kind = MessageKind.STAFF_REMINDER
    return list(OutgoingMessage.objects.filter(kind=kind).order_by("pk").values_list("address", flat=True))


def tomorrow() -> datetime:
    return timezone.now() + timedelta(days=1)


# --- The times to choose ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "now", ["2027-03-13T10:00", "2027-03-13T23:59", "2027-11-06T12:00", "2027-11-06T00:30", "2027-12-31T23:00"]
)
def test_ready_choices_are_mornings_whatever_the_clocks_do(now):
    start = datetime.fromisoformat(now).replace(tzinfo=NEW_YORK)
    found = moments(start.astimezone(UTC), None, NEW_YORK)
    assert [(one.code, (one.at.date() - start.date()).days) for one in found] == [
        ("tomorrow", 1),
        ("days", 3),
        ("week", 7),
    ]
    assert {(one.at.hour, one.at.minute, one.at.tzinfo) for one in found} == {(9, 0, NEW_YORK)}


def test_tomorrow_is_the_firm_s_and_not_the_server_s():
    late = datetime(2027, 1, 5, 3, 0, tzinfo=UTC)  # still the fourth in New York
    assert moments(late, None, NEW_YORK)[0].at == datetime(2027, 1, 5, 9, 0, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("days", "offered"), [(-1, False), (0, False), (1, False), (2, True), (20, True), (1000, False)]
)
def test_the_day_before_the_court_date(days, offered):
    now = datetime(2027, 1, 4, 12, 0, tzinfo=NEW_YORK)
    found = {one.code: one.at for one in moments(now, now.date() + timedelta(days=days), NEW_YORK)}
    assert ("court" in found) == offered
    if offered:
        assert found["court"].date() == now.date() + timedelta(days=days - 1)


@pytest.mark.parametrize("day", [date.min, date.max])
def test_odd_court_dates_offer_nothing(day):
    assert len(moments(timezone.now(), day, NEW_YORK)) == 3


# --- Setting ----------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("role", [*sorted(BLIND), *sorted(WORKERS)])
@pytest.mark.parametrize("verb", ["remind", "finish_reminder", "postpone_reminder"])
def test_roles(role, verb):
    request = Request()
    reminder = set_reminder(request, by=colleague("boss", role="intake_manager"))
    user = account(role, request)
    before = RequestEvent.objects.count()
    given = {
        "remind": {"for_user": user, "due_at": tomorrow(), "text": "x"},
        "finish_reminder": {"reminder": reminder.pk},
        "postpone_reminder": {"reminder": reminder.pk, "due_at": tomorrow()},
    }[verb]
    if role in BLIND:
        with pytest.raises(ConsultationRequest.DoesNotExist):
            getattr(reminders, verb)(request.pk, by=user, **given)
        assert AuditEntry.objects.filter(action=AuditAction.REFUSED).get().facts["doing"] == verb
    else:
        getattr(reminders, verb)(request.pk, by=user, **given)
    assert RequestEvent.objects.count() - before == (role in WORKERS)


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["remind", "finish_reminder", "postpone_reminder"])
def test_reading_alone_is_not_enough(staff, verb):
    request = Request()
    reminder = set_reminder(request, by=colleague())
    reader = staff("reader", "view_consultationrequest")
    given = {
        "remind": {"for_user": reader, "due_at": tomorrow(), "text": "x"},
        "finish_reminder": {"reminder": reminder.pk},
        "postpone_reminder": {"reminder": reminder.pk, "due_at": tomorrow()},
    }[verb]
    with pytest.raises(Refused) as refusal:
        getattr(reminders, verb)(request.pk, by=reader, **given)
    assert refusal.value.code == "not_permitted"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"text": " \n"}, "empty"),
        ({"text": "x" * (REMINDER_LENGTH + 1)}, "too_long"),
        ({"due_at": None}, "not_ahead"),
        ({"due_at": datetime(2001, 1, 1, tzinfo=UTC)}, "not_ahead"),
        ({"due_at": datetime(1, 1, 1, tzinfo=NEW_YORK)}, "not_ahead"),
        ({"due_at": datetime(9999, 12, 31, tzinfo=UTC)}, "not_ahead"),
        ({"for_user": "screened"}, "may_not_tell"),
        ({"for_user": "attorney"}, "may_not_tell"),
    ],
    ids=str,
)
def test_what_is_refused_leaves_nothing(staff, changed, code):
    user, request = staff("intake"), Request()
    if "for_user" in changed:
        target = colleague(role="publisher" if changed["for_user"] == "attorney" else "intake")
        if changed["for_user"] == "screened":
            Screen.objects.create(request=request, user=target)
        changed = {"for_user": target}
    given = {"for_user": user, "due_at": tomorrow(), "text": "x"} | changed
    with pytest.raises(Refused) as refusal:
        reminders.remind(request.pk, by=user, **given)
    assert refusal.value.code == code
    assert (Reminder.objects.count(), RequestEvent.objects.count()) == (0, 0)
    assert AuditEntry.objects.get().facts == {"doing": "remind", "why": code}


@pytest.mark.django_db
@pytest.mark.parametrize("status", [Status.DECLINED, Status.RETAINED, Status.QUARANTINE, Status.NOT_REACHED])
def test_nothing_is_remembered_of_a_request_at_its_end(staff, status):
    user, request = staff("intake"), Request(status=status)
    with pytest.raises(Refused) as refusal:
        set_reminder(request, by=user)
    assert refusal.value.code == "forbidden"


@pytest.mark.django_db
def test_now_is_not_ahead_and_a_second_later_is(staff):
    user, request, now = staff("intake"), Request(), timezone.now()
    with pytest.raises(Refused):
        set_reminder(request, by=user, due_at=now, now=now)
    assert set_reminder(request, by=user, due_at=now + timedelta(seconds=1), now=now)


@pytest.mark.django_db
def test_a_reminder_of_another_request_is_not_found(staff):
    user = staff("intake")
    reminder = set_reminder(Request(), by=user)
    for verb, given in ((reminders.finish_reminder, {}), (reminders.postpone_reminder, {"due_at": tomorrow()})):
        with pytest.raises(Refused) as refusal:
            verb(Request().pk, reminder=reminder.pk, by=user, **given)
        assert refusal.value.code == "no_reminder"
    reminder.refresh_from_db()
    assert reminder.done_at is None


@pytest.mark.django_db
def test_done_twice_is_done_once_and_then_cannot_be_put_off(staff):
    user, request = staff("intake"), Request()
    reminder = set_reminder(request, by=user)
    for _ in range(2):
        reminders.finish_reminder(request.pk, reminder=reminder.pk, by=user)
    assert next(line.title for line in history_of(request, user).lines) == "Reminder done"
    assert RequestEvent.objects.count() == 2
    with pytest.raises(Refused) as refusal:
        reminders.postpone_reminder(request.pk, reminder=reminder.pk, due_at=tomorrow(), by=user)
    assert refusal.value.code == "stale"


@pytest.mark.django_db
def test_same_form_twice(staff):
    user, request, once, due = staff("intake"), Request(), uuid.uuid4(), tomorrow()
    for _ in range(2):
        set_reminder(request, by=user, once=once, due_at=due)
    assert (Reminder.objects.count(), RequestEvent.objects.count()) == (1, 1)
    with pytest.raises(Refused) as refusal:
        set_reminder(request, by=user, once=once, due_at=due, text="Something else")
    assert refusal.value.code == "sent_otherwise"
    with pytest.raises(Refused):
        set_reminder(Request(), by=user, once=once, due_at=due)


def test_same_form_many_times_at_once(threads):
    request, user, once, due = Request(), colleague(), uuid.uuid4(), tomorrow()
    threads(*[lambda: set_reminder(request, by=user, once=once, due_at=due)] * 6)
    assert (Reminder.objects.count(), RequestEvent.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_the_database_refuses_a_reminder_that_says_nothing_or_was_told_early(staff):
    reminder = set_reminder(Request(), by=staff("intake"))
    for values in ({"text_encrypted": ""}, {"told_at": reminder.due_at - timedelta(seconds=1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Reminder.objects.filter(pk=reminder.pk).update(
                **{n.removesuffix("_encrypted"): v for n, v in values.items()}
            )


# --- When the time has come -------------------------------------------------------------------------


@pytest.mark.django_db
def test_nothing_is_told_before_its_time(staff):
    user = staff("intake")
    reminder = set_reminder(Request(), by=user)
    assert (reminders.tell_due(reminder.due_at - timedelta(seconds=1)), told()) == (0, [])
    assert (reminders.tell_due(reminder.due_at), told()) == (1, ["intake@example.com"])


@pytest.mark.django_db
def test_told_once_for_each_time_that_it_is_set_to(staff):
    user, request = staff("intake"), Request()
    reminder = due_reminder(request, by=user)
    assert [reminders.tell_due(), reminders.tell_due()] == [1, 0]
    reminders.postpone_reminder(request.pk, reminder=reminder.pk, due_at=tomorrow(), by=user)
    assert reminders.tell_due() == 0
    at(reminder, timezone.now())
    assert [reminders.tell_due(), reminders.tell_due()] == [1, 0]
    assert told() == ["intake@example.com"] * 2


@pytest.mark.django_db
def test_what_was_due_long_ago_is_on_the_dashboard_alone(staff):
    user = staff("intake")
    due_reminder(Request(), by=user, ago=reminders.TELL_WITHIN + timedelta(hours=1))
    assert (reminders.tell_due(), told()) == (0, [])
    assert saved_filters.count(user, ["reminders"]) == {"reminders": 1}


def test_two_workers_tell_once(threads):
    user = colleague()
    for _ in range(4):
        due_reminder(Request(), by=user)
    assert sum(threads(*[reminders.tell_due] * 4)) == 4
    assert told() == ["ina@example.com"] * 4
    mail.outbox = []
    assert sum(threads(*[outbox.send_due] * 3)) == 4
    assert len(mail.outbox) == 4


def test_finished_while_it_is_told(threads):
    user, request = colleague(), Request()
    reminder = due_reminder(request, by=user)
    threads(reminders.tell_due, lambda: reminders.finish_reminder(request.pk, reminder=reminder.pk, by=user))
    mail.outbox = []
    assert (outbox.send_due(), mail.outbox) == (0, [])


@pytest.mark.django_db
def test_the_mail_holds_a_reference_and_a_link_and_nothing_else(site, staff):
    request = Request(full_name="Zephyrine Marrowgate", phone="+12125550142", email="oxbow@person.example")
    due_reminder(request, by=staff("intake"))
    reminders.tell_due()
    assert outbox.send_due() == 1
    sent = mail.outbox[0]
    raw = sent.message().as_bytes().decode() + sent.body + sent.alternatives[0][0]
    assert request.reference in sent.subject
    assert f"/admin/consultations/{request.pk}/" in sent.body
    for word in (SECRET, "Zephyrine", "Marrowgate", "555-0142", "2125550142", "oxbow"):
        assert word.lower() not in raw.lower()


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["done", "put off", "declined", "quarantine"])
def test_what_is_settled_before_the_mail_leaves_is_not_sent(site, staff, change):
    user, request = staff("intake"), Request()
    reminder = due_reminder(request, by=user)
    reminders.tell_due()
    match change:
        case "done":
            reminders.finish_reminder(request.pk, reminder=reminder.pk, by=user)
        case "put off":
            reminders.postpone_reminder(request.pk, reminder=reminder.pk, due_at=tomorrow(), by=user)
        case _:
            requests.move(request.pk, to=change, reason="x", by=user)
    assert (outbox.send_due(), mail.outbox) == (0, [])
    assert OutgoingMessage.objects.get().state == MessageState.SKIPPED
    assert reminders.tell_due() == 0


# --- Whom it is for, when that one has gone ---------------------------------------------------------


def lose(user, request, how: str) -> None:
    if how == "screened":
        Screen.objects.create(request=request, user=user)
    elif how == "deactivated":
        get_user_model().objects.filter(pk=user.pk).update(is_active=False)
    elif how == "left":
        user.groups.clear()
    else:
        user.delete()


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["screened", "deactivated", "left"])
@pytest.mark.parametrize("has_assignee", [True, False])
def test_it_goes_to_whoever_sees_to_the_request_or_to_the_managers(staff, how, has_assignee):
    ina, manager = colleague(), staff("intake_manager")
    attorney = make_user("attorney", group=ROLES["publisher"]) if has_assignee else None
    request = Request(assignee=attorney)
    reminder = due_reminder(request, by=manager, for_user=ina)
    lose(ina, request, how)
    assert reminders.tell_due() == 1
    assert told() == ["attorney@example.com" if has_assignee else "intake_manager@example.com"]
    reminder.refresh_from_db()
    assert reminder.for_user == attorney
    assert "Reminder of ina goes to" in history_of(request, manager).lines[0].title
    assert history_of(request, manager).lines[0].who == "The site"
    keeper = attorney or manager
    assert saved_filters.count(keeper, ["reminders"]) == {"reminders": 1}
    assert not saved_filters.requests_in("reminders", ina, timezone.now()).exists()
    assert not AuditEntry.objects.filter(action=AuditAction.REFUSED).exists()


@pytest.mark.django_db
def test_one_of_an_account_that_is_gone_goes_to_the_managers(staff):
    ina, manager, request = colleague(), staff("intake_manager"), Request()
    due_reminder(request, by=manager, for_user=ina)
    lose(ina, request, "deleted")
    assert reminders.tell_due() == 1
    assert told() == ["intake_manager@example.com"]
    assert saved_filters.count(manager, ["reminders"]) == {"reminders": 1}
    assert saved_filters.count(staff("intake"), ["reminders"]) == {"reminders": 0}


@pytest.mark.django_db
def test_managers_who_are_screened_are_not_told(staff):
    ina, user, manager, request = colleague(), staff("intake"), staff("intake_manager"), Request()
    due_reminder(request, by=user, for_user=ina)
    for one in (ina, manager):
        lose(one, request, "screened")
    reminders.tell_due()
    assert told() == []


@pytest.mark.django_db
def test_screened_while_the_mail_waits_it_goes_to_the_next_one(site, staff):
    ina, manager, request = colleague(), staff("intake_manager"), Request()
    due_reminder(request, by=manager, for_user=ina)
    reminders.tell_due()
    lose(ina, request, "screened")
    assert (outbox.send_due(), mail.outbox) == (0, [])
    assert [reminders.tell_due(), reminders.tell_due()] == [1, 0]
    assert outbox.send_due() == 1
    assert mail.outbox[0].to == ["intake_manager@example.com"]


# --- The end of it ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_it_rests_when_the_request_closes_and_holds_again_when_it_is_reopened(client, staff):
    user, request = staff("intake"), Request()
    due_reminder(request, by=user)
    client.force_login(user)
    requests.move(request.pk, to=Status.DECLINED, reason="x", by=user)
    assert (saved_filters.count(user, ["reminders"]), reminders.tell_due()) == ({"reminders": 0}, 0)
    page = client.get(f"/admin/consultations/{request.pk}/").content.decode()
    assert "so these rest" in page
    assert "Postpone" not in page
    requests.move(request.pk, to=Status.IN_REVIEW, reason="x", by=user)
    assert (saved_filters.count(user, ["reminders"]), reminders.tell_due()) == ({"reminders": 1}, 1)


@pytest.mark.django_db
def test_dashboard_and_queue(site, client, staff):
    user, request = staff("intake"), Request()
    set_reminder(Request(), by=user)
    reminder = due_reminder(request, by=user)
    client.force_login(user)
    assert "Reminders due" in client.get("/admin/").content.decode()
    page = client.get("/admin/consultations/?set=reminders").content.decode()
    assert request.reference in page
    reminders.finish_reminder(request.pk, reminder=reminder.pk, by=user)
    assert "Reminders due" not in client.get("/admin/").content.decode()


@pytest.mark.django_db
def test_one_s_own_alone_are_counted(staff):
    user, ina = staff("intake"), colleague()
    due_reminder(Request(), by=user, for_user=ina)
    assert [saved_filters.count(one, ["reminders"])["reminders"] for one in (user, ina)] == [0, 1]


@pytest.mark.django_db
def test_queries_do_not_grow(client, staff):
    user, request, counts = staff("intake"), Request(), []
    client.force_login(user)
    client.get(f"/admin/consultations/{request.pk}/")
    client.get("/admin/")
    for number in (3, 12):
        for index in range(number):
            due_reminder(request, by=user, for_user=colleague(f"one-{number}-{index}"))
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/admin/consultations/{request.pk}/")
        with CaptureQueriesContext(connection) as also:
            client.get("/admin/")
        counts.append((len(asked), len(also)))
    assert counts[0] == counts[1]


# --- The form ---------------------------------------------------------------------------------------


def post_reminder(client, request, **changed):
    given = {"when": "own", "text": "My words", "once": uuid.uuid4()} | changed
    return client.post(f"/admin/consultations/{request.pk}/remind/", given)


@pytest.fixture
def intake(client, staff):
    user = staff("intake")
    client.force_login(user)
    return user


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["", "Asia/Tokyo"])
def test_a_time_of_one_s_own_is_the_firm_s_whatever_clock_the_account_has(client, intake, zone):
    UserProfile.objects.create(user=intake, current_time_zone=zone)
    day = (timezone.now() + timedelta(days=40)).date()
    response = post_reminder(client, Request(), for_user=intake.pk, due_at=f"{day}T14:30")
    assert response.status_code == 302
    assert Reminder.objects.get().due_at == datetime.combine(day, time(14, 30), NEW_YORK)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("due_at", "words"),
    [
        ("", "lie ahead"),
        ("2001-01-01T09:00", "lie ahead"),
        ("9999-12-31T23:59", "lie ahead"),
        ("2027-03-14T02:30", "clocks change"),
        ("2027-11-07T01:30", "clocks change"),
        ("2027-02-30T09:00", "such as"),
        ("soon", "such as"),
    ],
)
def test_a_time_that_there_is_not_comes_back_with_what_was_typed(client, intake, due_at, words):
    response = post_reminder(client, Request(), for_user=intake.pk, due_at=due_at)
    page = response.content.decode()
    assert response.status_code == 422
    assert "My words" in page
    assert words in "".join(response.context["refused"].errors["due_at"])
    assert not Reminder.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("when", ["tomorrow", "days", "week", "court"])
def test_ready_choices(client, intake, when):
    ina, request = colleague(), Request(court_date=timezone.localdate() + timedelta(days=20))
    assert post_reminder(client, request, for_user=ina.pk, when=when).status_code == 302
    days = {"tomorrow": 1, "days": 3, "week": 7, "court": 19}[when]
    due = Reminder.objects.get().due_at.astimezone(NEW_YORK)
    assert (due.hour, (due.date() - timezone.now().astimezone(NEW_YORK).date()).days) == (9, days)


@pytest.mark.django_db
def test_somebody_who_may_not_see_it_cannot_be_chosen(client, intake):
    request, walled, outsider = Request(), colleague("walled"), make_user("outsider")
    Screen.objects.create(request=request, user=walled)
    for user in (walled, outsider):
        response = post_reminder(client, request, for_user=user.pk, when="tomorrow")
        assert (response.status_code, Reminder.objects.count()) == (422, 0)


@pytest.mark.django_db
def test_buttons_of_one_reminder(client, intake):
    request = Request()
    reminder = due_reminder(request, by=intake)
    base = f"/admin/consultations/{request.pk}/reminder"
    response = client.post(f"{base}/later/", {"reminder": reminder.pk, "when": "own", "due_at": "2001-01-01T09:00"})
    assert response.status_code == 422
    assert response.context["desk"].notes.reminders[0]["postpone"].errors
    assert client.post(f"{base}/later/", {"reminder": reminder.pk, "when": "week"}).status_code == 302
    reminder.refresh_from_db()
    assert reminder.due_at > timezone.now() + timedelta(days=5)
    assert client.post(f"{base}/done/", {"reminder": reminder.pk}).status_code == 302
    reminder.refresh_from_db()
    assert reminder.done_at
    assert client.post(f"{base}/later/", {"reminder": reminder.pk, "when": "week"}).status_code == 422
    assert client.post(f"{base}/done/", {"reminder": "9" * 30}).status_code == 422
