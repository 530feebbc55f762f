"""The lowest app: what every other app shares."""

from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import post_migrate


class FirmConfig(AppConfig):
    """The firm's site: pages, settings, images, and the registries that the other apps fill."""

    name = "firm"
    verbose_name = "Firm"

    def ready(self):
        """Connect the signals, register the house rules as system checks, watch over changes of public content."""
        from firm import admin_widgets, changes, checks, search_index, signals

        signals.connect()
        admin_widgets.install()
        post_migrate.connect(lambda **kwargs: changes.install(), sender=self, weak=False, dispatch_uid="firm.changes")
        post_migrate.connect(
            lambda **kwargs: search_index.install(), sender=self, weak=False, dispatch_uid="firm.search_index"
        )
        register(checks.page_models_follow_the_house_rules)
