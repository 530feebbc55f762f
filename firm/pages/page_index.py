"""An index of the pages that have children: few, however many pages there are. `firm.pages.routing` reads them all."""

from django.db import connection
from wagtail.models import Page

NAME, TABLE = "firm_pages_with_children", Page._meta.db_table


def install() -> None:
    """Make the index where it is missing: the table is Wagtail's, and a migration of its own may make it anew."""
    if TABLE in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE INDEX IF NOT EXISTS {NAME} ON {TABLE} (numchild) WHERE numchild > 0")
