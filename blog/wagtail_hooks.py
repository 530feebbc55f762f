"""This app's Wagtail hooks: the list of posts, categories and staff authors."""

from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from blog.models import BlogPostPage, Category, StaffAuthor
from firm.pages.page_listings import PageListing, page_columns


class BlogPostListing(PageListing):
    model = BlogPostPage
    icon = "doc-full-inverse"
    menu_label = "Blog posts"
    menu_order = 210
    list_display = page_columns(
        Column("category", label="Category", sort_key="category__name"),
        Column("date", label="Date", sort_key="date"),
        Column("reviewed_on", label="Legal review", sort_key="reviewed_on"),
    )
    list_filter = ["category", "reviewed_on"]


class CategoryViewSet(SnippetViewSet):
    model = Category
    icon = "folder-open-inverse"
    list_display = ["name", "slug", "description"]


class StaffAuthorViewSet(SnippetViewSet):
    """Authors without a profile."""

    model = StaffAuthor
    icon = "user"
    list_display = ["name", "role"]


@hooks.register("register_admin_viewset")
def register_listings():
    return BlogPostListing("blog_posts")


register_snippet(CategoryViewSet)
register_snippet(StaffAuthorViewSet)
