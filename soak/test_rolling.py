"""A release: each web server in turn is stopped and started again, under constant load."""

import itertools
from collections import Counter

from soak.running import busy, wait_until
from soak.senders import Visitor, send_until_acknowledged

#: A page that nginx has in its cache, and pages that a server makes each time: those of a reader, and the form's.
PAGES = ("/blog/", "/search/?q=post", "/?fresh=1", "/free-consultation/")
SENDERS, ROUNDS = 3, 2


def test_a_release_costs_no_visitor_an_answer_and_no_sender_a_second_try(stack):
    before = {token for token, *_ in stack.tell("taken")}
    visitor, numbers, sent, seen = Visitor(stack.known["plain"], f"https://{stack.host}"), itertools.count(), [], []
    visitor.open()

    def send() -> None:
        sent.append(send_until_acknowledged(visitor, next(numbers), 60))

    def look(path: str) -> None:
        try:
            reply = stack.ask(path)
            seen.append((path, reply.status, "</html>" in reply.text))
        except Exception as error:
            seen.append((path, repr(error), False))

    def wait_for_more() -> None:
        forms, pages = len(sent) + 10, len(seen) + 40
        wait_until(lambda: len(sent) >= forms and len(seen) >= pages, 60)

    with busy(*[send] * SENDERS, *(lambda path=path: look(path) for path in PAGES)):
        wait_for_more()
        for name in ("server-1", "server-2") * ROUNDS:
            stack.restart(name)  # the next one at once, when nginx may still leave out the last
        wait_for_more()
    assert Counter(one for one in seen if one[1:] != (200, True)) == Counter()
    assert {path for path, *_ in seen} == set(PAGES)
    assert [one for one in sent if one.tries > 1] == []
    taken = {row[0]: row[1:4] for row in stack.tell("taken") if row[0] not in before}
    assert taken == {one.token: [one.reference, 1, 0] for one in sent}
