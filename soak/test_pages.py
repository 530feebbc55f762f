"""Pages through nginx's cache: current within a second, the same as the application's, and never private."""

import re
import time

import pytest

#: What is said of one response alone; the application numbers its own.
OF_ONE_RESPONSE = {"date", "server", "connection", "x-request-id"}
EVERYWHERE = ("plain", "server-1", "server-2")
#: So long after a change a page may still be the one from before it, in seconds: one in nginx, 0.1 in the application.
AT_ONCE = 1.1


def title(reply) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", reply.text, re.S)
    return " ".join(found[1].split()) if found else ""


def seen_within_a_second(stack, check) -> None:
    """Request the page everywhere until the change is seen; what is requested over a second later must show it."""
    deadline = time.monotonic() + AT_ONCE
    for at in EVERYWHERE:
        asked = time.monotonic()
        while not check(at):
            assert asked < deadline, f"{at} is out of date"
            time.sleep(0.02)
            asked = time.monotonic()


def cached_keys(stack) -> list[str]:
    """Return the keys of what nginx has in its cache for pages."""
    found = (path.read_bytes() for path in (stack.folder / "nginx" / "cache" / "pages").rglob("*") if path.is_file())
    return [key[1].decode() for body in found if (key := re.search(rb"^KEY: (.*)$", body, re.M))]


@pytest.fixture
def page(stack):
    stack.tell("publish", slug="about", title="First")
    seen_within_a_second(stack, lambda at: title(stack.ask("/about/", at)) == "First")
    return "/about/"


def test_a_publication_is_seen_everywhere_within_a_second(stack, page):
    for number in range(5):
        stack.tell("publish", slug="about", title=f"Second {number}")
        seen_within_a_second(stack, lambda at, number=number: title(stack.ask(page, at)) == f"Second {number}")


def test_a_page_that_is_taken_away_is_gone_within_a_second(stack, page):
    stack.tell("unpublish", slug="about")
    seen_within_a_second(stack, lambda at: stack.ask(page, at).status == 404)


@pytest.mark.parametrize("path", ["/about/", "/blog/?page=2", "/about/?utm_source=news&gclid=1"])
@pytest.mark.parametrize("encoding", ["br", "gzip", "gzip, deflate, br, zstd", None])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_headers_and_body_are_the_application_s(stack, page, path, encoding, method):
    stack.ask(path, Accept_Encoding=encoding)
    ours, theirs = (stack.ask(path, at, method, Accept_Encoding=encoding) for at in ("plain", "server-1"))
    assert {name: value for name, value in ours.headers.items() if name not in OF_ONE_RESPONSE} == {
        name: value for name, value in theirs.headers.items() if name not in OF_ONE_RESPONSE
    }
    assert (ours.status, ours.body) == (theirs.status, theirs.body)


def test_a_browser_that_has_the_page_is_told_so_by_everybody(stack, page):
    tag = stack.ask(page, "server-1").headers["etag"]
    replies = [stack.ask(page, at, If_None_Match=tag) for at in EVERYWHERE]
    assert [(reply.status, reply.body) for reply in replies] == [(304, b"")] * 3


def test_nothing_of_anybody_s_own_is_cached(stack, page):
    cookies = stack.log_in()
    for path in ("/private/", "/free-consultation/", "/free-consultation/thank-you/", "/search/?q=a", "/admin/"):
        stack.ask(path)
        stack.ask(path, Cookie=cookies)
    assert stack.ask("/private/", Cookie=cookies).status == 200
    assert stack.ask("/private/").status == 302
    stack.ask("/?own=1", Cookie="__Host-sessionid=x")
    stack.ask(page)
    keys = cached_keys(stack)
    assert any("/about/" in key for key in keys)
    bad = ("private", "consultation", "search", "admin", "own=1")
    assert [key for key in keys if any(word in key for word in bad)] == []


@pytest.mark.parametrize("path", ["/static/css/site.css", "/static/img/favicon.ico"])
def test_static_files_are_the_application_s(stack, path):
    ours, theirs = (stack.ask(path, at, Accept_Encoding="gzip") for at in ("plain", "server-1"))
    assert ours.status == theirs.status == 200
    assert ours.body == theirs.body
    for name in ("content-type", "cache-control", "content-encoding", "x-content-type-options"):
        assert ours.headers.get(name) == theirs.headers.get(name), name
