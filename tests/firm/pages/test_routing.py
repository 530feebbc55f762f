"""Paths lead where Wagtail's own routing leads, in three queries."""

from itertools import product

import pytest
from django.contrib.auth.models import Group
from wagtail.models import Page, PageViewRestriction, Site

from firm.models import HomePage, StandardPage
from firm.page_cache.state import state_of
from firm.pages.routing import find_route, find_site
from tests import factories
from tests.conftest import made_once, make_home

STEPS = ("about", "history", "draft", "below-draft", "blog", "post", "absent")


@pytest.fixture(scope="module")
def made_tree(django_db_setup, django_db_blocker):
    """A tree with a page below a draft, a page with several routes, and a redirect."""
    with made_once(django_db_blocker):
        home = make_home()
        plant()
        yield home.pk


@pytest.fixture
def tree(made_tree, db):
    return HomePage.objects.get(pk=made_tree)


def plant() -> None:
    about = factories.StandardPageFactory(slug="about")
    factories.StandardPageFactory(slug="history", parent=about)
    draft = factories.StandardPageFactory(slug="draft", parent=about, draft=True)
    factories.StandardPageFactory(slug="below-draft", parent=draft)
    factories.BlogPostPageFactory(slug="post")
    factories.AttorneyPageFactory(slug="gone", former=True)


def outcome(route):
    """A route in comparable form."""
    if route is None:
        return None
    view, args, kwargs = route.args if route.args else (None, (), {})
    return type(route.page), route.page.pk, getattr(view, "__name__", None), args, kwargs, route.kwargs


def both(rf, path: str) -> tuple:
    """Our result and Wagtail's for one path."""
    return outcome(find_route(rf.get("/" + path), path)), outcome(Page.route_for_request(rf.get("/" + path), path))


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_every_address_of_the_tree_leads_where_wagtails_does(tree, rf, depth):
    found = 0
    for steps in product(STEPS, repeat=depth):
        ours, wagtails = both(rf, "".join(f"{step}/" for step in steps))
        assert ours == wagtails, steps
        found += ours is not None
    assert found


@pytest.mark.parametrize(
    "path",
    [
        "about/draft/below-draft/",
        "attorneys/gone/",
        "blog/category/sentencing/",
        "blog/tag/bail/",
        "blog/archive/2024/",
        "blog/archive/twenty/",
        "blog/feed/",
        "blog/post/more/",
        "//about//history",
        "about/../about/",
        "ABOUT/",
        "front/about/",
        "about/%/",
        "about/_/",
        "über/",
        "刑事/",
        "a" * 3000 + "/",
        "'; DROP TABLE wagtailcore_page; --/",
    ],
)
def test_odd_addresses_lead_where_wagtails_do(tree, rf, path):
    ours, wagtails = both(rf, path)
    assert ours == wagtails


@pytest.mark.parametrize("path", ["", "about/", "about/history/", "blog/", "blog/post/"])
def test_an_address_is_found_in_two_queries_when_the_sites_are_known(tree, rf, path, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        assert find_route(rf.get("/" + path), path) is not None
    request = rf.get("/" + path)
    assert state_of(request)
    with django_assert_max_num_queries(2):
        assert find_route(request, path) is not None


@pytest.mark.parametrize("host", ["testserver", "other.example", "unknown.example", "TESTSERVER", "testserver:8000"])
def test_the_site_is_the_one_that_wagtail_finds(tree, rf, settings, host):
    settings.ALLOWED_HOSTS = ["*"]
    Site.objects.create(hostname="other.example", port=80, root_page=Page.objects.get(slug="about"))
    request = rf.get("/", HTTP_HOST=host)
    ours = find_site(request)
    del request._wagtail_site
    assert ours == Site.find_for_request(request)


def test_a_site_in_a_section_of_the_tree_is_routed_from_there(tree, rf, settings):
    settings.ALLOWED_HOSTS = ["*"]
    Site.objects.create(hostname="other.example", port=80, root_page=Page.objects.get(slug="about"))
    route = find_route(rf.get("/history/", HTTP_HOST="other.example"), "history/")
    assert route.page.slug == "history"


def test_without_any_site_nothing_is_found(db, rf):
    Site.objects.all().delete()
    assert find_route(rf.get("/"), "") is None


# --- Through the whole stack ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/absent/",
        "/about/absent/",
        "/about/draft/",
        "/front/",
        "/about/history/more/",
        "/刑事/",
        "/%F0%9F%98%80/",
        "/a b/",
        "/about/;/",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/",
        "/" + "deep/" * 60,
        "/" + "x" * 1500 + "/",
        "/%ff%fe/",
        "/<script>/",
        "/about/history.php",
        "/wp-login.php",
    ],
)
def test_an_unknown_address_is_a_404(tree, client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/%00", "/about/%00/", "/search/%00", "/media/images/%00.png"])
def test_an_address_with_a_null_byte_is_a_400(tree, client, path):
    assert client.get(path).status_code == 400


@pytest.mark.parametrize("path", ["/" + "x" * 5000 + "/", "/media/images/" + "x" * 5000])
def test_an_address_longer_than_any_of_ours_is_a_414(tree, client, path):
    assert client.get(path).status_code == 414


@pytest.mark.parametrize("path", ["/about", "/about/history"])
def test_an_address_without_its_last_slash_leads_to_the_page(tree, client, path):
    response = client.get(path)
    assert (response.status_code, response["Location"]) == (301, f"{path}/")


def test_a_double_slash_at_the_start_does_not_lead_to_another_host(tree, client):
    response = client.get("//evil.example")
    assert not response.get("Location", "").startswith("//")


def test_a_page_below_a_draft_is_served_as_wagtail_does(tree, client):
    assert client.get("/about/draft/below-draft/").status_code == 200


# --- Private pages ----------------------------------------------------------------------------------


def restrict(page, kind, **values) -> PageViewRestriction:
    return PageViewRestriction.objects.create(page=page, restriction_type=kind, **values)


@pytest.mark.parametrize("path", ["/about/", "/about/history/", "/about/draft/below-draft/"])
def test_a_page_for_staff_asks_for_a_login(tree, client, path):
    restrict(Page.objects.get(slug="about"), PageViewRestriction.LOGIN)
    response = client.get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/?next=")


@pytest.mark.parametrize("path", ["/about/", "/about/history/"])
def test_a_page_with_a_password_shows_nothing_without_it(tree, client, path):
    StandardPage.objects.update(introduction="Behind the door")
    restrict(Page.objects.get(slug="about"), PageViewRestriction.PASSWORD, password="knock")
    response = client.get(path)
    assert "Behind the door" not in response.content.decode()
    assert 'type="password"' in response.content.decode()


def test_a_page_with_a_password_opens_with_it(tree, client):
    page = Page.objects.get(slug="history")
    restriction = restrict(page.get_parent(), PageViewRestriction.PASSWORD, password="knock")
    path = f"/_util/authenticate_with_password/{restriction.pk}/{page.pk}/"
    client.post(path, {"password": "knock", "return_url": "/about/history/"})
    assert client.get("/about/history/").context["page"].pk == page.pk


def test_a_page_for_a_group_stays_closed_to_another(tree, client_of):
    restriction = restrict(Page.objects.get(slug="about"), PageViewRestriction.GROUPS)
    restriction.groups.add(Group.objects.get(name="Publishers"))
    assert client_of("Intake").get("/about/history/").status_code == 302


def test_a_page_for_a_group_opens_to_it(tree, client_of):
    restriction = restrict(Page.objects.get(slug="about"), PageViewRestriction.GROUPS)
    restriction.groups.add(Group.objects.get(name="Intake"))
    assert client_of("Intake").get("/about/history/").status_code == 200


def test_a_restriction_above_the_sites_root_holds(tree, client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    Site.objects.create(hostname="other.example", port=80, root_page=Page.objects.get(slug="history"))
    restrict(Page.objects.get(slug="about"), PageViewRestriction.LOGIN)
    assert client.get("/", HTTP_HOST="other.example").status_code == 302


def test_an_alias_of_a_private_page_is_private(tree, client):
    page = Page.objects.get(slug="history").specific
    page.create_alias(parent=tree, update_slug="copy")
    restrict(page, PageViewRestriction.LOGIN)
    assert client.get("/copy/").status_code == 302


def test_a_neighbour_of_a_private_page_stays_open(tree, client):
    restrict(Page.objects.get(slug="history"), PageViewRestriction.LOGIN)
    assert client.get("/about/").status_code == 200


# --- What Wagtail does behind it --------------------------------------------------------------------


def test_a_preview_shows_the_changes_not_yet_published(tree, client_of):
    page = StandardPage.objects.get(slug="about")
    page.introduction = "Only in the draft"
    page.save_revision()
    response = client_of(owner=True).get(f"/admin/pages/{page.pk}/view_draft/")
    assert "Only in the draft" in response.content.decode()


def test_the_published_page_does_not_show_them(tree, client):
    page = StandardPage.objects.get(slug="about")
    page.introduction = "Only in the draft"
    page.save_revision()
    assert "Only in the draft" not in client.get("/about/").content.decode()


def test_a_preview_is_closed_to_visitors(tree, client):
    page = StandardPage.objects.get(slug="about")
    assert client.get(f"/admin/pages/{page.pk}/view_draft/").status_code == 302


@pytest.mark.parametrize(("old", "new"), [("/about/", "/firm/"), ("/about/history/", "/firm/history/")])
def test_an_old_address_leads_to_the_new_one(tree, client, old, new, django_capture_on_commit_callbacks):
    page = StandardPage.objects.get(slug="about")
    page.slug = "firm"
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    response = client.get(old, follow=True)
    assert response.redirect_chain[-1] == (new, 301)
    assert response.status_code == 200
