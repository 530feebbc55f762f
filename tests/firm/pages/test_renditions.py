import pytest
from django.core.files.images import ImageFile
from PIL import Image

from firm.models import FirmImage, FirmRendition
from firm.pages.renditions import ROLES, prepare
from firm.tasks import prepare_page
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def image():
    return factories.ImageFactory(size=(1300, 1300))


def files(image, role) -> dict[str, list[tuple[int, int]]]:
    """The sizes of what is ready, measured in the files themselves."""
    measured = {}
    for format_, variants in image.ready(ROLES[role]).items():
        measured[format_] = []
        for variant in variants:
            with image.file.storage.open(variant.path) as file, Image.open(file) as picture:
                assert picture.size == (variant.width, variant.height)
                assert picture.format.lower() == format_
                measured[format_].append(picture.size)
    return measured


def test_nothing_is_ready_of_a_new_image(image):
    assert image.ready(ROLES["lead"]) == {}


@pytest.mark.parametrize(
    ("role", "sizes"),
    [
        ("card", {"avif": [(360, 240), (640, 427)], "webp": [(360, 240), (640, 427)]}),
        ("inline", {"avif": [(480, 480), (800, 800), (1200, 1200)], "webp": [(480, 480), (800, 800), (1200, 1200)]}),
        ("logo", {"webp": [(240, 240)]}),
        ("social", {"jpeg": [(1200, 630)]}),
    ],
)
def test_a_role_has_a_file_of_each_size_in_each_format(image, role, sizes):
    prepare(image, [role])
    assert files(image, role) == sizes


def test_what_was_made_is_noted_in_the_database(image):
    prepare(image, ["seal"])
    assert files(FirmImage.objects.get(), "seal") == files(image, "seal") != {}


def test_the_first_call_says_that_it_made_something(image):
    assert prepare(image, ["seal"]) is True


def test_a_second_call_makes_nothing(image, django_assert_num_queries):
    prepare(image, ["seal"])
    with django_assert_num_queries(0):
        assert prepare(image, ["seal"]) is False


def test_an_unknown_role_is_an_error(image):
    with pytest.raises(KeyError):
        prepare(image, ["poster"])


def test_a_failure_leaves_nothing_noted(image):
    image.file.storage.delete(image.file.name)
    with pytest.raises(OSError, match=r".+"):
        prepare(image, ["seal"])
    assert FirmImage.objects.get().variants == {}


@pytest.mark.parametrize("size", [(100, 80), (300, 1000), (1000, 120), (719, 899)])
@pytest.mark.parametrize("role", ["portrait", "inline", "lead", "seal"])
def test_no_image_is_enlarged(size, role):
    image = factories.ImageFactory(size=size)
    prepare(image, [role])
    made = [measured for sizes in files(image, role).values() for measured in sizes]
    assert made
    assert all(width <= size[0] and height <= size[1] for width, height in made)


@pytest.mark.parametrize("size", [(100, 80), (1000, 120), (1300, 900)])
def test_no_two_files_of_a_format_have_the_same_width(size):
    """Two candidates of one width would make the ``srcset`` invalid (HTML, 4.8.4.2.1)."""
    image = factories.ImageFactory(size=size)
    prepare(image, ["portrait"])
    for sizes in files(image, "portrait").values():
        widths = [width for width, _ in sizes]
        assert sorted(set(widths)) == widths


def test_another_focal_point_makes_the_ready_files_unfit(image):
    prepare(image, ["seal"])
    image.focal_point_x, image.focal_point_y, image.focal_point_width, image.focal_point_height = 100, 100, 50, 50
    image.save()
    assert image.ready(ROLES["seal"]) == {}


def test_another_focal_point_makes_other_files(image):
    prepare(image, ["card"])
    before = image.ready(ROLES["card"])["webp"][0].path
    image.focal_point_x, image.focal_point_y, image.focal_point_width, image.focal_point_height = 100, 100, 50, 50
    image.save()
    assert prepare(image, ["card"]) is True
    assert image.ready(ROLES["card"])["webp"][0].path != before


def replace_file(image, color) -> FirmImage:
    """Put another file in the place of the image's own, as the admin's form does."""
    image = FirmImage.objects.get(pk=image.pk)
    image.file = ImageFile(factories._png((1300, 1300), color), name="other.png")
    image._set_image_file_metadata()
    image.save()
    image.renditions.all().delete()
    return image


def test_another_file_is_made_anew(image):
    prepare(image, ["card"])
    changed = replace_file(image, "white")
    assert prepare(changed, ["card"]) is True
    with changed.file.storage.open(changed.ready(ROLES["card"])["webp"][0].path) as file, Image.open(file) as picture:
        assert picture.convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_two_that_prepare_at_once_keep_each_others_files(image):
    one, other = FirmImage.objects.get(pk=image.pk), FirmImage.objects.get(pk=image.pk)
    prepare(one, ["seal"])
    prepare(other, ["logo"])
    assert set(FirmImage.objects.get().variants) == {"seal", "logo"}


def test_files_of_an_earlier_focal_point_are_removed(image):
    prepare(image, ["seal"])
    image.focal_point_x, image.focal_point_y, image.focal_point_width, image.focal_point_height = 100, 100, 50, 50
    image.save()
    prepare(image, ["logo"])
    assert set(FirmImage.objects.get().variants) == {"logo"}


def test_each_file_is_a_rendition_that_wagtail_knows(image):
    prepare(image, ["card"])
    assert FirmRendition.objects.count() == 4


# --- What a visit costs -----------------------------------------------------------------------------


@pytest.fixture
def illustrated(home, image):
    body = [{"type": "image", "value": {"image": image.pk, "decorative": False, "alt_text": "The court"}}]
    return factories.PracticeAreaPageFactory(image=image, body=body)


def no_picture_may_be_made(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("A visit made a picture")

    monkeypatch.setattr(FirmImage, "get_rendition", refuse)
    monkeypatch.setattr(FirmImage, "get_renditions", refuse)
    monkeypatch.setattr(FirmImage, "create_rendition", refuse)


def test_a_visit_before_the_worker_ran_shows_the_original_and_makes_nothing(illustrated, image, client, monkeypatch):
    no_picture_may_be_made(monkeypatch)
    html = client.get(illustrated.url).content.decode()
    assert html.count(f'src="{image.file.url}"') == 2
    assert "srcset" not in html
    assert not FirmRendition.objects.exists()


def test_the_first_visit_after_the_worker_ran_finds_every_size_ready(illustrated, image, client, monkeypatch):
    client.get(illustrated.url)
    prepare_page.call(illustrated.pk)
    made = FirmRendition.objects.count()
    no_picture_may_be_made(monkeypatch)
    html = client.get(illustrated.url).content.decode()
    assert image.file.url not in html
    for role in ("lead", "inline"):
        for variants in FirmImage.objects.get().ready(ROLES[role]).values():
            assert variants
            for variant in variants:
                assert image.file.storage.url(variant.path) in html
                assert image.file.storage.exists(variant.path)
    assert FirmRendition.objects.count() == made > 0
