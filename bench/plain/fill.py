"""Fills the plain site with the demo's texts and pictures: ``manage.py fill CONTENT.json``."""

import datetime
import json
from pathlib import Path

from django.core.files.images import ImageFile
from django.core.management.base import BaseCommand
from home.models import Author, BlogIndexPage, BlogPage, BlogPageAuthor, HomePage, SectionIndexPage, SectionPage
from wagtail.images.models import Image
from wagtail.models import Page, Site


class Command(BaseCommand):
    """Make the pages."""

    def add_arguments(self, parser):
        """Add the file with the content."""
        parser.add_argument("content", type=Path)

    def handle(self, *args, **options):
        """Make home, the blog, and the other sections."""
        content = json.loads(options["content"].read_text())
        self.images = {key: self._image(key, path) for key, path in content["images"].items()}
        home = HomePage.objects.get()
        for field, value in self._fields(content["home"]).items():
            setattr(home, field, value)
        home.save_revision().publish()
        Site.objects.update(hostname="127.0.0.1", site_name="The firm")
        blog = self._below(home, BlogIndexPage(title="Blog", slug="blog", show_in_menus=True))
        for entry in content["posts"]:
            self._post(blog, entry)
        for section in content["sections"]:
            index = self._below(
                home, SectionIndexPage(title=section["title"], slug=section["slug"], show_in_menus=True)
            )
            for entry in section["pages"]:
                self._below(index, SectionPage(slug=entry["slug"], **self._fields(entry)))

    def _below(self, parent: Page, page: Page) -> Page:
        parent.add_child(instance=page)
        page.save_revision().publish()
        return page

    def _image(self, key: str, path: str) -> Image:
        with Path(path).open("rb") as file:
            return Image.objects.create(title=key, file=ImageFile(file, name=Path(path).name))

    def _fields(self, entry: dict) -> dict:
        body = [(kind, self.images[value] if kind == "image" else value) for kind, value in entry["body"]]
        return {
            "title": entry["title"],
            "introduction": entry["introduction"],
            "image": self.images.get(entry["image"]),
            "body": body,
            "search_description": entry.get("description", ""),
        }

    def _post(self, blog: BlogIndexPage, entry: dict) -> None:
        date = datetime.date.fromisoformat(entry["date"])
        post = BlogPage(slug=entry["slug"], date=date, **self._fields(entry))
        for name in entry["authors"]:
            post.post_authors.add(BlogPageAuthor(author=Author.objects.get_or_create(name=name)[0]))
        post.tags.add(*entry["tags"])
        self._below(blog, post)
