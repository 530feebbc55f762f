"""Background tasks of the worker."""

from django_tasks import task
from wagtail.models import Page

from firm.models import FirmImage
from firm.pages.prefetch import images_in
from firm.pages.renditions import ROLES, prepare


def wanted_pictures(owner) -> dict[int, set[str]]:
    """Return the roles of each image on a page, or on any object with ``pictures`` and ``streams``, by image id."""
    wanted: dict[int, set[str]] = {}
    for image, role in getattr(owner, "pictures", []):
        wanted.setdefault(image.pk, set()).add(role)
    for pk, role in images_in(getattr(owner, "streams", [])):
        wanted.setdefault(pk, set()).add(role)
    shared = getattr(owner, "share_image", None)
    if shared:
        wanted.setdefault(shared.pk, set()).add("social")
    return wanted


def prepare_wanted(wanted: dict[int, set[str]]) -> int:
    """Create the images' missing files; return the number of images that changed."""
    images = FirmImage.objects.in_bulk(list(wanted))
    return sum(prepare(image, sorted(wanted[pk])) for pk, image in images.items())


@task(backend="worker")
def prepare_page(page_id: int) -> int:
    page = Page.objects.filter(pk=page_id).first()
    return prepare_wanted(wanted_pictures(page.specific)) if page else 0


@task(backend="worker")
def prepare_image(image_id: int, roles: list[str]) -> int:
    """Prepare one image in the given roles; unknown roles are ignored."""
    return prepare_wanted({image_id: {role for role in roles if role in ROLES}})
