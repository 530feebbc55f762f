"""When the site's TLS certificate expires, as a browser sees it. Measured by the worker."""

import socket
import ssl
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from firm.models import Measurement

MEASUREMENT = "certificate"
TIMEOUT = 10


def measure_certificate() -> None:
    """Store the days left; negative when browsers refuse the certificate. Does nothing without TLS."""
    if settings.IS_HTTPS:
        site = urlsplit(settings.SITE_URL)
        Measurement.objects.note(MEASUREMENT, days_left(site.hostname, site.port or 443), timezone.now())


def days_left(host: str, port: int) -> float | None:
    """Return the days until the certificate expires; -1 when it is invalid, None when the host does not answer."""
    try:
        with (
            socket.create_connection((host, port), timeout=TIMEOUT) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as connection,
        ):
            ends = ssl.cert_time_to_seconds(connection.getpeercert()["notAfter"])
    except ssl.SSLCertVerificationError:
        return -1.0
    except OSError:
        return None
    return (ends - timezone.now().timestamp()) / 86_400
