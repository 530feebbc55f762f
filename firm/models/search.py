"""The plain text of published pages, for search excerpts and spelling suggestions."""

from django.db import models
from wagtail.models import Page


class PageText(models.Model):
    """The text of one published page. Written on publish, deleted on unpublish."""

    page = models.OneToOneField(Page, on_delete=models.CASCADE, primary_key=True, related_name="+")
    title = models.CharField(max_length=255, blank=True)
    summary = models.TextField(blank=True)
    text = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"Text of page {self.page_id}"

    @property
    def words(self) -> str:
        return f"{self.title} {self.summary} {self.text}"


class Word(models.Model):
    """A word that occurs on the site, in lower case."""

    text = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.text
