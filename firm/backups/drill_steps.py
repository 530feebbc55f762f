"""What a drill does in the restored database: as visitors and staff would, over the site's own views."""

import secrets
import string

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, connections
from django.test import Client, override_settings
from django.urls import reverse

from firm.backups import database
from firm.backups.registry import DRILL_STEPS, BackupError
from firm.models import PageText

PERSON = "backup-drill"
PLAIN_FILES = "django.contrib.staticfiles.storage.StaticFilesStorage"


def use(name: str) -> None:
    """Have this process work in that database of the site's server, or that file, and with nothing else."""
    connection.close()
    connections.settings["default"]["NAME"] = connection.settings_dict["NAME"] = name
    override_settings(
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
        # Where backups are made by hand, nobody may have collected the static files.
        STORAGES=settings.STORAGES | {"staticfiles": {"BACKEND": PLAIN_FILES}},
    ).enable()


def run(expected: dict[str, int]) -> list[str]:
    """Do everything; return what was done. ``expected`` is the number of rows of each table. Raises `BackupError`."""
    counts = database.counts()
    if wrong := sorted(name for name in counts.keys() | expected if counts.get(name) != expected.get(name)):
        raise BackupError(
            f"The restored table {wrong[0]} has {counts.get(wrong[0])} rows, not {expected.get(wrong[0])}."
        )
    browser = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0].strip("[]"))
    said = [f"{len(counts)} tables with {sum(counts.values()):,} rows, as many as in the backup."]
    return [*said, *(step(browser) for step in (publish_and_search, sign_in, *DRILL_STEPS))]


def publish_and_search(browser: Client) -> str:
    """Publish a page with a word that is nowhere else, and look for it."""
    text = PageText.objects.filter(page__live=True).order_by("page_id").first()
    if text is None:
        return "There is no page to publish."
    word = "".join(secrets.choice(string.ascii_lowercase) for _ in range(16))
    page = text.page.specific
    page.title = f"{page.title[:200]} {word}"
    page.save_revision().publish()
    answer = browser.get("/search/", {"q": word}, secure=settings.IS_HTTPS)
    if f"<mark>{word}</mark>" not in answer.content.decode():
        raise BackupError("A page that was published in the restored database is not found by the search.")
    return "A page was published, and found by a word of it."


def sign_in(browser: Client) -> str:
    """Sign in with a password, as an owner who is made for it."""
    password = secrets.token_urlsafe(24)
    get_user_model().objects.create_superuser(PERSON, password=password)
    form = {"username": PERSON, "login": PERSON, "password": password}
    browser.post(reverse("wagtailadmin_login"), form, secure=settings.IS_HTTPS)
    if browser.get(reverse("wagtailadmin_home"), secure=settings.IS_HTTPS).status_code != 200:
        raise BackupError("Nobody can sign in to the restored site.")
    return "An owner signed in."
