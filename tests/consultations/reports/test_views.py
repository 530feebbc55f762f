"""Access to the reports, the numbers each account sees, the form, the files, and the number of queries."""

import csv
import io
import re
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consultations.actions import replies, requests
from consultations.audit.labels import Narrator
from consultations.models import AuditAction, AuditEntry, Screen
from tests.consultations.factories import ConsultationRequestFactory as Request
from tests.consultations.reports.reading import FIGURES, charts, tables, tiles

pytestmark = pytest.mark.django_db
DAY, CHANGE = timedelta(days=1), "change_consultationrequest"
SECRETS = ("Jane Secret", "secret@example.com", "Secret words", "555-0177")
CODES = [
    "time", "funnel", "endings", "response-urgency", "response-person", "area", "conversion", "outcome", "urgency",
    "custody", "source", "host", "landing", "hour", "overdue",
]  # fmt: skip
ODD = [
    "", " ", "0", "-1", "1e9", "99999999999999999999", "\x00", "none", "é" * 300, "' OR 1=1 --", "<script>", "{{7*7}}",
    "2027-13-45", "0001-01-01", "9999-12-31", "0000-00-00", "2027-W01-1", "😀", "%", "x" * 20_000, "13w", "own",
]  # fmt: skip


@pytest.fixture
def manager(client, staff):
    user = staff("intake_manager")
    client.force_login(user)
    return user


def as_user(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def jane(**values):
    values = {"full_name": "Jane Secret", "email": "secret@example.com", "message": "Secret words"} | values
    return Request(phone="+12125550177", **values)


# --- Who ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["", "?csv=overdue", "?period=own", "?csv=nothing"])
def test_anonymous_is_sent_to_the_login(client, address):
    assert client.get(FIGURES + address)["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("role", ["editor", "publisher", "intake"])
@pytest.mark.parametrize("address", ["", "?csv=overdue", "?period=own"])
def test_others_are_refused_and_that_is_kept(staff, role, address):
    user, request = staff(role), jane(overdue=True)
    response = as_user(user).get(FIGURES + address)
    assert (response.status_code, response["Location"]) == (302, "/admin/")
    assert request.reference not in response.content.decode()
    entry = AuditEntry.objects.get(actor_id=user.pk)
    assert (entry.action, entry.facts) == (AuditAction.REFUSED, {"doing": "figures", "why": "not_permitted"})
    assert Narrator([entry], user).tell(entry).words == "was refused the reports: not permitted"


def test_an_attorney_with_a_request_is_refused(staff):
    attorney = staff("attorney")
    Request(assignee=attorney)
    client = as_user(attorney)
    assert client.get("/admin/consultations/").status_code == 200
    assert client.get(FIGURES)["Location"] == "/admin/"
    assert client.get(f"{FIGURES}?csv=time")["Location"] == "/admin/"


@pytest.mark.parametrize(
    "held",
    [("manage_consultationrequest",), ("view_consultationrequest",), ("view_trail", "export_consultationrequest")],
)
def test_one_permission_opens_nothing(staff, held):
    assert as_user(staff("odd", *held)).get(FIGURES)["Location"] == "/admin/"


def test_no_permission_helps_without_access_to_the_admin_or_when_switched_off(staff):
    user = staff("outsider", "view_consultationrequest", "manage_consultationrequest")
    client = as_user(user)
    assert client.get(FIGURES).status_code == 200
    user.user_permissions.remove(user.user_permissions.get(codename="access_admin"))
    assert client.get(FIGURES)["Location"].startswith("/admin/login/")
    owner = staff("owner")
    client = as_user(owner)
    owner.is_active = False
    owner.save()
    assert client.get(FIGURES)["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("role", ["editor", "publisher", "intake", "intake_manager", "owner"])
def test_the_menu_shows_the_way_to_those_who_get_in(staff, role):
    client = as_user(staff(role))
    gets_in = client.get(FIGURES).status_code == 200
    assert gets_in == (role in {"intake_manager", "owner"})
    assert (f'"{FIGURES}"' in client.get("/admin/").content.decode()) == gets_in


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_can_be_read_and_nothing_else(client, manager, method):
    assert getattr(client, method)(FIGURES).status_code == 405


@pytest.mark.parametrize("role", ["intake_manager", "owner"])
def test_what_one_is_screened_off_from_is_in_no_number(staff, role):
    user = staff(role)
    client = as_user(user)
    Request(referring_host="www.google.com")
    before = client.get(FIGURES).content.decode()
    hidden = jane(overdue=True, in_custody=True, referring_host="secret.example.net", landing_page="/blog/")
    assert tables(client.get(FIGURES).content.decode()) != tables(before)
    Screen.objects.create(request=hidden, user=user)
    page = client.get(FIGURES).content.decode()
    assert tables(page) == tables(before)
    assert tiles(page) == tiles(before)
    assert "Requests behind an ethical wall for you are not counted" in page
    for code in CODES:
        file = client.get(f"{FIGURES}?csv={code}").content.decode()
        assert hidden.reference not in file
        assert "secret.example.net" not in file


def test_no_name_and_no_word_of_a_request_is_shown(client, manager):
    for values in ({"overdue": True}, {"contacted": True}, {"quarantined": True}):
        jane(**values)
    replies = [client.get(FIGURES), *(client.get(f"{FIGURES}?csv={code}") for code in CODES)]
    for response in replies:
        assert not any(secret in response.content.decode() for secret in SECRETS)
        assert "no-store" in response["Cache-Control"]


# --- The trail ----------------------------------------------------------------------------------------


def test_each_look_and_each_file_leaves_a_line_of_codes(client, manager, time_machine):
    time_machine.move_to("2027-03-20 16:30:00Z", tick=False)
    client.force_login(manager)
    Request()
    client.get(FIGURES)
    client.get(f"{FIGURES}?csv=area&period=last-year")
    client.get(f"{FIGURES}?period=own&since=x")
    looked, took = AuditEntry.objects.filter(actor_id=manager.pk).order_by("pk")
    days = {"doing": "figures", "since": "2026-12-21", "until": "2027-03-20"}
    assert (looked.action, looked.request_id, looked.facts) == (AuditAction.VIEWED, None, days)
    days |= {"since": "2026-01-01", "until": "2026-12-31", "report": "area"}
    assert (took.action, took.request_id, took.facts) == (AuditAction.EXPORTED, None, days)
    narrator = Narrator([looked, took], manager)
    assert [narrator.tell(one).words for one in (looked, took)] == [
        "viewed the reports",
        "exported a report",
    ]


# --- What is asked for --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["period", "since", "until", "csv"])
def test_odd_queries_have_an_answer(client, manager, name):
    Request()
    others = {"since": "2026-01-01", "until": "2026-01-05", "period": "own"}
    for place, value in enumerate(ODD):
        response = client.get(FIGURES, (others if place % 2 else {}) | {name: value})
        assert response.status_code == 200, (name, value[:40])


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("period=century", "Choose one of the periods."),
        ("period=own", "Enter a date."),
        ("period=own&since=2026-01-01", "Enter a date."),
        ("since=2026-03-05&until=2026-03-04", "The end is before the start."),
        ("since=2026-03-05&until=2026-13-45", "Enter a date like 2027-01-31."),
        ("since=2026-03-05&until=9999-12-31", "This date is in the future."),
        ("since=0001-01-01&until=2026-03-05", "Choose a date from 2000 on."),
        ("since=2010-01-01&until=2026-03-05", "Choose ten years at most."),
    ],
)
def test_a_wrong_period_is_reported_at_its_field_and_stays(client, manager, time_machine, query, said):
    time_machine.move_to("2027-03-20 16:30:00Z", tick=False)
    client.force_login(manager)
    file = client.get(f"{FIGURES}?{query}&csv=area")
    for response in (client.get(f"{FIGURES}?{query}"), file):
        page = response.content.decode()
        assert response["Content-Type"].startswith("text/html")
        assert said in page
        assert "No reports for these days" in page
        assert 'aria-invalid="true"' in page
        described = set(re.findall(r'aria-describedby="(\w+)"', page))
        assert described
        assert described <= set(re.findall(r'id="(\w+)"', page))
        for name, value in re.findall(r"(since|until)=([^&]+)", query):
            assert f'name="{name}" value="{value}"' in page
    assert not AuditEntry.objects.filter(actor_id=manager.pk).exclude(action=AuditAction.REFUSED).exists()


def test_the_last_moment_of_a_day_belongs_to_it(client, manager, time_machine):
    time_machine.move_to("2027-03-20 16:30:00Z", tick=False)
    client.force_login(manager)
    for moment in (
        "2027-03-01T05:00:00",
        "2027-03-02T04:59:59.999999",
        "2027-03-02T05:00:00",
        "2027-03-01T04:59:59.999999",
    ):
        Request(submitted_at=timezone.datetime.fromisoformat(f"{moment}+00:00"))
    page = client.get(f"{FIGURES}?since=2027-03-01&until=2027-03-01").content.decode()
    assert tiles(page)["Requests"] == ("2", "1 before: 1 more")


def test_without_requests_it_says_what_to_do(client, manager):
    page = client.get(FIGURES).content.decode()
    assert "No requests in this period" in page
    assert 'href="?period=12m"' in page
    assert charts(page) == {}
    assert "No request is overdue." in page
    for code in CODES:
        assert client.get(f"{FIGURES}?csv={code}").status_code == 200


def test_what_is_overdue_is_shown_whatever_the_period(client, manager):
    late = Request(overdue=True)
    page = client.get(f"{FIGURES}?period=last-year").content.decode()
    assert "No requests in this period" in page
    assert f'<a href="/admin/consultations/{late.pk}/">{late.reference}</a>' in page


def test_an_answer_is_of_whoever_called_and_those_still_waiting_are_not_dropped(client, manager, staff):
    ina, start = staff("intake"), timezone.now() - timedelta(hours=10)
    for minutes in (10, 20):
        request = Request(submitted_at=start, due_at=start + timedelta(minutes=15), assignee=manager)
        requests.log_contact(
            request.pk, channel="call", outcome="spoke", by=ina, now=start + timedelta(minutes=minutes)
        )
    Request(submitted_at=start, due_at=start + timedelta(hours=1), assignee=manager)
    Request(submitted_at=start, due_at=start + timedelta(days=1))
    Request(submitted_at=start, declined=True)
    rows = tables(client.get(FIGURES).content.decode())["First answer, by person"][1:]
    assert rows == [
        ["intake", "2", "15 min", "19 min", "50%", "0", "0"],
        ["intake_manager", "0", "–", "–", "0%", "1", "0"],
        ["Nobody yet", "0", "–", "–", "–", "1", "1"],
        ["All", "2", "15 min", "19 min", "33%", "2", "1"],
    ]


def test_an_answer_written_here_is_a_first_contact_of_whoever_wrote_it(client, manager, staff):
    """Whichever comes first counts, a call or an e-mail."""
    ina, second, start = staff("intake"), staff("second", "view_consultationrequest", CHANGE), timezone.now() - DAY
    for writes_after, calls_after in ((10, 50), (50, 10)):
        request = Request(submitted_at=start, email="person@example.com", assignee=manager)
        write = partial(replies.answer, request.pk, subject="Your request", text="We have read it.", by=ina)
        call = partial(requests.log_contact, request.pk, channel="call", outcome="no_answer", by=second)
        for minutes, verb in sorted([(writes_after, write), (calls_after, call)], key=lambda pair: pair[0]):
            verb(now=start + timedelta(minutes=minutes))
    rows = tables(client.get(FIGURES).content.decode())["First answer, by person"][1:]
    assert [row[:3] for row in rows] == [["intake", "1", "10 min"], ["second", "1", "10 min"], ["All", "2", "10 min"]]


# --- Files --------------------------------------------------------------------------------------------


def test_every_table_is_a_file_with_the_same_cells(client, manager):
    for values in ({"overdue": True}, {"contacted": True, "referring_host": "www.google.com"}, {"declined": True}):
        Request(**values)
    page = client.get(FIGURES).content.decode()
    shown = tables(page)
    assert len(shown) == len(CODES)
    links = re.findall(r"<caption>(.*?) <a href=\"\?csv=([\w-]+)\"", page)
    assert sorted(code for _, code in links) == sorted(CODES)
    for title, code in links:
        response = client.get(f"{FIGURES}?csv={code}")
        text = response.content.decode()
        assert text.startswith("\ufeff")
        assert re.fullmatch(r'attachment; filename="report-[\w-]+\.csv"', response["Content-Disposition"])
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
        assert [[cell.removeprefix("'") for cell in row] for row in rows] == shown[title]
        assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_a_name_that_is_a_formula_is_harmless(client, manager):
    manager.first_name = "=HYPERLINK(1)"
    manager.save()
    requests.log_contact(Request().pk, channel="call", outcome="spoke", by=manager)
    text = client.get(f"{FIGURES}?csv=response-person").content.decode()
    assert "'=HYPERLINK(1)" in text


# --- The page -----------------------------------------------------------------------------------------


def test_charts_and_tables_are_named_for_those_who_cannot_see_them(client, manager):
    Request(overdue=True)
    page = client.get(FIGURES).content.decode()
    drawn = charts(page)
    assert len(drawn) >= 10
    for name, chart in drawn.items():
        assert chart.attrib["role"] == "img"
        assert name
        assert chart[1].text.endswith(".")
    main = page[page.index('class="queue reports"') : page.index("</main>")]
    identities = re.findall(r'\bid="([\w-]+)"', main)
    assert len(identities) == len(set(identities))
    assert main.count("<table") == main.count("<caption>") == main.count('role="region"') == len(CODES)
    assert not re.search(r"<(?:th|td)(?![^>]*scope)[^>]*></", main), "an empty cell"
    assert all("scope=" in cell for cell in re.findall(r"<th\b[^>]*>", main))
    assert not re.search(r"<[^>]+\sstyle=|<script|<style|\son\w+=", main)
    assert [level for level in re.findall(r"<h(\d)", main) if level != "2"] == []


def test_the_number_of_queries_does_not_grow(client, manager, staff, site):
    def ask() -> int:
        client.get(FIGURES)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(FIGURES).status_code == 200
        return len(caught)

    def add(number: int) -> None:
        for place in range(number):
            area = (site.fraud, site.drugs, None)[place % 3]
            request = Request(practice_area=area, referring_host=f"host{place}.example.org", overdue=place % 2 == 0)
            if place % 2:
                requests.log_contact(request.pk, channel="call", outcome="spoke", by=manager)

    add(3)
    few = ask()
    add(27)
    assert ask() == few <= 20


def test_it_costs_what_the_period_has_and_not_what_there_is(client, manager):
    """Requests are found by the index on submission, events by request."""
    jane()
    with CaptureQueriesContext(connection) as caught:
        client.get(FIGURES)
    (found,) = [one["sql"] for one in caught if "first_contact_at" in one["sql"] and "referring_host" in one["sql"]]
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if not is_sqlite:
            cursor.execute("SET LOCAL enable_seqscan = off")  # tables as small as this one are read as a whole
        cursor.execute(f"EXPLAIN {'QUERY PLAN' if is_sqlite else ''} {found}")
        steps = [row[3] if is_sqlite else row[0] for row in cursor.fetchall()]
    by_time = "submitted_at>? AND submitted_at<?" if is_sqlite else "Index Cond: ((submitted_at >="
    assert any(by_time in step for step in steps), steps
    assert [step for step in steps if "requestevent" in step or "U0" in step]
    whole = "SCAN" if is_sqlite else "Seq Scan on consultations_"
    assert not [step for step in steps if step.strip(" ->").startswith(whole)], steps
