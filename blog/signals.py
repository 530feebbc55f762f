"""Reactions to publishing and deleting posts. Slow work goes to the worker."""

from functools import partial

from django.db import transaction
from django.db.models.signals import post_delete
from wagtail.signals import page_published

from blog import social_cards, tasks
from blog.models import BlogPostPage


def connect() -> None:
    page_published.connect(_post_published, sender=BlogPostPage, dispatch_uid="blog.post_published")
    post_delete.connect(_post_deleted, sender=BlogPostPage, dispatch_uid="blog.post_deleted")


def _post_published(sender, instance, **kwargs) -> None:
    transaction.on_commit(partial(tasks.refresh_social_card.enqueue, instance.pk))


def _post_deleted(sender, instance, **kwargs) -> None:
    transaction.on_commit(partial(social_cards.remove, instance.social_card))
