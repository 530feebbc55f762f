"""The attorneys app: who works at the firm, and what clients say about them."""

from django.apps import AppConfig


class AttorneysConfig(AppConfig):
    """The attorneys app."""

    name = "attorneys"
    verbose_name = "Attorneys"
    public_urls = "attorneys.urls"
