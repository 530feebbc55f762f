"""The rows of the table, each a module with ``TITLE`` and ``measure(options)``, in the order of the table."""

from bench.rows import cached, cold, first_visit, form, scale, size, stack, start

ROWS = {
    "size": size,
    "stack": stack,
    "cached": cached,
    "cold": cold,
    "scale": scale,
    "form": form,
    "start": start,
    "first-visit": first_visit,
}
