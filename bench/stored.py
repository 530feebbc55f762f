"""Says which of the names given on stdin, a line each, are names of stored requests, and how often: JSON on stdout.

``python -m bench.stored`` with the settings of the site.
"""

import json
import os
import sys
from collections import Counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firm.settings.local")
django.setup()

from consultations.models import ConsultationRequest  # noqa: E402


def main() -> None:
    """Read the names of all requests and count."""
    asked = {line.rstrip("\n") for line in sys.stdin}
    names = (request.full_name for request in ConsultationRequest.objects.iterator())
    sys.stdout.write(json.dumps(Counter(name for name in names if name in asked)))


if __name__ == "__main__":
    main()
