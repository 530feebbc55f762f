"""A database index of the pages that have children, which `firm.pages.routing` reads together."""

from django.db import connection
from wagtail.models import Page

NAME, TABLE = "firm_pages_with_children", Page._meta.db_table


def install() -> None:
    """Create the index unless it exists. The table is Wagtail's, and one of its migrations may rebuild it."""
    if TABLE in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE INDEX IF NOT EXISTS {NAME} ON {TABLE} (numchild) WHERE numchild > 0")
