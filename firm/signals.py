"""Reactions to publishing pages and saving images and settings. Slow work goes to the worker."""

from functools import partial

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from wagtail.signals import page_published, page_unpublished

from firm import tasks
from firm.error_page import remember
from firm.models import FirmImage, FirmSettings
from firm.search.site_search import forget_page, note_page


# Wagtail sends the specific class, so receivers for all pages name no sender.
@receiver(page_published)
def index_and_prepare(sender, instance, **kwargs) -> None:
    note_page(instance)
    transaction.on_commit(partial(tasks.prepare_page.enqueue, instance.pk))


@receiver(page_unpublished)
def forget(sender, instance, **kwargs) -> None:
    forget_page(instance)


@receiver(post_save, sender=FirmImage)
def prepare_again(sender, instance, created, raw=False, **kwargs) -> None:
    """Prepare an image again in its roles when its file or focal point has changed."""
    if raw or created or not instance.variants or instance.variants_of == instance.variants_key:
        return
    transaction.on_commit(partial(tasks.prepare_image.enqueue, instance.pk, sorted(instance.variants)))


@receiver(post_save, sender=FirmSettings)
def remember_and_prepare(sender, instance, raw=False, **kwargs) -> None:
    if raw:
        return
    remember(instance)
    for image_id, roles in tasks.wanted_pictures(instance).items():
        transaction.on_commit(partial(tasks.prepare_image.enqueue, image_id, sorted(roles)))
