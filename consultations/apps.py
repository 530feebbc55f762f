"""The consultations app: requests for a free consultation."""

from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    """The consultations app."""

    name = "consultations"
    verbose_name = "Consultations"
    public_urls = "consultations.urls"
