"""Admin lists of all pages of one type."""

from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.ui.tables.pages import BulkActionsColumn, PageStatusColumn, PageTitleColumn
from wagtail.admin.views.pages.search import SearchView
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.models import Page

# Wagtail's search view shows this name after “1-2 of 2”, but does not set it.
SearchView.verbose_name, SearchView.verbose_name_plural = Page._meta.verbose_name, Page._meta.verbose_name_plural


class PageListingMenuItem(MenuItem):
    """A menu item for staff with permissions on pages; hidden from intake staff."""

    def is_shown(self, request) -> bool:
        return user_has_any_page_permission(request.user)


class PageListing(PageListingViewSet):
    add_to_admin_menu = True
    menu_item_class = PageListingMenuItem


def page_columns(*between: Column) -> list[Column]:
    """Return the columns of a list of pages, with the type's own between title and state."""
    return [
        BulkActionsColumn("bulk_actions"),
        PageTitleColumn("title", label="Title", sort_key="title", classname="title"),
        *between,
        DateColumn("latest_revision_created_at", label="Edited", sort_key="latest_revision_created_at", width="12%"),
        PageStatusColumn("status", label="State", sort_key="live", width="12%"),
    ]
