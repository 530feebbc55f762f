"""The lowest app: what every other app shares."""

from django.apps import AppConfig
from django.core.checks import register


class FirmConfig(AppConfig):
    """The firm's site: pages, settings, images, and the registries that the other apps fill."""

    name = "firm"
    verbose_name = "Firm"

    def ready(self):
        """Connect the signals and register the house rules as system checks."""
        from firm import checks, signals

        signals.connect()
        register(checks.page_models_follow_the_house_rules)
