"""Times the addresses of `scale_addresses` on the database at hand: ``bench/scale_here.py [runs [account]]``.

Prints one line for each: name, median of the milliseconds on the clock, median of the process's own, in JSON.
"""

import json
import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firm.settings.local")
sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

import django  # noqa: E402

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.test import Client  # noqa: E402
from scale_addresses import addresses  # noqa: E402


def once(client: Client, address: str) -> tuple[float, float]:
    """Return the milliseconds of one whole answer, on the clock and of this process."""
    cache.clear()
    began, worked = time.perf_counter(), time.process_time()
    response = client.get(address)
    if response.streaming:
        for _ in response:
            pass
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}")
    return (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000


def main(runs: int, account: str | None = None) -> None:
    """Ask for each address, once to warm up and then ``runs`` times."""
    clients: dict[str, Client] = {}
    for one in addresses():
        if account is not None and one.account != account:
            continue
        if one.account not in clients:
            clients[one.account] = Client(headers={"host": "127.0.0.1"})
            if one.account:
                clients[one.account].force_login(get_user_model().objects.get(username=one.account))
        client = clients[one.account]
        try:
            once(client, one.address)
            turns = [once(client, one.address) for _ in range(runs)]
        except Exception as error:  # one address that fails must not hide the others
            sys.stdout.write(json.dumps([one.name, repr(error)[:200]]) + "\n")
            continue
        medians = [round(statistics.median(values), 1) for values in zip(*turns, strict=True)]
        sys.stdout.write(json.dumps([one.name, *medians]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5, *sys.argv[2:3])
