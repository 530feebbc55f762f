"""Background tasks on posts."""

from django_tasks import task

from blog.models import BlogPostPage
from blog.social_cards import refresh


@task(backend="worker")
def refresh_social_card(post_id: int) -> bool:
    """Update a post's social card; return whether it changed. A deleted post is ignored."""
    post = BlogPostPage.objects.select_related("category", "image", "social_image").filter(pk=post_id).first()
    return refresh(post) if post else False
