"""What follows from publishing and from changing an image or the settings: what is asked of the worker, and when."""

import pytest
from django_tasks import task_backends

from firm.models import FirmImage, FirmSettings, PageText
from firm.pages.renditions import ROLES, prepare
from firm.tasks import prepare_image, prepare_page, wanted_pictures
from tests import factories

FOCUS = {"focal_point_x": 100, "focal_point_y": 100, "focal_point_width": 50, "focal_point_height": 50}


@pytest.fixture(autouse=True)
def asked(settings, tmp_path):
    """Return what was asked of the worker so far, as ``(task, arguments)``."""
    settings.MEDIA_ROOT = tmp_path
    backend = task_backends["worker"]
    backend.clear()
    yield lambda: [(result.task.func.__name__, list(result.args)) for result in backend.results]
    backend.clear()


@pytest.fixture
def image(home):
    return factories.ImageFactory(size=(1300, 1300))


def test_nothing_is_asked_before_the_publishing_is_committed(home, asked, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks():
        factories.StandardPageFactory()
        assert asked() == []


def test_publishing_asks_for_the_pages_pictures(home, asked, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        page = factories.StandardPageFactory()
    assert asked() == [("prepare_page", [page.pk])]


def test_a_draft_asks_for_nothing(home, asked, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        factories.StandardPageFactory(draft=True).save_revision()
    assert asked() == []


def test_a_page_wants_its_pictures_in_the_roles_that_it_shows(image):
    body = [{"type": "image", "value": {"image": image.pk, "decorative": True, "alt_text": ""}}]
    page = factories.PracticeAreaPageFactory(image=image, body=body)
    assert wanted_pictures(page) == {image.pk: {"lead", "inline", "social"}}


def test_a_page_wants_the_picture_chosen_for_sharing(image):
    other = factories.ImageFactory()
    page = factories.PracticeAreaPageFactory(image=image, social_image=other)
    assert wanted_pictures(page) == {image.pk: {"lead"}, other.pk: {"social"}}


def test_the_task_makes_what_the_page_wants(image):
    page = factories.PracticeAreaPageFactory(image=image)
    assert prepare_page.call(page.pk) == 1
    assert set(FirmImage.objects.get().variants) == {"lead", "social"}


def test_the_task_of_a_deleted_page_makes_nothing(home):
    assert prepare_page.call(987_654) == 0


def test_the_task_of_a_deleted_image_makes_nothing(db):
    assert prepare_image.call(987_654, ["lead"]) == 0


def test_the_task_passes_over_roles_that_no_longer_exist(image):
    assert prepare_image.call(image.pk, ["poster", "seal"]) == 1
    assert set(FirmImage.objects.get().variants) == {"seal"}


def test_unpublishing_forgets_what_was_kept_for_the_search(home):
    page = factories.StandardPageFactory()
    assert PageText.objects.filter(page_id=page.pk).exists()
    page.unpublish()
    assert not PageText.objects.filter(page_id=page.pk).exists()


def test_a_draft_is_not_kept_for_the_search(home):
    page = factories.StandardPageFactory(draft=True, introduction="Not yet public")
    page.save_revision()
    assert not PageText.objects.filter(page_id=page.pk).exists()


def test_changes_not_yet_published_are_not_kept_for_the_search(home):
    page = factories.StandardPageFactory(introduction="Public")
    page.introduction = "Secret"
    page.save_revision()
    assert PageText.objects.get(page_id=page.pk).summary == "Public"


def test_a_new_image_asks_for_nothing(home, asked, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        factories.ImageFactory()
    assert asked() == []


def test_saving_an_image_unchanged_asks_for_nothing(image, asked, django_capture_on_commit_callbacks):
    prepare(image, ["seal"])
    with django_capture_on_commit_callbacks(execute=True):
        image.save()
    assert asked() == []


def test_another_focal_point_asks_for_the_roles_that_were_made(image, asked, django_capture_on_commit_callbacks):
    prepare(image, ["seal", "lead"])
    for name, value in FOCUS.items():
        setattr(image, name, value)
    with django_capture_on_commit_callbacks(execute=True):
        image.save()
    assert asked() == [("prepare_image", [image.pk, ["lead", "seal"]])]


def test_the_files_of_the_new_focal_point_replace_the_old_ones(image):
    prepare(image, ["seal"])
    for name, value in FOCUS.items():
        setattr(image, name, value)
    image.save()
    assert prepare_image.call(image.pk, ["seal"]) == 1
    assert FirmImage.objects.get().has_ready(ROLES["seal"])


def test_saving_the_settings_asks_for_their_picture(image, asked, django_capture_on_commit_callbacks):
    settings = FirmSettings.objects.get()
    settings.default_social_image = image
    with django_capture_on_commit_callbacks(execute=True):
        settings.save()
    assert asked() == [("prepare_image", [image.pk, ["social"]])]


def test_saving_the_settings_asks_for_the_offices_maps(image, asked, django_capture_on_commit_callbacks):
    settings = FirmSettings.objects.get()
    factories.OfficeFactory(firm=settings, map_image=image)
    with django_capture_on_commit_callbacks(execute=True):
        FirmSettings.objects.get().save()
    assert asked() == [("prepare_image", [image.pk, ["inline"]])]
