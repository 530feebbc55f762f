"""Work on posts that is done behind the visitor's back, by the worker."""

from django_tasks import task

from blog.models import BlogPostPage
from blog.social_cards import refresh


@task(backend="worker")
def refresh_social_card(post_id: int) -> bool:
    """Bring a post's share image up to date; return whether it changed. A post that is gone is passed over."""
    post = BlogPostPage.objects.select_related("category", "image", "social_image").filter(pk=post_id).first()
    return refresh(post) if post else False
