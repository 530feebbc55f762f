"""This app's Wagtail hooks: lists of its pages, and the languages."""

from wagtail import hooks
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from attorneys.models import AttorneyPage, Language, TestimonialPage
from firm.pages.page_listings import PageListing, page_columns


class AttorneyListing(PageListing):
    model = AttorneyPage
    icon = "group"
    menu_label = "Attorneys"
    menu_order = 220
    list_display = page_columns(
        Column("job_title", label="Role", sort_key="job_title"),
        Column("office", label="Office"),
        BooleanColumn("is_former", label="Has left", sort_key="is_former"),
    )
    list_filter = ["role", "is_former"]


class TestimonialListing(PageListing):
    model = TestimonialPage
    icon = "openquote"
    menu_label = "Testimonials"
    menu_order = 230
    list_display = page_columns(
        Column("rating", label="Rating", sort_key="rating"),
        Column("attribution", label="By"),
        Column("attorney", label="About"),
        Column("date", label="Date", sort_key="date"),
    )
    list_filter = ["rating", "practice_area"]


class LanguageViewSet(SnippetViewSet):
    """The languages that profiles choose from."""

    model = Language
    icon = "globe"
    list_display = ["name", "code"]


@hooks.register("register_admin_viewset")
def register_listings():
    return [AttorneyListing("attorneys_listing"), TestimonialListing("testimonials_listing")]


register_snippet(LanguageViewSet)
