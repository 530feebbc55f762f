"""Colleagues who are told of a note: who can be, by which names, what reaches them, and when it counts as seen."""

import uuid
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consultations.actions import requests
from consultations.actions.mentions import emphasised, found_in
from consultations.actions.requests import Refused
from consultations.case.timeline import history_of
from consultations.colleagues import tellable
from consultations.mail import outbox
from consultations.models import (
    AuditAction,
    AuditEntry,
    ConsultationRequest,
    Mention,
    MessageKind,
    MessageState,
    OutgoingMessage,
    RequestEvent,
    Screen,
)
from consultations.permissions import may_see
from consultations.queue import saved_filters
from tests.consultations.case.note_factories import SECRET, colleague, told
from tests.consultations.conftest import ROLES, make_user
from tests.consultations.factories import ConsultationRequestFactory as Request

# --- Names in a text --------------------------------------------------------------------------------


def person(pk: int, username: str, first: str = "", last: str = ""):
    return SimpleNamespace(
        pk=pk, first_name=first, get_username=lambda: username, get_full_name=lambda: f"{first} {last}".strip()
    )


INA, BO, BOB = person(1, "ina", "Ina", "Intake"), person(2, "bo.m", "Bo", "Manager"), person(3, "bob", "Bo", "Other")
PEOPLE = [INA, BO, BOB]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@ina please call", [INA]),
        ("Please, @INA: call", [INA]),
        ("(@ina)", [INA]),
        ("Ask @ina.", [INA]),
        ("@Ina’s turn", [INA]),
        ("@Ina Intake, please", [INA]),
        ("@ina intake", [INA]),
        ("@Bo Manager and @ina and @bo.m", [BO, INA]),
        ("line\n@bob", [BOB]),
        ("@Bo please", []),
        ("write to jane@ina.example", []),
        ("jane@ina", []),
        ("@ina@example.com", []),
        ("@ina.example", []),
        ("@ina-bo", []),
        ("@ina_2", []),
        ("@inas", []),
        ("@@ina", []),
        ("@nobody", []),
        ("@", []),
        ("ina", []),
        ("", []),
    ],
)
def test_names_in_a_text(text, found):
    assert found_in(text, PEOPLE) == found


def test_a_name_of_two_people_is_text():
    assert found_in("@bo manager", [BO, person(4, "x", "Bo", "Manager")]) == []
    assert found_in("@ina", [INA, person(4, "other", "Ina", "Else")]) == []


@pytest.mark.parametrize("odd", ["@" * 5000, "@ina" * 2000, "@(.*)", "@[", "@ı", "@ſ", "@ß", "@\u0130na"])
def test_odd_texts_are_read_in_no_time(odd):
    people = [*PEOPLE, person(5, "(.*)"), person(6, "straße"), person(7, "")]
    assert all(one in people for one in found_in(odd, people))


def test_emphasis_escapes_everything_else():
    html = emphasised("<b>@ina</b> & <script>", [person(1, "ina", "<i>Ina", "In&take")])
    strong = '<strong class="request-mention">@&lt;i&gt;Ina In&amp;take</strong>'
    assert html == f"&lt;b&gt;{strong}&lt;/b&gt; &amp; &lt;script&gt;"


# --- Who can be told --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_only_those_who_may_see_the_request_can_be_told(staff):
    request, other = Request(assignee=make_user("assigned", group=ROLES["publisher"])), Request()
    for role in ("editor", "publisher", "intake", "intake_manager", "owner"):
        staff(role)
    colleague("walled")
    Screen.objects.create(request=request, user=get_user_model().objects.get(username="walled"))
    colleague("gone", is_active=False)
    make_user("outsider")
    make_user("no-admin", permissions=("view_consultationrequest",))
    names = {user.username for user in tellable(request)}
    assert names == {"assigned", "intake", "intake_manager", "owner"}
    assert names == {user.username for user in get_user_model().objects.all() if may_see(user, request)}
    assert {user.username for user in tellable(other)} == {"walled", "intake", "intake_manager", "owner"}


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["screened", "attorney", "inactive"])
def test_who_may_not_see_it_is_refused_and_nothing_is_kept(staff, who):
    user, request = staff("intake"), Request()
    target = colleague(role="publisher" if who == "attorney" else "intake", is_active=who != "inactive")
    if who == "screened":
        Screen.objects.create(request=request, user=target)
    with pytest.raises(Refused) as refusal:
        requests.add_note(request.pk, text=SECRET, tell=[target], by=user)
    assert refusal.value.code == "may_not_tell"
    assert (RequestEvent.objects.count(), Mention.objects.count(), OutgoingMessage.objects.count()) == (0, 0, 0)
    assert AuditEntry.objects.get().facts == {"doing": "add_note", "why": "may_not_tell"}


@pytest.mark.django_db
def test_the_name_of_a_screened_colleague_is_text_like_any_other(staff):
    request, ina = Request(), colleague()
    Screen.objects.create(request=request, user=ina)
    requests.add_note(request.pk, text="@ina and @nobody and jane@example.com", by=staff("intake"))
    assert not Mention.objects.exists()
    assert RequestEvent.objects.get().text == "@ina and @nobody and jane@example.com"


@pytest.mark.django_db
def test_choices_hold_no_name_of_a_screened_colleague(client, staff):
    request, walled = Request(), colleague("walled", first_name="Zephyrine")
    colleague("free", first_name="Oxbow")
    Screen.objects.create(request=request, user=walled)
    client.force_login(staff("intake"))
    page = client.get(f"/admin/consultations/{request.pk}/").content.decode()
    assert "Oxbow" in page
    assert "Zephyrine" not in page


# --- Telling ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_chosen_and_named_are_told_once_each(staff):
    user, request, ina = staff("intake"), Request(), colleague()
    bo = colleague("bo")
    requests.add_note(request.pk, text="@ina @bo @intake @ina", tell=[ina, user], by=user)
    assert {mention.user for mention in Mention.objects.all()} == {ina, bo}
    messages = OutgoingMessage.objects.filter(kind=MessageKind.STAFF_MENTIONED)
    assert sorted(messages.values_list("address", flat=True)) == ["bo@example.com", "ina@example.com"]
    lines = [entry.facts for entry in AuditEntry.objects.filter(action=AuditAction.CHANGED).order_by("pk")]
    assert lines[0] == {"doing": "note"}
    assert sorted(line["user"] for line in lines[1:]) == sorted([ina.pk, bo.pk])


@pytest.mark.django_db
@pytest.mark.parametrize("doing", ["contact", "move"])
def test_names_count_in_a_contact_and_in_a_reason(staff, doing):
    user, request, ina = staff("intake"), Request(), colleague()
    if doing == "contact":
        requests.log_contact(request.pk, channel="call", outcome="no_answer", text="@ina again tomorrow", by=user)
    else:
        requests.move(request.pk, to="declined", reason="As @ina said", by=user)
    mention = Mention.objects.get()
    assert (mention.user, mention.event.kind) == (ina, {"contact": "contact", "move": "moved"}[doing])


@pytest.mark.django_db
def test_an_assigned_attorney_tells_and_is_told(staff):
    attorney = make_user("assigned", group=ROLES["publisher"])
    request, intake = Request(assignee=attorney), staff("intake")
    told(request, to=intake, by=attorney)
    told(request, to=attorney, by=intake)
    assert {mention.user for mention in Mention.objects.all()} == {attorney, intake}


@pytest.mark.django_db
def test_a_colleague_without_an_address_finds_it_on_the_desk(staff):
    request, ina = Request(), colleague()
    get_user_model().objects.filter(pk=ina.pk).update(email="")
    ina.refresh_from_db()
    told(request, to=ina, by=staff("intake"))
    assert not OutgoingMessage.objects.exists()
    assert saved_filters.count(ina, ["told"]) == {"told": 1}


@pytest.mark.django_db
def test_same_form_with_other_colleagues_is_not_taken_for_done(staff):
    user, request, once = staff("intake"), Request(), uuid.uuid4()
    ina, bo = colleague(), colleague("bo")
    for _ in range(2):
        requests.add_note(request.pk, text="x", tell=[ina], once=once, by=user)
    assert (Mention.objects.count(), OutgoingMessage.objects.count()) == (1, 1)
    with pytest.raises(Refused) as refusal:
        requests.add_note(request.pk, text="x", tell=[ina, bo], once=once, by=user)
    assert refusal.value.code == "sent_otherwise"


@pytest.mark.django_db
def test_nothing_is_left_when_the_mail_cannot_be_written(staff, monkeypatch):
    def fail(*args, **facts):
        raise RuntimeError("no outbox")

    user, request, ina = staff("intake"), Request(), colleague()
    monkeypatch.setattr("consultations.actions.mentions.announce_mention", fail)
    with pytest.raises(RuntimeError):
        requests.add_note(request.pk, text="x", tell=[ina], by=user)
    assert (RequestEvent.objects.count(), Mention.objects.count(), AuditEntry.objects.count()) == (0, 0, 0)


def test_same_note_sent_many_times_at_once_tells_once(threads):
    request, user, once, ina = Request(), colleague("busy"), uuid.uuid4(), colleague()

    def send():
        return requests.add_note(request.pk, text="@ina", tell=[ina], once=once, by=user).pk

    assert threads(*[send] * 6) == [request.pk] * 6
    assert (Mention.objects.count(), OutgoingMessage.objects.count()) == (1, 1)


def test_screened_or_told_whichever_comes_first_nobody_screened_gets_mail(threads):
    request, user, ina = Request(), colleague("boss", role="intake_manager"), colleague()

    def tell():
        try:
            requests.add_note(request.pk, text="x", tell=[ina], by=user)
        except Refused as refusal:
            return refusal.code
        return "told"

    outcome = threads(tell, lambda: requests.screen(request.pk, user=ina, by=user))[0]
    mail.outbox = []
    assert outcome in {"told", "may_not_tell"}
    assert (outbox.send_due(), mail.outbox) == (0, [])


# --- The mail ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_mail_holds_a_reference_and_a_link_and_nothing_else(site, staff):
    request = Request(full_name="Zephyrine Marrowgate", phone="+12125550142", email="oxbow@person.example")
    ina = colleague(first_name="Ina", last_name="Brambletwist")
    told(request, to=ina, by=staff("intake"), text=f"{SECRET} @ina")
    assert outbox.send_due() == 1
    sent = mail.outbox[0]
    raw = sent.message().as_bytes().decode() + sent.body + sent.alternatives[0][0]
    assert request.reference in sent.subject + sent.body
    assert f"/admin/consultations/{request.pk}/" in sent.body
    for word in (SECRET, "Zephyrine", "Marrowgate", "555-0142", "2125550142", "oxbow", "Brambletwist"):
        assert word.lower() not in raw.lower()


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["screened", "deactivated", "left the group", "no longer assigned", "seen"])
def test_who_has_lost_sight_of_it_gets_no_mail(site, staff, change):
    ina = colleague(role="publisher" if change == "no longer assigned" else "intake")
    request = Request(assignee=ina)
    told(request, to=ina, by=staff("intake"))
    match change:
        case "screened":
            Screen.objects.create(request=request, user=ina)
        case "deactivated":
            get_user_model().objects.filter(pk=ina.pk).update(is_active=False)
        case "left the group":
            ina.groups.clear()
            ConsultationRequest.objects.filter(pk=request.pk).update(assignee=None)
        case "no longer assigned":
            ConsultationRequest.objects.filter(pk=request.pk).update(assignee=None)
        case "seen":
            Mention.objects.update(seen_at=timezone.now())
    assert (outbox.send_due(), mail.outbox) == (0, [])
    assert OutgoingMessage.objects.get().state == MessageState.SKIPPED


# --- Until seen -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_opening_the_request_marks_what_was_for_the_one_who_opens_it(client, staff):
    request, other, ina = Request(), Request(), colleague()
    bo, user = colleague("bo"), staff("intake")
    for one in (request, other):
        told(one, to=ina, by=user)
    told(request, to=bo, by=user)
    assert [saved_filters.count(one, ["told"])["told"] for one in (ina, bo, user)] == [2, 1, 0]
    client.force_login(user)
    client.get(f"/admin/consultations/{request.pk}/")
    assert saved_filters.count(ina, ["told"])["told"] == 2
    client.force_login(ina)
    client.get(f"/admin/consultations/{request.pk}/")
    assert [saved_filters.count(one, ["told"])["told"] for one in (ina, bo)] == [1, 1]
    assert list(saved_filters.requests_in("told", ina, timezone.now())) == [other]


@pytest.mark.django_db
def test_what_is_screened_off_leaves_desk_and_dashboard(client, staff):
    request, ina = Request(), colleague()
    told(request, to=ina, by=staff("intake"))
    client.force_login(ina)
    assert "Notes for you" in client.get("/admin/").content.decode()
    Screen.objects.create(request=request, user=ina)
    assert saved_filters.count(ina, ["told"])["told"] == 0
    assert "Notes for you" not in client.get("/admin/").content.decode()
    assert client.get(f"/admin/consultations/{request.pk}/").status_code == 404
    assert Mention.objects.get().seen_at is None


@pytest.mark.django_db
def test_the_queue_lists_them(site, client, staff):
    request, ina = Request(declined=True), colleague()
    told(request, to=ina, by=staff("intake"))
    client.force_login(ina)
    assert request.reference in client.get("/admin/consultations/?set=told").content.decode()
    Mention.objects.update(seen_at=timezone.now())
    assert "no note for you" in client.get("/admin/consultations/?set=told").content.decode()


@pytest.mark.django_db
def test_the_timeline_says_who_was_told_and_who_has_seen_it(client, staff):
    request, user = Request(), staff("intake")
    ina = colleague(first_name="Ina", last_name="Intake")
    told(request, to=colleague("bo", first_name="Bo"), by=user, text="@ina <b>look</b>")
    line = history_of(request, user).lines[0]
    assert {(one["name"], one["seen_at"]) for one in line.told} == {("Bo", None), ("Ina Intake", None)}
    client.force_login(ina)
    page = client.get(f"/admin/consultations/{request.pk}/").content.decode()
    assert '<strong class="request-mention">@Ina Intake</strong> &lt;b&gt;look' in page
    assert "<strong>Ina Intake</strong> (seen " in page
    assert "<strong>Bo</strong> (not seen yet)" in page


@pytest.mark.django_db
def test_queries_do_not_grow(client, staff):
    user, request, counts = staff("intake"), Request(), []
    client.force_login(user)
    client.get(f"/admin/consultations/{request.pk}/")
    for number in (3, 12):
        for index in range(number):
            told(request, to=colleague(f"one-{number}-{index}"), by=user, text="@intake and others")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/admin/consultations/{request.pk}/")
        counts.append(len(asked))
    assert counts[0] == counts[1] < 55
