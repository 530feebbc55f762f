"""Posts, their categories and tags."""

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.forms import CheckboxSelectMultiple
from django.utils import timezone
from django.utils.functional import cached_property
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from taggit.models import Tag, TaggedItemBase
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
)
from wagtail.models import PageManager
from wagtail.search import index

from blog.models.authors import PostAuthor
from firm.fields import BlockField, optional_key
from firm.media import absolute_address
from firm.models.base import FirmPageQuerySet, FootnotedPage, Listing, RowsBeside, picture_of
from firm.pages.article import contents, plain_text, reading_minutes
from firm.pages.site_context import SiteContext, without_empty

RELATED = 3
#: How many tags on other posts are read to find what is related to a post, the last written posts first.
NEAR = 100
#: Paths of the blog's listings, which no post may have as its slug.
RESERVED_SLUGS = {"category", "tag", "archive", "feed"}


class Category(index.Indexed, models.Model):
    """A post's subject; every post has one."""

    is_few = True

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True, help_text="In the address: /blog/category/<slug>/.")
    description = models.CharField(max_length=200, blank=True, help_text="Shown above the category's posts.")

    panels = ["name", "slug", "description"]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class PostTag(TaggedItemBase):
    content_object = ParentalKey("blog.BlogPostPage", on_delete=models.CASCADE, related_name="tagged_items")


class BlogPostQuerySet(FirmPageQuerySet):
    def related_to(self, post, tags: list, count: int):
        """The ``count`` most related posts: most shared tags, then same category, then newest.

        Of the posts with one of the tags, only those that were written last are considered: see `NEAR`.
        """
        known = [tag.pk for tag in tags if tag.pk]  # a preview has tags that nobody has saved
        shared = PostTag.objects.filter(tag__in=known).exclude(content_object=post.pk)
        number = shared.filter(content_object=OuterRef("pk")).order_by().values("content_object")
        tagged = shared.order_by("-content_object").values("content_object")[:NEAR]
        others = self.visible().filter(category=post.category_id).exclude(pk=post.pk)
        same = others.order_by("-date", "-pk").values("pk")[:count]
        return (
            self.listed()
            .filter(Q(pk__in=tagged) | Q(pk__in=same))
            .annotate(shared=Subquery(number.annotate(number=Count("pk")).values("number")))
            .annotate(is_same=Q(category=post.category_id))
            .order_by(F("shared").desc(nulls_last=True), "-is_same", "-date", "-pk")[:count]
        )


class BlogPostPage(FootnotedPage):
    date = models.DateField(default=timezone.localdate, db_index=True, help_text="The date printed on the post.")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, db_index=False, related_name="posts")
    summary = models.CharField(max_length=250, help_text="One or two sentences, shown in lists and in results.")
    image = optional_key(
        "firm.FirmImage",
        verbose_name="lead picture",
        help_text="At least 1,200 × 800 pixels. Without one, the picture for sharing is drawn from the title.",
    )
    body = BlockField("firm.blocks.story.story_blocks")
    tags = ClusterTaggableManager(through=PostTag, blank=True)
    practice_areas = ParentalManyToManyField(
        "firm.PracticeAreaPage", blank=True, related_name="posts", help_text="The post is shown on these pages."
    )

    reviewed_on = models.DateField(
        null=True,
        blank=True,
        verbose_name="last legal review",
        help_text="When an attorney last checked the law in it.",
    )
    reviewed_by = optional_key("attorneys.AttorneyPage")
    social_card = models.CharField(max_length=120, blank=True, editable=False)

    objects = PageManager.from_queryset(BlogPostQuerySet)()

    page_description = "An article with authors, a category and footnotes."
    parent_page_types = ["blog.BlogIndexPage"]
    subpage_types = []
    drawn_with = ("social_image", "category", "image", "reviewed_by")
    #: By date, of the same day the last written first: an order that the index of dates has already.
    listing = Listing(
        ("date", "summary", "last_published_at", "category__name", "category__slug", *picture_of("image")),
        relations=("category", "image"),
        order=("-date", "-pk"),
        is_few=False,
    )
    stream_fields, summary_field = ("body",), "summary"
    exclude_fields_in_copy = ["social_card"]
    open_graph_type = "article"

    content_panels = [
        *FootnotedPage.content_panels,
        FieldRowPanel(["date", "category"]),
        "summary",
        "image",
        InlinePanel("authors", heading="Authors", label="Author", min_num=1),
        "body",
        InlinePanel("footnotes", heading="Footnotes", label="Footnote"),
        MultiFieldPanel(["tags", FieldPanel("practice_areas", widget=CheckboxSelectMultiple)], "Filed under"),
        MultiFieldPanel(["reviewed_on", "reviewed_by"], "Legal review"),
    ]
    search_fields = [
        *FootnotedPage.search_fields,
        index.SearchField("summary", boost=2),
        index.SearchField("body"),
        index.RelatedFields("category", [index.SearchField("name")]),
        index.FilterField("date"),
    ]

    class Meta:
        verbose_name = "blog post"
        indexes = [models.Index(fields=["category", "date"], name="post_by_category")]

    def clean(self):
        """Refuse slugs that are paths of the blog's listings."""
        super().clean()
        if self.slug in RESERVED_SLUGS:
            raise ValidationError({"slug": f"“{self.slug}” is an address of the blog itself; choose another."})

    def with_content_json(self, content):
        """Preserve the social card, which belongs to the post and not to a revision."""
        revised = super().with_content_json(content)
        revised.social_card = self.social_card
        return revised

    @property
    def pictures(self) -> list[tuple]:
        return [(self.image, role) for role in ("lead", "card")] if self.image_id else []

    def share_image_url(self, site_context: SiteContext) -> str:
        """The chosen picture, else the lead picture, else the social card, else the firm's picture."""
        if self.share_image is None and self.social_card:
            return absolute_address(site_context.root_url, default_storage, self.social_card)
        return super().share_image_url(site_context)

    @cached_property
    def reading_minutes(self) -> int:
        return reading_minutes(plain_text(self.body))

    @cached_property
    def bylines(self) -> list:
        """The authors in order, with what a byline shows."""
        if self.pk and not self._is_edited:
            return list(PostAuthor.objects.drawn().filter(post=self.pk))
        return list(self.authors.all())

    @classmethod
    def rows_beside(cls) -> dict[str, RowsBeside]:
        tags = PostTag.objects.filter(content_object=OuterRef("pk"))
        return super().rows_beside() | {"tag_rows": RowsBeside(tags, "tag_id", "tag__name", "tag__slug")}

    @cached_property
    def tags_by_name(self) -> list[Tag]:
        tags = self.fetched("tag_rows", Tag, "pk", "name", "slug")
        return sorted(self.tags.all() if tags is None else tags, key=lambda tag: tag.name)

    @property
    def _is_edited(self) -> bool:
        """True for a post built from a form or a revision, whose authors are not the database's."""
        return bool(getattr(self, "_cluster_related_objects", {}).get("authors"))

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context |= {
            "contents": contents(self.body),
            "tags": self.tags_by_name,
            "related": BlogPostPage.objects.related_to(self, self.tags_by_name, RELATED),
        }
        return context

    def structured_data(self, site_context: SiteContext) -> list[dict]:
        """The post as a ``BlogPosting`` with its authors."""
        url = site_context.root_url + (self.get_url(site_context.request) or "")
        return [
            without_empty(
                {
                    "@type": "BlogPosting",
                    "@id": f"{url}#post",
                    "mainEntityOfPage": url,
                    "headline": self.title[:110],
                    "description": self.description,
                    "image": self.share_image_url(site_context),
                    "datePublished": self.date.isoformat(),
                    "dateModified": self.last_published_at.isoformat() if self.last_published_at else "",
                    "articleSection": self.category.name if self.category_id else "",
                    "author": [author_node(author, site_context) for author in self.bylines],
                    "publisher": {"@id": site_context.organization_id},
                    "isPartOf": {"@id": f"{site_context.root_url}/#website"},
                    "inLanguage": "en-US",
                }
            )
        ]


def author_node(author, site_context: SiteContext) -> dict:
    """Return the ``Person`` node of an author, with the URL of the profile if there is one."""
    profile = author.profile
    url = site_context.root_url + (profile.get_url(site_context.request) or "") if profile else ""
    return without_empty(
        {
            "@type": "Person",
            "@id": f"{url}#person" if url else "",
            "name": author.name,
            "jobTitle": author.title,
            "url": url,
            "worksFor": {"@id": site_context.organization_id},
        }
    )
