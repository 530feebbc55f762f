"""Synthetic posts in any number, for measurements: ten years of posts with text, tags and authors.

They are written in batches, with all that publishing would write: tree position, site search and admin search. The
first is published normally; the others take its place in the tree from there.
"""

import datetime
import random
import uuid
from collections.abc import Callable, Iterator

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from taggit.models import Tag
from wagtail.models import Page, ReferenceIndex
from wagtail.search.backends import get_search_backend

from attorneys.models import AttorneyPage
from blog.models import BlogIndexPage, BlogPostPage, Category, PostAuthor, PostTag
from firm.bulk_insert import insert_children
from firm.models import PracticeAreaPage
from firm.pages.article import plain_text
from firm.search.site_search import note_pages

BATCH = 1000
DAYS = 10 * 365
PREFIX = "synthetic-"
PARAGRAPHS, SENTENCES = 4, 5
TAGS = tuple(f"Synthetic tag {number}" for number in range(1, 41))
#: Syllables of rare words, so that the vocabulary grows with the number of posts.
SYLLABLES = tuple(a + b for a in "bdfgjklmnprstv" for b in "aeiou")
_NAMESPACE = uuid.UUID("5b8a8c5d-2f6a-4a5e-8c07-3f3f5fd1a9c2")


def add(count: int, *, tell: Callable[[str], object]) -> int:
    """Bring the number of synthetic posts up to ``count``; return how many were added. Existing posts stay."""
    index = BlogIndexPage.objects.get()
    known = {
        int(number)
        for slug in index.get_children().filter(slug__startswith=PREFIX).values_list("slug", flat=True)
        if (number := slug.removeprefix(PREFIX)).isdigit()
    }
    missing = [number for number in range(1, count + 1) if number not in known]
    if not missing:
        return 0
    maker = Maker(index)
    for start in range(0, len(missing), BATCH):
        numbers = missing[start : start + BATCH]
        with transaction.atomic():
            maker.store([maker.post(number) for number in numbers])
        tell(f"{numbers[-1]:,} of {count:,} posts")
    return len(missing)


class Maker:
    """Creates the posts of a range of numbers; the same number gives the same post."""

    def __init__(self, index: BlogIndexPage) -> None:
        self._index = index
        self._categories = list(Category.objects.order_by("pk"))
        self._areas = list(PracticeAreaPage.objects.listed())
        self._attorneys = list(AttorneyPage.objects.current())
        self._tags = [Tag.objects.get_or_create(name=name, defaults={"slug": slugify(name)})[0] for name in TAGS]
        self._model = BlogPostPage.objects.child_of(index).live().exclude(slug__startswith=PREFIX).first()
        self._sentences = list(self._known_sentences())
        self._type = ContentType.objects.get_for_model(BlogPostPage)
        self._today = timezone.localdate()

    def _known_sentences(self) -> Iterator[str]:
        """The sentences of existing posts, from which synthetic ones are composed."""
        for post in BlogPostPage.objects.child_of(self._index).exclude(slug__startswith=PREFIX):
            for sentence in plain_text(post.body).split(". "):
                if 30 < len(sentence) < 300:
                    yield sentence.strip(" .").replace("<", "").replace("&", "and") + "."

    def post(self, number: int) -> BlogPostPage:
        """Return the post of that number, without a tree position yet."""
        chance = random.Random(number)  # noqa: S311 - sample data, nothing to guess
        day = self._today - datetime.timedelta(days=1 + chance.randrange(DAYS))
        moment = timezone.make_aware(datetime.datetime.combine(day, datetime.time(9, chance.randrange(60))))
        rare = "".join(chance.choices(SYLLABLES, k=4))
        title = f"Synthetic post {number}: notes on procedure"
        post = BlogPostPage(
            title=title,
            draft_title=title,
            slug=f"{PREFIX}{number}",
            url_path=f"{self._index.url_path}{PREFIX}{number}/",
            depth=self._index.depth + 1,
            content_type=self._type,
            locale_id=self._index.locale_id,
            translation_key=uuid.uuid5(_NAMESPACE, str(number)),
            live=True,
            first_published_at=moment,
            last_published_at=moment,
            latest_revision_created_at=moment,
            date=day,
            category=chance.choice(self._categories),
            summary=f"A made-up post for measuring, with the word {rare}.",
            image_id=self._model.image_id if self._model else None,
            body=[
                ("text", f"<p>{' '.join(chance.choices(self._sentences, k=SENTENCES))}</p>") for _ in range(PARAGRAPHS)
            ],
        )
        post._filed = (
            chance.choice(self._attorneys) if self._attorneys else None,
            chance.sample(self._tags, 2),
            chance.choice(self._areas) if self._areas else None,
        )
        return post

    def store(self, posts: list[BlogPostPage]) -> None:
        """Write the posts with all that publishing would write."""
        parent = Page.objects.select_for_update().get(pk=self._index.pk)
        self._place(parent, posts)
        pages = [
            Page(**{field.attname: getattr(post, field.attname) for field in Page._meta.concrete_fields})
            for post in posts
        ]
        Page.objects.bulk_create(pages)
        Page.objects.filter(pk=parent.pk).update(numchild=parent.numchild + len(posts))
        for post, page in zip(posts, pages, strict=True):
            post.pk = post.page_ptr_id = post.id = page.pk
        insert_children(BlogPostPage, posts)
        self._file(posts)
        note_pages(posts)
        get_search_backend().add_bulk(BlogPostPage, posts)

    def _place(self, parent: Page, posts: list[BlogPostPage]) -> None:
        """Give each post the next tree position below the blog."""
        last = parent.get_children().order_by("path").values_list("path", flat=True).last()
        step = Page._str2int(last[len(parent.path) :]) if last else 0
        for place, post in enumerate(posts, step + 1):
            post.path = Page._get_path(parent.path, post.depth, place)

    def _file(self, posts: list[BlogPostPage]) -> None:
        """Write authors, tags and practice areas, and what refers to the picture."""
        PostAuthor.objects.bulk_create(
            [PostAuthor(post=post, attorney=post._filed[0], sort_order=0) for post in posts if post._filed[0]]
        )
        PostTag.objects.bulk_create([PostTag(content_object=post, tag=tag) for post in posts for tag in post._filed[1]])
        through = BlogPostPage.practice_areas.field.remote_field.through
        through.objects.bulk_create(
            [through(blogpostpage=post, practiceareapage=post._filed[2]) for post in posts if post._filed[2]]
        )
        ReferenceIndex.objects.bulk_create([row for post in posts for row in _references(post)])


def _references(post: BlogPostPage) -> Iterator[ReferenceIndex]:
    """Yield the reference index entries of a post's category and picture."""
    for name in ("category", "image"):
        value = getattr(post, f"{name}_id")
        if value is not None:
            yield ReferenceIndex(
                content_type=ContentType.objects.get_for_model(BlogPostPage),
                base_content_type=ContentType.objects.get_for_model(Page),
                object_id=str(post.pk),
                to_content_type=ContentType.objects.get_for_model(BlogPostPage._meta.get_field(name).related_model),
                to_object_id=str(value),
                model_path=name,
                content_path=name,
                content_path_hash=ReferenceIndex._get_content_path_hash(name),
            )
