"""The blog's index with its listings by category, tag and year, and the feeds."""

from django.db.models import Exists, OuterRef, Prefetch
from django.http import Http404
from taggit.models import Tag
from wagtail.contrib.routable_page.models import RoutablePageMixin, path, re_path

from blog import feeds
from blog.models.authors import PostAuthor
from blog.models.posts import BlogPostPage, Category
from firm.models.base import IndexPage
from firm.pages.pagination import Pages
from firm.pages.site_context import Breadcrumb, SiteContext

PER_PAGE = 10


class BlogIndexPage(RoutablePageMixin, IndexPage):
    """All posts, newest first, with a lead story."""

    page_description = "The blog's front page and its listings."
    parent_page_types = ["firm.HomePage"]
    subpage_types = ["blog.BlogPostPage"]

    class Meta:
        verbose_name = "blog index"

    def feed_posts(self, count: int):
        return _with_authors(BlogPostPage.objects.listed())[:count]

    def structured_data(self, site_context: SiteContext) -> list[dict]:
        url = site_context.root_url + (self.get_url(site_context.request) or "")
        return [
            {
                "@type": "Blog",
                "@id": f"{url}#blog",
                "name": self.title,
                "url": url,
                "publisher": {"@id": site_context.organization_id},
            }
        ]

    @path("")
    def newest(self, request):
        return self._listing(request, BlogPostPage.objects.all())

    @path("category/<slug:slug>/")
    def by_category(self, request, slug):
        """The posts of one category; 404 for an unknown one."""
        category = Category.objects.filter(slug=slug).first()
        if category is None:
            raise Http404("No such category")
        return self._listing(
            request,
            BlogPostPage.objects.filter(category=category),
            heading=category.name,
            description=category.description,
            category=category,
        )

    @path("tag/<slug:slug>/")
    def by_tag(self, request, slug):
        """The posts with one tag; 404 without visible posts."""
        tag = Tag.objects.filter(slug=slug).first()
        if tag is None:
            raise Http404("No such tag")
        posts = BlogPostPage.objects.filter(tagged_items__tag=tag)
        return self._listing(request, posts, heading=f"Tagged “{tag.name}”", is_required=True)

    @re_path(r"^archive/(?P<year>(?:19|2\d)\d\d)/$", name="by_year")
    def by_year(self, request, year):
        """The posts of one year; 404 without any."""
        year = int(year)
        posts = BlogPostPage.objects.filter(date__year=year)
        return self._listing(request, posts, heading=f"Posts of {year}", year=year, is_required=True)

    @path("feed/")
    def rss(self, request):
        return feeds.rss(self, request)

    @path("feed/atom/")
    def atom(self, request):
        return feeds.atom(self, request)

    def _listing(self, request, posts, *, heading="", is_required=False, description="", **chosen):
        site_context = SiteContext.for_request(request)
        pages = Pages(_with_authors(posts.listed()), PER_PAGE, request.GET)
        if is_required and not pages.paginator.count:
            raise Http404("Nothing is filed there")
        context = {
            "pages": pages,
            "heading": heading,
            "listing_description": description,
            "chosen_category": chosen.get("category"),
            "chosen_year": chosen.get("year"),
            "categories": site_context.recall("categories", _categories),
            "years": site_context.recall("years", _years),
        }
        context |= self._head(request, pages, heading, description)
        return self.render(request, context_overrides=context)

    def _head(self, request, pages, heading: str, description: str) -> dict:
        """Metadata of a listing: each category, tag, year and page has its own URL and title."""
        site_context = SiteContext.for_request(request)
        metadata = self.metadata(request, site_context)
        metadata.canonical = site_context.root_url + request.path + pages.own_query
        if heading:
            metadata.title = f"{heading} | {self.title} | {site_context.settings.firm_name}"
            counted = f"{pages.paginator.count} post{'' if pages.paginator.count == 1 else 's'}"
            metadata.description = description or f"{heading}: {counted} by {site_context.settings.firm_name}."
        if pages.number > 1:
            metadata.title = f"Page {pages.number} | {metadata.title}"
        if not heading:
            return {"metadata": metadata}
        home = [Breadcrumb(page.title, page.get_url(request) or "/") for page in self.trail]
        crumbs = [*home, Breadcrumb(self.title, self.get_url(request)), Breadcrumb(heading, request.path)]
        return {"metadata": metadata, "breadcrumbs": crumbs}


def _with_authors(posts):
    return posts.prefetch_related(Prefetch("authors", queryset=PostAuthor.objects.named()))


def _categories() -> list[Category]:
    return list(Category.objects.filter(Exists(BlogPostPage.objects.visible().filter(category=OuterRef("pk")))))


def _years() -> list[int]:
    return [day.year for day in BlogPostPage.objects.visible().dates("date", "year", order="DESC")]
