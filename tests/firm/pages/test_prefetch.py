import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from firm.models import FirmImage, HomePage, StandardPage
from firm.pages.prefetch import images_in, references, resolve
from tests import factories

LINK = {"label": "More", "kind": "page", "page": None, "url": ""}


@pytest.fixture
def image(home):
    return factories.ImageFactory()


def picture(image, **value):
    """The stored value of a picture with alternative text."""
    return {"image": {"image": image.pk, "decorative": True, "alt_text": ""}, "caption": ""} | value


def standard(*blocks) -> StandardPage:
    """Return a page with ``(name, stored value)`` blocks, as it comes from the database."""
    body = json.dumps([{"type": name, "value": value} for name, value in blocks])
    return StandardPage.objects.get(pk=factories.StandardPageFactory(body=body).pk)


def with_sections(*blocks) -> HomePage:
    """Return the home page with these sections, as it comes from the database."""
    home = HomePage.objects.get()
    home.sections = json.dumps([{"type": name, "value": value} for name, value in blocks])
    home.save()
    return HomePage.objects.get()


def hero(image, page):
    link = LINK | {"page": page.pk}
    return ("hero", {"kicker": "", "heading": "Defense", "text": "", "image": image.pk, "link": link})


def logos(*images):
    values = [{"name": "Daily", "image": image.pk, "url": ""} for image in images]
    return ("logo_strip", {"heading": "", "introduction": "", "logos": values})


def on_screen(image, page):
    return (
        "on_screen",
        {"person": "A", "production": "B", "image": {"image": image.pk, "decorative": True}, "profile": page.pk},
    )


@pytest.mark.parametrize("count", [1, 7])
def test_any_number_of_blocks_needs_one_query_for_images_and_one_for_pages(home, count):
    pages = [factories.StandardPageFactory() for _ in range(count)]
    images = [factories.ImageFactory() for _ in range(count)]
    blocks = [block for image, page in zip(images, pages, strict=True) for block in (hero(image, page), logos(image))]
    stored = with_sections(*blocks, on_screen(images[0], pages[0]))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        resolve([stored.sections])
        assert stored.sections[0].value["image"].pk == images[0].pk
    assert sum("firm_firmimage" in query["sql"] for query in queries) == 1
    assert len(queries) == 2


def test_several_streams_share_their_queries(home, image, django_assert_num_queries):
    pages = [standard(("image", picture(image))) for _ in range(3)]
    with django_assert_num_queries(1):
        resolve([page.body for page in pages])
        assert [page.body[0].value["image"].pk for page in pages] == [image.pk] * 3


def test_a_text_without_references_needs_no_query(home, django_assert_num_queries):
    page = standard(("text", "<p>Words</p>"))
    with django_assert_num_queries(0):
        resolve([page.body])


def test_an_empty_stream_needs_no_query(home, django_assert_num_queries):
    page = standard()
    with django_assert_num_queries(0):
        assert resolve([page.body]) == {}


def test_without_resolve_the_values_are_the_same(home, image):
    page = standard(("image", picture(image)))
    assert page.body[0].value["image"].pk == image.pk


def test_the_same_image_twice_keeps_two_texts(home, image):
    texts = [{"image": {"image": image.pk, "decorative": False, "alt_text": alt}, "caption": ""} for alt in ("a", "b")]
    page = standard(*[("image", text) for text in texts])
    resolve([page.body])
    assert [block.value["image"].contextual_alt_text for block in page.body] == ["a", "b"]


def test_a_deleted_image_is_none(home, image):
    page = standard(("image", picture(image)))
    FirmImage.objects.all().delete()
    resolve([page.body])
    assert page.body[0].value["image"] is None


def call(page):
    return ("call_to_action", {"heading": "Call", "text": "", "link": LINK | {"page": page.pk}})


def test_a_deleted_page_is_none(home):
    target = factories.StandardPageFactory()
    page = standard(call(target))
    target.delete()
    resolve([page.body])
    assert page.body[0].value["link"]["page"] is None


def test_an_unpublished_page_is_none(home):
    page = standard(call(factories.StandardPageFactory(draft=True)))
    resolve([page.body])
    assert page.body[0].value["link"]["page"] is None


def test_blocks_that_are_no_longer_defined_are_passed_over(home, image):
    page = standard(("carousel", {"images": [image.pk]}), ("image", picture(image)))
    resolve([page.body])
    assert [block.block_type for block in page.body] == ["image"]


@pytest.mark.parametrize("raw", ["<p>No link</p>", '<a linktype="page" id="x">', '<a linktype="page">', None, 7, {}])
def test_rich_text_without_a_usable_link_refers_to_nothing(home, raw):
    stream = StandardPage(body="[]").body
    assert list(references(stream.stream_block.child_blocks["text"], raw)) == []


@pytest.mark.parametrize("attributes", ['linktype="page" id="{}"', 'id="{}" linktype="page"'])
def test_links_within_rich_text_are_found(home, attributes):
    stream = StandardPage(body="[]").body
    raw = f"<p><a {attributes.format(42)}>there</a></p>"
    assert list(references(stream.stream_block.child_blocks["text"], raw)) == [(Page, 42, "")]


def prose(*pages):
    return ("text", "".join(f'<p><a linktype="page" id="{page.pk}">{page.title}</a></p>' for page in pages))


@pytest.mark.parametrize("count", [1, 6])
def test_links_within_any_number_of_texts_are_drawn_without_a_query(home, rf, count, django_assert_num_queries):
    targets = [factories.StandardPageFactory() for _ in range(count)]
    page = standard(*[prose(target) for target in targets])
    fetched = resolve([page.body])
    targets[0].get_url()  # the site's root is known to every request
    with django_assert_num_queries(0):
        html = "".join(block.render({"references": fetched}) for block in page.body)
    assert [f'href="{target.get_url()}"' in html for target in targets] == [True] * count


@pytest.mark.parametrize("is_deleted", [True, False])
def test_a_link_within_a_text_to_what_visitors_cannot_open_has_no_address(home, is_deleted):
    target = factories.StandardPageFactory(draft=not is_deleted)
    page = standard(prose(target))
    if is_deleted:
        target.delete()
    fetched = resolve([page.body])
    assert "href" not in page.body[0].render({"references": fetched})


def test_links_outside_of_a_page_still_work(home):
    target = factories.StandardPageFactory(slug="terms")
    assert 'href="/terms/"' in standard(prose(target)).body[0].render()


def test_pictures_are_listed_with_the_role_of_the_block_around_them(home, image):
    other = factories.ImageFactory()
    stored = with_sections(hero(image, home), logos(other), on_screen(other, home))
    assert images_in([stored.sections]) == {(image.pk, "hero"), (other.pk, "logo"), (other.pk, "card")}


def test_pictures_of_a_story_are_listed(home, image):
    video = {"title": "V", "poster": image.pk, "url": "https://v.example/", "duration": "", "summary": ""}
    page = standard(("image", picture(image)), ("video", video))
    assert images_in([page.body]) == {(image.pk, "inline"), (image.pk, "lead")}


def test_a_picture_keeps_its_text_when_it_is_saved_again(home, image):
    stored = {"image": {"image": image.pk, "decorative": False, "alt_text": "The stairs"}, "caption": "Outside"}
    page = standard(("image", stored))
    resolve([page.body])
    page.save_revision().publish()
    assert StandardPage.objects.get(pk=page.pk).body.raw_data[0]["value"] == stored


def test_a_picture_keeps_its_text_through_a_revision(home, image):
    page = standard(("image", {"image": {"image": image.pk, "decorative": False, "alt_text": "The stairs"}}))
    draft = page.save_revision().as_object()
    assert draft.body[0].value["image"].contextual_alt_text == "The stairs"


def test_a_picture_saved_before_it_had_a_text_is_still_shown(home, image):
    page = standard(("image", {"image": image.pk, "caption": ""}))
    resolve([page.body])
    assert page.body[0].value["image"].pk == image.pk


def test_what_a_page_refers_to_is_listed_for_the_admin(home, image):
    """Wagtail's own index of references, from which “used 2 times” comes."""
    standard(("image", picture(image)))
    assert image.get_usage().count() == 1


@pytest.mark.parametrize("section", ["hero", "logo_strip", "on_screen"])
def test_the_page_is_drawn_with_the_same_number_of_queries(home, client, section):
    def queries(count):
        image, page = factories.ImageFactory(), factories.StandardPageFactory()
        block = {"hero": hero(image, page), "logo_strip": logos(image), "on_screen": on_screen(image, page)}[section]
        with_sections(*[block] * count)
        client.get("/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/").status_code == 200
        return len(captured)

    assert queries(3) == queries(12)
