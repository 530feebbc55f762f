"""The rows of the table, each a module with ``TITLE`` and ``measure(options)``, in the order of the table."""

from bench.rows import cached, cold, form, start

ROWS = {"cached": cached, "cold": cold, "form": form, "start": start}
