#!/usr/bin/env python
"""Entry point of the management commands."""

import os
import sys


def main() -> None:
    """Run the command named on the command line, by default with the settings of ``make run``."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firm.settings.local")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
