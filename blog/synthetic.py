"""Synthetic posts, for measurements: ten years of posts with text, tags and authors."""

import datetime
import random
from collections.abc import Callable, Iterator

from django.db import transaction
from django.utils import timezone

from attorneys.models import AttorneyPage
from blog.models import BlogIndexPage, BlogPostPage, Category, PostAuthor
from firm.models import PracticeAreaPage
from firm.pages.article import plain_text
from firm.search.site_search import note_pages

BATCH = 500
DAYS = 10 * 365
PREFIX = "synthetic-"
PARAGRAPHS, SENTENCES = 4, 5
TAGS = tuple(f"Synthetic tag {number}" for number in range(1, 41))
#: Syllables of rare words, so that the vocabulary grows with the number of posts.
SYLLABLES = tuple(a + b for a in "bdfgjklmnprstv" for b in "aeiou")


def add(count: int, *, tell: Callable[[str], object]) -> int:
    """Bring the number of synthetic posts up to ``count``; return how many were added. Existing posts stay."""
    index = BlogIndexPage.objects.get()
    known = set(index.get_children().filter(slug__startswith=PREFIX).values_list("slug", flat=True))
    missing = [number for number in range(1, count + 1) if f"{PREFIX}{number}" not in known]
    make = Maker(index)
    for start in range(0, len(missing), BATCH):
        numbers = missing[start : start + BATCH]
        with transaction.atomic():
            note_pages([index.add_child(instance=make(number)) for number in numbers])
        tell(f"{numbers[-1]:,} of {count:,} posts")
    return len(missing)


class Maker:
    """Creates the posts of a range of numbers; the same number gives the same post."""

    def __init__(self, index: BlogIndexPage) -> None:
        self._categories = list(Category.objects.order_by("pk"))
        self._areas = list(PracticeAreaPage.objects.listed())
        self._attorneys = list(AttorneyPage.objects.listed())
        real = BlogPostPage.objects.child_of(index).exclude(slug__startswith=PREFIX)
        self._model = real.live().first()
        self._sentences = list(_sentences(real))
        self._today = timezone.localdate()

    def __call__(self, number: int) -> BlogPostPage:
        """Return the post of that number, without a tree position yet."""
        chance = random.Random(number)  # noqa: S311 - sample data, nothing to guess
        day = self._today - datetime.timedelta(days=1 + chance.randrange(DAYS))
        moment = timezone.make_aware(datetime.datetime.combine(day, datetime.time(9, chance.randrange(60))))
        rare = "".join(chance.choices(SYLLABLES, k=4))
        post = BlogPostPage(
            title=f"Synthetic post {number}: notes on procedure",
            slug=f"{PREFIX}{number}",
            first_published_at=moment,
            last_published_at=moment,
            date=day,
            category=chance.choice(self._categories),
            summary=f"A made-up post for measuring, with the word {rare}.",
            image_id=self._model.image_id if self._model else None,
            body=[
                ("text", f"<p>{' '.join(chance.choices(self._sentences, k=SENTENCES))}</p>") for _ in range(PARAGRAPHS)
            ],
        )
        post.authors.add(PostAuthor(attorney=chance.choice(self._attorneys)))
        post.tags.add(*chance.sample(TAGS, 2))
        post.practice_areas = [chance.choice(self._areas)]
        return post


def _sentences(posts) -> Iterator[str]:
    """Yield the sentences of existing posts, of which synthetic ones are composed."""
    for post in posts:
        for sentence in plain_text(post.body).split(". "):
            if 30 < len(sentence) < 300:
                yield sentence.strip(" .").replace("<", "").replace("&", "and") + "."
