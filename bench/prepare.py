"""Brings a demo site to a size: ``python -m bench.prepare --posts N --requests N``, with the settings of the site.

Done as ``make run`` does it, the pictures made and the background work finished, so that nothing is left to do while
something is measured.
"""

import argparse
import os
import sys

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firm.settings.local")
django.setup()

from django.db import connection  # noqa: E402

from firm.server import installation  # noqa: E402


def main(posts: int, requests: int) -> None:
    """Make what is missing."""
    steps = (
        ("migrating", installation.migrate),
        ("collecting static files", installation.collect_static),
        ("loading the demo", installation.load_demo_when_empty),
        ("making pictures", lambda: call_command("prepare_pictures", verbosity=0)),
    )
    for name, step in steps:
        tell(name)
        step()
    if posts or requests:
        tell(f"adding {posts:,} posts and {requests:,} requests")
        call_command("load_demo", posts=posts, requests=requests)
    tell("finishing background work")
    call_command("db_worker", "--backend", "worker", "--queue-name", "*", "--no-reload", "--batch", "-v", "0")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def tell(text: str) -> None:
    """Say how far it is."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=0)
    parser.add_argument("--requests", type=int, default=0)
    given = parser.parse_args()
    main(given.posts, given.requests)
