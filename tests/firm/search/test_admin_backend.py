"""The admin's search: results, order and queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page
from wagtail.search.backends import get_search_backend
from wagtail.search.query import MATCH_ALL, And, Not, Or, Phrase, PlainText

from tests.factories import StandardPageFactory

TITLES = ("Bail", "Bail and bond", "Bond", "A bail hearing, and what the bail bond costs", "Hearing")
QUERIES = {
    "a word": "bail",
    "two words": PlainText("bail bond", operator="and"),
    "one of two words": PlainText("bail hearing", operator="or"),
    "a phrase": Phrase("bail bond"),
    "all of two": And([PlainText("bail"), PlainText("hearing")]),
    "any of two": Or([PlainText("bond"), PlainText("hearing")]),
    "one without another": And([PlainText("bail"), Not(PlainText("bond"))]),
    "all but": Not(PlainText("bail")),
    "everything": MATCH_ALL,
    "nothing": "habeas",
}


@pytest.fixture
def pages(home):
    return [StandardPageFactory(title=title) for title in TITLES]


def titles(found) -> list[str]:
    return [page.title for page in found]


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
@pytest.mark.parametrize("kind", ["search", "autocomplete"])
def test_it_finds_what_wagtail_finds_in_the_same_order(pages, query, kind):
    find = getattr(get_search_backend(), kind)
    theirs = getattr(get_search_backend("wagtail.search.backends.database"), kind)(query, Page)
    ours = find(query, Page)
    assert titles(ours) == titles(theirs)
    assert len(ours[1:3]) == len(titles(theirs)[1:3])
    assert ours.count() == theirs.count()
    assert ours.facet("live") == theirs.facet("live")


def test_a_page_of_results_is_a_part_of_all(pages):
    found = Page.objects.search("bail", operator="or")
    whole = titles(found)
    assert len(whole) == 3
    assert whole[0] == "Bail"
    for begin in range(4):
        for end in range(begin, 5):
            assert titles(Page.objects.search("bail")[begin:end]) == whole[begin:end]
    assert Page.objects.search("bail")[1].title == whole[1]


def test_an_order_that_was_asked_for_is_kept(pages):
    found = Page.objects.order_by("-title").search("bail", order_by_relevance=False)
    assert titles(found) == ["Bail and bond", "Bail", "A bail hearing, and what the bail bond costs"]


def test_what_is_filtered_out_is_not_found(pages):
    found = Page.objects.exclude(pk=pages[0].pk).specific().search("bail")
    assert titles(found[:1]) == ["Bail and bond"]
    assert found.count() == 2
    assert type(found[0]) is type(pages[1])


def test_the_score_can_be_had(pages):
    theirs = get_search_backend("wagtail.search.backends.database").search("bail", Page).annotate_score("score")
    ours = Page.objects.search("bail").annotate_score("score")
    assert [(page.title, page.score) for page in ours] == [(page.title, page.score) for page in theirs]
    assert len({page.score for page in ours}) == 3


def work_of(search) -> int:
    """What the database does: instructions on SQLite, statements on PostgreSQL, where the search is Wagtail's own."""
    if connection.vendor == "postgresql":
        with CaptureQueriesContext(connection) as queries:
            search()
        return len(queries)
    steps = []
    connection.connection.set_progress_handler(lambda: steps.append(1), 50)
    try:
        search()
    finally:
        connection.connection.set_progress_handler(None, 0)
    return 50 * len(steps)


def test_what_it_asks_of_the_database_does_not_grow_with_the_square_of_the_results(home):
    def work(number: int) -> int:
        for _ in range(number):
            StandardPageFactory(title="Arraignment")
        return work_of(lambda: list(Page.objects.autocomplete("arraign")[:5]))

    few = work(5)
    assert 0 < few <= work(35) <= few * 6 + 1_500


def test_the_list_says_of_what_it_shows_a_part(pages, admin_client):
    for words, name in (("bail", "1-3 of 3 pages"), ("bond", "1-3 of 3 pages"), ("bail hearing", "1-1 of 1 page")):
        shown = " ".join(admin_client.get("/admin/pages/search/", {"q": words}).content.decode().split())
        assert name in shown
