"""Pages that nginx serves by itself: right at once, the same as the application's, and of nobody in particular."""

import os
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.stack.running import wait_until

#: What is said of one answer alone; the application numbers its own.
OF_ONE_ANSWER = {"date", "server", "connection", "x-request-id"}
EVERYWHERE = ("plain", "server-1", "server-2")
#: So long after a change an answer may still be the one from before it, in seconds.
AT_ONCE = 1.0


def title(reply) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", reply.text, re.S)
    return " ".join(found[1].split()) if found else ""


def serve_from_file(stack, path: str) -> None:
    """Have a page made and wait until nginx finds it."""

    def is_found() -> bool:
        stack.ask(path)
        return stack.is_served_from_file(path)

    wait_until(is_found, 15)


def seen_within_a_second(stack, check) -> None:
    """Ask everywhere until the change is seen; what is asked for later than a second after it must show it."""
    deadline = time.monotonic() + AT_ONCE
    for at in EVERYWHERE:
        asked = time.monotonic()
        while not check(at):
            assert asked < deadline, f"{at} is out of date"
            time.sleep(0.02)
            asked = time.monotonic()


@pytest.fixture
def page(stack):
    stack.tell("make", slug="about")
    stack.tell("publish", slug="about", title="First")
    seen_within_a_second(stack, lambda at: title(stack.ask("/about/", at)) == "First")
    serve_from_file(stack, "/about/")
    return "/about/"


# --- Never stale ----------------------------------------------------------------------------------


def test_a_publication_is_seen_everywhere_within_a_second(stack, page):
    for number in range(5):
        stack.tell("publish", slug="about", title=f"Second {number}")
        seen_within_a_second(stack, lambda at, number=number: title(stack.ask(page, at)) == f"Second {number}")
        serve_from_file(stack, page)


def test_publishing_on_one_server_is_read_on_the_other(stack, page):
    number = stack.tell("draft", slug="about", title="Published by hand")
    assert title(stack.ask(page)) == "First"
    cookies = stack.log_in()
    where = f"/admin/bulk/wagtailcore/page/publish/?id={number}&next=/admin/"
    shown = stack.ask(where, "server-1", Cookie=cookies, Accept_Encoding=None)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown.text)[1]
    cookies += "; " + "; ".join(cookie.split(";")[0] for cookie in shown.cookies)
    sent = {"Cookie": cookies, "Content_Type": "application/x-www-form-urlencoded", "Origin": f"https://{stack.host}"}
    body = f"csrfmiddlewaretoken={token}".encode()
    assert stack.ask(where, "server-1", "POST", body, **sent).status == 302
    seen_within_a_second(stack, lambda at: title(stack.ask(page, at)) == "Published by hand")


def test_what_is_unpublished_is_gone_within_a_second(stack, page):
    stack.tell("unpublish", slug="about")
    seen_within_a_second(stack, lambda at: stack.ask(page, at).status == 404)


def test_a_setting_is_seen_everywhere_within_a_second(stack, page):
    name = f"Other & Partners {time.time_ns()}"
    stack.tell("rename_firm", name=name)
    seen_within_a_second(stack, lambda at: name.replace("&", "&amp;") in stack.ask(page, at).text)


def test_what_the_clock_publishes_and_takes_away_is_seen_within_a_second(stack, page):
    stack.tell("schedule", slug="about", title="By the clock")
    assert title(stack.ask(page)) == "First"
    stack.tell("tick")
    seen_within_a_second(stack, lambda at: title(stack.ask(page, at)) == "By the clock")
    serve_from_file(stack, page)
    stack.tell("expire", slug="about")
    stack.tell("tick")
    seen_within_a_second(stack, lambda at: stack.ask(page, at).status == 404)


def test_without_its_keeper_nginx_asks_the_application(stack, page):
    with stack.paused("keeper"):
        stack.tell("publish", slug="about", title="While nobody kept")
        seen_within_a_second(stack, lambda at: title(stack.ask(page, at)) == "While nobody kept")
        time.sleep(1)
        assert not stack.is_served_from_file(page)
    serve_from_file(stack, page)


def test_a_keeper_that_is_killed_leaves_nothing_stale(stack, page):
    with stack.without("keeper"):
        stack.tell("publish", slug="about", title="After its end")
        seen_within_a_second(stack, lambda at: title(stack.ask(page, at)) == "After its end")
    serve_from_file(stack, page)
    assert title(stack.ask(page)) == "After its end"


def made(stack, path: str) -> int:
    """Return how often the servers have made a page so far."""
    logs = ((stack.folder / "logs" / f"{name}.log").read_text() for name in ("server-1", "server-2"))
    return sum(log.count(f'Made {path}"') for log in logs)


def test_a_purge_under_load_makes_each_page_once(stack, page):
    stack.tell("publish", slug="about", title="Many ask")
    time.sleep(AT_ONCE)  # until every process knows of the state
    before = made(stack, page)
    with ThreadPoolExecutor(24) as pool:
        titles = list(pool.map(lambda number: title(stack.ask(page, EVERYWHERE[number % 3])), range(240)))
    assert titles == ["Many ask"] * 240
    assert made(stack, page) == before + 1


# --- The same answer whoever gives it -------------------------------------------------------------


@pytest.mark.parametrize("path", ["/about/", "/blog/?page=2", "/about/?utm_source=news&gclid=1"])
@pytest.mark.parametrize("encoding", ["br", "gzip", "gzip, deflate, br, zstd"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_headers_and_body_are_the_application_s(stack, page, path, encoding, method):
    serve_from_file(stack, path)
    ours, theirs = (stack.ask(path, at, method, Accept_Encoding=encoding) for at in ("plain", "server-1"))
    assert {name: value for name, value in ours.headers.items() if name not in OF_ONE_ANSWER} == {
        name: value for name, value in theirs.headers.items() if name not in OF_ONE_ANSWER
    }
    assert (ours.status, ours.body) == (theirs.status, theirs.body)
    assert "content-security-policy" in ours.headers
    assert "strict-transport-security" in ours.headers
    assert ours.headers["server"] == "nginx"


def test_a_browser_that_has_the_page_is_told_so_by_everybody(stack, page):
    tag = stack.ask(page, "server-1").headers["etag"]
    serve_from_file(stack, page)
    replies = [stack.ask(page, at, If_None_Match=tag) for at in EVERYWHERE]
    assert [(reply.status, reply.body) for reply in replies] == [(304, b"")] * 3
    headers = [{name: value for name, value in reply.headers.items() if name not in OF_ONE_ANSWER} for reply in replies]
    assert headers[0] == headers[1] == headers[2]
    assert stack.ask(page, If_None_Match='"other"').status == 200
    assert stack.ask(page, If_Modified_Since="Fri, 31 Dec 2038 23:59:59 GMT").status == 200


def test_a_part_of_a_page_is_the_whole_of_it(stack, page):
    reply = stack.ask(page, Range="bytes=0-9")
    assert reply.status == 200
    assert title(reply) == "First"


@pytest.mark.parametrize("path", ["/static/css/site.css", "/static/img/favicon.ico"])
def test_static_files_are_the_application_s(stack, path):
    ours, theirs = (stack.ask(path, at, Accept_Encoding="gzip") for at in ("plain", "server-1"))
    assert ours.status == theirs.status == 200
    assert ours.body == theirs.body
    for name in ("content-type", "cache-control", "content-encoding", "x-content-type-options"):
        assert ours.headers.get(name) == theirs.headers.get(name), name


# --- Nobody's own ---------------------------------------------------------------------------------


def test_who_has_a_session_is_answered_by_the_application(stack, page):
    assert stack.is_served_from_file(page)
    for headers in ({"Cookie": "sessionid=x"}, {"Cookie": "a=b; messages=x"}, {"Authorization": "Basic x"}):
        assert not stack.is_served_from_file(page, **headers)


def test_nothing_private_becomes_a_file(stack, page):
    cookies = stack.log_in()
    for path in ("/private/", "/free-consultation/", "/free-consultation/thank-you/", "/search/?q=a", "/admin/"):
        for at in EVERYWHERE:
            stack.ask(path, at)
            stack.ask(path, at, Cookie=cookies)
    assert stack.ask("/private/", Cookie=cookies).status == 200
    assert stack.ask("/private/").status == 302
    bad = ("private", "consultation", "search", "admin")
    assert [name for name in stack.files() if any(word in name for word in bad)] == []


TRICKS = [
    "/../about/", "/%2e%2e/about/", "/about/../about/", "//about/", "/about//", "/./about/", "/%61bout/", "/about/%00/",
    "/about/..%2f..%2f", "/" + "a" * 300 + "/", "/a" * 300 + "/", "/about/index.html", "/about/index.html.br",
    "/../../keeper.lock", "/about/?page=2&page=3", "/about/?page=1000", "/about/?page=-1", "/about/?a=b", "/-refused/",
]  # fmt: skip


@pytest.mark.parametrize("path", TRICKS)
def test_an_odd_address_is_the_application_s_and_makes_no_file(stack, page, path):
    before = set(stack.files())
    assert not stack.is_served_from_file(path)
    reply = stack.ask(path)
    assert reply.status < 500
    assert {name for name in set(stack.files()) - before if not name.startswith("/about/index.html.")} == set()


@pytest.mark.parametrize("host", ["elsewhere.example", "..", "127.0.0.1:1", "127.0.0.1/../x", "LOCALHOST", "a" * 300])
def test_an_odd_host_has_no_files(stack, page, host):
    reply = stack.ask(page, Host=host)
    assert reply.status in {200, 301, 400, 404}
    folders = {path.name for path in (stack.folder / "pages" / "states").glob("*/*/*")}
    assert folders <= {stack.host, "127.0.0.1", "localhost"}


def test_the_rights_of_files_let_the_web_server_read_them(stack, page):
    found = next(iter((stack.folder / "pages" / "states").rglob("index.html.br")))
    assert os.stat(found).st_mode & 0o777 == 0o644
