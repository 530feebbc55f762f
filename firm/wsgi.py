"""The WSGI application: the site, inside the page cache, inside the request log."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firm.settings.production")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from firm.middleware import ReadableCharset, scheme_reader  # noqa: E402
from firm.monitoring.metrics import start_meter  # noqa: E402
from firm.monitoring.request_log import RequestLog  # noqa: E402
from firm.page_cache.middleware import PageCache  # noqa: E402

application = ReadableCharset(application)
if not settings.DEBUG:
    application = PageCache(application, scheme_of=scheme_reader())
    application = RequestLog(application, meter=start_meter(), cached_every=settings.LOG_CACHED_EVERY)
