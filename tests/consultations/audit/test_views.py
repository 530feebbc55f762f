import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from consultations.actions import merging, requests
from consultations.audit import record
from consultations.audit.labels import Narrator
from consultations.audit.views import PER_PAGE
from consultations.models import AuditAction, AuditEntry, Screen
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db
TRAIL = "/admin/consultations/trail/"


@pytest.fixture
def manager(client, staff):
    user = staff("intake_manager")
    client.force_login(user)
    return user


@pytest.fixture
def told(client, manager):
    """Return the entries shown at a URL, newest first, without their times."""

    def ask(query: str = "") -> list[str]:
        response = client.get(TRAIL + query)
        assert response.status_code == 200
        page = response.content.decode()
        rows = page.split("<tbody>")[1].split("</tbody>")[0].split("<tr")[1:] if "<tbody>" in page else []
        cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)[1] for row in rows]
        return [" ".join(strip_tags(cell).split()) for cell in cells]

    return ask


def words(entry: AuditEntry, viewer) -> str:
    line = Narrator([entry], viewer).tell(entry)
    return f"{line.actor} {line.words}"


# --- Refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_can_be_read_and_nothing_else(client, manager, method):
    entry = record.record(AuditAction.VIEWED, by=manager)
    assert getattr(client, method)(TRAIL, {"pk": entry.pk}).status_code == 405
    assert AuditEntry.objects.filter(pk=entry.pk).exists()


def test_reading_the_trail_takes_seeing_requests_too(client, staff):
    for held in (("view_trail",), ("view_consultationrequest",)):
        user = staff(f"odd-{held[0]}", *held)
        client.force_login(user)
        assert client.get(TRAIL)["Location"] == "/admin/"
        entry = AuditEntry.objects.get(actor_id=user.pk)
        assert (entry.action, entry.facts) == (AuditAction.REFUSED, {"doing": "trail", "why": "not_permitted"})


def test_lines_about_requests_that_one_is_screened_off_from_are_left_out(told, manager):
    hidden, seen = Request(reference="K7MW-3QFP"), Request(reference="BBBB-CCCC")
    for request in (hidden, seen):
        record.record(AuditAction.VIEWED, by=manager, request=request)
    Screen.objects.create(request=hidden, user=manager)
    assert told() == ["intake_manager opened BBBB-CCCC"]
    assert told("?reference=K7MW-3QFP") == []


def test_a_line_about_another_request_does_not_name_one_that_is_screened_off(staff, manager):
    target, other = Request(reference="BBBB-CCCC"), Request(reference="K7MW-3QFP")
    merging.merge(other.pk, into=target.pk, by=manager)
    entry = AuditEntry.objects.get(request_id=target.pk, facts__doing="take_in")
    assert words(entry, manager) == "intake_manager merged K7MW-3QFP into BBBB-CCCC"
    Screen.objects.create(request=other, user=manager)
    assert words(entry, manager) == f"intake_manager merged request {other.pk} into BBBB-CCCC"


@pytest.mark.parametrize(
    "query",
    [
        "?account=x",
        "?account=%00",
        "?account=" + "9" * 40,
        "?action=lost",
        "?reference=nonsense",
        "?reference=" + "x" * 500,
        "?since=2026-99-99",
        "?since=2026-03-02&until=2026-03-01",
    ],
)
def test_an_unknown_value_finds_nothing_and_says_why(client, manager, query):
    record.record(AuditAction.VIEWED, by=manager)
    page = client.get(TRAIL + query).content.decode()
    assert "No entry matches" in page
    assert "error-message" in page


@pytest.mark.parametrize("query", ["?before=x", "?before=" + "9" * 40, "?before=-1"])
def test_an_unknown_page_is_the_first(told, manager, query):
    record.record(AuditAction.PRINTED, by=manager)
    assert told(query) == ["intake_manager printed requests"]


# --- Words --------------------------------------------------------------------------------------------


def test_what_staff_do_in_words(staff, manager, told):
    ina = make_user("ina", group="Intake", first_name="Ina", last_name="Intake")
    request = Request(reference="K7MW-3QFP")
    pk = request.pk
    record.record(AuditAction.VIEWED, by=ina, request=request)
    requests.assign(pk, to=manager, by=ina)
    requests.assign(pk, to=None, by=ina)
    requests.add_note(pk, text="Called twice.", by=ina)
    requests.log_contact(pk, channel="call", outcome="spoke", by=ina)
    requests.change_matter(pk, in_custody=True, court_date=None, court="", by=ina)
    with pytest.raises(requests.Refused):
        requests.move(pk, to="declined", by=ina)
    requests.move(pk, to="declined", reason="Not our field.", by=ina)
    requests.screen(pk, user=ina, by=manager)
    requests.unscreen(pk, user=ina, by=manager)
    record.record(AuditAction.CHANGED, request=request, doing="receive")
    assert told()[::-1] == [
        "Ina Intake opened K7MW-3QFP",
        "Ina Intake assigned K7MW-3QFP to intake_manager",
        "Ina Intake unassigned K7MW-3QFP",
        "Ina Intake added a note to K7MW-3QFP",
        "Ina Intake logged a call to the person on K7MW-3QFP",
        "Ina Intake moved K7MW-3QFP from “New” to “Contacted”",
        "Ina Intake changed custody and court on K7MW-3QFP",
        "Ina Intake was refused moving K7MW-3QFP: the reason was missing",
        "Ina Intake moved K7MW-3QFP from “Contacted” to “Declined”",
        "intake_manager set up an ethical wall between Ina Intake and K7MW-3QFP",
        "intake_manager removed the ethical wall between Ina Intake and K7MW-3QFP",
        "The website received K7MW-3QFP",
    ]


@pytest.mark.parametrize(
    ("action", "facts", "said"),
    [
        (AuditAction.LISTED, {"set": "court", "page": 2}, "viewed the list “Court within 7 days”, page 2"),
        (AuditAction.LISTED, {}, "viewed the list"),
        (AuditAction.SEARCHED, {"found": 3}, "searched the requests (3 found)"),
        (AuditAction.EXPORTED, {}, "exported requests"),
        (AuditAction.TRAIL, {}, "read the audit trail"),
        (AuditAction.REFUSED, {"doing": "bulk", "why": "too_many"}, "was refused a change of several requests at once: "
            "too many at once"),
        (AuditAction.REFUSED, {"doing": "new_verb", "why": "new_reason"}, "was refused a request"),
        (AuditAction.CHANGED, {"doing": "new_verb"}, "changed a request"),
        (AuditAction.CHANGED, {"doing": "move", "to": "new"}, "moved a request from “another status” to “New”"),
        (AuditAction.CHANGED, {"doing": "assign", "to": 999_999}, "assigned a request to account 999999"),
    ],
)  # fmt: skip
def test_every_kind_of_line_has_words(manager, action, facts, said):
    assert words(record.record(action, by=manager, **facts), manager) == f"intake_manager {said}"


def test_accounts_and_requests_that_are_gone_keep_their_numbers(manager):
    entry = AuditEntry.objects.create(action=AuditAction.VIEWED, actor_id=999_999, request_id=888_888)
    assert words(entry, manager) == "account 999999 opened request 888888"


def test_a_line_leads_to_its_request(client, manager):
    request = Request()
    record.record(AuditAction.VIEWED, by=manager, request=request)
    page = client.get(TRAIL).content.decode()
    assert f'href="/admin/consultations/{request.pk}/"' in page


def test_an_empty_trail_says_so(client, manager):
    assert "Nothing has happened yet" in client.get(TRAIL).content.decode()


# --- Filters and pages --------------------------------------------------------------------------------


def test_filters(told, manager, staff):
    intake, request = staff("intake"), Request(reference="K7MW-3QFP")
    record.record(AuditAction.VIEWED, by=intake, request=request)
    record.record(AuditAction.PRINTED, by=manager, request=request)
    record.record(AuditAction.CHANGED, doing="receive")
    gone = AuditEntry.objects.create(action=AuditAction.EXPORTED, actor_id=999_999)
    assert told(f"?account={intake.pk}") == ["intake opened K7MW-3QFP"]
    assert told("?account=site") == ["The website received a request"]
    assert told(f"?account={gone.actor_id}") == ["account 999999 exported requests"]
    assert told("?action=printed") == ["intake_manager printed K7MW-3QFP"]
    assert told("?reference=k7mw3qfp")[-2:] == ["intake_manager printed K7MW-3QFP", "intake opened K7MW-3QFP"]
    assert told(f"?reference=K7MW-3QFP&account={intake.pk}") == ["intake opened K7MW-3QFP"]


def test_dates_are_days_of_the_firm(told):
    # 3 and 5 o'clock of March 2 at Greenwich are 10 in the evening of March 1, and midnight, in New York.
    for number, hour in ((999_001, 3), (999_002, 5)):
        AuditEntry.objects.create(action=AuditAction.VIEWED, actor_id=number, at=datetime(2026, 3, 2, hour, tzinfo=UTC))
    assert told("?until=2026-03-01") == ["account 999001 opened requests"]
    assert told("?since=2026-03-02&until=2026-03-02") == ["account 999002 opened requests"]
    assert len(told("?since=2026-03-01&until=2026-03-02")) == 2


def test_pages(client, manager):
    AuditEntry.objects.bulk_create(
        AuditEntry(action=AuditAction.VIEWED, actor_id=manager.pk) for _ in range(PER_PAGE + 3)
    )
    first = client.get(f"{TRAIL}?action=viewed").content.decode()
    assert first.count("opened requests") == PER_PAGE
    assert ">Newest<" not in first
    older = re.search(r'href="([^"]*before=\d+[^"]*)"[^>]*>Older<', first)[1].replace("&amp;", "&")
    second = client.get(f"{TRAIL}{older}").content.decode()
    assert second.count("opened requests") == 3
    assert ">Older<" not in second
    assert ">Newest<" in second


# --- Views of the audit trail are audited -------------------------------------------------------------


def test_reading_is_recorded_with_what_was_asked(client, manager):
    request = Request(reference="K7MW-3QFP")
    client.get(f"{TRAIL}?reference=K7MW-3QFP&account={manager.pk}&action=viewed&since=2026-03-01")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_id, entry.request_id) == (AuditAction.TRAIL, manager.pk, request.pk)
    assert entry.facts == {"account": str(manager.pk), "action_code": "viewed", "since": "2026-03-01"}


def test_reading_keeps_no_words_that_were_typed(client, manager):
    client.get(f"{TRAIL}?reference=Jane&account=Jane&action=Jane&since=Jane&before=Jane")
    assert AuditEntry.objects.get().facts == {}


def test_queries_do_not_grow(client, manager, django_assert_max_num_queries):
    def add(number: int):
        for place in range(number):
            user = make_user(f"user{AuditEntry.objects.count()}-{place}")
            record.record(AuditAction.VIEWED, by=user, request=Request())

    add(2)
    client.get(TRAIL)
    with django_assert_max_num_queries(30) as few:
        client.get(TRAIL)
    add(10)
    with django_assert_max_num_queries(30) as many:
        page = client.get(TRAIL).content.decode()
    assert page.count("opened") >= 12
    assert len(few) == len(many)


def test_nobody_stores_the_page(client, manager):
    assert "no-store" in client.get(TRAIL)["Cache-Control"]


def test_the_time_is_the_firms(client, manager):
    AuditEntry.objects.create(action=AuditAction.VIEWED, at=timezone.now() - timedelta(days=400))
    AuditEntry.objects.create(action=AuditAction.PRINTED, at=datetime(2026, 3, 2, 3, 0, 5, tzinfo=UTC))
    assert "Mar 1, 2026, 10:00:05 PM" in client.get(TRAIL).content.decode()
