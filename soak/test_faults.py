"""What happens when a part of the stack is lost."""

import contextlib
import re
import threading
import time
import uuid
from urllib.parse import urlencode

import psycopg2

from soak.running import wait_until
from soak.senders import Visitor
from soak.test_pages import seen_within_a_second, title

FORM = "/free-consultation/"


def hammering(stack, paths, stopped: threading.Event, replies: list) -> list[threading.Thread]:
    """Ask again and again, in threads, until told to stop; note every status, and every failure."""

    def hammer(path: str) -> None:
        while not stopped.is_set():
            try:
                replies.append((path, stack.ask(path).status))
            except Exception as error:
                replies.append((path, repr(error)))

    threads = [threading.Thread(target=hammer, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    return threads


def send_form(stack) -> int:
    """Fill in the form as a visitor does; return the status of the answer."""
    page = stack.ask(FORM, Accept_Encoding=None)
    assert page.status == 200
    hidden = re.findall(r'<input type="hidden" name="([^"]+)"[^>]*?value="([^"]*)"', page.text)
    given = {
        "full_name": "Jo Doe",
        "phone": "(212) 555-0142",
        "relationship": "self",
        "preferred_contact": "phone",
        "message": "Please call.",
        "acknowledge": "on",
    }
    cookies = "; ".join(cookie.split(";")[0] for cookie in page.cookies)
    reply = stack.ask(
        FORM,
        method="POST",
        body=urlencode(dict(hidden) | given).encode(),
        Cookie=cookies,
        Content_Type="application/x-www-form-urlencoded",
        Origin=f"https://{stack.host}",
    )
    return reply.status


def test_a_server_that_is_killed_under_load_costs_nobody_an_answer(stack):
    replies, stopped = [], threading.Event()
    threads = hammering(stack, ["/", "/search/?q=post", FORM, "/blog/", "/search/?q=page"], stopped, replies)
    for name in ("server-1", "server-2"):
        time.sleep(1)
        number = stack.pid(name)
        stack.kill(name)
        wait_until(lambda name=name, number=number: stack.pid(name) != number, 15)  # it comes back by itself
        wait_until(lambda name=name: stack._is_ready(name), 60)
    stopped.set()
    for thread in threads:
        thread.join()
    assert [reply for reply in replies if reply[1] != 200] == []
    assert len(replies) > 20


def test_a_form_is_taken_once_while_a_server_is_away(stack):
    before = stack.tell("requests")
    with stack.without("server-1"):
        assert [send_form(stack) for _ in range(4)] == [303] * 4
    assert stack.tell("requests") == before + 4


def test_kept_pages_are_served_while_postgresql_restarts(stack):
    stack.tell("publish", slug="about", title="Before the restart")
    seen_within_a_second(stack, lambda at: title(stack.ask("/about/", at)) == "Before the restart")
    with stack.without("postgresql"):
        for _ in range(20):
            assert title(stack.ask("/about/")) == "Before the restart"
            time.sleep(0.1)
        assert stack.ask("/search/?q=post").status >= 500
    wait_until(lambda: stack.ask("/search/?q=post").status == 200, 20)
    stack.tell("publish", slug="about", title="After the restart")
    wait_until(lambda: title(stack.ask("/about/")) == "After the restart", 2)


def test_a_locked_table_of_postgresql_is_waited_for_a_while_and_then_told(stack):
    """As a migration may lock it, and anybody who looks at it with a tool."""
    visitor, token = Visitor(stack.known["plain"], f"https://{stack.host}"), str(uuid.uuid4())
    visitor.open()
    before, typed = stack.tell("requests"), {"message": "They took my brother."}
    address = f"postgres://firm@127.0.0.1:{stack.known['database']}/postgres"
    with contextlib.closing(psycopg2.connect(address)) as other:
        other.cursor().execute("LOCK TABLE consultations_consultationrequest IN ACCESS EXCLUSIVE MODE")
        begun = time.monotonic()
        reply = visitor.send(token, **typed)
        assert (reply.status, typed["message"] in reply.text, 'href="tel:' in reply.text) == (503, True, True)
        assert 5 < time.monotonic() - begun < 18
        assert stack.ask("/search/?q=post").status == stack.ask("/readyz", "server-1").status == 200
    assert visitor.send(token, **typed).status == 303
    assert stack.tell("requests") == before + 1
