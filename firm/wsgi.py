"""The WSGI application that a server process loads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firm.settings.production")

application = get_wsgi_application()
