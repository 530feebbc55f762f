"""Settings of ``make dev``: as ``make run``, with readable tracebacks and no hashing of static files."""

from firm.settings.local import *  # noqa: F403
from firm.settings.local import STORAGES

DEBUG = True
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
