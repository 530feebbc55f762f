"""Reactions to publishing and deleting posts. Slow work goes to the worker."""

from functools import partial

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from wagtail.signals import page_published

from blog import social_cards, tasks
from blog.models import BlogPostPage


@receiver(page_published, sender=BlogPostPage)
def draw_social_card(sender, instance, **kwargs) -> None:
    transaction.on_commit(partial(tasks.refresh_social_card.enqueue, instance.pk))


@receiver(post_delete, sender=BlogPostPage)
def remove_social_card(sender, instance, **kwargs) -> None:
    transaction.on_commit(partial(social_cards.remove, instance.social_card))
