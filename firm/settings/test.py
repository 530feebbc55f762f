"""Settings of the test suite: fast password hashes, mail in memory, files in a temporary folder."""

import os
import tempfile

_folder = tempfile.mkdtemp(prefix="firm-tests-")
os.environ.update(
    SECRET_KEY="only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz",
    FIELD_ENCRYPTION_KEYS="MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    SITE_URL="http://testserver",
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
    DATA_DIR=_folder,
    REQUIRE_SECOND_FACTOR="no",
)
os.environ.pop("EMAIL_URL", None)

from firm.settings.base import *  # noqa: E402, F403
from firm.settings.base import BASE_DIR, STORAGES, env  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
WSGI_APPLICATION = None
TASKS = {
    "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"},
    "worker": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"},
}
STATIC_ROOT = BASE_DIR / "var" / "test-static"
env.check()
