"""Sections of other pages that show posts."""

from wagtail import blocks

from blog.models import BlogPostPage, Category, PostAuthor
from firm.blocks.sections import SectionBlock
from firm.pages.prefetch import FetchedSnippetChooserBlock
from firm.registry import PageSection, register_home_section, register_page_section

SHOWN_ON_PAGES = 3


class LatestPostsBlock(SectionBlock):
    count = blocks.IntegerBlock(default=4, min_value=1, max_value=8)
    category = FetchedSnippetChooserBlock(Category, required=False, help_text="Leave empty for all categories.")

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        category = value.get("category")
        posts = BlogPostPage.objects.listed()
        context["posts"] = list((posts.filter(category=category) if category else posts)[: value["count"]])
        return context

    class Meta:
        icon = "doc-full-inverse"
        template = "blocks/sections/latest_posts.html"
        label = "Latest posts"
        description = "The newest posts of the blog."
        preview_value = {"heading": "From the blog", "count": 4}


def posts_about_area(page) -> PageSection | None:
    posts = list(BlogPostPage.objects.listed().filter(practice_areas=page)[:SHOWN_ON_PAGES])
    return PageSection("components/sections/posts.html", {"posts": posts}) if posts else None


def posts_by_attorney(attorney) -> PageSection | None:
    written = PostAuthor.objects.filter(attorney=attorney).values("post")
    posts = list(BlogPostPage.objects.listed().filter(pk__in=written)[:SHOWN_ON_PAGES])
    if not posts:
        return None
    return PageSection("components/sections/posts.html", {"posts": posts, "heading": f"Written by {attorney.title}"})


register_home_section("latest_posts", LatestPostsBlock(group="People"), order=120)
register_page_section("firm.PracticeAreaPage", posts_about_area, order=20)
register_page_section("attorneys.AttorneyPage", posts_by_attorney, order=10)
