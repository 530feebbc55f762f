"""The demo as a whole: what it holds, and that loading it again changes nothing."""

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from blog.models import BlogPostPage
from firm.management.commands.load_demo import PASSWORD_FILE, STAFF, demo_password
from firm.models import FirmImage, FirmSettings, HomePage


@pytest.fixture
def demo(demo_site, db):
    """The loaded demo, open to the test."""


def counts() -> dict[str, int]:
    """How many rows each model has; what a worker is asked to do is no content."""
    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models()
        if model._meta.managed and model._meta.app_label != "django_tasks_database"
    }


def test_a_second_loading_adds_and_removes_nothing(demo):
    before = counts()
    assert before["firm.HomePage"] == 1
    call_command("load_demo", verbosity=0)
    assert counts() == before


def test_synthetic_posts_come_on_top(demo):
    before = BlogPostPage.objects.count()
    call_command("load_demo", posts=3, verbosity=0)
    assert BlogPostPage.objects.filter(slug__startswith="synthetic-").count() == 3
    assert BlogPostPage.objects.count() == before + 3


def test_a_second_loading_leaves_what_was_edited(demo):
    FirmSettings.objects.update(firm_name="Edited")
    Page.objects.filter(slug="about").update(title="Edited")
    call_command("load_demo", verbosity=0)
    assert FirmSettings.objects.get().firm_name == "Edited"
    assert Page.objects.get(slug="about").title == "Edited"


def test_a_second_loading_leaves_the_passwords(demo):
    owner = get_user_model().objects.get(username="owner")
    owner.set_password("changed")
    owner.save()
    call_command("load_demo", verbosity=0)
    owner.refresh_from_db()
    assert owner.check_password("changed")


def test_each_role_has_an_account(demo):
    groups = dict(get_user_model().objects.values_list("username", "groups__name"))
    assert groups == {username: group for username, (_, _, group) in STAFF.items()}


def test_the_owner_alone_may_do_everything(demo):
    assert list(get_user_model().objects.filter(is_superuser=True).values_list("username", flat=True)) == ["owner"]


def test_the_brief_is_shown(demo):
    firm = FirmSettings.objects.get()
    assert (firm.firm_name, firm.phone.as_e164) == ("Spodek Law Group", "+12123005196")


def test_the_home_page_has_every_section_of_the_brief(demo):
    assert {block.block_type for block in HomePage.objects.get().sections} >= {
        *("hero", "logo_strip", "badges", "on_screen", "value_statement", "testimonials", "call_to_action"),
        *("latest_posts", "attorneys", "practice_areas", "case_results", "faq", "statistics"),
    }


def test_the_addresses_of_the_contract_answer(demo, client):
    paths = (
        "/ /practice-areas/ /attorneys/ /testimonials/ /blog/ /free-consultation/ /about/ /contact/ /privacy/ /terms/"
        " /disclaimer/ /accessibility/ /search/ /sitemap.xml /robots.txt /healthz /blog/feed/"
    )
    answers = {path: client.get(path).status_code for path in paths.split()}
    assert {path for path, status in answers.items() if status != 200} == set()


def test_no_picture_of_the_home_page_is_without_alternative_text(demo, client):
    """An empty one is given on purpose, where the words stand beside the picture."""
    images = BeautifulSoup(client.get("/").content, "html.parser").find_all("img")
    assert images
    assert [image for image in images if not image.has_attr("alt")] == []


def test_the_pictures_are_said_to_be_drawn(demo):
    assert set(FirmImage.objects.values_list("credit", flat=True)) == {"Drawn for the demo"}


@pytest.fixture
def data_dir(settings, tmp_path, monkeypatch):
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    settings.DATA_DIR = tmp_path / "state"
    return settings.DATA_DIR


def test_the_password_is_kept_in_a_file_for_its_owner_alone(data_dir):
    password = demo_password()
    assert (data_dir / PASSWORD_FILE).read_text().strip() == password
    assert (data_dir / PASSWORD_FILE).stat().st_mode & 0o777 == 0o600


def test_the_password_is_the_same_the_next_time(data_dir):
    assert demo_password() == demo_password()


def test_a_password_that_is_given_is_not_written_down(data_dir, monkeypatch):
    monkeypatch.setenv("DEMO_PASSWORD", "given")
    assert demo_password() == "given"
    assert not data_dir.exists()


def test_every_page_is_made_in_eight_queries(demo):
    """The one for the state of what is public included; a page of each type, the lists, the searches and a 404."""
    kinds = {type(page): page.get_url() for page in Page.objects.live().filter(depth__gt=1).specific()}
    lists = ["/blog/feed/", "/blog/archive/2025/", "/search/?q=bail", "/search/?q=bial", "/not-there/"]
    needed = {}
    for address in [*kinds.values(), *lists]:
        client = Client()
        client.get(address)
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        needed[address] = len(queries)
    assert len(kinds) >= 12
    assert {address: count for address, count in needed.items() if count > 8} == {}
