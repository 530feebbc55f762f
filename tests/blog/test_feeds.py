import datetime
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as ET

import pytest
from django.utils.dateparse import parse_datetime

from tests import factories

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"


def feed(client, address: str, kind: str):
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == f"application/{kind}+xml; charset=utf-8"
    return ET.fromstring(response.content)


@pytest.fixture
def posts(home):
    ada = factories.AttorneyPageFactory(title="Ada Sample")
    return [
        factories.BlogPostPageFactory(
            title=f"Post {number} & <more>",
            slug=f"post-{number}",
            date=datetime.date(2024, 1, 1) + datetime.timedelta(days=number),
            authors=[ada, factories.StaffAuthorFactory(name="Desk")],
        )
        for number in range(22)
    ]


def test_rss(posts, client):
    root = feed(client, "/blog/feed/", "rss")
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    channel = root.find("channel")
    assert channel.findtext("title") == "Blog | Sample Law"
    assert channel.findtext("link") == "http://testserver/blog/"
    assert channel.findtext("description")
    assert channel.find(f"{ATOM}link").get("href") == "http://testserver/blog/feed/"
    items = channel.findall("item")
    assert [item.findtext("title") for item in items] == [f"Post {number} & <more>" for number in range(21, 1, -1)]
    for item in items:
        assert item.findtext("link").startswith("http://testserver/blog/post-")
        assert item.findtext("guid") == item.findtext("link")
        assert item.findtext("description") == "What the post says."
        assert parsedate_to_datetime(item.findtext("pubDate")).tzinfo is not None
        assert item.findtext("category") == "Sentencing"
        assert item.findtext(f"{DC}creator") == "Ada Sample, Desk"
    assert parsedate_to_datetime(items[0].findtext("pubDate")).date() == datetime.date(2024, 1, 22)


def test_atom(posts, client):
    root = feed(client, "/blog/feed/atom/", "atom")
    assert root.tag == f"{ATOM}feed"
    for required in ("id", "title", "updated"):
        assert root.findtext(f"{ATOM}{required}")
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "Sample Law"
    assert {link.get("href") for link in root.findall(f"{ATOM}link")} == {
        "http://testserver/blog/",
        "http://testserver/blog/feed/atom/",
    }
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == 20
    for entry in entries:
        assert entry.findtext(f"{ATOM}id").startswith("http://testserver/blog/post-")
        assert entry.find(f"{ATOM}link").get("href") == entry.findtext(f"{ATOM}id")
        assert entry.findtext(f"{ATOM}title").startswith("Post ")
        assert entry.findtext(f"{ATOM}summary") == "What the post says."
        assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Ada Sample, Desk"
        for moment in ("published", "updated"):
            assert parse_datetime(entry.findtext(f"{ATOM}{moment}")).tzinfo is not None


@pytest.mark.parametrize(("address", "kind"), [("/blog/feed/", "rss"), ("/blog/feed/atom/", "atom")])
def test_an_empty_feed_is_valid(home, client, address, kind):
    factories.BlogIndexPageFactory()
    root = feed(client, address, kind)
    assert not root.findall(".//item") + root.findall(f".//{ATOM}entry")


@pytest.mark.parametrize("address", ["/blog/feed/", "/blog/feed/atom/"])
def test_control_characters_in_a_title_do_not_break_the_feed(home, client, address):
    post = factories.BlogPostPageFactory()
    type(post).objects.filter(pk=post.pk).update(title="Bell\x07 and form\x0cfeed", summary="\x01")
    response = client.get(address)
    assert response.status_code == 200
    assert "Bell and form" in "".join(ET.fromstring(response.content).itertext())
