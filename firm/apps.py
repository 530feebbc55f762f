"""The base app, which all other apps import."""

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import register
from django.db.models.signals import post_migrate


class FirmConfig(AppConfig):
    """Pages, settings, images, and the registries that the other apps fill."""

    name = "firm"
    verbose_name = "Firm"

    def ready(self):
        from firm import admin_widgets, checks, signals  # noqa: F401 (connects receivers)
        from firm.accounts import receivers  # noqa: F401
        from firm.accounts.secret_rotation import AuthenticatorSecrets
        from firm.encryption.key_rotation import OTHER_TABLES
        from firm.monitoring import backup_checks, health, health_checks, sentry, task_logs  # noqa: F401
        from firm.page_cache import invalidation
        from firm.pages import page_index
        from firm.search import fulltext_index

        if settings.SENTRY_DSN:
            sentry.start(settings.SENTRY_DSN)
        OTHER_TABLES.append(AuthenticatorSecrets)
        admin_widgets.install()
        self.installers = (invalidation.install, fulltext_index.install, page_index.install)
        post_migrate.connect(self.after_migrations, sender=self)
        register(checks.page_models_follow_the_house_rules)
        health.register(*health_checks.CHECKS, *backup_checks.CHECKS)

    def after_migrations(self, **kwargs):
        for install in self.installers:
            install()
