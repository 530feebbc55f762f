"""Times the figures with many requests: ``.venv/bin/python bench/figures.py [requests]`` (else 20,000).

On SQLite in a temporary folder: synthetic requests over three years, each with what staff did with it. Prints the best
and the median of three answers for each period in milliseconds, drawn in this process, without a network.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

folder = tempfile.TemporaryDirectory()
os.environ.update(DJANGO_SETTINGS_MODULE="firm.settings.local", DATA_DIR=folder.name, DEMO_PASSWORD="only-to-measure")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import django  # noqa: E402

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from consultations.models import ConsultationRequest  # noqa: E402

FIGURES = "/admin/consultations/figures/"
PERIODS = ("4w", "13w", "12m", "last-year")
SAMPLES, RUNS = 2000, 3
REQUESTS, EVENTS = "consultations_consultationrequest", "consultations_requestevent"
#: What differs in a copy of a request: its keys, and a few minutes.
CHANGED = {
    "reference": "printf('%09d', {start} + id)",
    "form_token": "lower(hex(randomblob(16)))",
    "seal_id": "lower(hex(randomblob(16)))",
    "submitted_at": "strftime('%Y-%m-%d %H:%M:%S', submitted_at, '-{minutes} minutes')",
    "first_contact_at": "strftime('%Y-%m-%d %H:%M:%S', first_contact_at, '-{minutes} minutes')",
}
#: What staff did: where from, where to, and which requests.
MOVES = (
    ("new", "in_review", "status NOT IN ('new', 'quarantine')"),
    ("in_review", "contacted", "first_contact_at IS NOT NULL"),
    ("contacted", "scheduled", "status IN ('consulted', 'retained') OR (status = 'declined' AND id % 3 = 0)"),
    ("scheduled", "consulted", "status IN ('consulted', 'retained') OR (status = 'declined' AND id % 6 = 0)"),
    ("consulted", "retained", "status = 'retained'"),
    ("quarantine", "declined", "status = 'declined' AND id % 20 = 1"),
)


# The names in these are the project's own, and the numbers are counted here.
MAKE_COPY = "INSERT INTO {requests} ({columns}) SELECT {values} FROM {requests} WHERE id <= {last} AND {where}"
MAKE_EVENT = """INSERT INTO {events} (request_id, at, actor_id, kind, facts, seal_id, text, "values")
    SELECT id, {at}, assignee_id, '{kind}', '{facts}', lower(hex(randomblob(16))), '', ''
    FROM {requests} WHERE {where}"""


def fill(number: int) -> None:
    """Make samples, copy them until there are ``number``, and let staff have worked on all of them."""
    call_command("load_demo", requests=min(number, SAMPLES), verbosity=0)
    tables = {"requests": REQUESTS, "events": EVENTS}
    names = [field.column for field in ConsultationRequest._meta.concrete_fields if field.column != "id"]
    columns, last = ", ".join(f'"{name}"' for name in names), ConsultationRequest.objects.order_by("pk").last().pk
    with connection.cursor() as cursor:
        for copy in range(1, number // SAMPLES):
            values = [CHANGED.get(name, f'"{name}"').format(start=copy * 10_000, minutes=copy * 37) for name in names]
            where = "status NOT IN ('merged', 'scheduled')"
            made = MAKE_COPY.format(columns=columns, values=", ".join(values), last=last, where=where, **tables)
            cursor.execute(made)
        where = "first_contact_at IS NOT NULL"
        cursor.execute(MAKE_EVENT.format(at="first_contact_at", kind="contact", facts="{}", where=where, **tables))
        for origin, to, where in MOVES:
            facts = json.dumps({"from": origin, "to": to})
            cursor.execute(MAKE_EVENT.format(at="submitted_at", kind="moved", facts=facts, where=where, **tables))
        cursor.execute("ANALYZE")


def time_of(client: Client, address: str) -> float:
    """Return the milliseconds of one answer. Raises `RuntimeError` when it is not the page."""
    began = time.perf_counter()
    response = client.get(address)
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}")
    return (time.perf_counter() - began) * 1000


def main(number: int) -> None:
    """Fill a database, ask it, and print the table."""
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    fill(number)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(get_user_model().objects.get(username="intake_manager"))
    sys.stdout.write(
        f"{ConsultationRequest.objects.count():,} requests\n\n| figures, in ms | best | median |\n| --- | --- | --- |\n"
    )
    for period in PERIODS:
        times = [time_of(client, f"{FIGURES}?period={period}") for _ in range(RUNS)]
        sys.stdout.write(f"| {period} | {min(times):.0f} | {statistics.median(times):.0f} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
