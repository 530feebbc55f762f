import datetime

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.migrations.recorder import MigrationRecorder
from django.test import RequestFactory
from wagtail.documents import get_document_model

from firm import views
from firm.error_page import FILE, recall
from firm.models import FirmSettings
from firm.pages import routing
from tests import factories

MENU = [{"type": "link", "value": {"label": "Practice areas", "kind": "url", "page": None, "url": "/practice-areas/"}}]


# --- Files for robots --------------------------------------------------------------------------------


def test_robots_are_kept_from_the_staffs_side_and_told_of_the_sitemap(client):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /admin/", "Disallow: /search/", "Sitemap: http://testserver/sitemap.xml"} <= set(lines)


def test_robots_are_not_kept_from_the_site(client):
    assert "Disallow: /" not in client.get("/robots.txt").content.decode().splitlines()


def security_txt(client) -> dict[str, str]:
    response = client.get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    return dict(line.split(": ", 1) for line in response.content.decode().splitlines() if line)


def test_security_txt_expires_within_a_year(home, client):
    """RFC 9116, 2.5.5: recommended to be less than a year into the future."""
    expires = datetime.datetime.fromisoformat(security_txt(client)["Expires"])
    now = datetime.datetime.now(datetime.UTC)
    assert now < expires < now + datetime.timedelta(days=365)


def test_security_txt_names_its_own_address(home, client):
    assert security_txt(client)["Canonical"] == "http://testserver/.well-known/security.txt"


@pytest.mark.parametrize(
    ("email", "contact"), [("desk@law.example", "mailto:desk@law.example"), ("", "http://testserver/contact/")]
)
def test_security_txt_names_a_contact(home, client, email, contact):
    FirmSettings.objects.update(email=email)
    assert security_txt(client)["Contact"] == contact


@pytest.mark.parametrize("path", ["/robots.txt", "/sitemap.xml", "/.well-known/security.txt", "/search/"])
def test_nothing_is_sent_to_these_addresses(home, client, path):
    assert client.post(path).status_code == 405


# --- Health ------------------------------------------------------------------------------------------


def test_being_alive_does_not_depend_on_the_database(client):
    """Without the ``db`` fixture any query fails."""
    assert client.get("/healthz").status_code == 200


def test_a_site_that_can_work_is_ready(home, client):
    response = client.get("/readyz")
    answer = response.json()
    assert (response.status_code, answer["ready"], answer["failed"]) == (200, True, [])
    assert set(answer) == {"ready", "failed", "degraded"}


class Broken:
    """A connection that is lost."""

    def cursor(self):
        raise OSError("gone")


def lose_database(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(views, "connection", Broken())
    monkeypatch.setitem(views._READINESS, "migrations", lambda: True)


def lose_migration(monkeypatch, settings, tmp_path):
    MigrationRecorder.Migration.objects.filter(app="firm").order_by("name").last().delete()


def lose_media(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = settings.DATA_DIR = tmp_path / "not-there"


@pytest.mark.parametrize(
    ("lose", "name"),
    [(lose_database, "database"), (lose_migration, "migrations"), (lose_media, "media")],
)
def test_a_site_that_cannot_work_says_what_is_missing(home, client, monkeypatch, settings, tmp_path, lose, name):
    lose(monkeypatch, settings, tmp_path)
    response = client.get("/readyz")
    answer = response.json()
    assert (response.status_code, answer["ready"], answer["failed"]) == (503, False, [name])


def test_the_answer_does_not_say_why(home, client, monkeypatch, settings, tmp_path):
    lose_database(monkeypatch, settings, tmp_path)
    assert "gone" not in client.get("/readyz").content.decode()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_never_kept_by_a_cache(home, client, path):
    assert client.get(path)["Cache-Control"] == "no-store"


# --- Errors ------------------------------------------------------------------------------------------


@pytest.fixture
def firm(home, settings, tmp_path):
    """The settings with a number and a menu, saved."""
    settings.DATA_DIR = tmp_path
    firm = FirmSettings.objects.get()
    firm.header_nav = MENU
    firm.save()
    return firm


def drawn(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def test_a_missing_page_offers_number_search_and_menu(firm, client):
    response = client.get("/nothing-here/")
    page = drawn(response)
    assert response.status_code == 404
    assert page.select('a[href="tel:+12125550100"]')
    assert page.main.select_one('form[action="/search/"] input[name=q]')
    assert page.main.select_one('a[href="/practice-areas/"]').get_text() == "Practice areas"


def test_a_missing_page_is_not_indexed(firm, client):
    assert drawn(client.get("/nothing-here/")).select_one("meta[name=robots]")["content"] == "noindex"


def test_a_missing_page_is_shown_without_settings_too(home, client):
    FirmSettings.objects.all().delete()
    assert client.get("/nothing-here/").status_code == 404


@pytest.mark.parametrize(
    ("view", "status"), [(views.server_error, 500), (views.bad_request, 400), (views.permission_denied, 403)]
)
def test_an_error_page_shows_the_number_without_the_database(firm, view, status, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = view(RequestFactory().get("/"))
    assert response.status_code == status
    assert drawn(response).select_one('a[href="tel:+12125550100"]').get_text(strip=True) == "Call 212-555-0100"
    assert drawn(response).select_one('a[href="/practice-areas/"]')


@pytest.mark.parametrize("content", [None, "", "{", "null"])
def test_an_error_page_is_shown_when_nothing_was_kept(settings, tmp_path, content):
    settings.DATA_DIR = tmp_path
    if content is not None:
        (tmp_path / FILE).write_text(content)
    assert views.server_error(RequestFactory().get("/")).status_code == 500


def test_a_failure_of_ours_is_answered_with_the_error_page(firm, client, monkeypatch):
    def fail(*args):
        raise RuntimeError("a secret of the code")

    monkeypatch.setattr(routing, "wagtail_serve", fail)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()
    assert "a secret of the code" not in response.content.decode()


def test_a_host_that_is_not_ours_is_refused(firm, client):
    assert client.get("/", HTTP_HOST="evil.example").status_code == 400


def test_a_change_of_the_settings_reaches_the_error_page(firm):
    firm.phone = "+12125550199"
    firm.save()
    assert recall()["phone_label"] == "212-555-0199"


def test_a_menu_entry_to_a_page_keeps_its_address(firm):
    page = factories.StandardPageFactory(slug="about")
    link = {"label": "About", "kind": "page", "page": page.pk, "url": ""}
    firm.header_nav = [{"type": "link", "value": link}]
    firm.save()
    assert recall()["entries"] == [{"label": "About", "url": "/about/"}]


def test_settings_are_saved_when_the_error_page_cannot_be(firm, settings, tmp_path):
    settings.DATA_DIR = tmp_path / "a-file"
    settings.DATA_DIR.write_text("")
    firm.firm_name = "Another"
    firm.save()
    assert FirmSettings.objects.get().firm_name == "Another"


# --- Uploads -----------------------------------------------------------------------------------------


@pytest.fixture
def media(settings, tmp_path):
    """A media folder with an image and a document, and a secret beside it."""
    settings.MEDIA_ROOT = tmp_path / "media"
    default_storage.save("images/a.png", ContentFile(b"picture"))
    default_storage.save("documents/secret.txt", ContentFile(b"secret"))
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path


@pytest.mark.parametrize(
    "path",
    [
        "documents/secret.txt",
        "images/../documents/secret.txt",
        "images/%2e%2e/documents/secret.txt",
        "images/..%2fdocuments/secret.txt",
        "images/../../secret.txt",
        "images/./../documents/secret.txt",
        "images//../documents/secret.txt",
        "images/..\\documents\\secret.txt",
        "/documents/secret.txt",
        "images/",
        "images",
        "",
        "imagesx/a.png",
        "images/absent.png",
        "images/" + "x" * 300 + ".png",
    ],
)
def test_what_is_no_public_image_is_not_there(home, client, media, path):
    response = client.get(f"/media/{path}")
    assert response.status_code == 404
    assert b"secret" not in b"".join(response)


def test_an_image_is_kept_by_browsers_for_a_year(media, client):
    response = client.get("/media/images/a.png")
    assert b"".join(response.streaming_content) == b"picture"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"


def test_an_image_is_not_guessed_to_be_something_else(media, client):
    assert client.get("/media/images/a.png")["X-Content-Type-Options"] == "nosniff"


def test_a_document_in_a_private_collection_is_as_if_it_were_not_there(home, client, media):
    from wagtail.models import Collection, CollectionViewRestriction

    collection = Collection.get_first_root_node().add_child(name="Closed")
    CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")
    document = get_document_model().objects.create(
        title="Closed", collection=collection, file=ContentFile(b"secret", name="closed.txt")
    )
    assert client.get(document.url).status_code == 404


def test_the_icon_has_its_traditional_address(client):
    assert client.get("/favicon.ico")["Location"] == "/static/img/favicon.ico"
