"""Whatever is killed while forms are sent: each acknowledged form is in the database once, and its mail is sent."""

import contextlib
import os
import re
import signal
from collections import Counter
from pathlib import Path

from soak.running import children
from soak.senders import Sent, crowd

#: Acknowledged forms at least, and how often each of web server, worker and database is killed meanwhile.
FORMS, KILLS = 1000, 20


def assert_nothing_lost(sent: list[Sent], taken: list[list]) -> None:
    """Each acknowledged form is one request, under the reference that was named; sent again, it changed nothing."""
    known = {token: (reference, received, corrected) for token, reference, received, corrected, _ in taken}
    assert len(known) == len(taken)
    assert {one.token: (one.reference, 1, 0) for one in sent} == {one.token: known.get(one.token) for one in sent}
    mail = {token: kinds for token, _, _, _, kinds in taken}
    for one in sent:
        assert Counter(mail[one.token]) == Counter(["staff_new", *(["person_receipt"] if one.has_email else [])])


def assert_all_done(left: dict, folder: Path, deaths: int) -> None:
    """Nothing waits; each message has left, at most one of them a second time for each worker that was killed."""
    assert (left["unsent"], left["unchecked"]) == ([], 0)
    text = "".join(path.read_text(errors="replace") for path in folder.iterdir())
    left_the_house = Counter(re.findall(r"^Message-ID: (<.+>)\r?$", text, re.MULTILINE))
    assert set(left["ids"]) <= set(left_the_house)
    assert sum(left_the_house[one] - 1 for one in left["ids"]) <= deaths


def test_none_of_a_thousand_is_lost_whatever_is_killed(stack):
    before = {token for token, *_ in stack.tell("taken")}

    def kill(name: str) -> None:
        stack.bring_back()
        stack.kill(name)

    def kill_connections() -> None:
        """What PostgreSQL answers to with a restart of its own."""
        stack.bring_back()
        killed = 0
        for pid in children(stack.pid("postgresql")):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # some leave by themselves
                if b"postgres: firm " in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
        assert killed

    names = ["server-1", "worker", "postgresql", "server-2", "worker", "postgresql"] * (KILLS // 2)
    kills = [*(lambda name=name: kill(name) for name in names), kill_connections, kill_connections]
    sent = crowd(stack.known["plain"], f"https://{stack.host}", FORMS, kills)
    stack.bring_back()
    assert len(sent) >= FORMS
    assert max(one.tries for one in sent) > 1  # something was broken off
    taken = [row for row in stack.tell("taken") if row[0] not in before]
    assert len(taken) == len(sent)
    assert_nothing_lost(sent, taken)
    with stack.without("worker"):
        assert_all_done(stack.tell("finish"), stack.folder / "data" / "mail", deaths=KILLS + 2)


def test_none_is_lost_with_sqlite_whatever_is_killed(embedded):
    before = {token for token, *_ in embedded.tell("taken")}
    each = [embedded.kill_a_server_process, embedded.kill_worker, embedded.kill_everything_and_start_again]
    sent = crowd(embedded.port, embedded.site, FORMS, each * KILLS)
    assert len(sent) >= FORMS
    assert max(one.tries for one in sent) > 1
    taken = [row for row in embedded.tell("taken") if row[0] not in before]
    assert len(taken) == len(sent)
    assert_nothing_lost(sent, taken)
    with embedded.stopped():
        assert_all_done(embedded.tell("finish"), embedded.folder / "mail", deaths=2 * KILLS + 1)
