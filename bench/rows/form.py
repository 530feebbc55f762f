"""The consultation form at a steady rate while pages are read as fast as they are answered, on both databases."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace

from bench import sides, wrk
from bench.demo_site import ROOT, DemoSite
from bench.measuring import Options, percentile, rounded, say
from bench.postgres import postgres
from bench.running import running
from bench.table import CannotMeasure, Figure
from bench.visitors import Visitor, send_steadily, visitors

TITLE = "submission of the form"
MOST_MILLISECONDS = 50
#: The load begins before the first form and goes on after the last.
MARGIN = 2


@dataclass(frozen=True)
class Outcome:
    """What a run of forms came to: milliseconds on the server and of the visitors, pages a second, and the forms."""

    server: list[float]
    processor: list[float]
    client: list[float]
    pages: float
    sent: int
    acknowledged: int
    lost: int
    twice: int
    refused: dict[int, int]


def measure(options: Options) -> Iterator[Figure]:
    """Yield the lines of SQLite and of PostgreSQL."""
    for name in ("SQLite", "PostgreSQL"):
        try:
            with nullcontext("") if name == "SQLite" else postgres(options.port + 5) as database_url:
                more = {"TRUSTED_PROXIES": "127.0.0.1"} | ({"DATABASE_URL": database_url} if database_url else {})
                site = replace(sides.ours(options), more=more)
                if database_url:  # a database of its own, so a folder of its own, made anew each time
                    site = replace(site, folder=options.folder / "form-postgresql", port=options.port + 4)
                    (site.folder / "bench.stamp").unlink(missing_ok=True)
                site.prepare()
                yield from _lines(name, _submit(site, options), options)
        except CannotMeasure as reason:
            yield Figure("form", f"{TITLE}, {name}", "", "not measured", None, str(reason))


def _submit(site: DemoSite, options: Options) -> Outcome:
    """Serve the site, send the forms under load, and look for them in the database."""
    times, log = site.folder / "form-times.jsonl", site.folder / "form.log"
    times.unlink(missing_ok=True)
    command = [sys.executable, "-m", "bench.timed_server", f"127.0.0.1:{site.port}", str(times)]
    count = round(options.rate * options.submitting)
    with running(command, log=log, cwd=ROOT, env=site.environment, address=f"{site.address}/"):
        say(f"form: {count} visitors open the form")
        warm = visitors(10, f"127.0.0.1:{site.port}")
        send_steadily(warm, 10)
        found = visitors(count, f"127.0.0.1:{site.port}")
        say(f"form: they send it, {options.rate:g} a second, for {options.submitting:g} s, while home is read")
        reading = subprocess.Popen(
            wrk.command(
                f"{site.address}/", connections=options.connections, seconds=options.submitting + 2 * MARGIN + 1
            ),
            stdout=subprocess.PIPE,
            text=True,
        )
        time.sleep(MARGIN)
        troubles = send_steadily(found, options.rate)
        read = wrk.read(reading.communicate()[0])
    if troubles:
        say(f"form: {len(troubles)} visitors had trouble, the first: {troubles[0]}")
    return _outcome(found, _server_times(times, len(warm)), read.rate, _stored(site, found))


def _server_times(path, skipped: int) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()][skipped:]


def _outcome(found: list[Visitor], served: list[dict], pages: float, stored: dict[str, int]) -> Outcome:
    """Sum up; a form counts as acknowledged when its sender was led on to the thank-you page."""
    acknowledged = [one for one in found if one.status == 303]
    return Outcome(
        server=[1000 * one["wall"] for one in served],
        processor=[1000 * one["processor"] for one in served],
        client=[1000 * one.seconds for one in acknowledged],
        pages=pages,
        sent=len(found),
        acknowledged=len(acknowledged),
        lost=sum(one.name not in stored for one in acknowledged),
        twice=sum(times > 1 for times in stored.values()),
        refused=dict(Counter(one.status for one in found if one.status != 303)),
    )


def _stored(site: DemoSite, found: list[Visitor]) -> dict[str, int]:
    """Return how often the name of each visitor stands in the database; absent when it does not."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.stored"], cwd=ROOT, env=site.environment, check=True, text=True,
        input="".join(f"{one.name}\n" for one in found), stdout=subprocess.PIPE,
    )  # fmt: skip
    return json.loads(done.stdout)


def _lines(name: str, outcome: Outcome, options: Options) -> Iterator[Figure]:
    def both(values: list[float]) -> str:
        return f"p50 {rounded(percentile(values, 0.5))}, p99 {rounded(percentile(values, 0.99))} ms"

    if not outcome.server or not outcome.client:
        raise CannotMeasure(f"no form was taken: {outcome.refused}")
    title = f"{TITLE}, {name}"
    yield Figure(
        "form", f"{title}: server time at {options.rate:g} a second", f"p99 < {MOST_MILLISECONDS} ms",
        both(outcome.server), percentile(outcome.server, 0.99) < MOST_MILLISECONDS,
        f"{outcome.sent} forms in {options.submitting:g} s, home read {outcome.pages:,.0f} times a second meanwhile;"
        f" the server's processor {both(outcome.processor)}; the visitors wait {both(outcome.client)}",
    )  # fmt: skip
    is_kept = outcome.acknowledged == outcome.sent and not outcome.lost and not outcome.twice
    refused = "".join(f", {times} answered {status or 'not at all'}" for status, times in outcome.refused.items())
    yield Figure(
        "form", f"{title}: acknowledged and found in the database", "all, none twice",
        f"{outcome.acknowledged - outcome.lost} of {outcome.sent}, {outcome.twice} twice", is_kept,
        f"{outcome.acknowledged} acknowledged, of these {outcome.lost} not found{refused}",
    )  # fmt: skip
