"""Settings of a server: everything from the environment, and nothing unsafe accepted."""

from firm.env import Environment, SettingError

for _name in ("DATABASE_URL", "ALLOWED_HOSTS", "EMAIL_URL", "DEFAULT_FROM_EMAIL", "FIELD_ENCRYPTION_KEYS"):
    Environment().text(_name)

from firm.settings.base import *  # noqa: E402, F403
from firm.settings.base import ALLOWED_HOSTS, IS_HTTPS  # noqa: E402

if not IS_HTTPS:
    raise SettingError("SITE_URL", "must start with https:// on a server.")
if "*" in ALLOWED_HOSTS:
    raise SettingError("ALLOWED_HOSTS", "must name the hosts; * would accept any.")
