"""That what is kept is made anew by every change an editor can make, found by itself for each type, field and block."""

import datetime
from itertools import count

import pytest
import time_machine
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import models
from django.utils import timezone
from phonenumber_field.modelfields import PhoneNumberField
from wagtail import blocks
from wagtail.blocks.stream_block import StreamBlock
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents import get_document_model
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageBlock, ImageChooserBlock
from wagtail.models import Page, get_page_models
from wagtail.snippets.blocks import SnippetChooserBlock

from attorneys.models import AttorneyPage, Language
from attorneys.models import TestimonialPage as Testimonial
from blog.models import BlogPostPage, Category, PostAuthor, StaffAuthor
from consultations.models import ConsultationPage
from firm.models import FirmImage, FirmSettings, Office, PracticeAreaPage, StandardPage
from firm.models.base import BasePage
from firm.page_cache import state
from firm.pages.renditions import prepare
from tests import factories
from tests.firm.page_cache.test_middleware import Reply, Site, environ_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_connection")]

#: Page types whose answers are never kept, so that there is nothing to be stale.
NEVER_KEPT = {ConsultationPage}
KINDS = sorted(
    {model for model in get_page_models() if issubclass(model, BasePage)} - NEVER_KEPT, key=lambda model: model.__name__
)
#: What no public page shows, each with the reason.
NOT_DRAWN = {
    "StandardPage.shows_contents": "a page without headings has no contents",
    "TestimonialPage.is_featured": "only the order of the home page, which has its own test",
    "TestimonialPage.source_url": "needs a source, which is another field",
    "Office.country": "in structured data, where every office has it",
}
_number = count(1)


@pytest.fixture
def site(demo_site):
    return Site()


def words() -> str:
    return f"Changed words {next(_number)}"


def fresh(path: str, monkeypatch) -> tuple[int, str]:
    """What the site answers with nothing kept and nothing remembered."""
    with monkeypatch.context() as patch:
        patch.setattr(state, "process_cache", state.ProcessCache())
        reply = Reply(WSGIHandler(), environ_of(path))
    return reply.status, reply.text


def kept(site, path: str) -> tuple[int, str]:
    reply = site.get(path)
    return reply.status, reply.text


def page_of(model):
    pages = model.objects.live().order_by("path")
    if model is AttorneyPage:
        pages = pages.filter(is_former=False)
    return pages.first().specific


def addresses_around(page) -> list[str]:
    """The page's own address, those of lists that show it, and that of a page below it."""
    near = {page.get_url(), page.get_parent().get_url() or "/", "/"}
    near |= {below.get_url() for below in page.get_children().live()[:1]}
    return sorted(near)


def assert_made_anew(site, addresses, before, monkeypatch, *, is_drawn=True):
    after = {path: kept(site, path) for path in addresses}
    assert after == {path: fresh(path, monkeypatch) for path in addresses}
    assert not is_drawn or after != before


# --- Fields ---------------------------------------------------------------------------------------


def fields_of(model) -> list[str]:
    """What an editor can change of a row, streams and addresses apart."""
    own = [
        field.name
        for field in model._meta.local_concrete_fields
        if field.editable
        and not field.primary_key
        and not isinstance(field, StreamField)
        and not getattr(field.remote_field, "parent_link", False)
        and field.name not in {"site", "firm", "sort_order", "slug"}
    ]
    return [*(["title", "seo_title", "search_description"] if issubclass(model, Page) else []), *own]


def another(owner, field):
    """Return a value of the field that the owner does not have."""
    now = getattr(owner, field.name)
    if isinstance(field, models.ForeignKey):
        if field.related_model is FirmImage:
            image = factories.ImageFactory()
            prepare(image, ["social"])
            return image
        return field.related_model._default_manager.exclude(pk=getattr(owner, field.attname)).first()
    if field.choices:
        return next(value for value, _ in field.choices if value != now)
    if isinstance(field, PhoneNumberField):
        return f"+121255501{next(_number) % 90 + 10}"
    if isinstance(field, models.BooleanField):
        return not now
    if isinstance(field, models.DateField):
        return datetime.date(2019, 5, next(_number) % 28 + 1)
    if isinstance(field, models.IntegerField):
        return 4 if now != 4 else 3
    if isinstance(field, models.EmailField):
        return f"changed{next(_number)}@example.com"
    if isinstance(field, models.URLField):
        return f"https://example.com/{next(_number)}"
    return words()[-(field.max_length or 200) :]


def of_pages() -> list:
    return [pytest.param(model, name, id=f"{model.__name__}.{name}") for model in KINDS for name in fields_of(model)]


@pytest.mark.parametrize(("model", "name"), of_pages())
def test_a_published_field_is_seen_and_a_draft_is_not(site, monkeypatch, model, name):
    page = page_of(model)
    addresses, value = addresses_around(page), another(page, page._meta.get_field(name))
    before = {path: kept(site, path) for path in addresses}
    made = len(site.made)
    setattr(page, name, value)
    revision = page.save_revision()
    assert {path: kept(site, path) for path in addresses} == before
    assert len(site.made) == made
    revision.publish()
    assert_made_anew(site, addresses, before, monkeypatch, is_drawn=f"{model.__name__}.{name}" not in NOT_DRAWN)


ROWS = {
    FirmSettings: lambda: FirmSettings.objects.get(),
    Office: lambda: Office.objects.order_by("sort_order").first(),
    Category: lambda: BlogPostPage.objects.live().first().category,
    StaffAuthor: lambda: PostAuthor.objects.filter(staff__isnull=False).first().staff,
    Language: lambda: AttorneyPage.objects.live().filter(languages__isnull=False).first().languages.first(),
}


def of_rows() -> list:
    return [pytest.param(model, name, id=f"{model.__name__}.{name}") for model in ROWS for name in fields_of(model)]


@pytest.mark.parametrize(("model", "name"), of_rows())
def test_a_saved_field_of_settings_and_snippets_is_seen(site, monkeypatch, model, name):
    row = ROWS[model]()
    post = page_of(BlogPostPage)
    addresses = ["/", "/contact/", "/attorneys/", "/blog/", post.get_url(), page_of(AttorneyPage).get_url()]
    if model is StaffAuthor:
        addresses.append(PostAuthor.objects.filter(staff=row, post__live=True).first().post.get_url())
    if model is Language:
        addresses.append(AttorneyPage.objects.live().filter(languages=row, is_former=False).first().get_url())
    if model is Category:
        addresses.append(f"/blog/category/{row.slug}/")
    addresses.append(page_of(Testimonial).get_url())
    before = {path: kept(site, path) for path in addresses}
    setattr(row, name, another(row, row._meta.get_field(name)))
    row.save()
    assert_made_anew(site, addresses, before, monkeypatch, is_drawn=f"{model.__name__}.{name}" not in NOT_DRAWN)


# --- Blocks ---------------------------------------------------------------------------------------


def raw(block, text: str):
    """Return a stored value of a block in which every text is ``text``. Raises on a kind of block that is new here."""
    if isinstance(block, ImageBlock):
        return {"image": raw_id(FirmImage), "alt_text": text, "decorative": False}
    if isinstance(block, ImageChooserBlock):
        return raw_id(FirmImage)
    if isinstance(block, DocumentChooserBlock):
        return raw_id(get_document_model())
    if isinstance(block, blocks.PageChooserBlock):
        return page_of(
            block.page_type and block.target_model if block.target_model is not Page else PracticeAreaPage
        ).pk
    if isinstance(block, SnippetChooserBlock):
        return None
    if isinstance(block, TypedTableBlock):
        column = {"type": next(iter(block.child_blocks)), "heading": text}
        cell = raw(next(iter(block.child_blocks.values())), text)
        return {"columns": [column], "rows": [{"values": [cell]}], "caption": text}
    if isinstance(block, StreamBlock):
        return [{"type": name, "value": raw(child, text)} for name, child in block.child_blocks.items()]
    if isinstance(block, blocks.StructBlock):
        return {name: raw(child, text) for name, child in block.child_blocks.items()}
    if isinstance(block, blocks.ListBlock):
        return [raw(block.child_block, text)]
    return raw_leaf(block, text)


def chosen_page(block):
    model = block.target_models[0]
    return page_of(PracticeAreaPage if model is Page else model)


def raw_leaf(block, text: str):
    for kind, value in (
        (blocks.RichTextBlock, f"<p>{text}</p>"),
        (blocks.MultipleChoiceBlock, lambda: [first_choice(block)]),
        (blocks.ChoiceBlock, lambda: first_choice(block)),
        (blocks.IntegerBlock, 2),
        (blocks.BooleanBlock, True),
        (blocks.DateBlock, "2024-05-01"),
        (blocks.TimeBlock, "09:00:00"),
        (blocks.URLBlock, f"https://example.com/{text.rpartition(' ')[2]}"),
        ((blocks.CharBlock, blocks.TextBlock), text),
    ):
        if isinstance(block, kind):
            return value() if callable(value) else value
    raise NotImplementedError(f"Say here what a {type(block).__name__} stores")


def first_choice(block) -> str:
    return next(value for value, _ in block.field.choices if value)


def raw_id(model) -> int:
    found = model.objects.first()
    if found is None and model is FirmImage:
        found = factories.ImageFactory()
    return found.pk if found else None


OWNERS = [*KINDS, FirmSettings, Office]


def of_blocks() -> list:
    return [
        pytest.param(model, field.name, name, id=f"{model.__name__}.{field.name}.{name}")
        for model in OWNERS
        for field in model._meta.local_concrete_fields
        if isinstance(field, StreamField)
        for name in field.stream_block.child_blocks
    ]


@pytest.mark.parametrize(("model", "field", "name"), of_blocks())
def test_a_changed_block_is_seen(site, monkeypatch, model, field, name):
    owner = ROWS[model]() if model in ROWS else page_of(model)
    addresses = [owner.get_url()] if isinstance(owner, Page) else ["/", "/contact/"]
    block = owner._meta.get_field(field).stream_block.child_blocks[name]

    def publish(text: str) -> None:
        setattr(owner, field, owner._meta.get_field(field).to_python([{"type": name, "value": raw(block, text)}]))
        owner.save_revision().publish() if isinstance(owner, Page) else owner.save()

    former, latest = words(), words()
    before = {path: kept(site, path) for path in addresses}
    publish(former)
    assert_made_anew(site, addresses, before, monkeypatch)
    before = {path: kept(site, path) for path in addresses}
    publish(latest)
    is_worded = any(former in text for _, text in before.values())
    assert_made_anew(site, addresses, before, monkeypatch, is_drawn=is_worded)
    assert not any(former in text for _, text in (kept(site, path) for path in addresses))


# --- Ways of changing -----------------------------------------------------------------------------


def extra_page(parent=None) -> StandardPage:
    return factories.StandardPageFactory(parent=parent or Page.objects.get(depth=2).specific)


def scheduled(page, **when):
    for name, value in when.items():
        setattr(page, name, value)
    page.title = words()
    page.save_revision().publish()
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=2)):
        call_command("publish_scheduled")


def soon():
    return timezone.now() + datetime.timedelta(hours=1)


def address_changed(page):
    page.slug = f"moved-{next(_number)}"
    page.save_revision().publish()


WAYS = {
    "unpublish": (lambda page: page.unpublish(), 404),
    "delete": (lambda page: page.delete(), 404),
    "move": (lambda page: page.move(extra_page(), pos="last-child"), 301),
    "another address": (address_changed, 404),
    "expiry": (lambda page: scheduled(page, expire_at=soon()), 404),
    "going live": (lambda page: scheduled(page, go_live_at=soon()), 200),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_page_that_goes_or_comes_is_seen(site, monkeypatch, way):
    act, status = WAYS[way]
    page = extra_page()
    before = {page.url: kept(site, page.url)}
    assert before[page.url][0] == 200
    act(page)
    assert_made_anew(site, list(before), before, monkeypatch)
    assert kept(site, next(iter(before)))[0] == status


@pytest.mark.parametrize(
    ("model", "listed_at"),
    [(BlogPostPage, "/blog/"), (AttorneyPage, "/attorneys/"), (Testimonial, "/testimonials/")],
)
def test_what_is_listed_leaves_the_list_with_its_page(site, monkeypatch, model, listed_at):
    page = page_of(model)
    addresses = [listed_at, "/", "/sitemap.xml"]
    before = {path: kept(site, path) for path in addresses}
    page.unpublish()
    assert_made_anew(site, addresses, before, monkeypatch)
    assert page.get_url() not in kept(site, "/sitemap.xml")[1]
    page.save_revision().publish()
    assert page.get_url() in kept(site, "/sitemap.xml")[1]


def test_a_new_testimonial_is_seen(site, monkeypatch):
    kept(site, "/testimonials/")
    page = factories.TestimonialPageFactory(title=words(), date=timezone.localdate())
    assert page.title in kept(site, "/testimonials/")[1]


def test_a_picture_that_is_replaced_or_described_anew_is_seen(site, monkeypatch):
    page, image = extra_page(), factories.ImageFactory(description="As it was")
    page.body = [("image", {"image": image, "caption": ""})]
    page.save_revision().publish()
    assert "As it was" in kept(site, page.url)[1]
    image.description = described = words()
    image.save()
    assert described in kept(site, page.url)[1]
    image.file = factories.ImageFactory().file
    image.save()
    assert image.file.url in kept(site, page.url)[1]


def test_a_page_type_that_is_never_kept_says_so():
    assert {model for model in NEVER_KEPT if model.is_cached} == set()
