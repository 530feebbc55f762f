"""What happens when a part of the stack fails."""

import contextlib
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import psycopg2

from soak.running import busy, wait_until
from soak.senders import FORM, Visitor
from soak.test_pages import seen_within_a_second, title


def visitor_of(stack) -> Visitor:
    one = Visitor(stack.known["plain"], f"https://{stack.host}")
    one.open()
    return one


def test_a_server_that_is_killed_under_load_costs_nobody_an_answer(stack):
    replies = []

    def look(path: str) -> None:
        replies.append((path, stack.ask(path).status))

    with busy(*(lambda path=path: look(path) for path in ("/", "/search/?q=post", FORM, "/blog/", "/search/?q=page"))):
        for name in ("server-1", "server-2"):
            time.sleep(1)
            number = stack.pid(name)
            stack.kill(name)
            wait_until(lambda name=name, number=number: stack.pid(name) != number, 15)  # it comes back by itself
            wait_until(lambda name=name: stack.is_ready(name), 60)
    assert [reply for reply in replies if reply[1] != 200] == []
    assert len(replies) > 20


def test_a_form_is_taken_once_while_a_server_is_away(stack):
    before, visitor = stack.tell("requests"), visitor_of(stack)
    with stack.without("server-1"):
        assert [visitor.send(str(uuid.uuid4()), message="Please call.").status for _ in range(4)] == [303] * 4
    assert stack.tell("requests") == before + 4


def test_cached_pages_are_served_while_postgresql_restarts(stack):
    stack.tell("publish", slug="about", title="Before the restart")
    seen_within_a_second(stack, lambda at: title(stack.ask("/about/", at)) == "Before the restart")
    with ThreadPoolExecutor(16) as visitors:  # so many that each process of both servers is asked
        list(visitors.map(lambda at: stack.ask("/about/", at), ("server-1", "server-2") * 100))
    with stack.without("postgresql"):
        for _ in range(20):
            assert title(stack.ask("/about/")) == "Before the restart"
            time.sleep(0.1)
        assert stack.ask("/search/?q=post").status >= 500
    wait_until(lambda: stack.ask("/search/?q=post").status == 200, 20)
    stack.tell("publish", slug="about", title="After the restart")
    wait_until(lambda: title(stack.ask("/about/")) == "After the restart", 2)


def test_a_locked_table_of_postgresql_is_waited_for_a_while_and_then_told(stack):
    """A table may be locked by a migration, or by anybody with a database tool."""
    visitor, token = visitor_of(stack), str(uuid.uuid4())
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
