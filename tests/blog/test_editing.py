"""A post in the admin: written by an editor, approved by a publisher, shown to visitors."""

import datetime

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime

from blog.models import BlogPostPage
from firm.blocks.story import story_blocks
from tests import factories
from tests.blog import stories
from tests.blog.editing import PUBLISH, SUBMIT, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def written(home):
    """The stored value of a body with a block of every type, and the objects it refers to."""
    area, picture = factories.PracticeAreaPageFactory(slug="fraud", title="Fraud"), stories.images(1)[0]
    notes = stories.footnotes([area])
    passage = stories.passage(area, picture, stories.documents(1)[0], *notes)
    return {"body": passage, "notes": notes, "blog": factories.BlogIndexPageFactory(), "picture": picture}


@pytest.fixture
def add(written, client_of):
    """Return a function that submits the form of a new post, as an editor by default."""

    def send(client=None, action=None, **changed):
        client = client or client_of("Editors")
        address = reverse("wagtailadmin_pages:add", args=["blog", "blogpostpage", written["blog"].pk])
        shown = client.get(address)
        assert shown.status_code == 200
        data = sent(shown.content.decode(), BlogPostPage(), body=written["body"])
        data |= {
            "title": "How a trial begins",
            "slug": "how-a-trial-begins",
            "date": "2024-05-01",
            "category": factories.CategoryFactory().pk,
            "summary": "From jury selection to the first witness.",
            "tags": "trials, juries",
            "image": written["picture"].pk,
        }
        data |= row("authors", {"attorney": "", "staff": factories.StaffAuthorFactory().pk})
        [(key, text)] = written["notes"].items()
        editor = BlogPostPage._meta.get_field("footnotes").related_model._meta.get_field("text").formfield().widget
        data |= row("footnotes", {"uuid": key, "text": editor.format_value(text)})
        return client.post(address, data | changed | (action or {}))

    return send


def row(prefix: str, values: dict) -> dict:
    """The fields of a list with one new row."""
    counts = {"TOTAL_FORMS": "1", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": "1000"}
    first = {"id": "", "ORDER": "1", "DELETE": "", **values}
    return {f"{prefix}-{name}": value for name, value in counts.items()} | {
        f"{prefix}-0-{name}": value for name, value in first.items()
    }


# --- Refusals ---------------------------------------------------------------------------------------


def test_an_editor_cannot_publish(add):
    add(action=PUBLISH)
    assert not BlogPostPage.objects.get().live


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": ""}, "title"),
        ({"category": ""}, "category"),
        ({"summary": ""}, "summary"),
        ({"slug": "feed"}, "slug"),
        ({"date": "soon"}, "date"),
        ({"body-1-value-text": ""}, "body"),
    ],
)
def test_what_is_missing_is_named_at_the_field(add, changed, field):
    response = add(action=SUBMIT, **changed)
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert not BlogPostPage.objects.exists()


def test_a_draft_may_wait_for_its_summary_but_not_for_its_category(add):
    assert list(add(category="").context["form"].errors) == ["category"]
    assert add(summary="").status_code == 302
    assert not BlogPostPage.objects.get().live


# --- From the first word to the public page ---------------------------------------------------------


def test_written_submitted_approved_and_shown(add, written, client, client_of):
    response = add(action=SUBMIT)
    assert response.status_code == 302
    post = BlogPostPage.objects.get()
    assert not post.live
    assert client.get("/blog/how-a-trial-begins/").status_code == 404

    publisher = client_of("Publishers")
    task = post.current_workflow_task_state
    address = reverse("wagtailadmin_pages:workflow_action", args=[post.pk, "approve", task.pk])
    assert publisher.get(reverse("wagtailadmin_pages:edit", args=[post.pk])).status_code == 200
    assert publisher.post(address).status_code == 302

    page = BeautifulSoup(client.get("/blog/how-a-trial-begins/").content, "html.parser").main
    post.refresh_from_db()
    assert post.live
    assert [block.block_type for block in post.body] == [name for name, _ in story_blocks()]
    shown = ["h2#about-fraud", "ol.steps", ".quotation", ".callout--key-point", "table", ".citation", "details"]
    shown += [".figure img", ".video a", ".document-link a", ".call-to-action a", ".post__image img"]
    assert [selector for selector in shown if not page.select(selector)] == []
    assert page.select('.story a[href="/practice-areas/fraud/"]')
    assert [link["href"] for link in page.select(".post__tools a")] == ["/blog/tag/juries/", "/blog/tag/trials/"]
    assert len(page.select(".footnotes li")) == 2
    assert "/blog/how-a-trial-begins/" in client.get("/blog/").content.decode()


def test_an_editor_cannot_approve(add, client_of):
    add(action=SUBMIT)
    post = BlogPostPage.objects.get()
    task = post.current_workflow_task_state
    client_of("Editors").post(reverse("wagtailadmin_pages:workflow_action", args=[post.pk, "approve", task.pk]))
    post.refresh_from_db()
    assert not post.live


def test_a_publisher_sends_it_back_with_a_word(add, client_of):
    add(action=SUBMIT)
    post = BlogPostPage.objects.get()
    task = post.current_workflow_task_state
    address = reverse("wagtailadmin_pages:workflow_action", args=[post.pk, "reject", task.pk])
    client_of("Publishers").post(address, {"comment": "Check the citation."})
    task.refresh_from_db()
    assert (task.status, task.comment) == ("rejected", "Check the citation.")
    assert not BlogPostPage.objects.get().live


def test_a_publisher_schedules_it(add, client, client_of, time_machine):
    at = timezone.now() + datetime.timedelta(days=2)
    response = add(client_of("Publishers"), PUBLISH, go_live_at=localtime(at).strftime("%Y-%m-%d %H:%M"))
    assert response.status_code == 302
    call_command("publish_scheduled", verbosity=0)
    assert client.get("/blog/how-a-trial-begins/").status_code == 404
    time_machine.move_to(at + datetime.timedelta(hours=1))
    call_command("publish_scheduled", verbosity=0)
    assert client.get("/blog/how-a-trial-begins/").status_code == 200


def test_a_new_post_is_previewed_with_new_tags_and_authors(add, written, client_of):
    client = client_of("Editors")
    seen = {}

    def keep(address, data):
        seen.update(data)
        preview = reverse("wagtailadmin_pages:preview_on_add", args=["blog", "blogpostpage", written["blog"].pk])
        assert post(preview, data).json()["is_valid"]
        return client.get(preview)

    post, client.post = client.post, keep
    response = add(client)
    assert seen["tags"] == "trials, juries"
    page = BeautifulSoup(response.content, "html.parser").main
    assert page.h1.get_text() == "How a trial begins"
    assert "Editorial desk" in page.select_one(".post-head").get_text()
    assert len(page.select(".post__tools a")) == 2
    assert not BlogPostPage.objects.exists()


# --- Changing what is published ---------------------------------------------------------------------


def test_changes_wait_for_approval(home, client, client_of):
    post = factories.BlogPostPageFactory(title="Before", slug="post")
    editor, address = client_of("Editors"), reverse("wagtailadmin_pages:edit", args=[post.pk])
    data = sent(editor.get(address).content.decode(), post) | {"title": "After"} | SUBMIT
    assert editor.post(address, data).status_code == 302
    assert "Before" in client.get("/blog/post/").content.decode()
    task = BlogPostPage.objects.get().current_workflow_task_state
    client_of("Publishers").post(reverse("wagtailadmin_pages:workflow_action", args=[post.pk, "approve", task.pk]))
    assert "After" in client.get("/blog/post/").content.decode()


def test_a_changed_address_leads_on(home, client, client_of, django_capture_on_commit_callbacks):
    post = factories.BlogPostPageFactory(slug="old")
    publisher, address = client_of("Publishers"), reverse("wagtailadmin_pages:edit", args=[post.pk])
    data = sent(publisher.get(address).content.decode(), post) | {"slug": "new"} | PUBLISH
    with django_capture_on_commit_callbacks(execute=True):
        assert publisher.post(address, data).status_code == 302
    response = client.get("/blog/old/")
    assert (response.status_code, response["Location"]) == (301, "/blog/new/")
