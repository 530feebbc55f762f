"""Who may read a document: knowing its URL is not enough."""

from django.contrib.contenttypes.models import ContentType
from wagtail.documents.permissions import permission_policy
from wagtail.models import Page, ReferenceIndex

from firm.models import FirmSettings

ACTIONS = ("add", "change", "delete", "choose")


def may_be_read(document, user) -> bool:
    """Whether ``user`` may read the document: staff of its collection, everybody once a public page shows it."""
    if user.is_active and permission_policy.user_has_any_permission_for_instance(user, ACTIONS, document):
        return True
    return is_published(document)


def is_published(document) -> bool:
    """Whether a live public page or the firm's settings refer to the document."""
    references = ReferenceIndex.get_references_to(document)
    pages = references.filter(base_content_type=ContentType.objects.get_for_model(Page)).values_list("object_id")
    numbers = [int(number) for (number,) in pages]
    if Page.objects.live().public().filter(pk__in=numbers).exists():
        return True
    return references.filter(base_content_type=ContentType.objects.get_for_model(FirmSettings)).exists()
