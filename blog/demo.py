"""The demo's blog posts: the brief's, further ones, and any number of synthetic ones."""

import datetime
from pathlib import Path

from django.utils import timezone

from blog import synthetic
from blog.models import BlogIndexPage, BlogPostPage, Category, PostAuthor, StaffAuthor
from firm.demo import Demo, add_footnotes, read

CONTENT = Path(__file__).parent / "demo_content"
ATTORNEYS = CONTENT.parent.parent / "attorneys" / "demo_content" / "attorneys.toml"
STAFF_MARK = "staff:"


def load(demo: Demo) -> None:
    index = demo.child(
        demo.home,
        BlogIndexPage(
            title="Blog",
            slug="blog",
            introduction="How criminal cases really move, in plain words, with the sources beneath.",
        ),
    )
    categories = {
        entry["slug"]: Category.objects.get_or_create(slug=entry["slug"], defaults=entry)[0]
        for entry in read(CONTENT / "categories.toml")["category"]
    }
    staff = {
        entry["slug"]: StaffAuthor.objects.get_or_create(
            name=entry["name"], defaults={"role": entry["role"][:80], "bio": entry["bio"][:400]}
        )[0]
        for entry in read(ATTORNEYS)["staff_author"]
    }
    entries = sorted((read(path) for path in (CONTENT / "posts").glob("*.toml")), key=lambda entry: entry["date"])
    for entry in entries:
        if not index.get_children().filter(slug=entry["slug"]).exists():
            post = demo.child(index, _post(demo, entry, categories, staff))
            _date(post, entry)
    demo.pages["blog"] = index


def _post(demo: Demo, entry: dict, categories: dict, staff: dict) -> BlogPostPage:
    slug = entry["slug"]
    post = BlogPostPage(
        title=entry["title"],
        slug=slug,
        seo_title=entry.get("seo_title", ""),
        search_description=entry.get("search_description", ""),
        date=entry["date"],
        category=categories[entry["category"]],
        summary=entry["summary"],
        image=demo.image(entry["image"]) if entry.get("image") else None,
        body=demo.writer(slug).stream(entry["body"]),
        reviewed_on=entry.get("reviewed"),
        reviewed_by=demo.attorneys.get(entry.get("reviewed_by", "")),
        owner=demo.staff.get("editor"),
    )
    for order, name in enumerate(entry["authors"]):
        is_staff = name.startswith(STAFF_MARK)
        who = {"staff": staff[name.removeprefix(STAFF_MARK)]} if is_staff else {"attorney": demo.attorneys[name]}
        post.authors.add(PostAuthor(sort_order=order, **who))
    post.tags.add(*entry["tags"])
    post.practice_areas = [demo.practice_areas[area] for area in entry.get("practice_areas", [])]
    add_footnotes(post, slug, entry.get("footnote", []))
    return post


def _date(post: BlogPostPage, entry: dict) -> None:
    """Set a post's dates to its own past."""
    first, last = (_morning(entry.get(key) or entry["date"]) for key in ("date", "updated"))
    BlogPostPage.objects.filter(pk=post.pk).update(first_published_at=first, last_published_at=last)


def _morning(date: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(date, datetime.time(9)))


def add_synthetic(demo: Demo) -> None:
    """Add ``demo.posts`` synthetic posts, once the whole demo is there."""
    if demo.posts:
        synthetic.add(demo.posts, tell=demo.tell)
