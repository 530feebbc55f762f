"""Settings of a server: everything from the environment, and nothing unsafe accepted."""

from firm.settings.base import *  # noqa: F403
from firm.settings.base import env
from firm.settings.safety import problems_in

for _name in ("DATABASE_URL", "ALLOWED_HOSTS", "EMAIL_URL", "DEFAULT_FROM_EMAIL"):
    env.text(_name)
env.problems += problems_in(globals() | {"EMAIL_ADDRESS": env.text("EMAIL_URL", "")})
env.check()
