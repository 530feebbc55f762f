"""Settings of ``make run``: the production code path on embedded defaults, all state under ``var/``."""

import os

from firm.settings.local_secrets import local_secrets

_host = os.environ.get("HOST", "127.0.0.1")
_port = os.environ.get("PORT", "8000")
os.environ.setdefault("SITE_URL", f"http://{'127.0.0.1' if _host in {'0.0.0.0', '::'} else _host}:{_port}")
os.environ.setdefault("ALLOWED_HOSTS", f"127.0.0.1,localhost,[::1],{_host}")
os.environ.setdefault("REQUIRE_SECOND_FACTOR", "no")  # the demo
os.environ.setdefault("LOG_FORMAT", "line")
for _name, _value in local_secrets().items():
    os.environ.setdefault(_name, _value)

from firm.settings.base import *  # noqa: E402, F403
from firm.settings.base import ALLOWED_HOSTS, DATA_DIR, env  # noqa: E402

if "EMAIL_URL" not in os.environ:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
CSRF_TRUSTED_ORIGINS = [f"http://{_name}:{_port}" for _name in ALLOWED_HOSTS]
env.check()
