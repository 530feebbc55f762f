import datetime
import uuid

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from blog.models import BlogPostPage
from blog.models.posts import RESERVED_SLUGS
from firm.models import FirmSettings
from tests import factories

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD = (str(uuid.UUID(int=number)) for number in (1, 2, 3))


def drawn(client, **values):
    response = client.get(factories.BlogPostPageFactory(**values).get_url())
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser").main


def heading(text: str, level: str = "h2"):
    return ("heading", {"text": text, "level": level})


def mark(key: str) -> str:
    return f'<footnote id="{key}">[{key[:6]}]</footnote>'


# --- Refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", sorted(RESERVED_SLUGS))
def test_an_address_of_the_blog_is_no_slug_for_a_post(home, slug):
    with pytest.raises(ValidationError) as refused:
        factories.BlogPostPageFactory(slug=slug)
    assert "address of the blog itself" in refused.value.message_dict["slug"][0]


def test_every_listing_below_the_blog_is_reserved(home):
    index = factories.BlogIndexPageFactory()
    first_steps = {str(pattern.pattern).lstrip("^").partition("/")[0] for pattern in index.get_subpage_urls()}
    assert first_steps - {"", "$"} == RESERVED_SLUGS


def test_a_post_needs_a_category(home):
    index = factories.BlogIndexPageFactory()
    with pytest.raises(ValidationError) as refused:
        index.add_child(instance=BlogPostPage(title="T", slug="t", summary="S", body=[("text", "<p>W</p>")]))
    assert "category" in refused.value.message_dict


# --- The head and the end of a post -----------------------------------------------------------------


def test_a_post_says_what_readers_ask_first(home, client):
    FirmSettings.objects.update(article_disclaimer="The law may have changed.")
    ada = factories.AttorneyPageFactory(title="Ada Sample", job_title="Partner", slug="ada", summary="She defends.")
    desk = factories.StaffAuthorFactory(name="Editorial desk", role="Editors", bio="We edit.")
    page = drawn(
        client,
        title="How bail works",
        authors=[ada, desk],
        tags=["zoning", "bail"],
        reviewed_on=datetime.date(2024, 5, 1),
        reviewed_by=ada,
    )
    head = page.select_one(".post-head")
    assert head.h1.get_text() == "How bail works"
    assert head.select_one(".kicker a")["href"] == "/blog/category/sentencing/"
    facts = " ".join(head.select_one(".post-head__facts").get_text(" ").split())
    assert "By Ada Sample and Editorial desk" in facts
    assert "March 21, 2024" in facts
    assert "Legally reviewed May 1, 2024 by Ada Sample" in facts
    assert "1 minute to read" in facts
    assert [link["href"] for link in head.select(".post-head__facts a")] == ["/attorneys/ada/"]
    boxes = page.select(".author-box")
    assert ["She defends." in boxes[0].get_text(), "We edit." in boxes[1].get_text()] == [True, True]
    assert "This is not legal advice. The law may have changed." in page.select_one(".not-advice").get_text()
    assert [link["href"] for link in page.select(".post__tools a")] == ["/blog/tag/bail/", "/blog/tag/zoning/"]


def test_a_post_without_the_optional_parts(home, client):
    page = drawn(client)
    assert not page.select(".contents-list, .footnotes, .related, .post__image, .author-box img, .post__tools a")
    assert "reviewed" not in page.select_one(".post-head").get_text()


@pytest.mark.parametrize(("words", "minutes"), [(1, 1), (220, 1), (221, 2), (2200, 10)])
def test_reading_time(words, minutes):
    text = "<p>" + "word " * words + "</p>"
    assert BlogPostPage(body=[("text", text)]).reading_minutes == minutes


def test_reading_time_counts_words_not_markup():
    body = [
        ("text", f'<p>{"word " * 200}<a href="https://example.org/">link</a>{mark(FIRST)}</p>'),
        heading("Ten more words that count as words of the text"),
        ("faq", {"heading": "", "items": [{"question": "word " * 5, "answer": "<p>" + "word " * 10 + "</p>"}]}),
    ]
    assert BlogPostPage(body=body).reading_minutes == 2
    assert BlogPostPage(body=body[:1]).reading_minutes == 1


# --- Contents ---------------------------------------------------------------------------------------


def test_contents_lead_to_the_headings(home, client):
    body = [
        heading("Fees"),
        ("text", "<p>Words.</p>"),
        heading("Costs", "h3"),
        heading("Fees"),
        heading("Fees 2"),
        heading("Notes"),
        heading("§§"),
        heading("刑事"),
        heading("“Quoted” & <b>odd</b>"),
    ]
    page = drawn(client, body=body)
    sections = [title for title in page.select(".story > h2[id]") if title["id"] != "notes"]
    assert [title.get_text() for title in sections] == [
        "Fees", "Fees", "Fees 2", "Notes", "§§", "刑事", "“Quoted” & <b>odd</b>",
    ]  # fmt: skip
    links = page.select(".contents-list a")
    assert [link["href"] for link in links] == [f"#{title['id']}" for title in sections]
    assert [link.get_text() for link in links] == [title.get_text() for title in sections]
    ids = [element["id"] for element in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert page.select_one(".story h3")["id"] == "costs"


# --- Footnotes --------------------------------------------------------------------------------------


def notes(page) -> list[str]:
    return [" ".join(note.get_text().replace("↑ Back", "").split()) for note in page.select(".footnotes li")]


def test_footnotes_come_in_the_order_of_the_text(home, client):
    page = drawn(
        client,
        footnotes={FIRST: "<p>One</p>", SECOND: "<p>Two</p>", THIRD: "<p>Never referred to</p>"},
        body=[("text", f"<p>A{mark(SECOND)} b{mark(FIRST)} c{mark(SECOND)}</p>")],
    )
    references = page.select(".footnote-ref a")
    assert [reference.get_text() for reference in references] == ["1", "2", "1"]
    assert notes(page) == ["Two", "One"]
    for reference in references:
        note = page.select_one(reference["href"])
        assert f"#{reference['id']}" in {link["href"] for link in note.select("a.footnotes__back")}
    assert len(page.select("#note-1 a.footnotes__back")) == 2


def test_unknown_footnotes_are_dropped(home, client):
    page = drawn(
        client,
        footnotes={FIRST: "<p>One</p>"},
        body=[("text", f"<p>A{mark(THIRD)} b{mark(FIRST)}</p>")],
    )
    assert [reference.get_text() for reference in page.select(".footnote-ref")] == ["1"]
    assert "<footnote" not in str(page)
    assert THIRD[:6] not in page.get_text()


def test_footnotes_in_every_kind_of_text(home, client):
    item = f"<p>Item{mark(FIRST)}</p>"
    page = drawn(
        client,
        footnotes={FIRST: "<p>One</p>"},
        body=[
            ("list", {"style": "numbered", "items": [item]}),
            ("callout", {"kind": "note", "text": item}),
            ("faq", {"items": [{"question": "Q?", "answer": item}]}),
        ],
    )
    assert len(page.select(".footnote-ref a")) == len(page.select("#note-1 a.footnotes__back")) == 3


def test_equal_sources_share_a_footnote(home, client):
    def cite(source: str, url: str = ""):
        return ("citation", {"statement": "<p>So it is.</p>", "source": source, "url": url})

    page = drawn(
        client,
        footnotes={FIRST: "<p>Written by hand</p>"},
        body=[
            cite("18 U.S.C. § 3161", "https://example.org/"),
            ("text", f"<p>A{mark(FIRST)}</p>"),
            cite("18 U.S.C. § 3161", "https://example.org/"),
            cite("18 U.S.C. § 3161"),
        ],
    )
    assert [reference.get_text() for reference in page.select(".footnote-ref")] == ["1", "2", "1", "3"]
    assert notes(page) == ["18 U.S.C. § 3161", "Written by hand", "18 U.S.C. § 3161"]
    assert page.select_one("#note-1 > a[href='https://example.org/']")


# --- Related posts ----------------------------------------------------------------------------------


def related(client, post) -> list[str]:
    page = BeautifulSoup(client.get(post.get_url()).content, "html.parser")
    return [title.get_text() for title in page.select(".related .post-row__title")]


def test_shared_tags_count_most_then_the_category_then_the_date(home, client):
    here, elsewhere = factories.CategoryFactory(slug="here"), factories.CategoryFactory(slug="elsewhere")
    make = factories.BlogPostPageFactory
    new, old = datetime.date(2024, 2, 1), datetime.date(2020, 2, 1)
    make(title="Nothing shared", category=elsewhere, tags=["x"], date=new)
    make(title="Category, old", category=here, date=old)
    make(title="Category, new", category=here, date=new)
    make(title="One tag", category=elsewhere, tags=["a", "x"], date=new)
    make(title="One tag and category", category=here, tags=["b"], date=old)
    make(title="Two tags", category=elsewhere, tags=["a", "b"], date=old)
    post = make(title="The post", category=here, tags=["a", "b", "c"], date=new)
    assert related(client, post) == ["Two tags", "One tag and category", "One tag"]
    ranked = BlogPostPage.objects.related_to(post, list(post.tags.all()), 10)
    assert [page.title for page in ranked][3:] == ["Category, new", "Category, old"]


def test_a_post_without_tags_has_related_ones_by_category(home, client):
    factories.BlogPostPageFactory(title="Same category")
    factories.BlogPostPageFactory(title="Another", category=factories.CategoryFactory(slug="other"))
    assert related(client, factories.BlogPostPageFactory()) == ["Same category"]


# --- What is fetched with a post --------------------------------------------------------------------


@pytest.mark.parametrize("many", [0, 1, 3])
def test_what_is_fetched_with_a_post_is_what_belongs_to_it(home, many):
    keys = [FIRST, SECOND, THIRD][:many]
    post = factories.BlogPostPageFactory(
        tags=["zebra", "Bail, “set”", "arrest"][:many],
        footnotes={key: f"<p>Source {key}, §\u00a01</p>" for key in keys},
        body=[("text", "<p>" + "".join(mark(key) for key in keys) + "</p>")],
    )
    plain = BlogPostPage.objects.get(pk=post.pk)
    assert connection.features.supports_json_field  # asks the database when it is looked at first
    with CaptureQueriesContext(connection) as queries:
        fetched = BlogPostPage.objects.for_display().get(pk=post.pk)
        seen = [(tag.pk, tag.name, tag.slug) for tag in fetched.tags_by_name], fetched.footnote_texts()
    assert len(queries) == 1, [query["sql"] for query in queries]
    assert seen == ([(tag.pk, tag.name, tag.slug) for tag in plain.tags_by_name], plain.footnote_texts())
    assert [len(part) for part in seen] == [many, many]


def test_what_is_edited_is_drawn_with_its_own_tags(home):
    post = factories.BlogPostPageFactory(tags=["arrest"])
    fetched = BlogPostPage.objects.for_display().get(pk=post.pk)
    fetched.tags.add("bail")
    draft = fetched.save_revision().as_object()
    assert [tag.name for tag in draft.tags_by_name] == ["arrest", "bail"]
