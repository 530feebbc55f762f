"""Makes pages and what they need. A test sets only the field that it is about; traits name states."""

import datetime
from io import BytesIO

import factory
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.files.images import ImageFile
from django.utils import timezone
from PIL import Image
from wagtail.models import Page, Site
from wagtail.signals import page_published

from attorneys.models import AttorneyIndexPage, AttorneyPage, Language, TestimonialIndexPage, TestimonialPage
from blog.models import BlogIndexPage, BlogPostPage, Category, PostAuthor, StaffAuthor
from firm.models import (
    ContactPage,
    FirmImage,
    FirmSettings,
    HomePage,
    Office,
    PracticeAreaIndexPage,
    PracticeAreaPage,
    StandardPage,
)


class PageFactory(factory.django.DjangoModelFactory):
    """A published page below ``parent``; `draft` makes an unpublished one.

    No revision is made for it, which takes longer than the rest: who edits a page makes one.
    """

    class Meta:
        abstract = True

    class Params:
        draft = factory.Trait(live=False)

    parent = None

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        parent = kwargs.pop("parent", None) or cls.default_parent()
        later = {name: kwargs.pop(name) for name in cls._relations if name in kwargs}
        page = model_class(*args, **kwargs)
        for name, value in later.items():
            cls.relate(page, name, value)
        if page.live:
            page.first_published_at = page.first_published_at or timezone.now()
            page.last_published_at = page.last_published_at or page.first_published_at
        parent.add_child(instance=page)
        if page.live:
            page_published.send(sender=model_class, instance=page, revision=None)
        return page

    _relations: tuple[str, ...] = ()

    @classmethod
    def relate(cls, page, name, value):
        setattr(page, name, value)

    @classmethod
    def default_parent(cls):
        raise NotImplementedError


def only(factory_class):
    """Return the one page of a type, made on first use."""
    return factory_class._meta.model.objects.first() or factory_class()


class HomePageFactory(PageFactory):
    class Meta:
        model = HomePage

    title = "Home"
    slug = "front"

    @classmethod
    def default_parent(cls):
        return Page.get_first_root_node()

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        home = super()._create(model_class, *args, **kwargs)
        Site.objects.update(root_page=home, is_default_site=True)
        Site.clear_site_root_paths_cache()
        return home


class BelowHomeFactory(PageFactory):
    class Meta:
        abstract = True

    @classmethod
    def default_parent(cls):
        return only(HomePageFactory)


class StandardPageFactory(BelowHomeFactory):
    class Meta:
        model = StandardPage

    title = factory.Sequence("Standing page {}".format)
    slug = factory.Sequence("standing-page-{}".format)


class ContactPageFactory(BelowHomeFactory):
    class Meta:
        model = ContactPage

    title = "Contact"
    slug = "contact"


class PracticeAreaIndexPageFactory(BelowHomeFactory):
    class Meta:
        model = PracticeAreaIndexPage

    title = "Practice areas"
    slug = "practice-areas"


class PracticeAreaPageFactory(PageFactory):
    class Meta:
        model = PracticeAreaPage

    title = factory.Sequence("Area {}".format)
    slug = factory.Sequence("area-{}".format)
    summary = "What the area covers."

    @classmethod
    def default_parent(cls):
        return only(PracticeAreaIndexPageFactory)


class AttorneyIndexPageFactory(BelowHomeFactory):
    class Meta:
        model = AttorneyIndexPage

    title = "Attorneys"
    slug = "attorneys"


class LanguageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Language
        django_get_or_create = ("code",)

    code = "es"
    name = "Spanish"


class AttorneyPageFactory(PageFactory):
    class Meta:
        model = AttorneyPage

    class Params:
        former = factory.Trait(is_former=True)

    title = factory.Sequence("Alex Sample{}".format)
    slug = factory.Sequence("attorney-{}".format)
    job_title = "Associate"
    summary = "Handles federal matters."

    _relations = ("practice_areas", "languages")

    @classmethod
    def default_parent(cls):
        return only(AttorneyIndexPageFactory)


class TestimonialIndexPageFactory(BelowHomeFactory):
    class Meta:
        model = TestimonialIndexPage

    title = "Testimonials"
    slug = "testimonials"


class TestimonialPageFactory(PageFactory):
    __test__ = False

    class Meta:
        model = TestimonialPage

    title = factory.Sequence("They answered {}".format)
    slug = factory.Sequence("testimonial-{}".format)
    body = "<p>They explained what would happen.</p>"
    attribution = "Sample testimonial"
    date = datetime.date(2024, 5, 1)

    @classmethod
    def default_parent(cls):
        return only(TestimonialIndexPageFactory)


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category
        django_get_or_create = ("slug",)

    name = factory.LazyAttribute(lambda category: category.slug.replace("-", " ").capitalize())
    slug = "sentencing"


class StaffAuthorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StaffAuthor
        django_get_or_create = ("name",)

    name = "Editorial desk"
    role = "Editors"


class BlogIndexPageFactory(BelowHomeFactory):
    class Meta:
        model = BlogIndexPage

    title = "Blog"
    slug = "blog"


class BlogPostPageFactory(PageFactory):
    """A post; ``authors`` takes attorneys and staff authors, ``tags`` names, ``footnotes`` texts by id."""

    class Meta:
        model = BlogPostPage

    title = factory.Sequence("Post {}".format)
    slug = factory.Sequence("post-{}".format)
    date = datetime.date(2024, 3, 21)
    category = factory.SubFactory(CategoryFactory)
    summary = "What the post says."
    body = factory.LazyFunction(lambda: [("text", "<p>Some words about procedure.</p>")])
    authors = factory.LazyFunction(lambda: [StaffAuthorFactory()])

    _relations = ("authors", "tags", "footnotes", "practice_areas")

    @classmethod
    def relate(cls, page, name, value):
        if name == "authors":
            for order, who in enumerate(value):
                key = "attorney" if isinstance(who, AttorneyPage) else "staff"
                page.authors.add(PostAuthor(sort_order=order, **{key: who}))
        elif name == "tags":
            page.tags.add(*value)
        elif name == "footnotes":
            for order, (key, text) in enumerate(value.items()):
                page.footnotes.add(page.footnotes.model(uuid=key, text=text, sort_order=order))
        else:
            super().relate(page, name, value)

    @classmethod
    def default_parent(cls):
        return only(BlogIndexPageFactory)


class ImageFactory(factory.django.DjangoModelFactory):
    """An image of one colour, ``size`` in pixels."""

    class Meta:
        model = FirmImage

    class Params:
        size = (1300, 900)
        color = "navy"

    title = factory.Sequence("Image {}".format)
    file = factory.LazyAttribute(lambda image: ImageFile(_png(image.size, image.color), name=f"{image.title}.png"))


def _png(size, color) -> BytesIO:
    stream = BytesIO()
    Image.new("RGB", size, color).save(stream, "PNG")
    stream.seek(0)
    return stream


class FirmSettingsFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FirmSettings
        django_get_or_create = ("site",)

    site = factory.LazyFunction(lambda: Site.objects.get(is_default_site=True))
    firm_name = "Sample Law"
    phone = "+12125550100"
    availability_label = "Answered 24 hours a day"


class OfficeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Office

    firm = factory.SubFactory(FirmSettingsFactory)
    name = factory.Sequence("Office {}".format)
    street = "1 Sample Street"
    city = "New York"
    region = "NY"
    postal_code = "10000"


class UserFactory(factory.django.DjangoModelFactory):
    """An account without any role; ``role`` names its group."""

    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    class Params:
        owner = factory.Trait(is_superuser=True, is_staff=True)

    username = factory.Sequence("user{}".format)
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.com")

    @factory.post_generation
    def role(self, create, extracted, **kwargs):
        if extracted:
            self.groups.add(Group.objects.get(name=extracted))
