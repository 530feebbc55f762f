"""The retention screens: access, content, and a person's own data."""

import json

import pytest
from django.utils import timezone

from consultations.actions import requests
from consultations.actions.replies import answer
from consultations.models import AuditAction, AuditEntry, LegalHold, RequestEvent, RetentionSettings, Screen
from consultations.retention.erasing import erase
from tests.consultations.calendar.cases import CalendarFactory, booked
from tests.consultations.factories import ConsultationRequestFactory as Request
from tests.consultations.retention.cases import DAY, ended, exists, held, merged

pytestmark = pytest.mark.django_db
LIST = "/admin/consultations/"
PAGE = f"{LIST}retention/"
BUTTONS = {
    "hold": {"reason": "Secret subpoena"},
    "release": {"reason": "Secret end"},
    "erase": {"reason_code": "asked", "confirm": "k7mw 3qfp"},
}


@pytest.fixture(params=BUTTONS)
def button(request):
    return request.param


@pytest.fixture
def case():
    return Request(full_name="Jane Secret", email="secret@example.com", message="Secret words", reference="K7MW-3QFP")


def press(client, case, button, **changed):
    if button == "release" and not LegalHold.objects.filter(request=case).exists():
        held(case)
    return client.post(f"{LIST}{case.pk}/{button}/", BUTTONS[button] | changed)


def as_role(client, staff, role):
    user = staff(role)
    client.force_login(user)
    return user


# --- Who may ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["editor", "publisher", "intake", "assigned", "screened"])
def test_who_may_not_press(client, staff, case, button, role):
    user = as_role(client, staff, {"assigned": "publisher", "screened": "owner"}.get(role, role))
    if role == "assigned":
        type(case).objects.filter(pk=case.pk).update(assignee=user)
    if role == "screened":
        Screen.objects.create(request=case, user=user)
    response = press(client, case, button)
    expected = {"editor": 302, "publisher": 302, "screened": 404}.get(role, 422)
    assert response.status_code == expected
    assert exists(case)
    assert LegalHold.objects.exists() == (button == "release")


@pytest.mark.parametrize("role", ["editor", "publisher", "intake", "assigned", "screened", "anonymous"])
@pytest.mark.parametrize("form", ["", "?as=page"])
def test_who_is_not_given_own_data(client, staff, case, role, form):
    if role != "anonymous":
        user = as_role(client, staff, {"assigned": "publisher", "screened": "owner"}.get(role, role))
        type(case).objects.filter(pk=case.pk).update(assignee=user if role == "assigned" else None)
        if role == "screened":
            Screen.objects.create(request=case, user=user)
    response = client.get(f"{LIST}{case.pk}/own-data/{form}")
    assert response.status_code == (404 if role == "screened" else 302)
    assert b"ecret" not in response.content
    assert not AuditEntry.objects.filter(action=AuditAction.EXPORTED).exists()
    if role != "anonymous":
        assert AuditEntry.objects.get(action=AuditAction.REFUSED).facts["doing"] == "own_data"


@pytest.mark.parametrize("role", ["editor", "publisher", "intake", "anonymous"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_not_see_the_page(client, staff, role, method):
    if role != "anonymous":
        as_role(client, staff, role)
    held(Request(reference="K7MW-3QFP"))
    response = getattr(client, method)(PAGE, {"given": "K7MW-3QFP"})
    assert response.status_code == 302
    assert b"K7MW" not in response.content


@pytest.mark.parametrize("role", ["intake", "intake_manager", "owner"])
def test_what_the_screen_offers(client, staff, case, role):
    as_role(client, staff, role)
    text = client.get(f"{LIST}{case.pk}/").content.decode()
    assert ">Retention</h2>" in text
    for words in ("Set a legal hold…", "Erase…", "Give the person their data"):
        assert (words in text) == (role != "intake")


# --- Buttons ----------------------------------------------------------------------------------------


def test_pressed(client, staff, case):
    as_role(client, staff, "intake_manager")
    assert press(client, case, "hold")["Location"] == f"{LIST}{case.pk}/"
    text = client.get(f"{LIST}{case.pk}/").content.decode()
    assert "Secret subpoena" in text
    assert "Erase…" not in text
    assert press(client, case, "erase").status_code == 422
    assert press(client, case, "release").status_code == 302
    assert "Erase…" in client.get(f"{LIST}{case.pk}/").content.decode()
    assert press(client, case, "erase")["Location"] == LIST
    assert not exists(case)
    text = client.get(LIST).content.decode()
    assert "Erased. Only the date" in text
    assert "K7MW" not in text


@pytest.mark.parametrize(
    ("button", "changed", "words"),
    [
        ("hold", {"reason": ""}, "Write down the reason."),
        ("hold", {"reason": "x" * 5001}, "Please shorten it"),
        ("release", {"reason": " "}, "Write down the reason."),
        ("erase", {"confirm": "B2CD-4FGH"}, "Type the reference K7MW-3QFP to confirm."),
        ("erase", {"confirm": ""}, "Type the reference to confirm."),
        ("erase", {"reason_code": ""}, "Say why it is erased."),
        ("erase", {"reason_code": "retention"}, "Say why it is erased."),
        ("erase", {"confirm": "\x00"}, "Not saved"),
    ],
)
def test_refused_with_what_was_typed(client, staff, case, button, changed, words):
    as_role(client, staff, "owner")
    response = press(client, case, button, **changed)
    assert response.status_code == 422
    text = response.content.decode()
    assert words in text
    typed = (BUTTONS[button] | changed).get("confirm", changed.get("reason", "")).strip("\x00 ")
    assert typed in text
    assert exists(case)


def test_a_double_click_sets_one_hold(client, staff, case):
    as_role(client, staff, "owner")
    assert [press(client, case, "hold").status_code for _ in range(2)] == [302, 302]
    assert LegalHold.objects.count() == RequestEvent.objects.count() == 1


def test_a_hidden_part_is_not_named(client, staff, case):
    user = as_role(client, staff, "owner")
    shown, hidden = merged(case), merged(case)
    Screen.objects.create(request=hidden, user=user)
    text = client.get(f"{LIST}{case.pk}/").content.decode()
    assert shown.reference in text
    assert hidden.reference not in text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("new", "An open request is not erased by date."),
        ("retained", "Requests that ended as “retained” are never erased."),
        ("declined", "1,096 days after its end, as “declined”. Nothing is erased by date until that is enabled."),
        ("quarantine", "90 days after it was sent, as “quarantine”."),
    ],
)
def test_the_rule_in_words(client, staff, status, words):
    as_role(client, staff, "owner")
    request = Request() if status == "new" else ended(1, status)
    assert words in client.get(f"{LIST}{request.pk}/").content.decode()


# --- A person's own data ----------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["intake_manager", "owner"])
@pytest.mark.parametrize(("form", "kind"), [("", "json"), ("?as=page", "html"), ("?as=odd", "json")])
def test_own_data_is_a_file_that_nobody_keeps(client, staff, case, role, form, kind):
    user = as_role(client, staff, role)
    response = client.get(f"{LIST}{case.pk}/own-data/{form}")
    assert response["Content-Disposition"] == f'attachment; filename="own-data-K7MW-3QFP.{kind}"'
    assert "no-store" in response["Cache-Control"]
    assert b"Secret words" in response.content
    line = AuditEntry.objects.get(action=AuditAction.EXPORTED)
    assert (line.actor_id, line.request_id, line.facts) == (user.pk, case.pk, {"kind": kind, "set": "own_data"})


def test_what_own_data_holds_and_what_not(client, staff):
    user, now = as_role(client, staff, "owner"), timezone.now()
    case = Request(message="Mine, corrected.", court="Staff’s court", sms_consent=True, sms_consent_wording="Text me.")
    other = merged(case, full_name="Another Sender")
    make = RequestEvent.objects.create
    make(request=case, kind="received", at=now, values={"new": {"court": "My court"}})
    change = {"new": {"message": "Mine, corrected."}, "old": {"message": "Mine, first."}}
    make(request=case, kind="corrected", at=now + DAY, facts={"fields": ["message"]}, values=change)
    make(request=case, kind="message", at=now + DAY, facts={"message": "person_receipt", "state": "sent"})
    requests.add_note(case.pk, text="A note of ours", by=user)
    requests.log_contact(case.pk, channel="call", outcome="no_answer", text="Words of ours", by=user)
    requests.move(case.pk, to="declined", reason="A reason of ours", by=user)
    held(case)
    for form in ("", "?as=page"):
        text = client.get(f"{LIST}{case.pk}/own-data/{form}").content.decode()
        for word in (
            "Mine, corrected.",
            "Mine, first.",
            "My court",
            "Text me.",
            "I understand.",
            case.full_name,
            "sent",
        ):
            assert word in text
        for word in ("of ours", "Staff", "subpoena", "Another Sender", other.reference, user.username):
            assert word not in text
    data = json.loads(client.get(f"{LIST}{case.pk}/own-data/").content)
    assert data["corrections"][0]["before"] == {"message": "Mine, first."}
    assert data["contacts"][0] | {"at": ""} == {"at": "", "by": "the firm", "how": "Telephone"}


@pytest.mark.parametrize("form", ["", "?as=page"])
def test_own_data_holds_what_was_agreed_and_written(client, staff, form):
    user = as_role(client, staff, "owner")
    case = booked(user, CalendarFactory(name="Dana Sample"))
    answer(case.pk, subject="About our call", text="Please bring the letter.", by=user)
    text = client.get(f"{LIST}{case.pk}/own-data/{form}").content.decode()
    for words in ("About our call", "Please bring the letter.", "Dana Sample", "telephone"):
        assert words.lower() in text.lower()


def test_what_was_typed_stays_text(client, staff):
    as_role(client, staff, "owner")
    case = Request(message="<script>alert(1)</script>")
    assert b"<script>" not in client.get(f"{LIST}{case.pk}/own-data/?as=page").content


# --- The page of all --------------------------------------------------------------------------------


def test_what_the_page_lists(client, staff):
    user = as_role(client, staff, "intake_manager")
    past, soon, later = ended(1100), ended(1096 - 29), ended(1096 - 31)
    held_back = held(ended(1100))
    hidden, hidden_hold = ended(1100), held(Request())
    for one in (hidden, hidden_hold):
        Screen.objects.create(request=one, user=user)
    text = client.get(PAGE).content.decode()
    assert all(one.reference in text for one in (past, soon, held_back))
    assert not any(one.reference in text for one in (later, hidden, hidden_hold))
    assert "Past its date" in text
    assert "Held back: legal hold" in text
    assert "Nothing is erased by date yet." in text
    assert "/admin/settings/consultations/retentionsettings/" in text
    assert AuditEntry.objects.last().facts["set"] == "retention"


def test_empty_it_says_so(client, staff):
    as_role(client, staff, "owner")
    RetentionSettings.objects.create(is_automatic=True)
    text = client.get(PAGE).content.decode()
    assert "Nothing is due." in text
    assert "Requests past their date are erased every day." in text


def test_was_it_erased(client, staff, case):
    user = as_role(client, staff, "owner")
    before = client.post(PAGE, {"given": "k7mw3qfp"}).content.decode()
    erase(case.pk, by=user, reason_code="asked", confirm="K7MW-3QFP")
    after = client.post(PAGE, {"given": "k7mw3qfp"}).content.decode()
    assert "Nothing was found." in before
    assert "the person asked for it" in after
    assert AuditEntry.objects.filter(action=AuditAction.SEARCHED).first().facts == {"set": "retention", "found": 1}


def test_did_this_number_agree(client, staff):
    user = as_role(client, staff, "owner")
    case = Request(sms_consent=True, sms_consent_wording="Text me.", phone="+12125550163")
    requests.log_contact(case.pk, channel="text", outcome="sent", by=user)
    erase(case.pk, by=user, reason_code="asked", confirm=case.reference)
    assert "Text me." in client.post(PAGE, {"given": "212 555 0163"}).content.decode()
    assert "Text me." not in client.post(PAGE, {"given": "212 555 0164"}).content.decode()


@pytest.mark.parametrize("given", ["", "nonsense", "\x00", "K7MW", "x" * 41])
def test_what_is_neither(client, staff, given):
    as_role(client, staff, "owner")
    assert client.post(PAGE, {"given": given}).status_code == 422


def test_settings_are_for_managers(client, staff):
    address = "/admin/settings/consultations/retentionsettings/"
    for role, status in (("intake", 302), ("editor", 302), ("intake_manager", 200)):
        as_role(client, staff, role)
        assert client.get(address, follow=role == "intake_manager").status_code == status


def test_queries_do_not_grow(client, staff, django_assert_max_num_queries):
    as_role(client, staff, "owner")
    counts = []
    for number in (2, 8):
        for _ in range(number):
            merged(ended(1100))
            held(Request())
        with django_assert_max_num_queries(60) as found:
            client.get(PAGE)
        counts.append(len(found))
    assert counts[0] == counts[1]
