"""The attorneys app: attorney profiles and client testimonials."""

from django.apps import AppConfig


class AttorneysConfig(AppConfig):
    name = "attorneys"
    verbose_name = "Attorneys"
    public_urls = "attorneys.urls"
