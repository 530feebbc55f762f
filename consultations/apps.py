"""The consultations app: requests for a free consultation."""

from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    """The consultations app."""

    name = "consultations"
    verbose_name = "Consultations"
    public_urls = "consultations.urls"

    def ready(self):
        """Add the desk's vitals to those of the installation, and what backups do with requests and messages."""
        from consultations import backup_hooks
        from consultations.health_checks import SIGNS
        from firm.monitoring.health import register

        register(*SIGNS)
        backup_hooks.register()
