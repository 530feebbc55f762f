"""The blog app: posts, categories, feeds."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BlogConfig(AppConfig):
    name = "blog"
    verbose_name = "Blog"

    def ready(self):
        """Connect the signals, have the database file the posts."""
        from blog import filing, signals

        signals.connect()
        post_migrate.connect(lambda **kwargs: filing.install(), sender=self, weak=False, dispatch_uid="blog.filing")
