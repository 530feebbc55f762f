"""What browsers receive: every address that a visitor can reach by links, and the error pages."""

import re
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.template.loader import render_to_string
from django.test import Client

HOST = "testserver"
START = ("/", "/search/", "/search/?q=bail", "/search/?q=xyzzy", "/nothing-here/", "/sitemap.xml", "/blog/feed/")
#: Attributes from which a browser fetches something by itself.
FETCHED = {
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "script": ("src",),
    "iframe": ("src",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "use": ("href", "xlink:href"),
    "image": ("href", "xlink:href"),
    "input": ("src",),
    "track": ("src",),
}
FETCHED_LINKS = {"stylesheet", "preload", "icon", "apple-touch-icon", "modulepreload", "prefetch", "manifest"}


def links_of(drawn: BeautifulSoup, base: str):
    """Yield the addresses of this site to which a page links."""
    for tag in drawn.find_all("a", href=True):
        url = urldefrag(urljoin(f"http://{HOST}{base}", tag["href"])).url
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.netloc == HOST:
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def fetched_by(drawn: BeautifulSoup):
    """Yield the addresses that a browser fetches while it shows the page."""
    for name, attributes in FETCHED.items():
        for tag in drawn.find_all(name):
            for attribute in attributes:
                value = tag.get(attribute, "")
                yield from (
                    (candidate.split()[0] for candidate in value.split(",") if candidate.strip())
                    if attribute == "srcset"
                    else [value] * bool(value)
                )
    for tag in drawn.find_all("link", href=True):
        if set(tag.get("rel", [])) & FETCHED_LINKS:
            yield tag["href"]


@pytest.fixture(scope="module")
def crawled(demo_site, django_db_blocker) -> dict[str, tuple[int, str, str]]:
    """Status, type and text of every public address, by address."""
    client, found, todo = Client(), {}, list(START)
    with django_db_blocker.unblock():
        while todo:
            path = todo.pop()
            if path in found or path.startswith(("/admin/", "/media/", "/static/", "/documents/")):
                continue
            response = client.get(path)
            kind = response.headers.get("Content-Type", "").split(";")[0]
            found[path] = (response.status_code, kind, response.content.decode("utf-8", "replace"))
            if kind == "text/html":
                todo += links_of(BeautifulSoup(response.content, "html.parser"), path.split("?")[0])
    return found


@pytest.fixture(scope="module")
def pages(crawled) -> dict[str, BeautifulSoup]:
    """The HTML documents of the site, the error pages without database among them."""
    drawn = {
        path: BeautifulSoup(text, "html.parser") for path, (_, kind, text) in crawled.items() if kind == "text/html"
    }
    known = {"firm_name": "Sample", "phone": "+12125550100", "phone_label": "212-555-0100", "entries": []}
    for name in ("400.html", "403.html", "500.html"):
        drawn[name] = BeautifulSoup(render_to_string(name, known), "html.parser")
    return drawn


def test_the_crawl_reaches_the_whole_site(crawled):
    assert len(crawled) > 60
    for part in ("practice-areas", "attorneys", "testimonials", "blog", "blog/category", "blog/tag", "blog/archive"):
        assert [path for path in crawled if path.startswith(f"/{part}/") and path != f"/{part}/"], part


def test_no_link_is_dead(crawled):
    assert {path: status for path, (status, _, _) in crawled.items() if status >= 400} == {"/nothing-here/": 404}


def test_no_script_stands_in_a_page(pages):
    """JSON-LD is data: a browser does not run it."""
    inline = {
        path: str(tag)[:80]
        for path, drawn in pages.items()
        for tag in drawn.find_all("script")
        if not tag.get("src") and tag.get("type") != "application/ld+json"
    }
    assert inline == {}


def test_no_style_stands_in_a_page(pages):
    inline = {
        path: str(tag)[:80]
        for path, drawn in pages.items()
        for tag in drawn.find_all(True)
        if tag.name == "style" or tag.has_attr("style")
    }
    assert inline == {}


def test_no_attribute_runs_a_script(pages):
    handlers = {
        path: (tag.name, attribute)
        for path, drawn in pages.items()
        for tag in drawn.find_all(True)
        for attribute in tag.attrs
        if attribute.lower().startswith("on")
    }
    assert handlers == {}


def test_no_link_runs_a_script(pages):
    schemes = {
        urlsplit(tag[attribute].strip()).scheme
        for drawn in pages.values()
        for attribute in ("href", "action", "formaction")
        for tag in drawn.find_all(attrs={attribute: True})
    }
    assert "tel" in schemes
    assert schemes <= {"", "http", "https", "mailto", "tel"}


def test_nothing_is_fetched_from_another_host(pages):
    every = [(path, url) for path, drawn in pages.items() for url in fetched_by(drawn)]
    assert len(every) > 500
    assert [(path, url) for path, url in every if urlsplit(url).netloc or urlsplit(url).scheme] == []


def test_nothing_is_fetched_ahead_from_another_host(pages):
    hints = {"preconnect", "dns-prefetch", "prerender"}
    assert not [path for path, drawn in pages.items() if drawn.find("link", rel=lambda rel: rel in hints)]


def test_no_page_is_framed_in(pages):
    assert not [path for path, drawn in pages.items() if drawn.find(["iframe", "frame", "object", "embed"])]


def test_forms_are_sent_to_this_site_alone(pages):
    actions = {form.get("action", "") for drawn in pages.values() for form in drawn.find_all("form")}
    assert "/search/" in actions
    assert [action for action in actions if urlsplit(action).netloc] == []


def test_every_form_that_changes_something_is_protected(pages):
    forms = [form for drawn in pages.values() for form in drawn.find_all("form", method=re.compile("post", re.I))]
    assert forms
    assert [str(form)[:80] for form in forms if not form.find("input", attrs={"name": "csrfmiddlewaretoken"})] == []


def test_links_to_another_window_do_not_give_it_control(pages):
    assert not [
        tag["href"]
        for drawn in pages.values()
        for tag in drawn.find_all("a", target="_blank")
        if "noopener" not in tag.get("rel", [])
    ]


def test_no_id_stands_twice_in_a_page(pages):
    repeated = {}
    for path, drawn in pages.items():
        ids = [tag["id"] for tag in drawn.find_all(id=True)]
        if len(ids) != len(set(ids)):
            repeated[path] = sorted({name for name in ids if ids.count(name) > 1})
    assert repeated == {}


@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/pages/", "/admin/consultations/", "/admin/settings/firm/firmsettings/"]
)
def test_the_staffs_side_asks_for_a_login(home, client, path):
    response = client.get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_nothing_of_the_code_is_shown_by_an_error(home, client):
    text = client.get("/nothing-here/").content.decode()
    assert "Traceback" not in text
    assert "urlpatterns" not in text
