"""Times the intake desk with many requests: ``.venv/bin/python bench/intake_desk.py [requests]`` (else 100,000).

On SQLite in a temporary folder, or on the empty database of DATABASE_URL. Prints the best and the median of five
answers of each address in milliseconds, drawn in this process, without a network.
"""

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

LIST = "/admin/consultations/"
SETS = ("open", "mine", "unassigned", "overdue", "custody", "court", "quarantine", "closed", "all")
RUNS = 5


def addresses(request: ConsultationRequest, pages: int) -> dict[str, str]:
    """Return what is asked for, by its name in the table."""
    return {
        "dashboard": "/admin/",
        **{f"set {name}": f"{LIST}?set={name}" for name in SETS},
        "all, the page in the middle": f"{LIST}?set=all&p={max(1, pages // 2)}",
        "search for a reference": f"{LIST}?q={request.reference}",
        "search for a name": f"{LIST}?q=synthetic+77777",
        "search for a number": f"{LIST}?q=212-555-0142",
        "search for an address": f"{LIST}?q=person-4711@example.com",
        "one request": f"{LIST}{request.pk}/",
    }


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
    call_command("load_demo", requests=number, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(get_user_model().objects.get(username="intake"))
    request, count = ConsultationRequest.objects.order_by("pk").last(), ConsultationRequest.objects.count()
    sys.stdout.write(
        f"{count:,} requests, {connection.vendor}\n\n| answer, in ms | best | median |\n| --- | --- | --- |\n"
    )
    for name, address in addresses(request, count // 50).items():
        times = [time_of(client, address) for _ in range(RUNS)]
        sys.stdout.write(f"| {name} | {min(times):.0f} | {statistics.median(times):.0f} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
