"""Measures the conflict check: ``.venv/bin/python bench/conflict_check.py --pairs`` and ``… --parties 100000``.

``--pairs`` prints recall and precision on the labelled pairs, by set and by origin, and what went wrong; of the closed
half of the pairs written unseen it prints figures alone.
``--parties N`` fills a register of that size, in which common surnames stand by the thousand, on SQLite in a temporary
folder or on the empty database of DATABASE_URL, and prints how long requests of three names take. With
``--keep FOLDER`` database and keys stay there, and the next run asks the same register again.
"""

import argparse
import math
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--pairs", action="store_true")
parser.add_argument("--parties", type=int, default=0)
parser.add_argument("--keep", type=Path)
options = parser.parse_args()

folder = tempfile.TemporaryDirectory()
data = str(options.keep.resolve() if options.keep else folder.name)
os.environ.update(DJANGO_SETTINGS_MODULE="firm.settings.local", DATA_DIR=data, DEMO_PASSWORD="only-to-measure")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from consultations.conflicts import search  # noqa: E402
from consultations.conflicts.matching.compare import THRESHOLD, compare  # noqa: E402
from consultations.conflicts.register import save_new_parties  # noqa: E402
from consultations.conflicts.search import find  # noqa: E402
from consultations.conflicts.tables import read_lines, read_words  # noqa: E402
from consultations.models import Party, PartyEntry  # noqa: E402
from tests.consultations.conflicts.labelled import CLOSED, FRESH, OPEN, figures, pairs, unseen  # noqa: E402

#: How many of a thousand have the surnames that most have; all others share what is left by Zipf's law.
FREQUENT = {
    "smith": 10,
    "garcia": 10,
    "johnson": 8,
    "rodriguez": 8,
    "martinez": 8,
    "williams": 7,
    "nguyen": 6,
    "kim": 6,
}
COMPANY = 0.08
WORST = ["John Smith", "Maria Garcia", "J. Smith", "Jose Rodriguez Martinez", "Nguyen Van Minh", "Kim Min Soo"]
REQUESTS = 60


def is_hit(first: str, second: str) -> bool:
    """Whether two names would be reported."""
    return compare(first, second).score >= THRESHOLD


def print_pairs() -> None:
    """Print the table of the labelled pairs, and each that is on the wrong side."""
    every = pairs()
    sets = {"all": every, "tuned on": [pair for pair in every if not pair.is_held_out]}
    sets["held out"] = [pair for pair in every if pair.is_held_out]
    sets["written later"] = pairs(FRESH)
    sets |= {f"written unseen, {half}": unseen(half) for half in (OPEN, CLOSED)}
    for origin in sorted({pair.origin for pair in every}):
        sets[origin] = [pair for pair in every if pair.origin == origin]
    write("| pairs | same | different | recall | precision |\n| --- | --- | --- | --- | --- |\n")
    for name, chosen in sets.items():
        found = figures(chosen, is_hit)
        write(f"| {name} | {found.same} | {found.different} | {found.recall:.3f} | {found.precision:.3f} |\n")
    for pair in [*every, *unseen(OPEN)]:
        if is_hit(pair.first, pair.second) != pair.same:
            score = compare(pair.first, pair.second).score
            write(f"\n{'missed' if pair.same else 'false'}, {score}: {pair.first} / {pair.second} ({pair.origin})")
    write("\n")


class Names:
    """Invents names: given names by rank, surnames by FREQUENT and rank, made-up rare ones at the end."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)  # noqa: S311
        self.given = [line.lstrip("=~ ").split()[0] for line in read_lines("forms_of_given_names")]
        self.given += sorted(read_words("other_given_names"))
        common = sorted(read_words("common_surnames") - set(FREQUENT))
        self.random.shuffle(common)
        ends = ("son", "berg", "ton", "ley", "escu", "wicz", "ford", "ino", "enko", "sson")
        rare = [
            f"{start}{middle}{end}"
            for start in ("qua", "bre", "tho", "wyn", "zel", "gru", "fal", "mor", "hav")
            for middle in ("b", "ck", "dd", "l", "rn", "st", "v", "pp", "nt", "m")
            for end in ends
        ]
        self.surnames = [*FREQUENT, *common, *rare]
        tail = [400 / (rank + 40) for rank in range(len(common) + len(rare))]
        left = 1000 - sum(FREQUENT.values())
        self.weights = [*FREQUENT.values(), *(weight * left / sum(tail) for weight in tail)]
        self.given_weights = [1 / (rank + 25) for rank in range(len(self.given))]

    def many(self, count: int) -> list[str]:
        """Return names of persons and companies."""
        given = self.random.choices(self.given, self.given_weights, k=2 * count)
        surnames = self.random.choices(self.surnames, self.weights, k=2 * count)
        return [self._one(given[at], given[-at - 1], surnames[at], surnames[-at - 1]) for at in range(count)]

    def _one(self, given: str, middle: str, surname: str, second: str) -> str:
        lot = self.random.random()
        if lot < COMPANY:
            trade = self.random.choice(("Roofing LLC", "Holdings Inc.", "& Sons", "Auto Body", "Trucking Co."))
            return f"{surname.title()} {trade}"
        words = [given, surname]
        if lot < 0.35:
            words = [given, f"{middle[0]}.", surname]
        elif lot < 0.5:
            words = [given, middle, surname]
        elif lot < 0.62:
            words = [given, surname, second]
        elif lot < 0.65:
            words = [f"{given[0]}.", surname]
        return " ".join(words).title()


def fill(count: int) -> float:
    """Fill the register with as many parties; return the seconds that took."""
    names, began = Names(7), time.perf_counter()
    for start in range(0, count, 5000):
        chunk = names.many(min(5000, count - start))
        save_new_parties(Party(name=name, role="former_client", source="import") for name in chunk)
    return time.perf_counter() - began


def print_times(count: int) -> None:
    """Fill the register unless an earlier run left it, query it, and print the table."""
    call_command("migrate", verbosity=0)
    took = 0 if Party.objects.exists() else fill(count)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    entries, known = PartyEntry.objects.count(), Party.objects.count()
    write(f"{known:,} parties, {entries:,} digests, {connection.vendor}; written in {took:.0f} s\n\n")
    usual = Names(11).many(3 * REQUESTS)
    worst = [WORST[at:] + WORST[:at] for at in range(len(WORST))]
    # The words of other names are known to a server that has run for a while; those of the names asked for are not.
    other = Names(99).many(90)
    for at in range(0, len(other), 3):
        find(other[at : at + 3])
    write(f"load {os.getloadavg()[0]:.1f}; each request is asked once\n\n")
    write("| three names, in ms | processor, median | p95 | max | wall, median | p95 | max ")
    write("| candidates, median | most | hits |\n" + "| --- " * 10 + "|\n")
    for title, asked in (
        ("as distributed", [usual[at : at + 3] for at in range(0, len(usual), 3)]),
        ("the most common", [names[:3] for names in worst]),
    ):
        measured = [measure(names) for names in asked]
        wall, processor, opened, hits = (sorted(column) for column in zip(*measured, strict=True))
        columns = " | ".join(f"{each * 1000:.0f}" for times in (processor, wall) for each in spread(times))
        write(
            f"| {title} | {columns} | {statistics.median(opened):.0f} | {opened[-1]} | {statistics.mean(hits):.1f} |\n"
        )


def measure(names: list[str]) -> tuple[float, float, int, int]:
    """Return the seconds on the wall and of the processor, asked once, the candidates and the hits."""
    began, busy = time.perf_counter(), time.process_time()
    hits = find(names)
    wall, processor = time.perf_counter() - began, time.process_time() - busy
    return wall, processor, len(search.candidates(names)), len(hits)


def spread(times: list[float]) -> tuple[float, float, float]:
    """Return the median, the 95th percentile and the longest of sorted times."""
    return statistics.median(times), times[math.ceil(len(times) * 0.95) - 1], times[-1]


def write(text: str) -> None:
    """Print at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    if options.pairs or not options.parties:
        print_pairs()
    if options.parties:
        print_times(options.parties)
