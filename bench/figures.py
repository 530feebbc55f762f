"""Times the figures with many requests: ``.venv/bin/python bench/figures.py [requests]`` (else 100,000).

On SQLite in a temporary folder (or in DATA_DIR), or on the database of DATABASE_URL; one that was filled before is
used as it is. Requests of ten years in a steady stream, each with about five events. Prints for each period the best
and the median of five answers in milliseconds, drawn in this process, without a network; how long the process itself
worked, which says more on a busy machine (the database's own work counts with SQLite only); and the most memory so far.
"""

import os
import random
import resource
import statistics
import sys
import tempfile
import time
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

folder = tempfile.TemporaryDirectory()
os.environ.setdefault("DATA_DIR", folder.name)
os.environ.update(DJANGO_SETTINGS_MODULE="firm.settings.local", DEMO_PASSWORD="only-to-measure")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import django  # noqa: E402

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.management.color import no_style  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from consultations.models import ConsultationRequest, EventKind, IntakeSettings, RequestEvent  # noqa: E402
from consultations.response_targets import set_target  # noqa: E402
from consultations.workflow import CLOSED  # noqa: E402
from firm.models import PracticeAreaPage  # noqa: E402

FIGURES = "/admin/consultations/figures/"
PERIODS = ("4w", "13w", "12m", "last-year", "own")
YEARS, BATCH, COPIES, RUNS = 10, 2000, 5, 5
REQUESTS, EVENTS = ConsultationRequest._meta.db_table, RequestEvent._meta.db_table
# The names in it are the project's own, and the numbers are counted here.
COPY = "INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE id > {first} AND id <= {last}"
#: The ways requests go, each with how many of 100 take it; in the last weeks they have only gone a part of it.
COURSES = {
    "new in_review contact contacted scheduled consulted retained": 20,
    "new in_review contact contacted scheduled consulted declined": 12,
    "new in_review contact contacted scheduled contacted not_reached": 8,
    "new in_review contact contacted declined": 14,
    "new in_review contact contacted referred": 12,
    "new in_review answered contacted not_reached": 14,
    "new in_review conflict": 6,
    "new in_review declined": 6,
    "quarantine declined": 4,
    "quarantine": 2,
    "new merged": 2,
}
HOSTS = ("", "", "", "www.google.com", "www.google.com", "bing.com", "www.avvo.com", "news-{}.example.org")
PAGES = ("/", "/", "/practice-areas/fraud/", "/attorneys/ada/", "/free-consultation/", "/blog/post-{}/")
LETTER = "What happened, as somebody would tell it who was asked to write it down. " * 9


class Past:
    """Makes requests and what staff did with them; always the same, but for their references and their age."""

    def __init__(self, now: datetime):
        self.now, self.chance, self.desk = now, random.Random(7), IntakeSettings.current()  # noqa: S311 - nothing to guess
        self.staff = list(get_user_model().objects.filter(username__in=("intake", "intake_manager")))
        self.areas = [*PracticeAreaPage.objects.all(), None]
        self.target = ConsultationRequest.objects.exclude(status="merged").earliest("pk")

    def request(self, number: int, at: datetime) -> tuple[ConsultationRequest, list[RequestEvent]]:
        """Return one that was received at a moment, and its events; neither is stored yet."""
        chance = self.chance
        words = chance.choices(list(COURSES), weights=list(COURSES.values()))[0].split()
        if (age := self.now - at) < timedelta(days=30) and words[0] == "new":
            words = words[: 1 + int(len(words) * age / timedelta(days=30))]
        request = ConsultationRequest(
            submitted_at=at,
            full_name=f"Synthetic Person {number}",
            email=f"person-{number}@example.com",
            message=LETTER,
            acknowledged_at=at,
            acknowledgement="I understand.",
            acknowledgement_version="measure",
            practice_area=chance.choice(self.areas),
            in_custody=chance.random() < 0.15,
            referring_host=chance.choice(HOSTS)
            or ("" if chance.random() < 0.9 else f"news-{number % 300}.example.org"),
            landing_page=chance.choice(PAGES).format(number % 200),
            assignee=chance.choice(self.staff) if len(words) > 1 else None,
        )
        set_target(request, self.desk)
        return request, self._lead(request, words)

    def _lead(self, request: ConsultationRequest, words: list[str]) -> list[RequestEvent]:
        """Let staff do what the words say."""
        at, by = request.submitted_at, self.chance.choice(self.staff)
        events = [RequestEvent(request=request, at=at, kind=EventKind.RECEIVED, values={"new": {"message": LETTER}})]
        states = [words[0]]
        for word in words[1:]:
            at += timedelta(minutes=self.chance.expovariate(1 / 300))
            if word in {EventKind.CONTACT, EventKind.ANSWERED}:
                request.first_contact_at = at
                events.append(RequestEvent(request=request, at=at, kind=word, actor=by, facts={"direction": "out"}))
                continue
            states.append(word)
            facts = {"from": states[-2], "to": word}
            events.append(RequestEvent(request=request, at=at, kind=EventKind.MOVED, actor=by, facts=facts))
        request.status = states[-1]
        request.closed_at = at if request.status in CLOSED else None
        request.scheduled_for = at + timedelta(days=3) if "scheduled" in states else None
        request.merged_into = self.target if request.status == "merged" else None
        return events


def fill(number: int) -> None:
    """Make a part of the requests, the oldest first, and copy them."""
    part, first = -(-number // COPIES), (_last(REQUESTS), _last(EVENTS))
    now = timezone.now()
    past, length = Past(now), timedelta(days=YEARS * 365.25)
    for start, end in pairwise([*range(0, part, BATCH), part]):
        made = [past.request(place, now - length * (part - place) / part) for place in range(start, end)]
        with transaction.atomic():
            ConsultationRequest.objects.bulk_create([request for request, _ in made])
            RequestEvent.objects.bulk_create([event for _, events in made for event in events])
    copy(first, (_last(REQUESTS), _last(EVENTS)))
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [ConsultationRequest, RequestEvent]):
            cursor.execute(statement)
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def copy(first: tuple[int, int], last: tuple[int, int]) -> None:
    """Copy the requests and events between these numbers; the copies differ in their keys."""
    uuid = "lower(hex(randomblob(16)))" if connection.vendor == "sqlite" else "gen_random_uuid()"
    for number in range(1, COPIES):
        ahead = [number * (end - start) for start, end in zip(first, last, strict=True)]
        keys = {"id": "id + {0}", "reference": "CAST(id + {0} AS text)", "form_token": uuid, "row_uuid": uuid}
        with connection.cursor() as cursor:
            for place, model in enumerate((ConsultationRequest, RequestEvent)):
                names = [field.column for field in model._meta.concrete_fields]
                own = keys | {"request_id": f"request_id + {ahead[0]}"}
                values = [own.get(name, f'"{name}"').format(ahead[place]) for name in names]
                made = COPY.format(
                    table=model._meta.db_table,
                    columns=", ".join(f'"{name}"' for name in names),
                    values=", ".join(values),
                    first=first[place],
                    last=last[place],
                )
                cursor.execute(made)


def _last(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(id) FROM {table}")  # noqa: S608 - the name is the project's own
        return cursor.fetchone()[0] or 0


def time_of(client: Client, address: str) -> tuple[float, float]:
    """Return the milliseconds of one answer by the clock, and those that this process worked.

    Raises `RuntimeError` when it is not the page.
    """
    began, worked = time.perf_counter(), time.process_time()
    response = client.get(address)
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}")
    return (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000


def memory() -> int:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(number: int) -> None:
    """Fill a database, ask it, and print the table."""
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    if ConsultationRequest.objects.count() < number:
        call_command("load_demo", verbosity=0)
        fill(number)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(get_user_model().objects.get(username="intake_manager"))
    requests, events = ConsultationRequest.objects.count(), RequestEvent.objects.count()
    sys.stdout.write(f"{requests:,} requests with {events:,} events, {connection.vendor}\n\n")
    sys.stdout.write("| figures, in ms | best | median | own work | memory, MB |\n| --- | --- | --- | --- | --- |\n")
    today = timezone.localdate()
    for period in PERIODS:
        address = f"{FIGURES}?period={period}&since={today - timedelta(days=3600)}&until={today}"
        times, works = zip(*(time_of(client, address) for _ in range(RUNS)), strict=True)
        numbers = (min(times), statistics.median(times), min(works), memory())
        sys.stdout.write(f"| {period} | {' | '.join(f'{number:.0f}' for number in numbers)} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
