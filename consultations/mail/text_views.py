"""Where the intake managers write the texts of messages, with a preview beside the form."""

from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from wagtail.admin.panels import FieldPanel, HelpPanel, ObjectList
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.side_panels import PreviewSidePanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import EditView
from wagtail.admin.views.generic.preview import PreviewOnEdit
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import ModelPermissionPolicy

from consultations.mail.kinds import PLACEHOLDERS
from consultations.models import MessageText
from consultations.permissions import MANAGE, is_intake

CHANGE_TEXT = "consultations.change_messagetext"


def may_edit_texts(user) -> bool:
    """True for those who manage the intake. One of the permissions alone opens nothing."""
    return is_intake(user) and user.has_perms((MANAGE, CHANGE_TEXT))


class MessageTextPolicy(ModelPermissionPolicy):
    """Texts are changed; they are never added or deleted, not even by owners."""

    def user_has_permission(self, user, action) -> bool:
        """Allow changes only."""
        return action == "change" and may_edit_texts(user)


class PlaceholderPanel(HelpPanel):
    """Names the placeholders of the kind that is being edited."""

    class BoundPanel(HelpPanel.BoundPanel):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            known = PLACEHOLDERS.get(self.instance.kind, {}).items()
            items = format_html_join("", "<li><code>{{{}}}</code> {}</li>", known)
            self.content = format_html("<p>In subject and text you can use:</p><ul>{}</ul>", items)


class MessageTextEditView(EditView):
    """The form, with the preview."""

    preview_url_name = "message_texts:preview_on_edit"

    def get_side_panels(self) -> MediaContainer:
        """Show the preview beside the form."""
        url = reverse(self.preview_url_name, args=[self.object.pk])
        return MediaContainer([PreviewSidePanel(self.object, self.request, preview_url=url)])


class MessageTextViewSet(ModelViewSet):
    """The texts: list and form. Nothing is added, copied or deleted, so there are no addresses for it."""

    model = MessageText
    name = "message_texts"
    icon = "edit"
    add_to_admin_menu = True
    menu_label = "Message texts"
    menu_order = 92
    add_to_reference_index = False
    copy_view_enabled = False
    list_display = ["__str__", Column("subject", label="Subject")]
    edit_view_class = MessageTextEditView
    edit_handler = ObjectList([PlaceholderPanel(), FieldPanel("subject"), FieldPanel("body")])

    @property
    def permission_policy(self) -> MessageTextPolicy:
        """Return who may do what."""
        return MessageTextPolicy(self.model)

    def get_common_view_kwargs(self, **kwargs) -> dict:
        """Leave out the addresses that there are not."""
        absent = ("add_url_name", "delete_url_name", "history_url_name", "usage_url_name")
        return super().get_common_view_kwargs(**dict.fromkeys(absent), **kwargs)

    def get_urlpatterns(self) -> list:
        """Return the addresses below ``/admin/message_texts/``."""
        preview = self.construct_view(PreviewOnEdit, form_class=self.get_form_class(for_update=True))
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("edit/<int:pk>/", self.edit_view, name="edit"),
            path("preview/<int:pk>/", preview, name="preview_on_edit"),
        ]
