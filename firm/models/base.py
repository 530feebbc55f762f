"""The base classes of all page types and of their querysets."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db import models
from django.db.models import CharField, Exists, ExpressionWrapper, F, JSONField, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONArray
from django.utils.functional import cached_property
from wagtail.admin.panels import MultiFieldPanel
from wagtail.models import Page, PageManager, PageViewRestriction
from wagtail.query import PageQuerySet
from wagtail.search import index
from wagtail_footnotes.models import Footnote

from firm.fields import optional_key
from firm.pages.article import Anchors, Footnotes, is_footnoted
from firm.pages.prefetch import resolve
from firm.pages.site_context import Breadcrumb, Metadata, SiteContext, breadcrumb_list, clip


def in_private_section(path: str = "path") -> Exists:
    """True for restricted pages and their descendants; ``path`` is the lookup of the page's path.

    Each restriction's path is a subquery: with a join, the planner might start from all pages of the site.
    """
    listed = ExpressionWrapper(OuterRef(path), output_field=CharField())
    section = Subquery(Page.objects.filter(pk=OuterRef("page_id")).order_by().values("path"))
    restrictions = PageViewRestriction.objects.annotate(listed=listed, section=section)
    return Exists(restrictions.filter(listed__startswith=F("section")))


#: The columns that a link to a page needs; the others are not fetched.
LINE = ("title", "slug", "path", "depth", "url_path", "live", "content_type")
#: The columns that rendering a picture needs of its image.
_PICTURE = ("title", "file", "description", "width", "height", "credit", "file_hash", "variants", "variants_of")
_FOCUS = ("focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height")


def of(relation: str, names) -> tuple[str, ...]:
    """Prefix column names with a relation."""
    return tuple(f"{relation}__{name}" for name in names)


def picture_of(relation: str) -> tuple[str, ...]:
    """Return the columns that rendering a picture needs of the image at ``relation``."""
    return of(relation, _PICTURE + _FOCUS)


class RowsBeside(Subquery):
    """Rows of a related table as a JSON list of lists, fetched in the main row's query."""

    template = "(SELECT json_group_array(json(row_beside)) FROM (%(subquery)s) AS rows_beside)"

    def __init__(self, rows: QuerySet, *names: str) -> None:
        """``rows`` in their order, with an OuterRef to the main row; ``names``: the columns of each list."""
        super().__init__(rows.values(row_beside=JSONArray(*names)), output_field=JSONField())

    def as_postgresql(self, compiler, connection):
        template = "(SELECT coalesce(jsonb_agg(row_beside), '[]') FROM (%(subquery)s) AS rows_beside)"
        return self.as_sql(compiler, connection, template=template)


@dataclass(frozen=True)
class Listing:
    """How lists show the pages of a type: columns besides `LINE`, joined relations, order, which pages."""

    columns: tuple[str, ...]
    relations: tuple[str, ...] = ()
    order: tuple[str, ...] = ("path",)
    only_if: dict = field(default_factory=dict)
    is_few: bool = True


class FirmPageQuerySet(PageQuerySet):
    """Pages. Checks private sections in the same query, where Wagtail uses one more."""

    def public(self):
        """Exclude pages in a private section."""
        return self.exclude(in_private_section())

    def visible(self):
        """Pages that any visitor may see: published and not private."""
        return self.live().public()

    def listed(self):
        """Visible pages of one type as its `Listing` says."""
        listing, pages = self.model.listing, self.visible().filter(**self.model.listing.only_if)
        if listing.is_few:  # makes the planner start from the model's own table
            pages = pages.filter(pk__in=self.model._base_manager.order_by().values("pk"))
        if listing.relations:
            pages = pages.select_related(*listing.relations)
        return pages.only(*LINE, *listing.columns).order_by(*listing.order)

    def for_display(self):
        """With everything that rendering a page needs, in one query."""
        return self.select_related(*self.model.drawn_with).annotate(**self.model.rows_beside())


FirmPageManager = PageManager.from_queryset(FirmPageQuerySet)


class BasePage(Page):
    """A page with fallbacks for its description and picture, breadcrumbs, and structured data.

    Subclasses define the streams they show (`stream_fields`), their pictures by role (`pictures`), a one-sentence
    summary (`summary_field` or `summary_text`) and their JSON-LD (`structured_data`).
    """

    social_image = optional_key(
        "firm.FirmImage",
        help_text="Shown when the page is shared. 1,200 × 630 pixels or larger. Without one, the page's own picture.",
    )

    promote_panels = [
        MultiFieldPanel(["slug", "seo_title", "search_description"], heading="For search engines"),
        MultiFieldPanel(["social_image"], heading="When shared"),
    ]

    objects = FirmPageManager()

    #: The foreign keys that rendering needs; they are joined in the page's own query.
    drawn_with: tuple[str, ...] = ("social_image",)
    allowed_http_methods = ["GET", "HEAD", "OPTIONS"]
    is_in_sitemap = True
    #: False for a page that differs between visitors or requests.
    is_cached = True
    open_graph_type = "website"
    #: The StreamFields that the template renders, and the field with the summary.
    stream_fields: tuple[str, ...] = ()
    summary_field = ""

    class Meta:
        abstract = True

    # --- What a page says of itself ---------------------------------------------------------------

    @property
    def streams(self) -> list:
        """The StreamField values that the template renders."""
        return [getattr(self, name) for name in self.stream_fields]

    def rich_texts(self, site_context: SiteContext) -> list[str]:
        """The rich text that the template renders outside of streams and footnotes."""
        return []

    @property
    def pictures(self) -> list[tuple]:
        """The page's own pictures outside of its streams, as ``(image, role name)``."""
        return []

    @classmethod
    def rows_beside(cls) -> dict[str, RowsBeside]:
        """Related rows that are fetched in the page's own query, by attribute name."""
        return {}

    def fetched(self, name: str, model: type[models.Model], *fields: str) -> list | None:
        """Return rows that were fetched with the page; None when it was loaded in another way."""
        rows = self.__dict__.get(name)
        return None if rows is None else [model(**dict(zip(fields, row, strict=True))) for row in rows]

    @property
    def summary_text(self) -> str:
        """One sentence of plain text about the page, for listings and as the fallback description."""
        return getattr(self, self.summary_field) if self.summary_field else ""

    def structured_data(self, site_context: SiteContext) -> list[dict]:
        """The page's own JSON-LD nodes, besides those of every page."""
        return []

    # --- What follows from it ---------------------------------------------------------------------

    @property
    def description(self) -> str:
        """The meta description: the editor's, else the summary, clipped to 155 characters."""
        return clip(self.search_description or self.summary_text, 155)

    @property
    def share_image(self):
        """The picture for sharing: the chosen one, else the first of the page's own."""
        if self.social_image_id:
            return self.social_image
        return next((image for image, _ in self.pictures if image), None)

    def share_image_url(self, site_context: SiteContext) -> str:
        """The absolute URL of the picture for sharing; empty when there is none."""
        return site_context.share_image_url(self.share_image)

    @cached_property
    def trail(self) -> list[Page]:
        """The live ancestors, from the home page down.

        Routing sets them; only previews and direct use query the database.
        """
        routed = getattr(self, "_routed_ancestors", None)
        if routed is None:
            routed = list(self.get_ancestors().filter(depth__gte=2)) if self.path else []
        return [page for page in routed if page.live]

    def breadcrumbs(self, request) -> list[Breadcrumb]:
        """The breadcrumbs, from the home page; empty on the home page and the level below it."""
        above = [Breadcrumb(page.title, page.get_url(request) or "/") for page in self.trail]
        return [*above, Breadcrumb(self.title, self.get_url(request) or "")] if above else []

    def get_view_restrictions(self):
        """Save the query when routing found neither this page nor an ancestor restricted."""
        if getattr(self, "_routed_public", False):
            none = PageViewRestriction.objects.none()
            none._result_cache = []
            return none
        return super().get_view_restrictions()

    def metadata(self, request, site_context: SiteContext) -> Metadata:
        url = site_context.root_url + (self.get_url(request) or "")
        crumbs = self.breadcrumbs(request)
        graph = [site_context.organization, site_context.website(), *self.structured_data(site_context)]
        if len(crumbs) > 1:
            graph.append(breadcrumb_list(crumbs, url, site_context.root_url))
        return Metadata(
            title=self.seo_title or self.default_title(site_context),
            description=self.description,
            canonical=url,
            image=self.share_image_url(site_context),
            kind=self.open_graph_type,
            graph=graph,
        )

    def default_title(self, site_context: SiteContext) -> str:
        """The browser title when the editor gave none."""
        return f"{self.title} | {site_context.settings.firm_name}"

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        site_context, notes = SiteContext.for_request(request), self.footnote_texts()
        texts = [*notes.values(), *self.rich_texts(site_context)]
        context |= {
            "site_context": site_context,
            "references": resolve(self.streams, texts, request),
            "anchors": Anchors(),
            "footnotes": Footnotes(notes),
            "breadcrumbs": self.breadcrumbs(request),
            "metadata": self.metadata(request, site_context),
        }
        return context

    def footnote_texts(self) -> dict[str, str]:
        """The footnotes that the body may refer to, by id."""
        return {}

    def get_sitemap_urls(self, request=None):
        """The page's own URL, with the scheme and host of `SITE_URL`; none for one that is not listed."""
        if not self.is_in_sitemap:
            return []
        location = SiteContext.for_request(request).root_url + self.get_url(request)
        return [{"location": location, "lastmod": self.last_published_at}]


class FootnotedPage(BasePage):
    """A page whose text may refer to footnotes; editors write them in a list beside the body."""

    class Meta:
        abstract = True

    def footnote_texts(self) -> dict[str, str]:
        """The page's footnotes by id; costs no query when no text refers to one."""
        if not any(is_footnoted(stream) for stream in self.streams):
            return {}
        notes = self.fetched("footnote_rows", Footnote, "uuid", "text")
        return {str(UUID(str(note.uuid))): note.text for note in (self.footnotes.all() if notes is None else notes)}

    @classmethod
    def rows_beside(cls) -> dict[str, RowsBeside]:
        notes = Footnote.objects.filter(page=OuterRef("pk")).order_by("sort_order")
        return super().rows_beside() | {"footnote_rows": RowsBeside(notes, "uuid", "text")}


class IndexPage(BasePage):
    """The parent of all pages of one type, with an introduction above the list of them."""

    introduction = models.TextField(max_length=400, blank=True, help_text="One or two sentences above the list.")

    summary_field = "introduction"
    max_count = 1

    content_panels = [*BasePage.content_panels, "introduction"]
    search_fields = [*BasePage.search_fields, index.SearchField("introduction")]

    class Meta:
        abstract = True
