"""The blog's front page, and the listings below it: by category, by tag, by year, and the feeds."""

from django.db import models
from django.db.models.functions import ExtractYear
from django.http import Http404
from taggit.models import Tag
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path, re_path
from wagtail.search import index

from blog import feeds
from blog.models.authors import PostAuthor
from blog.models.posts import BlogPostPage, Category
from firm.chrome import Chrome
from firm.models.base import BasePage
from firm.pagination import Pages
from firm.seo import Breadcrumb

PER_PAGE = 10


class BlogIndexPage(RoutablePageMixin, BasePage):
    """The list of posts, newest first, with its lead story."""

    introduction = models.TextField(max_length=400, blank=True)

    page_description = "The blog's front page and its listings."
    parent_page_types = ["firm.HomePage"]
    subpage_types = ["blog.BlogPostPage"]
    max_count = 1

    content_panels = [*BasePage.content_panels, FieldPanel("introduction")]
    search_fields = [*BasePage.search_fields, index.SearchField("introduction")]

    class Meta:
        verbose_name = "blog index"

    @property
    def summary_text(self) -> str:
        """The introduction."""
        return self.introduction

    @property
    def posts(self):
        """The blog's posts that may be seen, newest first."""
        return BlogPostPage.objects.child_of(self).listed()

    def feed_posts(self, count: int) -> list:
        """The newest posts with their authors."""
        return list(self.posts.with_authors(PostAuthor.objects.named())[:count])

    def structured_data(self, chrome: Chrome) -> list[dict]:
        """The blog as a ``Blog`` node."""
        url = chrome.root_url + (self.get_url(chrome.request) or "")
        return [
            {
                "@type": "Blog",
                "@id": f"{url}#blog",
                "name": self.title,
                "url": url,
                "publisher": {"@id": chrome.organization_id},
            }
        ]

    @path("")
    def newest(self, request):
        """All posts."""
        return self._listing(request, self.posts)

    @path("category/<slug:slug>/")
    def by_category(self, request, slug):
        """The posts of one category; 404 when there is no such category."""
        category = Category.objects.filter(slug=slug).first()
        if category is None:
            raise Http404("No such category")
        return self._listing(
            request,
            self.posts.in_category(category),
            category.name,
            description=category.description,
            category=category,
        )

    @path("tag/<slug:slug>/")
    def by_tag(self, request, slug):
        """The posts with one tag; 404 when no visible post has it."""
        tag = Tag.objects.filter(slug=slug).first()
        if tag is None:
            raise Http404("No such tag")
        return self._listing(
            request, self.posts.filter(tagged_items__tag=tag), f"Tagged “{tag.name}”", is_required=True
        )

    @re_path(r"^archive/(?P<year>(?:19|2\d)\d\d)/$", name="by_year")
    def by_year(self, request, year):
        """The posts of one year; 404 when there are none."""
        year = int(year)
        return self._listing(
            request, self.posts.filter(date__year=year), f"Posts of {year}", year=year, is_required=True
        )

    @path("feed/")
    def rss(self, request):
        """The newest posts as RSS 2.0."""
        return feeds.rss(self, request)

    @path("feed/atom/")
    def atom(self, request):
        """The newest posts as Atom (RFC 4287)."""
        return feeds.atom(self, request)

    def _listing(self, request, posts, heading="", *, is_required=False, description="", **chosen):
        pages = Pages(posts.with_authors(PostAuthor.objects.named()), PER_PAGE, request.GET)
        if is_required and not pages.count:
            raise Http404("Nothing is filed there")
        chrome = Chrome.for_request(request)
        context = {
            "pages": pages,
            "heading": heading,
            "listing_description": description,
            "chosen_category": chosen.get("category"),
            "chosen_year": chosen.get("year"),
            "categories": chrome.recall(("categories", self.pk), self._categories),
            "years": chrome.recall(("years", self.pk), self._years),
        }
        context |= self._head(request, pages, heading, description)
        return self.render(request, context_overrides=context)

    def _categories(self) -> list[Category]:
        """The categories that have a post which may be seen."""
        visible = BlogPostPage.objects.child_of(self).visible()
        return list(Category.objects.filter(pk__in=visible.order_by().values("category")))

    def _years(self) -> list[int]:
        """The years that have a post which may be seen, the newest first."""
        visible = BlogPostPage.objects.child_of(self).visible()
        years = visible.annotate(year=ExtractYear("date")).order_by("-year")
        return list(years.values_list("year", flat=True).distinct())

    def _head(self, request, pages, heading: str, description: str) -> dict:
        """The metadata of one listing: an address and a title of its own for each category, tag, year and page."""
        chrome = Chrome.for_request(request)
        metadata = self.metadata(request, chrome)
        metadata.canonical = chrome.root_url + request.path + pages.own_query
        if heading:
            metadata.title = f"{heading} | {self.title} | {chrome.settings.firm_name}"
            counted = f"{pages.count} post{'' if pages.count == 1 else 's'}"
            metadata.description = description or f"{heading}: {counted} by {chrome.settings.firm_name}."
        if pages.number > 1:
            metadata.title = f"Page {pages.number} | {metadata.title}"
        if not heading:
            return {"metadata": metadata}
        home = [Breadcrumb(page.title, page.get_url(request) or "/") for page in self.trail]
        crumbs = [*home, Breadcrumb(self.title, self.get_url(request)), Breadcrumb(heading, request.path)]
        return {"metadata": metadata, "breadcrumbs": crumbs}
