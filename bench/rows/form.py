"""The consultation form at a steady rate through the stack, while home is requested as fast as possible."""

import contextlib
import subprocess
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

import psycopg2

from bench import wrk
from bench.measuring import Options, percentile, rounded, say
from bench.stack import Stack, stack
from bench.table import CannotMeasure, Figure
from soak.senders import Visitor

TITLE = "submission of the form through `make stack`"
MOST_MILLISECONDS = 150
#: Seconds that the load begins before the first form, and goes on after the last.
MARGIN = 2
#: Forms that may be on their way at once.
HANDS = 64


def measure(options: Options) -> Iterator[Figure]:
    """Yield a line for the time that visitors wait, and one for what the database holds afterwards."""
    with stack(options) as site:
        visitor = Visitor(site.plain, site.address)
        visitor.open()
        _send(visitor, 10, 10)  # so that each process has taken one
        count, before = round(options.rate * options.submitting), _tokens(site)
        say(f"form: {options.rate:g} forms a second for {options.submitting:g} s, while home is read")
        length = options.submitting + 2 * MARGIN + 1
        command = wrk.command(f"{site.address}/", connections=options.connections, seconds=length)
        reading = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        time.sleep(MARGIN)
        seconds, statuses = _send(visitor, count, options.rate)
        read = wrk.read(reading.communicate()[0])
        stored = _tokens(site) - before
    yield from _lines(seconds, statuses, stored, read.rate, options)


def _send(visitor: Visitor, count: int, rate: float) -> tuple[dict[str, float], Counter]:
    """Send forms at ``rate`` a second, each on schedule, whether earlier ones are done or not.

    Returns the seconds that each acknowledged one took, by its token, and how often each status came; 0 is no answer.
    """
    start, seconds, statuses = time.perf_counter() + 0.1, {}, Counter()

    def take_turn(place: int) -> None:
        time.sleep(max(0.0, start + place / rate - time.perf_counter()))
        token, began, status = str(uuid.uuid4()), time.perf_counter(), 0
        with contextlib.suppress(OSError, HTTPException):
            address = f"198.18.{place // 250}.{place % 250}"
            status = visitor.send(token, address=address, message=f"Please call about matter {place}.").status
        statuses[status] += 1
        if status == 303:
            seconds[token] = time.perf_counter() - began

    with ThreadPoolExecutor(HANDS) as hands:
        list(hands.map(take_turn, range(count)))
    return seconds, statuses


def _tokens(site: Stack) -> set[str]:
    with contextlib.closing(psycopg2.connect(site.database)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT CAST(form_token AS text) FROM consultations_consultationrequest")
        return {token for (token,) in cursor}


def _lines(
    seconds: dict[str, float], statuses: Counter, stored: set[str], pages: float, options: Options
) -> Iterator[Figure]:
    if not seconds:
        raise CannotMeasure(f"no form was taken: {dict(statuses)}")
    waits = [1000 * one for one in seconds.values()]
    p50, p99 = percentile(waits, 0.5), percentile(waits, 0.99)
    yield Figure(
        "form",
        f"{TITLE}: what visitors wait at {options.rate:g} a second",
        f"p99 < {MOST_MILLISECONDS} ms",
        f"p50 {rounded(p50)}, p99 {rounded(p99)} ms",
        p99 < MOST_MILLISECONDS,
        f"{sum(statuses.values())} forms in {options.submitting:g} s, home read {pages:,.0f} times a second meanwhile",
    )
    lost = set(seconds) - stored
    others = "".join(
        f", {times} answered {status or 'not at all'}" for status, times in statuses.items() if status != 303
    )
    yield Figure(
        "form",
        f"{TITLE}: acknowledged and found in the database",
        "all",
        f"{len(seconds) - len(lost)} of {sum(statuses.values())}",
        not lost and not others,
        f"{len(seconds)} acknowledged, of these {len(lost)} not found{others}",
    )
