"""Settings of a server: everything from the environment, and nothing unsafe accepted."""

from firm.settings.environment import Environment

for _name in ("DATABASE_URL", "ALLOWED_HOSTS", "EMAIL_URL", "DEFAULT_FROM_EMAIL", "FIELD_ENCRYPTION_KEYS"):
    Environment().text(_name)

from firm.settings.base import *  # noqa: E402, F403
from firm.settings.safety import refuse_unsafe  # noqa: E402

refuse_unsafe(globals() | {"EMAIL_ADDRESS": Environment().text("EMAIL_URL")})
