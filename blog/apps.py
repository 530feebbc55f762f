"""The blog app: posts, categories, feeds."""

from django.apps import AppConfig


class BlogConfig(AppConfig):
    """The blog app."""

    name = "blog"
    verbose_name = "Blog"

    def ready(self):
        """Connect the signals."""
        from blog import signals

        signals.connect()
