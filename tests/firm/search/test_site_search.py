from urllib.parse import quote, quote_from_bytes

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from wagtail.models import Page, PageViewRestriction

from firm.models import Word
from firm.search.site_search import clean_query, corrections, excerpt, find, highlight, words_of
from tests import factories

HOSTILE_PAGE = "Bail <script>alert(1)</script> & release"
FUZZ = settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def titles(query: str) -> list[str]:
    """The titles that a search finds."""
    root = Page.objects.get(slug="front")
    return [Page.objects.get(pk=number).title for number in find(query, root).matches]


def prose(text: str) -> list:
    return [("text", f"<p>{text}</p>")]


# --- What must not be found ------------------------------------------------------------------------


def test_a_draft_is_not_found(home):
    factories.StandardPageFactory(title="Arraignment", draft=True)
    assert titles("arraignment") == []


def test_a_withdrawn_page_is_not_found(home):
    page = factories.StandardPageFactory(title="Arraignment")
    page.unpublish()
    assert titles("arraignment") == []


@pytest.mark.parametrize("kind", [PageViewRestriction.LOGIN, PageViewRestriction.PASSWORD, PageViewRestriction.GROUPS])
def test_a_page_below_a_private_one_is_not_found(home, kind):
    section = factories.StandardPageFactory(title="Closed")
    factories.StandardPageFactory(parent=section, title="Arraignment")
    PageViewRestriction.objects.create(page=section, restriction_type=kind, password="p")
    assert titles("arraignment") == []


def test_a_page_outside_of_the_site_is_not_found(home):
    outside = Page(title="Arraignment outside", slug="outside")
    Page.get_first_root_node().add_child(instance=outside)
    assert titles("arraignment") == []


def test_changes_not_yet_published_are_not_found(home):
    page = factories.StandardPageFactory(title="Bail")
    page.introduction = "Arraignment"
    page.save_revision()
    assert titles("arraignment") == []


def test_a_page_with_some_of_the_words_is_not_found(home):
    factories.StandardPageFactory(title="Bail hearing")
    assert titles("bail elephant") == []


@pytest.mark.parametrize("query", ["", " ", "…!?", "§§", "'\"", "* AND (", "\u200b"])
def test_a_query_without_a_word_finds_nothing(home, query):
    factories.StandardPageFactory(title="Bail")
    assert titles(query) == []


# --- What is found ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "where",
    [{"title": "Arraignment"}, {"introduction": "An arraignment is short."}, {"body": prose("The arraignment")}],
)
def test_a_page_is_found_by_its_title_and_by_its_text(home, where):
    page = factories.StandardPageFactory(**where)
    factories.StandardPageFactory()
    assert titles("arraignment") == [page.title]


@pytest.mark.parametrize(
    "query", ["ARRAIGNMENT", "arraignments", "  arraignment  ", "arraignment hearing", "hearing arraignment"]
)
def test_case_number_and_order_of_the_words_do_not_matter(home, query):
    factories.StandardPageFactory(title="Arraignment hearing")
    assert titles(query) == ["Arraignment hearing"]


def test_the_words_may_stand_in_different_parts_of_a_page(home):
    factories.StandardPageFactory(title="Arraignment", body=prose("Bring every paper."))
    assert titles("paper arraignment") == ["Arraignment"]


def test_pages_of_every_kind_are_found(home):
    factories.PracticeAreaPageFactory(title="Zebra area")
    factories.AttorneyPageFactory(title="Zebra Attorney")
    factories.BlogPostPageFactory(title="Zebra post")
    factories.TestimonialPageFactory(title="Zebra testimonial")
    assert len(titles("zebra")) == 4


@pytest.mark.parametrize(
    ("typed", "meant"), [("arraingment", "arraignment"), ("sentance", "sentence"), ("indictmnt", "indictment")]
)
def test_a_word_mistyped_finds_the_one_that_was_meant(home, typed, meant):
    factories.StandardPageFactory(title="A page", body=prose(f"About the {meant} itself"))
    assert (find(typed, home).corrected, titles(typed)) == (meant, ["A page"])


def test_a_word_of_the_site_is_not_corrected(home):
    factories.StandardPageFactory(title="Sentence")
    factories.StandardPageFactory(title="Sentences explained")
    assert find("sentence", home).corrected == ""


def test_only_the_word_mistyped_is_corrected(home):
    factories.StandardPageFactory(title="Bail hearing")
    assert find("bail haering", home).corrected == "bail hearing"


@pytest.mark.parametrize("word", ["elephant", "xx", "12345"])
def test_a_word_like_nothing_on_the_site_is_not_corrected(home, word):
    factories.StandardPageFactory(title="Arraignment")
    assert corrections([word]) == [word]


def test_a_correction_does_not_reveal_what_is_private(home):
    page = factories.StandardPageFactory(title="Operation Nightingale")
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    results = find("nightingal", home)
    assert (list(results.matches), results.corrected) == ([], "")


def test_words_are_kept_once(home):
    factories.StandardPageFactory(title="Arraignment")
    factories.StandardPageFactory(title="Arraignment again")
    assert Word.objects.filter(text="arraignment").count() == 1


# --- What is shown ---------------------------------------------------------------------------------


def test_a_highlight_escapes_everything_around_it():
    assert highlight(HOSTILE_PAGE, ["bail"]) == (
        "<mark>Bail</mark> &lt;script&gt;alert(1)&lt;/script&gt; &amp; release"
    )


def test_a_highlight_escapes_what_it_marks():
    assert highlight("<script>", ["script"]) == "&lt;<mark>script</mark>&gt;"


def test_a_highlight_escapes_a_word_that_is_markup_itself():
    assert highlight("a<script>", ["<"]) == "a<mark>&lt;scri</mark>pt&gt;"


def test_a_highlight_without_words_escapes_too():
    assert highlight("<b>", []) == "&lt;b&gt;"


@pytest.mark.parametrize("word", ["a.b", "(", "[a-", "\\", "^", "$", "a|b"])
def test_words_are_no_patterns(word):
    assert highlight("Plain words", [word]) == "Plain words"


def test_an_excerpt_is_taken_from_around_the_word():
    text = "filler " * 100 + "the arraignment itself " + "filler " * 100
    found = excerpt(text, ["arraignment"])
    assert "arraignment" in found
    assert found.startswith("…")
    assert found.endswith("…")


@pytest.mark.parametrize("text", ["", "Short.", "word " * 300, "x" * 2000])
def test_an_excerpt_has_its_length(text):
    assert len(excerpt(text, ["absent"])) <= 222


def test_a_text_shorter_than_an_excerpt_is_shown_whole():
    assert excerpt("Two  words\n", ["words"]) == "Two words"


@FUZZ
@given(text=st.text(max_size=400), words=st.lists(st.text(min_size=1, max_size=10), max_size=3))
@example(text=HOSTILE_PAGE, words=["script", "<", ">", "&"])
def test_no_text_gets_through_a_highlight_unescaped(text, words):
    drawn = BeautifulSoup(str(highlight(excerpt(text, words), words)), "html.parser")
    assert {tag.name for tag in drawn.find_all(True)} <= {"mark"}


@FUZZ
@given(st.text(max_size=2000))
def test_a_query_becomes_one_short_printable_line(text):
    query = clean_query(text)
    assert len(query) <= 100
    assert query.isprintable()
    assert query == query.strip()


def test_at_most_eight_words_are_looked_for():
    assert len(words_of("word " * 50)) == 8


# --- The page --------------------------------------------------------------------------------------


def soup(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def test_a_hostile_title_stays_text(home, client):
    factories.StandardPageFactory(title=HOSTILE_PAGE, introduction="<img src=x onerror=alert(1)>")
    drawn = soup(client.get("/search/", {"q": "bail"}))
    assert drawn.select_one(".search-results h2").get_text() == HOSTILE_PAGE
    assert not drawn.main.find_all(["script", "img"])


def test_the_query_is_shown_as_typed(home, client):
    drawn = soup(client.get("/search/", {"q": '"><script>alert(1)</script>'}))
    assert drawn.select_one("input[name=q]")["value"] == '"><script>alert(1)</script>'
    assert len(drawn.find_all("script", src=False)) == 0


@pytest.mark.parametrize("query", ["", "bail", "elephant"])
def test_the_search_is_never_indexed(home, client, query):
    factories.StandardPageFactory(title="Bail")
    assert soup(client.get("/search/", {"q": query})).select_one("meta[name=robots]")["content"] == "noindex"


def test_a_correction_is_named(home, client):
    factories.StandardPageFactory(title="Arraignment")
    drawn = soup(client.get("/search/", {"q": "arraingment"}))
    assert drawn.select_one("[role=status] b").get_text() == "arraignment"


def test_finding_nothing_is_said(home, client):
    drawn = soup(client.get("/search/", {"q": "elephant"}))
    assert "Nothing was found" in drawn.select_one("[role=status]").get_text()


def test_a_result_says_what_kind_of_page_it_is(home, client):
    factories.BlogPostPageFactory(title="Bail")
    assert soup(client.get("/search/", {"q": "bail"})).select_one(".search-results .kicker").get_text() == "blog post"


@pytest.mark.parametrize("number", ["0", "-1", "2", "999999999999999999999", "last", "1.5", "", "%00", "' OR 1=1", "٣"])
def test_any_page_number_gives_a_page(home, client, number):
    for copy in range(12):
        factories.StandardPageFactory(title=f"Bail {copy}")
    response = client.get("/search/?q=bail&page=" + quote(number, safe="%"))
    assert response.status_code == 200
    assert soup(response).select(".search-results li")


def test_the_pages_of_a_search_keep_the_query(home, client):
    for number in range(12):
        factories.StandardPageFactory(title=f"Bail {number}")
    drawn = soup(client.get("/search/", {"q": "bail", "page": 2}))
    assert len(drawn.select(".search-results li")) == 2
    assert drawn.select_one("a[rel=prev]")["href"] == "?q=bail"


def test_a_search_needs_the_same_number_of_queries_for_few_and_many_results(home, client):
    def queries(count: int) -> int:
        for number in range(count):
            factories.StandardPageFactory(title=f"Bail {number}")
        client.get("/search/", {"q": "bail"})
        with CaptureQueriesContext(connection) as captured:
            drawn = soup(client.get("/search/", {"q": "bail"}))
        assert len(drawn.select(".search-results li")) >= 3
        return len(captured)

    assert queries(3) == queries(9)


@FUZZ
@given(st.binary(max_size=80).map(quote_from_bytes) | st.text(max_size=80).map(lambda text: quote(text, safe="")))
@example(quote("bail AND OR NOT NEAR(a b, 3)"))
@example(quote('"bail" * ^ : {title} - +'))
@example(quote("title:bail OR rowid:1"))
@example(quote("bail'; DROP TABLE wagtailcore_page; --"))
@example(quote("bail & | ! <-> :*"))
@example("%00bail%00")
@example("%FF%FE%80bail")
@example("%ED%A0%80")
@example(quote("bail " * 2500))
@example(quote("x" * 10_000))
@example(quote("!?.,;:'\"()[]{}"))
@example(quote("👩‍⚖️ ⚖️ bail"))
@example(quote("\u202ebail\u202c"))
@example(quote("_ __ ___"))
@example(quote("١٢٣ İstanbul ß ﬁ"))
def test_whatever_is_asked_gets_an_answer(home, client, query):
    if not Page.objects.filter(slug="bail").exists():
        factories.StandardPageFactory(title="Bail", slug="bail")
    assert client.get(f"/search/?q={query}").status_code == 200
