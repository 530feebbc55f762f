"""Where the intake managers write the templates that answers begin with, with a preview beside the form."""

from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, ObjectList
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.side_panels import PreviewSidePanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import CreateView, EditView
from wagtail.admin.views.generic.preview import PreviewOnCreate, PreviewOnEdit
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import ModelPermissionPolicy

from consultations.mail.kinds import ANSWER_PLACEHOLDERS
from consultations.models import AnswerTemplate
from consultations.permissions import MANAGE, is_intake


class AnswerTemplatePolicy(ModelPermissionPolicy):
    """For those who manage the intake and hold the permission. One of the two alone opens nothing."""

    def user_has_permission(self, user, action) -> bool:
        """Ask for both."""
        return is_intake(user) and user.has_perm(MANAGE) and super().user_has_permission(user, action)

    def user_has_any_permission(self, user, actions) -> bool:
        """Ask for both."""
        return any(self.user_has_permission(user, action) for action in actions)


class AnswerTemplateCreateView(CreateView):
    """The empty form, with the preview."""

    preview_url_name = "answer_templates:preview_on_add"

    def get_side_panels(self) -> MediaContainer:
        """Show the preview beside the form."""
        url = reverse(self.preview_url_name)
        return MediaContainer([PreviewSidePanel(self.form.instance, self.request, preview_url=url)])


class AnswerTemplateEditView(EditView):
    """The form, with the preview."""

    preview_url_name = "answer_templates:preview_on_edit"

    def get_side_panels(self) -> MediaContainer:
        """Show the preview beside the form."""
        url = reverse(self.preview_url_name, args=[self.object.pk])
        return MediaContainer([PreviewSidePanel(self.object, self.request, preview_url=url)])


def placeholder_help() -> str:
    """Return the list of placeholders, as HTML."""
    items = format_html_join("", "<li><code>{{{}}}</code> {}</li>", ANSWER_PLACEHOLDERS.items())
    return format_html(
        "<p>In subject, text and text message you can use the following. What is not known of a request is left open"
        " for whoever writes; nothing is sent before it is filled in.</p><ul>{}</ul>",
        items,
    )


class AnswerTemplateViewSet(ModelViewSet):
    """The templates: list and forms. Nothing is copied, and there is no history to be read."""

    model = AnswerTemplate
    name = "answer_templates"
    icon = "form"
    add_to_admin_menu = True
    menu_label = "Answer templates"
    menu_order = 93
    add_to_reference_index = False
    copy_view_enabled = False
    list_display = [
        "__str__",
        Column("get_suggested_in_display", label="Suggested"),
        Column("practice_area", label="Practice area"),
        Column("subject", label="Subject"),
    ]
    add_view_class = AnswerTemplateCreateView
    edit_view_class = AnswerTemplateEditView
    edit_handler = ObjectList(
        [
            HelpPanel(content=placeholder_help()),
            FieldPanel("title"),
            FieldRowPanel([FieldPanel("suggested_in"), FieldPanel("practice_area")]),
            FieldPanel("subject"),
            FieldPanel("body"),
            FieldPanel("text_message"),
        ]
    )

    @property
    def permission_policy(self) -> AnswerTemplatePolicy:
        """Return who may do what."""
        return AnswerTemplatePolicy(self.model)

    def get_common_view_kwargs(self, **kwargs) -> dict:
        """Leave out the addresses that there are not."""
        absent = ("history_url_name", "usage_url_name")
        return super().get_common_view_kwargs(**dict.fromkeys(absent), **kwargs)

    def get_urlpatterns(self) -> list:
        """Return the addresses below ``/admin/answer_templates/``."""
        on_add = self.construct_view(PreviewOnCreate, form_class=self.get_form_class())
        on_edit = self.construct_view(PreviewOnEdit, form_class=self.get_form_class(for_update=True))
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("new/", self.add_view, name="add"),
            path("edit/<int:pk>/", self.edit_view, name="edit"),
            path("delete/<int:pk>/", self.delete_view, name="delete"),
            path("preview/", on_add, name="preview_on_add"),
            path("preview/<int:pk>/", on_edit, name="preview_on_edit"),
        ]
