"""This app's Wagtail hooks."""

from django.http import Http404
from django.templatetags.static import static
from django.urls import path, reverse, reverse_lazy
from django.utils.html import format_html, format_html_join
from wagtail import hooks
from wagtail.admin.menu import AdminOnlyMenuItem
from wagtail.admin.rich_text.editors.draftail.features import EntityFeature
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column

from firm.accounts.urls import admin_urlpatterns
from firm.models import HomePage, PracticeAreaPage
from firm.monitoring.status_view import SystemView
from firm.pages.page_listings import PageListing, page_columns
from firm.pages.prefetch import FetchedDocumentLinkHandler, FetchedPageLinkHandler
from firm.uploads.document_access import may_be_read


@hooks.register("register_rich_text_features", order=10)
def links_from_what_the_page_fetched(features):
    """Replace Wagtail's link handlers with those that use the page's prefetch."""
    features.register_link_type(FetchedPageLinkHandler)
    features.register_link_type(FetchedDocumentLinkHandler)


@hooks.register("register_rich_text_features", order=20)
def footnotes_behind_the_selection(features):
    """Make the footnote button insert after the selected words; its default replaces them."""
    features.register_editor_plugin(
        "draftail",
        "footnotes",
        EntityFeature(
            {"type": "FOOTNOTES", "label": "Fn", "description": "Footnote"},
            js=["wagtailadmin/js/draftail.js", "footnotes/js/footnotes.js", "js/footnote-button.js"],
            css={"all": ["footnotes/css/footnotes-admin.css"]},
        ),
    )


@hooks.register("register_admin_urls")
def sign_in_urls():
    return admin_urlpatterns


@hooks.register("register_account_menu_item")
def signing_in_of_account(request):
    help_text = "Second step, recovery codes, and where you are signed in."
    return {"url": reverse("mfa_index"), "label": "Signing in", "help_text": help_text}


@hooks.register("register_settings_menu_item")
def signing_in_of_all():
    return AdminOnlyMenuItem(
        "Signing in", reverse_lazy("sign_in_accounts"), name="signing-in", icon_name="lock", order=610
    )


@hooks.register("insert_global_admin_css")
def admin_css():
    sheets = ((static(f"css/{name}.css"),) for name in ("admin", "admin-system"))
    return format_html_join("", '<link rel="stylesheet" href="{}">', sheets)


@hooks.register("register_admin_urls")
def system_url():
    return [path("system/", SystemView.as_view(), name="firm_system")]


@hooks.register("register_settings_menu_item")
def register_system():
    return AdminOnlyMenuItem("System", reverse_lazy("firm_system"), name="system", icon_name="cogs", order=900)


@hooks.register("insert_global_admin_js")
def admin_widgets():
    return format_html('<script src="{}"></script>', static("js/admin-widgets.js"))


@hooks.register("before_serve_document")
def documents_are_private_until_a_page_shows_them(document, request):
    """Answer 404, which does not reveal that the document exists."""
    if not may_be_read(document, request.user):
        raise Http404("No such document")


class PracticeAreaListing(PageListing):
    model = PracticeAreaPage
    icon = "list-ul"
    menu_label = "Practice areas"
    menu_order = 240
    list_display = page_columns(Column("summary", label="Summary"))


practice_area_listing = PracticeAreaListing("practice_areas")


@hooks.register("register_admin_viewset")
def register_listings():
    return practice_area_listing


class StartPanel(Component):
    """Everyday tasks at the top of the dashboard, by permission."""

    name = "start"
    order = 50
    template_name = "firm/admin/start_panel.html"

    def __init__(self, request):
        self.request = request

    def get_context_data(self, parent_context):
        user = self.request.user
        home = HomePage.objects.first()
        links = []
        if home and home.permissions_for_user(user).can_edit():
            links += [
                ("Write a blog post", reverse("blog_posts:choose_parent")),
                ("Add a testimonial", reverse("testimonials_listing:choose_parent")),
                ("Edit the home page", reverse("wagtailadmin_pages:edit", args=[home.pk])),
            ]
        if user.has_perm("firm.change_firmsettings"):
            links.append(("Numbers, offices, menus", reverse("wagtailsettings:edit", args=["firm", "firmsettings"])))
        return {"links": links}


@hooks.register("construct_homepage_panels")
def add_start_panel(request, panels):
    panel = StartPanel(request)
    if panel.get_context_data({})["links"]:
        panels.append(panel)
