from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django_tasks import task_backends
from PIL import Image

from blog import social_cards
from blog.models import BlogPostPage
from blog.tasks import refresh_social_card
from firm.models import FirmSettings
from firm.pages.renditions import prepare
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def enqueued():
    """Return a function that tells the posts for which the worker was asked to draw since the last call."""
    worker = task_backends["worker"]
    worker.clear()

    def take() -> list[int]:
        asked = [result.args[0] for result in worker.results if result.task.func is refresh_social_card.func]
        worker.clear()
        return asked

    return take


def card_of(post) -> str:
    return BlogPostPage.objects.get(pk=post.pk).social_card


def cards() -> list[str]:
    return default_storage.listdir("social")[1] if default_storage.exists("social") else []


def draw(post) -> bool:
    return refresh_social_card.call(post.pk)


# --- When it is drawn -------------------------------------------------------------------------------


def test_publishing_asks_the_worker_after_the_commit(home, enqueued, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        post = factories.BlogPostPageFactory()
        assert enqueued() == []
    for callback in callbacks:
        callback()
    assert enqueued() == [post.pk]


@pytest.mark.parametrize(
    "make", [lambda: factories.StandardPageFactory(), lambda: factories.BlogPostPageFactory(draft=True)]
)
def test_nothing_is_asked_for_drafts_and_other_pages(home, enqueued, django_capture_on_commit_callbacks, make):
    with django_capture_on_commit_callbacks(execute=True):
        make()
    assert enqueued() == []


def test_a_post_that_is_gone_is_passed_over(home):
    assert refresh_social_card.call(999_999) is False


# --- What is drawn ----------------------------------------------------------------------------------


def test_a_post_without_picture_gets_a_card(home):
    post = factories.BlogPostPageFactory()
    assert draw(post) is True
    name = card_of(post)
    assert name.startswith(f"social/{post.pk}-")
    with default_storage.open(name) as file, Image.open(BytesIO(file.read())) as picture:
        assert (picture.format, picture.size) == ("JPEG", (1200, 630))


def test_the_card_says_title_category_and_firm(home, monkeypatch):
    said = []

    def record(*args):
        said.append(args)
        return Image.new("RGB", (1200, 630))

    monkeypatch.setattr(social_cards, "social_card", record)
    draw(factories.BlogPostPageFactory(title="Bail", category=factories.CategoryFactory(name="Courts", slug="courts")))
    assert said == [("Bail", "Courts", "Sample Law")]


def test_the_page_names_the_card_and_the_site_serves_it(home, client):
    post = factories.BlogPostPageFactory()
    draw(post)
    html = client.get(post.get_url()).content.decode()
    address = f"/media/{card_of(post)}"
    assert f'<meta property="og:image" content="http://testserver{address}">' in html
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/jpeg"


# --- When it changes --------------------------------------------------------------------------------


def test_the_same_words_are_drawn_once(home, monkeypatch):
    post = factories.BlogPostPageFactory()
    draw(post)
    monkeypatch.setattr(social_cards, "social_card", None)
    assert draw(post) is False


@pytest.mark.parametrize(
    "change",
    [
        lambda post: BlogPostPage.objects.filter(pk=post.pk).update(title="Another title"),
        lambda post: type(post.category).objects.update(name="Another category"),
        lambda post: FirmSettings.objects.update(firm_name="Another firm"),
    ],
)
def test_other_words_replace_the_card_and_its_file(home, change):
    post = factories.BlogPostPageFactory()
    draw(post)
    old = card_of(post)
    change(post)
    assert draw(post) is True
    assert card_of(post) not in {"", old}
    assert cards() == [card_of(post).removeprefix("social/")]


def test_words_do_not_run_together(home):
    post = factories.BlogPostPageFactory()
    post.title, post.category.name = "ab", "c"
    first = social_cards.card_name(post, "d")
    post.title, post.category.name = "a", "bc"
    assert social_cards.card_name(post, "d") != first


@pytest.mark.parametrize("field", ["image", "social_image"])
def test_a_chosen_picture_clears_the_card(home, client, field):
    post = factories.BlogPostPageFactory()
    draw(post)
    picture = factories.ImageFactory()
    prepare(picture, ["social"])
    BlogPostPage.objects.filter(pk=post.pk).update(**{field: picture})
    assert draw(post) is True
    assert card_of(post) == ""
    assert cards() == []
    assert "/media/images/" in client.get(post.get_url()).context["metadata"].image


def test_a_picture_taken_away_brings_the_card_back(home):
    post = factories.BlogPostPageFactory(image=factories.ImageFactory())
    assert draw(post) is False
    BlogPostPage.objects.filter(pk=post.pk).update(image=None)
    assert draw(post) is True
    assert card_of(post)


def test_a_file_that_cannot_be_written_leaves_the_card_as_it_was(home, monkeypatch):
    post = factories.BlogPostPageFactory()
    draw(post)
    old = card_of(post)
    BlogPostPage.objects.filter(pk=post.pk).update(title="Another title")

    def fail(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(default_storage, "save", fail)
    with pytest.raises(OSError, match="disk full"):
        draw(post)
    assert card_of(post) == old
    assert default_storage.exists(old)


def test_a_card_lost_from_the_row_is_found_again(home, monkeypatch):
    post = factories.BlogPostPageFactory()
    draw(post)
    name = card_of(post)
    BlogPostPage.objects.filter(pk=post.pk).update(social_card="")
    monkeypatch.setattr(social_cards, "social_card", None)
    assert draw(post) is True
    assert card_of(post) == name


# --- What it belongs to -----------------------------------------------------------------------------


def test_publishing_an_older_revision_keeps_the_card(home):
    post = factories.BlogPostPageFactory()
    older = post.save_revision().pk
    draw(post)
    name = card_of(post)
    post.revisions.get(pk=older).publish()
    assert card_of(post) == name


def test_a_copy_does_not_share_the_card(home):
    post = factories.BlogPostPageFactory()
    draw(post)
    post.refresh_from_db()
    assert post.copy(update_attrs={"slug": "copy"}).social_card == ""


def test_deleting_the_post_removes_the_file(home, django_capture_on_commit_callbacks):
    post = factories.BlogPostPageFactory()
    draw(post)
    default_storage.save("social/other.jpg", ContentFile(b"x"))
    with django_capture_on_commit_callbacks(execute=True):
        BlogPostPage.objects.get(pk=post.pk).delete()
    assert cards() == ["other.jpg"]
