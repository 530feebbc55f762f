import datetime

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blog.models import BlogIndexPage, BlogPostPage
from tests import factories

pytestmark = pytest.mark.django_db
ROOT = "http://testserver"


def drawn(client, address: str):
    response = client.get(address)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def titles(page) -> list[str]:
    return [title.get_text() for title in page.select(".post-lead__title, .post-row__title")]


def canonical(page) -> str:
    return page.find("link", rel="canonical")["href"]


def make_posts(count: int, **values) -> list:
    start = datetime.date(2024, 1, 1)
    return [
        factories.BlogPostPageFactory(title=f"P{number}", date=start + datetime.timedelta(days=number), **values)
        for number in range(count)
    ]


# --- Refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/blog/category/nothing/",
        "/blog/category/",
        "/blog/category/sentencing/more/",
        "/blog/tag/nothing/",
        "/blog/tag/",
        "/blog/archive/2023/",
        "/blog/archive/",
        "/blog/archive/0/",
        "/blog/archive/02024/",
        "/blog/archive/20240/",
        "/blog/archive/99999999999999999999/",
        "/blog/archive/-2024/",
        "/blog/feed/rss/",
        "/blog/nothing/",
    ],
)
def test_nothing_is_filed_there(home, client, address):
    factories.BlogPostPageFactory()
    response = client.get(address)
    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


def test_a_deleted_category_is_not_found(home, client):
    factories.BlogIndexPageFactory()
    category = factories.CategoryFactory(slug="gone")
    assert client.get("/blog/category/gone/").status_code == 200
    category.delete()
    assert client.get("/blog/category/gone/").status_code == 404


def test_a_tag_of_drafts_alone_is_not_found(home, client):
    factories.BlogPostPageFactory(tags=["secret"], draft=True)
    assert client.get("/blog/tag/secret/").status_code == 404


# --- The front page ---------------------------------------------------------------------------------


def test_newest_first_as_lead_story_and_rows(home, client):
    make_posts(3, authors=[factories.StaffAuthorFactory(name="Editorial desk")])
    page = drawn(client, "/blog/")
    assert page.select_one(".post-lead__title").get_text() == "P2"
    assert "Editorial desk" in page.select_one(".post-lead").get_text()
    assert [title.get_text() for title in page.select(".post-row__title")] == ["P1", "P0"]
    row = page.select_one(".post-row")
    assert row.time["datetime"] == "2024-01-02"
    assert row.select_one(".kicker a")["href"] == "/blog/category/sentencing/"
    assert "What the post says." in row.get_text()


def test_the_same_day_lists_the_last_written_first(home, client):
    factories.BlogPostPageFactory(title="First")
    factories.BlogPostPageFactory(title="Second")
    assert titles(drawn(client, "/blog/")) == ["Second", "First"]


def test_the_newest_posts_are_read_along_the_index_of_dates(home):
    """However many posts there are, a page reads as many as it shows."""
    category = factories.BlogPostPageFactory().category
    posts, of_category = (BlogPostPage.objects.listed().filter(**chosen) for chosen in ({}, {"category": category}))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    assert "blog_blogpostpage_date" in posts[:4].explain()
    assert "post_by_category" in of_category[:4].explain()


def test_an_empty_blog_is_a_page(home, client):
    factories.BlogIndexPageFactory()
    assert "Nothing has been published here yet" in drawn(client, "/blog/").get_text()


def test_the_index_leads_to_categories_years_search_and_feeds(home, client):
    factories.BlogPostPageFactory(date=datetime.date(2022, 5, 1), category=factories.CategoryFactory(slug="trials"))
    factories.BlogPostPageFactory(date=datetime.date(2024, 5, 1))
    factories.BlogPostPageFactory(date=datetime.date(2024, 6, 1))
    factories.BlogPostPageFactory(date=datetime.date(2019, 6, 1), draft=True)
    factories.CategoryFactory(slug="unused")
    page = drawn(client, "/blog/")
    links = [link["href"] for link in page.select(".index-aside ul a")]
    assert links == [
        "/blog/category/sentencing/",
        "/blog/category/trials/",
        "/blog/archive/2024/",
        "/blog/archive/2022/",
    ]
    assert page.select_one('.index-aside form[action="/search/"]')
    assert [link["href"] for link in page.find_all("link", rel="alternate")] == ["/blog/feed/", "/blog/feed/atom/"]


# --- Pages ------------------------------------------------------------------------------------------


def test_pages_of_ten(home, client):
    make_posts(23)
    first = drawn(client, "/blog/")
    assert titles(first) == [f"P{number}" for number in range(22, 12, -1)]
    assert not first.select('[rel="prev"]')
    second = drawn(client, "/blog/" + first.select_one('a[rel="next"]')["href"])
    assert titles(second) == [f"P{number}" for number in range(12, 2, -1)]
    assert second.select_one(".pagination [aria-current=page]").get_text() == "2"
    assert second.title.get_text() == "Page 2 | Blog | Sample Law"
    third = drawn(client, "/blog/" + second.select_one('a[rel="next"]')["href"])
    assert titles(third) == ["P2", "P1", "P0"]
    assert not third.select('a[rel="next"]')
    assert [canonical(page) for page in (first, second, third)] == [
        f"{ROOT}/blog/",
        f"{ROOT}/blog/?page=2",
        f"{ROOT}/blog/?page=3",
    ]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?page=1", 1),
        ("?page=", 1),
        ("?page=0", 2),
        ("?page=-1", 2),
        ("?page=99", 2),
        ("?page=1e9", 1),
        ("?page=2.0", 1),
        ("?page=abc", 1),
        ("?page=%00", 1),
        ("?page=%ff%fe", 1),
        ("?page=٢", 2),
        ("?page=" + "9" * 4000, 2),
        ("?page=" + "9" * 5000, 1),
        ("?page=2&page=1", 1),
        ("?page[]=2", 1),
        ("?utm_source=x&page=2", 2),
    ],
)
def test_every_page_number_gives_a_sensible_page(home, client, query, shown):
    make_posts(12)
    page = drawn(client, f"/blog/{query}")
    assert len(titles(page)) == {1: 10, 2: 2}[shown]
    assert canonical(page) == {1: f"{ROOT}/blog/", 2: f"{ROOT}/blog/?page=2"}[shown]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.text(max_size=40))
def test_any_text_as_page_number_gives_a_page(home, client, number):
    factories.only(factories.BlogIndexPageFactory)
    assert BlogIndexPage.objects.exists()
    assert client.get("/blog/", {"page": number}).status_code == 200


# --- Category, tag, archive -------------------------------------------------------------------------


def test_the_posts_of_a_category(home, client):
    trials = factories.CategoryFactory(slug="trials", name="Trials", description="In court.")
    make_posts(11, category=trials)
    factories.BlogPostPageFactory(title="Elsewhere")
    page = drawn(client, "/blog/category/trials/")
    assert page.h1.get_text() == "Trials"
    assert "In court." in page.main.get_text()
    assert page.select_one("[role=status]").get_text() == "11 posts"
    assert titles(page) == [f"P{number}" for number in range(10, 0, -1)]
    assert page.title.get_text() == "Trials | Blog | Sample Law"
    assert canonical(page) == f"{ROOT}/blog/category/trials/"
    assert page.select_one(".index-aside [aria-current=page]").get_text() == "Trials"
    assert [crumb.get_text() for crumb in page.select(".breadcrumb li")] == ["Home", "Blog", "Trials"]
    second = drawn(client, "/blog/category/trials/?page=2")
    assert titles(second) == ["P0"]
    assert canonical(second) == f"{ROOT}/blog/category/trials/?page=2"


def test_the_posts_with_a_tag(home, client):
    factories.BlogPostPageFactory(title="With", tags=["Bail reform"])
    factories.BlogPostPageFactory(title="Without", tags=["Other"])
    factories.BlogPostPageFactory(title="Draft", tags=["Bail reform"], draft=True)
    page = drawn(client, "/blog/tag/bail-reform/")
    assert titles(page) == ["With"]
    assert page.h1.get_text() == "Tagged “Bail reform”"
    assert page.select_one("[role=status]").get_text() == "1 post"
    assert page.find("meta", attrs={"name": "description"})["content"].endswith("1 post by Sample Law.")


def test_the_posts_of_a_year(home, client):
    for year in (2022, 2023, 2024):
        factories.BlogPostPageFactory(title=f"Last of {year}", date=datetime.date(year, 12, 31))
        factories.BlogPostPageFactory(title=f"First of {year}", date=datetime.date(year, 1, 1))
    page = drawn(client, "/blog/archive/2023/")
    assert titles(page) == ["Last of 2023", "First of 2023"]
    assert page.select_one(".index-aside [aria-current=page]").get_text() == "2023"
    assert canonical(page) == f"{ROOT}/blog/archive/2023/"
