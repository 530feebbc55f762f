"""The pages of the plain site, written as Wagtail's own tutorial writes them."""

from django.db import models
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Orderable, Page
from wagtail.search import index
from wagtail.snippets.models import register_snippet

STORY = [
    ("heading", blocks.CharBlock(form_classname="title")),
    ("paragraph", blocks.RichTextBlock()),
    ("quote", blocks.BlockQuoteBlock()),
    ("image", ImageChooserBlock()),
]


def image():
    """A picture of a page."""
    return models.ForeignKey("wagtailimages.Image", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")


class HomePage(Page):
    """The first page: an introduction, and what the other sections show first."""

    introduction = models.TextField(blank=True)
    image = image()
    body = StreamField(STORY, blank=True)

    content_panels = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("image"), FieldPanel("body")]

    def get_context(self, request):
        """Add the newest posts, and the sections with their pages."""
        context = super().get_context(request)
        context["posts"] = BlogPage.objects.live().public().order_by("-date")[:4]
        context["sections"] = SectionIndexPage.objects.live().child_of(self)
        return context


class SectionIndexPage(Page):
    """A list of pages: practice areas, attorneys, testimonials."""

    introduction = models.TextField(blank=True)
    content_panels = [*Page.content_panels, FieldPanel("introduction")]

    @property
    def shown(self):
        """The pages to show."""
        return SectionPage.objects.live().child_of(self)


class SectionPage(Page):
    """A page with a picture and a text."""

    introduction = models.TextField(blank=True)
    image = image()
    body = StreamField(STORY, blank=True)

    content_panels = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("image"), FieldPanel("body")]


class BlogIndexPage(Page):
    """The list of posts."""

    introduction = models.TextField(blank=True)
    content_panels = [*Page.content_panels, FieldPanel("introduction")]

    def get_context(self, request):
        """Add the posts, the newest first."""
        context = super().get_context(request)
        context["posts"] = BlogPage.objects.live().child_of(self).order_by("-date")
        return context


@register_snippet
class Author(models.Model):
    """Who writes."""

    name = models.CharField(max_length=255)
    panels = [FieldPanel("name")]

    def __str__(self):
        return self.name


class BlogPageTag(TaggedItemBase):
    """A word that a post is found by."""

    content_object = ParentalKey("BlogPage", related_name="tagged_items", on_delete=models.CASCADE)


class BlogPageAuthor(Orderable):
    """An author of a post."""

    page = ParentalKey("BlogPage", related_name="post_authors", on_delete=models.CASCADE)
    author = models.ForeignKey(Author, related_name="+", on_delete=models.CASCADE)
    panels = [FieldPanel("author")]


class BlogPage(Page):
    """A post."""

    date = models.DateField("Post date")
    introduction = models.TextField(blank=True)
    image = image()
    body = StreamField(STORY, blank=True)
    tags = ClusterTaggableManager(through=BlogPageTag, blank=True)

    search_fields = [*Page.search_fields, index.SearchField("introduction"), index.SearchField("body")]
    content_panels = [
        *Page.content_panels,
        FieldPanel("date"),
        FieldPanel("tags"),
        FieldPanel("introduction"),
        FieldPanel("image"),
        FieldPanel("body"),
        InlinePanel("post_authors", label="Authors"),
    ]

    def get_context(self, request):
        """Add a few other posts."""
        context = super().get_context(request)
        context["others"] = BlogPage.objects.live().exclude(pk=self.pk).order_by("-date")[:3]
        return context
