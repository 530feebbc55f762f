import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from consultations.display import day_words, span_words
from consultations.models import AuditAction, AuditEntry, ConsultationRequest, RequestEntry, Screen
from consultations.queue import saved_filters
from consultations.queue.columns import answer_of, moment_words
from consultations.workflow import CLOSED, OPEN, Status
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db
LIST = "/admin/consultations/"
NOW = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)


def references(page: str) -> list[str]:
    return re.findall(r'<a[^>]*href="/admin/consultations/\d+/"[^>]*>\s*(\S+)\s*</a>', page)


@pytest.fixture
def intake(client, staff):
    user = staff("intake")
    client.force_login(user)
    return user


@pytest.fixture
def listed(client, intake):
    """Return the references that an address of the list shows, in order."""

    def ask(query: str = "") -> list[str]:
        response = client.get(LIST + query)
        assert response.status_code == 200
        return references(response.content.decode())

    return ask


# --- Refusals, and what is not to be believed ---------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "?status=lost",
        "?status=new&status=closed",
        "?assignee=x",
        "?assignee=999999",
        "?practice_area=x",
        "?practice_area=%00",
        "?p=x",
        "?p=999",
        "?q=%00",
        "?q=" + "x" * 5000,
        "?set=x",
        "?set=%00",
        "?find=x",
        "?find=s1.00000000.AAAA",
        "?ordering=message",
        "?ordering=full_name",
        "?ordering=-assignee__password",
    ],
)
def test_hostile_query_shows_the_open_requests(site, client, intake, query):
    request = Request(full_name="x" * 100)
    Request(quarantined=True, full_name="x" * 100)
    page = client.get(LIST + query).content.decode()
    assert request.reference in page or "No request matches" in page


def test_an_unknown_set_is_the_open_one(listed):
    wanted = Request()
    Request(declined=True)
    assert listed("?set=nonsense") == listed() == [wanted.reference]


def test_an_unknown_filter_filters_nothing(listed):
    wanted = Request()
    assert listed("?status=lost&assignee=999999&practice_area=x") == [wanted.reference]


def test_one_unknown_filter_leaves_the_others_alone(listed):
    wanted = Request(in_review=True)
    Request()
    assert listed("?status=in_review&assignee=x") == [wanted.reference]


def test_what_is_screened_off_is_neither_listed_nor_counted_nor_found(client, intake):
    hidden = Request(full_name="Jane Hidden", phone="+12125550142")
    Screen.objects.create(request=hidden, user=intake)
    for query in ("?set=all", "?q=hidden", f"?q={hidden.reference}", "?status=new", "?assignee=none"):
        page = client.get(LIST + query).content.decode()
        assert hidden.reference not in references(page), query
        assert "Jane Hidden" not in page
    assert saved_filters.count(intake)["all"] == 0


@pytest.mark.parametrize("column", ["full_name", "message", "phone", "reference", "assignee"])
def test_no_sorting_by_other_columns(listed, column):
    first, second = Request(full_name="B"), Request(full_name="A")
    assert listed(f"?ordering={column}") == listed(f"?ordering=-{column}") == [first.reference, second.reference]


def test_the_list_takes_no_post(client, intake):
    assert client.post(LIST).status_code == 405


# --- Sets ---------------------------------------------------------------------------------------------


@pytest.fixture
def one_of_each(intake):
    """Return a request for every set, by the set's code; `plain` is open and in no other one."""
    colleague = make_user("colleague")
    later = timezone.now() + timedelta(days=2)
    today = timezone.localdate()
    plain = {"assignee": colleague, "due_at": later}
    return {
        "plain": Request(**plain),
        "mine": Request(**plain | {"assignee": intake}),
        "unassigned": Request(**plain | {"assignee": None}),
        "overdue": Request(**plain | {"due_at": timezone.now() - timedelta(hours=1)}),
        "custody": Request(**plain, in_custody=True),
        "court": Request(**plain, court_date=today + timedelta(days=7)),
        "conflicts": Request(**plain, conflict_state="flagged"),
        "far": Request(**plain, court_date=today + timedelta(days=8)),
        "past": Request(**plain, court_date=today - timedelta(days=1)),
        "quarantine": Request(quarantined=True, in_custody=True, court_date=today, assignee=intake),
        "closed": Request(declined=True, in_custody=True, court_date=today, assignee=intake),
    }


@pytest.mark.parametrize(
    "code", ["mine", "unassigned", "overdue", "custody", "court", "conflicts", "quarantine", "closed"]
)
def test_a_set_holds_what_its_name_says(listed, one_of_each, code):
    assert listed(f"?set={code}") == [one_of_each[code].reference]


def test_open_and_all(listed, one_of_each):
    ended = {one_of_each[name].reference for name in ("quarantine", "closed")}
    everything = {one.reference for one in one_of_each.values()}
    assert set(listed("?set=all")) == everything
    assert set(listed("?set=open")) == set(listed()) == everything - ended


def test_every_status_is_in_exactly_one_part_of_all():
    assert sorted([*OPEN, *CLOSED, Status.QUARANTINE]) == sorted(Status)


def test_counts(one_of_each, intake, django_assert_num_queries):
    intake.get_all_permissions()  # once for a request of the browser
    with django_assert_num_queries(1):
        counts = saved_filters.count(intake)
    assert counts == {
        "open": 9, "mine": 1, "unassigned": 1, "overdue": 1, "custody": 1, "court": 1, "conflicts": 1,
        "quarantine": 1, "closed": 1, "all": 11, "told": 0, "reminders": 0, "chosen": 0,
    }  # fmt: skip


def test_the_sets_agree_with_the_named_querysets(one_of_each, intake):
    now, every = timezone.now(), ConsultationRequest.objects
    expected = {
        "open": every.open(),
        "mine": every.open().filter(assignee=intake),
        "unassigned": every.open().unassigned(),
        "overdue": every.overdue(now),
        "custody": every.open().in_custody(),
        "court": every.open().in_court_soon(now),
        "conflicts": every.open().filter(conflict_state__in=("unchecked", "open", "flagged")),
        "quarantine": every.quarantined(),
        "closed": every.closed(),
        "all": every.all(),
    }
    for code, requests in expected.items():
        assert set(saved_filters.requests_in(code, intake, now)) == set(requests), code


@pytest.mark.parametrize(
    ("query", "current"),
    [("", "Open"), ("?set=court", "Court within 7 days"), ("?q=jane", "All"), ("?status=new", "All")],
)
def test_the_current_set_is_marked(client, intake, query, current):
    page = client.get(LIST + query).content.decode()
    nav = page[page.index('aria-label="Sets of requests"') :].split("</nav>")[0]
    assert re.findall(r'aria-current="page">\s*([^<]+?)\s*<', nav) == [current]


def test_the_sets_show_their_numbers(client, intake):
    Request.create_batch(2)
    page = re.sub(r"<[^>]+>|\s+", " ", client.get(LIST).content.decode())
    assert re.search(r"Open\s+2\s+Mine\s+0\s+Unassigned\s+2", page)


@pytest.mark.parametrize("code", list(saved_filters.SETS))
def test_an_empty_set_says_what_to_do(client, intake, code):
    page = client.get(f"{LIST}?set={code}").content.decode()
    assert saved_filters.SETS[code].title in page
    assert saved_filters.SETS[code].advice in page


# --- Order --------------------------------------------------------------------------------------------


def test_the_most_pressing_come_first(listed):
    now = timezone.now()

    def ago(**age):
        return now - timedelta(**age)

    made = {
        "newer": Request(contacted=True, submitted_at=ago(hours=1)),
        "older": Request(contacted=True, submitted_at=ago(days=9)),
        "later": Request(due_at=now + timedelta(hours=5), submitted_at=ago(days=2)),
        "sooner": Request(due_at=now + timedelta(hours=2), submitted_at=ago(days=1)),
        "overdue": Request(overdue=True),
        "long overdue": Request(due_at=ago(days=3)),
        "closed": Request(declined=True, submitted_at=ago(minutes=1), due_at=ago(days=99)),
    }
    order = ["long overdue", "overdue", "sooner", "later", "closed", "newer", "older"]
    assert listed("?set=all") == [made[name].reference for name in order]


@pytest.mark.parametrize("code", ["closed", "quarantine"])
def test_what_waits_for_no_answer_comes_newest_first(listed, code):
    now = timezone.now()
    trait = {"declined": True} if code == "closed" else {"quarantined": True}
    old, new = (Request(**trait, submitted_at=now - timedelta(days=days)) for days in (3, 1))
    assert listed(f"?set={code}") == [new.reference, old.reference]


@pytest.mark.parametrize(
    ("ordering", "expected"), [("court_date", ["near", "far", "none"]), ("-court_date", ["far", "near", "none"])]
)
def test_requests_without_court_date_come_last(listed, ordering, expected):
    today = timezone.localdate()
    made = {
        "none": Request(),
        "far": Request(court_date=today + timedelta(days=9)),
        "near": Request(court_date=today),
    }
    assert listed(f"?ordering={ordering}") == [made[name].reference for name in expected]


@pytest.mark.parametrize("ordering", ["urgency", "submitted_at", "due_at", "status"])
def test_sorting_both_ways(listed, ordering):
    now = timezone.now()
    low = Request(urgency=1, submitted_at=now - timedelta(days=1), due_at=now + timedelta(hours=1))
    high = Request(urgency=3, submitted_at=now, due_at=now + timedelta(hours=2), status=Status.CONSULTED)
    assert listed(f"?set=open&ordering={ordering}") == [low.reference, high.reference]
    assert listed(f"?set=open&ordering=-{ordering}") == [high.reference, low.reference]


def test_the_head_of_a_column_says_how_the_list_is_sorted(client, intake):
    Request()
    page = client.get(f"{LIST}?ordering=-urgency&assignee=none").content.decode()
    assert re.findall(r'aria-sort="(\w+)"', page) == ["descending"]
    assert 'href="/admin/consultations/?ordering=urgency&amp;assignee=none"' in page


# --- Filters and search -------------------------------------------------------------------------------


def test_filters(site, staff, listed):
    manager = staff("intake_manager")
    fraud = Request(practice_area=site.fraud)
    review = Request(in_review=True, assignee=manager)
    assert listed("?status=in_review") == [review.reference]
    assert listed("?practice_area=fraud") == [fraud.reference]
    assert listed(f"?assignee={manager.pk}") == [review.reference]
    assert listed("?assignee=none") == [fraud.reference]
    assert listed("?assignee=none&status=in_review") == []


@pytest.mark.parametrize("query", ["?q=jane", "?status=quarantine"])
def test_words_and_status_look_through_all_requests_unless_a_set_is_named(listed, query):
    held = Request(quarantined=True, full_name="Jane Sample")
    assert listed(query) == [held.reference]
    assert listed(f"{query}&set=open") == []


@pytest.mark.parametrize("query", ["?assignee=none", "?practice_area=fraud", "?q=", "?q=+&status="])
def test_other_filters_stay_within_the_open_ones(site, listed, query):
    wanted = Request(practice_area=site.fraud)
    Request(quarantined=True, practice_area=site.fraud)
    assert listed(query) == [wanted.reference]


def test_assignee_filter_names_those_who_have_or_do_the_intake(client, staff, intake):
    staff("editor")
    Request(assignee=make_user("attorney"))
    page = client.get(LIST).content.decode().split('id="id_assignee"')[1].split("</select>")[0]
    assert ">intake</option>" in page
    assert ">attorney</option>" in page
    assert ">editor</option>" not in page


@pytest.mark.parametrize("query", ["jane", "(212) 555-0142", "j@example.com", "k7mw3qfp"])
def test_search(listed, query):
    wanted = Request(full_name="Jane", phone="+12125550142", email="j@example.com", reference="K7MW-3QFP")
    Request(full_name="Other", phone="+13475550100")
    assert listed(f"?q={query}") == [wanted.reference]


def test_the_form_leads_to_an_address_without_the_words(client, intake):
    wanted, other = Request(full_name="Jane Sample"), Request(full_name="Someone Else")
    response = client.post(f"{LIST}search/", {"q": " Jane  Sample ", "set": "overdue", "status": ""})
    address = response["Location"]
    assert set(parse_qs(urlsplit(address).query)) == {"find"}
    assert "jane" not in address.lower()
    page = client.get(address).content.decode()
    assert references(page) == [wanted.reference]
    assert 'value="Jane Sample"' in page
    assert other.reference not in page


def test_sealed_words_open_for_nobody_else(client, staff, intake):
    Request(full_name="Jane Sample")
    address = client.post(f"{LIST}search/", {"q": "Sample"})["Location"]
    colleague = Client()
    colleague.force_login(staff("intake_manager"))
    page = colleague.get(address).content.decode()
    assert 'value="Sample"' not in page
    assert "found</h2>" not in page
    assert "found</h2>" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("posted", "kept"),
    [
        ({}, {}),
        ({"set": "court"}, {"set": ["court"]}),
        ({"set": "court", "assignee": "none"}, {"set": ["court"], "assignee": ["none"]}),
        ({"set": "court", "status": "new"}, {"status": ["new"]}),
        ({"set": "//evil.example"}, {}),
    ],
)
def test_the_form_keeps_the_set_but_for_words_and_status(client, intake, posted, kept):
    target = urlsplit(client.post(f"{LIST}search/", posted)["Location"])
    assert (target.netloc, target.path, parse_qs(target.query)) == ("", LIST, kept)


def test_the_search_form_is_not_an_address(client, intake):
    assert client.get(f"{LIST}search/").status_code == 405


def test_search_without_a_match_says_what_to_try(client, intake):
    Request()
    page = client.get(LIST + "?q=nobody").content.decode()
    assert "No request matches" in page
    assert "one word of the name" in page
    assert "No requests yet" not in page


# --- What a line says ---------------------------------------------------------------------------------


def test_columns(site, client, intake):
    Request(
        full_name="<b>Jane</b>",
        practice_area=site.fraud,
        for_family=True,
        in_custody=True,
        urgency=3,
        assignee=intake,
        court_date="2027-01-31",
    )
    page = client.get(LIST).content.decode().split("<tbody>")[1]
    for shown in ("&lt;b&gt;Jane&lt;/b&gt;", "Fraud", "for a family member", "Urgent", "in custody", "Jan 31, 2027"):
        assert shown in page
    assert re.search(r'data-label="Status">New<', page)
    assert re.search(r'data-label="Assigned to">intake<', page)
    assert "<b>Jane" not in page
    assert "in_custody" not in page


def test_overdue_is_marked_in_words_and_icon(client, intake):
    Request(overdue=True)
    page = client.get(LIST).content.decode().split("<tbody>")[1]
    assert re.search(r"queue-answer--overdue.*#icon-warning.*1 h overdue", page, re.DOTALL)


def test_nothing_personal_in_the_title(client, intake):
    Request(full_name="Jane Sample")
    page = client.get(f"{LIST}?q=jane").content.decode()
    assert "jane" not in re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1].lower()
    assert "jane" not in re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)[1].lower()


def test_nobody_stores_the_page(client, intake):
    assert "no-store" in client.get(LIST)["Cache-Control"]


@pytest.mark.parametrize(
    ("values", "words", "state"),
    [
        ({"due_at": NOW - timedelta(hours=3, minutes=20)}, "3 h overdue", "overdue"),
        ({"due_at": NOW}, "under 1 min overdue", "overdue"),
        ({"due_at": NOW + timedelta(minutes=12)}, "12 min left", "pressing"),
        ({"due_at": NOW + timedelta(hours=5)}, "5 h left", "waiting"),
        (
            {
                "status": "contacted",
                "submitted_at": NOW - timedelta(hours=9),
                "first_contact_at": NOW - timedelta(hours=8),
            },
            "answered in 1 h",
            "answered",
        ),
        ({"status": "quarantine", "due_at": NOW - timedelta(hours=1)}, "3 days old", "age"),
        ({"status": "declined", "first_contact_at": NOW}, "3 days old", "age"),
    ],
)
def test_age_against_the_target(values, words, state):
    request = ConsultationRequest(**{"submitted_at": NOW - timedelta(days=3)} | values)
    answer = answer_of(request, NOW)
    assert (answer.words, answer.state) == (words, state)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-5), "under 1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(hours=48), "2 days"),
    ],
)
def test_spans(span, words):
    assert span_words(span) == words


@pytest.mark.parametrize(
    ("days", "words"), [(-2, "2 days ago"), (-1, "yesterday"), (0, "today"), (1, "tomorrow"), (2, "in 2 days")]
)
def test_days(days, words):
    assert day_words(date(2026, 3, 4) + timedelta(days=days), date(2026, 3, 4)) == words


def test_moments():
    assert moment_words(NOW, NOW) == "Today, 12:00 PM"
    assert moment_words(NOW - timedelta(days=1), NOW) == "Mar 3, 12:00 PM"
    assert moment_words(NOW - timedelta(days=365), NOW) == "Mar 4, 2025"


# --- The trail of looks -------------------------------------------------------------------------------


def test_a_look_leaves_one_line(client, intake):
    Request()
    client.get(f"{LIST}?set=overdue&assignee=none")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_id, entry.request_id) == (AuditAction.LISTED, intake.pk, None)
    assert entry.facts == {"set": "overdue", "found": 0, "assignee": "none"}


def test_a_search_leaves_its_number_and_never_its_words(client, intake):
    Request(full_name="Jane Sample")
    client.get(f"{LIST}?q=Jane")
    client.get(client.post(f"{LIST}search/", {"q": "Sample"})["Location"])
    entries = list(AuditEntry.objects.all())
    assert [entry.action for entry in entries] == [AuditAction.SEARCHED] * 2
    assert [entry.facts for entry in entries] == [{"set": "all", "found": 1}] * 2


def test_unknown_values_do_not_reach_the_trail(client, intake):
    client.get(f"{LIST}?set=Jane&status=Jane&assignee=Jane&practice_area=Jane&ordering=Jane&p=Jane")
    assert "Jane" not in str(AuditEntry.objects.get().facts)


# --- Size ---------------------------------------------------------------------------------------------


def test_pages_of_fifty(listed):
    Request.create_batch(51)
    assert len(listed()) == 50
    assert listed("?p=999") == listed("?p=2")
    assert len(listed("?p=2")) == 1


def test_paging_keeps_what_was_searched_for(client, intake):
    Request.create_batch(51, full_name="Jane Sample")
    page = client.get(client.post(f"{LIST}search/", {"q": "jane"})["Location"]).content.decode()
    following = re.search(r'href="(/admin/consultations/\?[^"]*p=2)"', page)[1].replace("&amp;", "&")
    assert len(references(client.get(following).content.decode())) == 1


@pytest.mark.parametrize("query", ["", "?q=sample", "?set=all&assignee=none"])
def test_queries_do_not_grow(site, client, intake, query, django_assert_max_num_queries):
    def add(number: int, area):
        for _ in range(number):
            Request(practice_area=area, full_name="Sample")

    add(3, site.fraud)
    client.get(LIST + query)
    with django_assert_max_num_queries(30) as few:
        assert len(references(client.get(LIST + query).content.decode())) == 3
    add(20, site.drugs)
    with django_assert_max_num_queries(30) as many:
        assert len(references(client.get(LIST + query).content.decode())) == 23
    assert RequestEntry.objects.exists()
    assert len(few) == len(many)
