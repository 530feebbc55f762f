import pytest
from django.core.files.base import ContentFile
from wagtail.documents import get_document_model

from tests import factories
from tests.firm.drawing import draw_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def image(home):
    return factories.ImageFactory(description="A courthouse", credit="Photograph: J. Doe")


def picture_value(image, alt="", **value):
    return {"image": {"image": image.pk, "decorative": not alt, "alt_text": alt}, "caption": ""} | value


def test_a_picture_says_what_the_editor_wrote_for_this_place(image):
    assert draw_story("image", picture_value(image, alt="The stairs")).img["alt"] == "The stairs"


def test_a_decorative_picture_says_nothing(image):
    assert draw_story("image", picture_value(image)).img["alt"] == ""


def test_a_picture_names_its_maker(image):
    assert "Photograph: J. Doe" in draw_story("image", picture_value(image)).figcaption.text


def test_a_picture_without_caption_and_maker_has_no_caption(home):
    assert not draw_story("image", picture_value(factories.ImageFactory())).figcaption


def test_a_deleted_picture_leaves_nothing(image):
    value = picture_value(image)
    image.delete()
    assert draw_story("image", value).get_text(strip=True) == ""


VIDEO = {"title": "The first hour", "poster": None, "url": "https://video.example/1", "duration": "", "summary": ""}


def test_a_video_loads_nothing_from_its_host():
    drawn = draw_story("video", VIDEO)
    assert not drawn.find_all(["iframe", "video", "script", "img"])


def test_a_video_links_to_where_it_plays():
    link = draw_story("video", VIDEO).a
    assert link["href"] == "https://video.example/1"
    assert "on video.example" in link.get_text()


def test_a_video_shows_its_poster(image):
    assert draw_story("video", VIDEO | {"poster": image.pk}).a.img["src"] == image.file.url


@pytest.fixture
def document(home):
    content = ContentFile(b"x" * 2048, name="what-to-bring.txt")
    return get_document_model().objects.create(title="What to bring", file=content, file_size=2048)


def test_a_document_names_its_type_and_size(document):
    drawn = draw_story("document", {"document": document.pk, "title": "", "description": ""})
    assert drawn.select_one(".document-link__facts").get_text(strip=True) == "TXT, 2.0\xa0KB"


def test_a_document_is_reached_through_the_view_that_checks_access(document):
    drawn = draw_story("document", {"document": document.pk, "title": "", "description": ""})
    assert drawn.a["href"].startswith("/documents/")


def test_the_title_of_a_document_may_be_another_here(document):
    drawn = draw_story("document", {"document": document.pk, "title": "Bring these", "description": ""})
    assert drawn.a.get_text(" ", strip=True).startswith("Bring these")


def test_a_deleted_document_leaves_nothing(document):
    value = {"document": document.pk, "title": "", "description": ""}
    document.delete()
    assert draw_story("document", value).get_text(strip=True) == ""
