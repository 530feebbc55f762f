"""The consultations app: requests for a free consultation."""

from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    """The consultations app."""

    name = "consultations"
    verbose_name = "Consultations"
    public_urls = "consultations.urls"

    def ready(self):
        """Register the desk's health checks, and what backups do with requests and messages."""
        from consultations import backup_hooks
        from consultations.health_checks import CHECKS
        from firm.monitoring.health import register

        register(*CHECKS)
        backup_hooks.register()
