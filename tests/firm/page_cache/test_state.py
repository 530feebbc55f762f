"""What is remembered of public content, and that a change makes it forgotten."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from wagtail.models import Page
from wagtail.models import Site as WagtailSite

from firm.models import FirmSettings
from firm.page_cache import state as public_state
from firm.page_cache.state import STATE, ProcessCache, read_state, recall, state_of
from firm.pages.site_context import SiteContext
from tests import factories


@pytest.fixture(autouse=True)
def remembered(monkeypatch) -> ProcessCache:
    empty = ProcessCache()
    monkeypatch.setattr(public_state, "process_cache", empty)
    return empty


def test_a_value_is_made_once_for_each_state_and_key():
    made, held = [], ProcessCache()

    def make():
        made.append(1)
        return len(made)

    assert [held.recall("s", "a", make), held.recall("s", "a", make), held.recall("s", "b", make)] == [1, 1, 2]
    assert [held.recall("t", "a", make), held.recall("t", "a", make)] == [3, 3]


def test_what_nobody_knows_the_state_of_is_not_remembered():
    made, held = [], ProcessCache()
    for _ in range(2):
        held.recall(None, "a", lambda: made.append(1))
    assert len(made) == 2


def test_a_value_of_nothing_is_remembered_too():
    made, held = [], ProcessCache()
    for _ in range(2):
        assert held.recall("s", "a", lambda: made.append(1)) is None
    assert len(made) == 1


def test_only_so_much_is_remembered(monkeypatch):
    monkeypatch.setattr(public_state, "MAX_VALUES", 2)
    held = ProcessCache()
    assert [held.recall("s", key, lambda key=key: key) for key in "abcd"] == list("abcd")
    assert [held.recall("s", key, lambda: "again") for key in "abcd"] == ["a", "b", "again", "again"]


def test_what_was_begun_before_a_change_is_not_given_after_it():
    """While one is at work on the former state, another has gone on to the next."""
    held = ProcessCache()

    def slow():
        held.recall("after", "a", lambda: "new")
        return "old"

    assert held.recall("before", "a", slow) == "old"
    assert held.recall("after", "a", lambda: "made again") == "new"


def test_threads_of_two_states_never_get_each_others():
    held = ProcessCache()

    def ask(number: int):
        state = str(number % 2)
        return state == held.recall(state, "a", lambda: state)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(2000)))


def test_a_failure_is_not_remembered():
    held = ProcessCache()
    with pytest.raises(ZeroDivisionError):
        held.recall("s", "a", lambda: 1 / 0)
    assert held.recall("s", "a", lambda: "now") == "now"


def test_the_state_is_the_one_that_the_request_brings(rf, db):
    request = rf.get("/", **{STATE: "brought"})
    assert state_of(request) == "brought"


def test_a_visitor_cannot_name_the_state(rf, db):
    request = rf.get("/", HTTP_FIRM_PUBLIC_STATE="forged", headers={STATE: "forged"})
    assert state_of(request) == read_state() != "forged"


def test_a_request_without_asks_once(rf, db, django_assert_num_queries):
    request = rf.get("/")
    with django_assert_num_queries(1):
        assert state_of(request) == state_of(request) == read_state_once(request)


def read_state_once(request) -> str:
    return request.META[STATE]


def test_a_number_of_a_transaction_that_was_undone_never_comes_again(home):
    """Else what was remembered within it would be taken for what another change made of the site."""
    states = set()
    for name in ("First", "Second", "Third"):
        with transaction.atomic():
            FirmSettings.objects.update(firm_name=name)
            states.add(read_state())
            transaction.set_rollback(True)
    assert len(states) == 3


def test_within_a_transaction_what_it_has_changed_is_seen_and_after_it_not(home, rf):
    def name() -> str:
        return SiteContext(rf.get("/")).settings.firm_name

    former = name()
    with transaction.atomic():
        FirmSettings.objects.update(firm_name="Never")
        assert name() == "Never"
        transaction.set_rollback(True)
    assert name() == former
    FirmSettings.objects.update(firm_name="Always")
    assert name() == "Always"


# --- The frame of a page ----------------------------------------------------------------------------


@pytest.fixture
def menu(home):
    pages = [factories.StandardPageFactory(parent=home, title=f"Page {n}", slug=f"page-{n}") for n in range(3)]
    links = [{"type": "link", "value": {"label": page.title, "kind": "page", "page": page.pk}} for page in pages]
    firm = FirmSettings.objects.get()
    firm.header_nav = firm.legal_nav = links
    firm.save()
    factories.OfficeFactory(firm=firm)
    return pages


def marked(client, path: str) -> list[str]:
    html = client.get(path).content.decode()
    return re.findall(r'<a href="([^"]+)" aria-current="page"', html)


def test_each_page_marks_its_own_link_whatever_was_drawn_before(menu, client):
    for _ in range(2):
        for page in menu:
            found = marked(client, page.url)
            assert found
            assert set(found) == {page.url}
    assert marked(client, "/") == []


def test_a_second_page_asks_for_nothing_that_surrounds_it(menu, client, django_assert_max_num_queries):
    client.get(menu[0].url)
    with django_assert_max_num_queries(3):  # the state, the page, the page as its own type
        assert client.get(menu[1].url).status_code == 200


def test_the_frame_of_another_site_is_its_own(menu, client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    other = WagtailSite.objects.create(hostname="other.example", port=80, root_page=Page.objects.get(pk=menu[0].pk))
    factories.FirmSettingsFactory(site=other, firm_name="Quite another firm")
    for _ in range(2):
        assert "Quite another firm" in client.get("/", HTTP_HOST="other.example").content.decode()
        assert "Quite another firm" not in client.get("/").content.decode()


def test_nothing_of_a_visitor_is_in_what_is_remembered(menu, client_of, client, remembered):
    staff = client_of("Editors") if _has_group("Editors") else client_of()
    staff.get("/?secret=1")
    kept = [value for value in remembered._current[1].values() if isinstance(value, str)]
    assert kept
    assert not any("csrf" in value or "secret" in value or "wagtail-userbar" in value for value in kept)


def _has_group(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM auth_group WHERE name = %s", [name])
        return cursor.fetchone() is not None


@pytest.mark.parametrize("change", ["title", "unpublish", "address"])
def test_a_change_of_what_the_menu_leads_to_is_in_every_header(menu, client, change):
    client.get("/")
    page = menu[1]
    if change == "unpublish":
        page.unpublish()
    elif change == "address":
        page.slug = "elsewhere"
        page.save_revision().publish()
    else:
        firm = FirmSettings.objects.get()
        firm.header_nav[0].value["label"] = "Anew"
        firm.save()
    html = client.get("/").content.decode()
    assert ("/page-1/" in html) == (change == "title")
    assert ("/elsewhere/" in html) == (change == "address")
    assert ("Anew" in html) == (change == "title")


def test_recall_is_of_the_state_of_the_request(rf, db):
    first, second = rf.get("/", **{STATE: "one"}), rf.get("/", **{STATE: "two"})
    assert recall(first, "k", lambda: 1) == recall(first, "k", lambda: 2) == 1
    assert recall(second, "k", lambda: 3) == 3
