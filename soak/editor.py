"""An editor of the site of a stack: a process of its own, which takes commands as lines of JSON.

It stands for another server of the same site: what it changes, all others have to notice.
"""

import io
import json
import sys

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import close_old_connections, connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from wagtail.models import PageViewRestriction, Site  # noqa: E402

from consultations.conflicts.first_check import Arrivals, never_checked  # noqa: E402
from consultations.mail import outbox  # noqa: E402
from consultations.models import (  # noqa: E402
    ConsultationPage,
    ConsultationRequest,
    EventKind,
    MessageState,
    OutgoingMessage,
)
from firm.models import HomePage, StandardPage  # noqa: E402
from tests import factories  # noqa: E402


def fill(password: str) -> None:
    """Make a small site: home, the form, a private page, a list of posts, and its owner."""
    home = factories.HomePageFactory()
    Site.objects.filter(is_default_site=True).update(hostname="127.0.0.1")
    factories.FirmSettingsFactory(site=Site.objects.get(is_default_site=True))
    form = home.add_child(instance=ConsultationPage(title="Free consultation", slug="free-consultation"))
    form.save_revision().publish()
    private = factories.StandardPageFactory(parent=home, title="For clients", slug="private")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    index = factories.BlogIndexPageFactory(parent=home, slug="blog")
    for number in range(15):
        factories.BlogPostPageFactory(parent=index, title=f"Post {number}", slug=f"post-{number}")
    User.objects.create_superuser("owner", "owner@example.com", password)


def page(slug: str) -> StandardPage:
    """Return the standard page at a slug, made on first use."""
    found = StandardPage.objects.filter(slug=slug).first()
    home = HomePage.objects.get()
    return found or factories.StandardPageFactory(parent=home, title=f"First of {slug}", slug=slug)


def publish(slug: str, title: str) -> None:
    """Publish a page under a title, made on first use."""
    found = page(slug)
    found.title = title
    found.save_revision().publish()


def unpublish(slug: str) -> None:
    """Unpublish a page."""
    page(slug).unpublish()


def taken() -> list[list]:
    """Return of each request: token, reference, how often it was received, how often corrected, kinds of its mail."""
    found = ConsultationRequest.objects.prefetch_related("events", "messages").order_by("pk")
    return [_told(one) for one in found]


def _told(one: ConsultationRequest) -> list:
    kinds = [event.kind for event in one.events.all()]
    mail = sorted(message.kind for message in one.messages.all())
    return [
        str(one.form_token),
        one.reference,
        kinds.count(EventKind.RECEIVED),
        kinds.count(EventKind.CORRECTED),
        mail,
    ]


def finish() -> dict:
    """Do the work of a worker that starts when all leases have run out; return what is left."""
    later = timezone.now() + 2 * outbox.LEASE
    while OutgoingMessage.objects.due(later).exists():
        outbox.send_due(later)
    while Arrivals().check():
        pass
    call_command("verify_trail", stdout=io.StringIO())
    return {
        "unsent": list(OutgoingMessage.objects.exclude(state=MessageState.SENT).values_list("last_error", flat=True)),
        "unchecked": never_checked().count(),
        "ids": list(OutgoingMessage.objects.values_list("message_id", flat=True)),
    }


def durability() -> dict:
    """Return what PostgreSQL does before it reports a commit on the site's connection."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("ALTER SYSTEM SET synchronous_commit = off")
        cursor.execute("SELECT pg_reload_conf()")
        connection.close()
    with connection.cursor() as cursor:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute(f"SHOW {name}")
            found[name] = cursor.fetchone()[0]
        cursor.execute("ALTER SYSTEM RESET synchronous_commit")
        cursor.execute("SELECT pg_reload_conf()")
    return found


def requests() -> int:
    """Return how many consultation requests there are."""
    return ConsultationRequest.objects.count()


if __name__ == "__main__":
    for line in sys.stdin:
        name, given = json.loads(line)
        close_old_connections()
        try:
            answer = {"answer": globals()[name](**given)}
        except Exception as error:
            answer = {"error": repr(error)}
        sys.stdout.write("@" + json.dumps(answer) + "\n")
        sys.stdout.flush()
