"""The share image of a post without a picture of its own: its title as a picture, stored with the uploads."""

import hashlib
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from blog.card_drawing import social_card
from blog.models import BlogPostPage
from firm.pages.site_context import firm_settings

FOLDER = "social"
QUALITY = 85


def refresh(post: BlogPostPage) -> bool:
    """Create the post's card, or remove it when a picture was chosen; return whether it changed.

    A card is created again only when its text has changed. Raises OSError when the file cannot be written; the post
    then stays unchanged.
    """
    name = "" if post.share_image else _drawn(post, firm_settings(post.get_site()).firm_name)
    old = post.social_card
    if name == old:
        return False
    BlogPostPage.objects.filter(pk=post.pk).update(social_card=name)
    post.social_card = name
    remove(old)
    return True


def remove(name: str) -> None:
    """Delete a card's file if it exists."""
    if name:
        default_storage.delete(name)


def card_name(post: BlogPostPage, firm_name: str) -> str:
    """Return the storage name of the card for the post's current text."""
    words = "\x1f".join([post.title, post.category.name, firm_name])
    return f"{FOLDER}/{post.pk}-{hashlib.sha256(words.encode()).hexdigest()[:20]}.jpg"


def _drawn(post: BlogPostPage, firm_name: str) -> str:
    name = card_name(post, firm_name)
    if default_storage.exists(name):
        return name
    card = social_card(post.title, post.category.name, firm_name)
    return default_storage.save(name, ContentFile(_jpeg(card)))


def _jpeg(card: Image.Image) -> bytes:
    stream = BytesIO()
    card.save(stream, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return stream.getvalue()
