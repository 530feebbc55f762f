"""What is measured at two sizes: every kind of public page, and every list, filter and search of the staff.

``addresses()`` asks the database for what the addresses need (a deep page, a year, a reference), so that the same names
can be timed on a small site and on a large one that ``manage.py load_demo --posts N --requests N`` has filled.
"""

from dataclasses import dataclass

from blog.models import BlogIndexPage, Filing, Shelf, ShelfCount
from consultations.models import ConsultationRequest
from firm.models import Word
from firm.sitemap import part_count

QUEUE = "/admin/consultations/"
SETS = ("open", "mine", "unassigned", "overdue", "custody", "court", "quarantine", "closed", "all")
SORTS = ("-urgency", "court_date", "due_at", "status", "-status", "-submitted_at")


@dataclass(frozen=True)
class Address:
    """One line of the table. ``account`` is the demo's account that is signed in; nobody where it is empty."""

    name: str
    address: str
    account: str = ""


def addresses() -> list[Address]:
    """Return what is measured, as this database has it."""
    return [*_public(), *_desk(), *_pages()]


def _public() -> list[Address]:
    post = BlogIndexPage.objects.get().get_children().live().filter(slug__startswith="synthetic-").first()
    first = Filing.objects.on(Shelf.ALL).first()
    tag = ShelfCount.objects.filter(shelf=Shelf.TAG, posts__gt=0).order_by("-posts").first()
    last = max(1, ShelfCount.objects.get(shelf=Shelf.ALL).posts // 10)
    words = Word.objects.filter(text__startswith="b").order_by("-pk")
    found = {
        "home": "/",
        "practice areas": "/practice-areas/",
        "practice area": "/practice-areas/federal-crimes/",
        "directory": "/attorneys/",
        "attorney": "/attorneys/todd-spodek/",
        "testimonials": "/testimonials/",
        "blog": "/blog/",
        "blog, the page in the middle": f"/blog/?page={max(1, last // 2)}",
        "blog, the last page": "/blog/?page=999999",
        "category": f"/blog/category/{_category()}/",
        "tag": f"/blog/tag/{_tag(tag)}/",
        "year": f"/blog/archive/{first.date.year}/",
        "feed": "/blog/feed/",
        "post": post.url,
        "search for a common word": "/search/?q=procedure",
        "search for two common words": "/search/?q=notes+procedure",
        "search for a rare word": f"/search/?q={words.first().text}",
        "search for a mistyped word": "/search/?q=procedrue",
        "search for nothing": "/search/?q=zzzzzzzzqq",
        "the last page of a search": "/search/?q=procedure&page=999",
        "sitemap": "/sitemap.xml",
        "form": "/free-consultation/",
    }
    if part_count() > 1:
        found["a part of the sitemap"] = "/sitemap-2.xml"
    return [Address(name, address) for name, address in found.items()]


def _category() -> str:
    return BlogIndexPage.objects.get().get_children().live().specific().first().category.slug


def _tag(count) -> str:
    from_shelf = Filing.objects.on(Shelf.TAG, count.number).select_related("post").first()
    return from_shelf.post.tags.get(pk=count.number).slug


def _desk() -> list[Address]:
    request = ConsultationRequest.objects.order_by("-submitted_at").first()
    middle = max(1, min(ConsultationRequest.objects.count(), 10_000) // 100)
    found = {
        "dashboard": "/admin/",
        **{f"queue, {name}": f"{QUEUE}?set={name}" for name in SETS},
        **{f"queue, all, by {name}": f"{QUEUE}?set=all&ordering={name}" for name in SORTS},
        "queue, all, the page in the middle": f"{QUEUE}?set=all&p={middle}",
        "queue, declined": f"{QUEUE}?status=declined",
        "queue, of one area": f"{QUEUE}?set=all&practice_area=federal-crimes",
        "queue, nobody's": f"{QUEUE}?set=all&assignee=none",
        "queue, conflict check": f"{QUEUE}?set=all&conflict=open",
        "search for a reference": f"{QUEUE}?q={request.reference}",
        "search for a full name": f"{QUEUE}?q=hugo+baldun",
        "search for a number": f"{QUEUE}?q=212-555-0142",
        "search for an e-mail address": f"{QUEUE}?q=person-471@example.com",
        "one request": f"{QUEUE}{request.pk}/",
        "trail": f"{QUEUE}trail/",
        "undelivered mail": f"{QUEUE}messages/",
        "retention": f"{QUEUE}retention/",
    }
    return [Address(name, address, "intake_manager") for name, address in found.items()]


def _pages() -> list[Address]:
    blog = BlogIndexPage.objects.get()
    found = {
        "pages below the blog": f"/admin/pages/{blog.pk}/",
        "blog posts": "/admin/blog_posts/",
        "search among pages": "/admin/pages/search/?q=procedure",
    }
    return [Address(name, address, "owner") for name, address in found.items()]
