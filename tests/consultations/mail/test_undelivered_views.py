"""What could not be delivered: who sees it, and who sends it again."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from consultations.mail import outbox
from consultations.mail.undelivered_views import dead_count, requeue
from consultations.models import AuditAction, AuditEntry, MessageKind, MessageState, OutgoingMessage, Screen
from tests.consultations.factories import ConsultationRequestFactory as Request
from tests.consultations.factories import OutgoingMessageFactory as Message

pytestmark = pytest.mark.django_db
LIST = "/admin/consultations/messages/"
ALL = f"{LIST}again/"
READERS = {"intake", "intake_manager", "owner"}
ROLES = ["editor", "publisher", "intake", "intake_manager", "owner"]
ODD = [("change_consultationrequest",), ("manage_consultationrequest",), ("change_messagetext",), ("view_trail",)]


@pytest.fixture
def dead():
    return Message(given_up=True, address="desk@example.com")


def as_user(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def again(message) -> str:
    return f"{LIST}{message.pk}/again/"


def state_of(message) -> str:
    return OutgoingMessage.objects.get(pk=message.pk).state


# --- Who --------------------------------------------------------------------------------------------


def test_anonymous_is_sent_to_the_login(client, dead):
    for address in (LIST, ALL, again(dead)):
        assert client.get(address)["Location"].startswith("/admin/login/")
        assert client.post(address)["Location"].startswith("/admin/login/")
    assert state_of(dead) == MessageState.DEAD


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("button", ["one", "all"])
def test_roles(staff, dead, role, button):
    client = as_user(staff(role))
    response = client.get(LIST)
    assert response.status_code == (200 if role in READERS else 302)
    assert (dead.request.reference in response.content.decode()) == (role in READERS)
    response = client.post(ALL if button == "all" else again(dead))
    assert response["Location"] == (LIST if role in READERS else "/admin/")
    assert state_of(dead) == (MessageState.WAITING if role in READERS else MessageState.DEAD)


@pytest.mark.parametrize("held", ODD, ids=str)
def test_odd_permissions_open_nothing(staff, dead, held):
    client = as_user(staff("odd", *held))
    for response in (client.get(LIST), client.post(ALL), client.post(again(dead))):
        assert response["Location"] == "/admin/"
    assert state_of(dead) == MessageState.DEAD
    assert LIST not in client.get("/admin/").content.decode()


def test_seeing_is_not_sending(staff, dead):
    client = as_user(staff("reader", "view_consultationrequest"))
    page = client.get(LIST).content.decode()
    assert dead.request.reference in page
    assert "Send again</button>" not in page
    for address in (ALL, again(dead)):
        client.post(address)
    assert state_of(dead) == MessageState.DEAD


def test_an_attorney_with_a_request_does_not_see_undelivered_mail(staff, dead):
    user = staff("attorney")
    dead.request.assignee = user
    dead.request.save()
    assert as_user(user).get(LIST)["Location"] == "/admin/"


def test_who_is_screened_off_neither_sees_nor_sends(staff, dead):
    user = staff("owner")
    Screen.objects.create(request=dead.request, user=user)
    client = as_user(user)
    assert dead.request.reference not in client.get(LIST).content.decode()
    assert client.post(again(dead)).status_code == 404
    client.post(ALL)
    assert state_of(dead) == MessageState.DEAD
    assert dead_count(user) == 0


@pytest.mark.parametrize("address", ["one", "all"])
def test_buttons_are_pressed_with_the_token_and_not_followed(staff, dead, address):
    url = ALL if address == "all" else again(dead)
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff("intake"))
    assert (client.get(url).status_code, client.post(url).status_code) == (405, 403)
    assert state_of(dead) == MessageState.DEAD


def test_unknown_message(staff):
    assert as_user(staff("intake")).post(f"{LIST}999999/again/").status_code == 404


# --- What -------------------------------------------------------------------------------------------


def test_the_list_says_what_to_whom_and_why(staff, dead):
    waiting = Message(to_person=True, failed=True)
    Message(kind=MessageKind.STAFF_DIGEST, request=None, given_up=True)
    page = as_user(staff("intake")).get(LIST).content.decode()
    for shown in (
        f'<a href="/admin/consultations/{dead.request.pk}/">{dead.request.reference}</a>',
        "desk@example.com",
        "refused the recipient (550)",
        "Given up",
        waiting.request.reference,
        "<td>the person</td>",
        "no mail server answers there",
        "To staff: the morning digest",
    ):
        assert shown in page
    assert "person@example.com" not in page
    assert page.index(dead.request.reference) < page.index(waiting.request.reference)


def test_what_works_is_not_listed_and_the_empty_list_says_so(staff):
    fine = [Message(), Message(state=MessageState.SENT, sent_at=timezone.now()), Message(state=MessageState.SKIPPED)]
    page = as_user(staff("intake")).get(LIST).content.decode()
    assert "Everything has been delivered" in page
    assert not any(message.request.reference in page for message in fine)


def test_queries_do_not_grow_with_the_list(staff, django_assert_max_num_queries):
    client = as_user(staff("intake"))
    counts = []
    for number in (3, 9):
        Message.create_batch(number, given_up=True)
        with django_assert_max_num_queries(1000) as queries:
            client.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_dead_count(staff, dead):
    Message(failed=True)
    assert dead_count(staff("intake")) == 1
    assert dead_count(staff("editor")) == 0


# --- Again ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [{}, {"state": MessageState.SENT, "sent_at": timezone.now()}, {"state": MessageState.SKIPPED}],
    ids=["fresh", "sent", "skipped"],
)
def test_what_is_not_in_trouble_is_left_alone(staff, values):
    message = Message(**values)
    assert requeue(message, by=staff("intake")) is False
    assert state_of(message) == message.state
    assert not AuditEntry.objects.exists()


def test_what_is_being_sent_is_left_alone(staff):
    message = Message(failed=True, leased_until=timezone.now() + timedelta(minutes=1))
    assert requeue(message, by=staff("intake")) is False


def test_sent_again_it_has_all_its_attempts_and_leaves_with_the_same_id(home, staff, dead, mailoutbox):
    user = staff("intake")
    assert requeue(dead, by=user) is True
    assert OutgoingMessage.objects.get(pk=dead.pk).attempts == 0
    assert outbox.send_due() == 1
    assert [mail.extra_headers["Message-ID"] for mail in mailoutbox] == [dead.message_id]


def test_the_trail_knows_who_sent_it_again(staff, dead):
    user = staff("intake")
    requeue(dead, by=user)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_id, entry.request_id) == (AuditAction.CHANGED, user.pk, dead.request_id)
    assert entry.facts == {"doing": "requeue", "message": dead.pk}


def test_all_of_them_with_one_press(staff, dead):
    others = [Message(given_up=True, request=Request()), Message(failed=True)]
    response = as_user(staff("intake")).post(ALL, follow=True)
    assert "3 are being sent again." in response.content.decode()
    assert {state_of(message) for message in (dead, *others)} == {MessageState.WAITING}
