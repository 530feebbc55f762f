"""The rows of the table, each a module with ``TITLE`` and ``measure(options)``, in the order of the table."""

from bench.rows import cached, cold, first_visit, form, scale, stack, start

ROWS = {
    "stack": stack,
    "cached": cached,
    "cold": cold,
    "scale": scale,
    "first-visit": first_visit,
    "form": form,
    "start": start,
}
