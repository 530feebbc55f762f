"""Message texts and answer templates in the admin, each with a preview beside the form."""

from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, ObjectList
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.side_panels import PreviewSidePanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import CreateView, EditView
from wagtail.admin.views.generic.preview import PreviewOnCreate, PreviewOnEdit
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import ModelPermissionPolicy

from consultations.mail.kinds import ANSWER_PLACEHOLDERS, PLACEHOLDERS
from consultations.models import AnswerTemplate, MessageText
from consultations.permissions import MANAGE, is_intake


class ManagersPolicy(ModelPermissionPolicy):
    """For intake managers with the model's own permission; neither alone is enough."""

    def user_has_permission(self, user, action) -> bool:
        return is_intake(user) and user.has_perm(MANAGE) and super().user_has_permission(user, action)

    def user_has_any_permission(self, user, actions) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)


class ChangeOnlyPolicy(ManagersPolicy):
    """Nobody adds or deletes texts, not even owners."""

    def user_has_permission(self, user, action) -> bool:
        return action == "change" and super().user_has_permission(user, action)


class WithPreview:
    def get_side_panels(self) -> MediaContainer:
        instance, name = self.form.instance, f"{self.request.resolver_match.namespace}:preview"
        url = reverse(name, args=[instance.pk]) if instance.pk else reverse(f"{name}_on_add")
        return MediaContainer([PreviewSidePanel(instance, self.request, preview_url=url)])


class CreateWithPreview(WithPreview, CreateView):
    pass


class EditWithPreview(WithPreview, EditView):
    pass


class TextViewSet(ModelViewSet):
    """A list and forms with preview; without copies, history and usage."""

    add_to_admin_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    add_view_class, edit_view_class = CreateWithPreview, EditWithPreview
    policy_class = ManagersPolicy
    absent_urls: tuple[str, ...] = ("history_url_name", "usage_url_name")

    @cached_property
    def permission_policy(self) -> ModelPermissionPolicy:
        return self.policy_class(self.model)

    def get_common_view_kwargs(self, **kwargs) -> dict:
        return super().get_common_view_kwargs(**dict.fromkeys(self.absent_urls), **kwargs)

    def get_urlpatterns(self) -> list:
        preview = self.construct_view(PreviewOnEdit, form_class=self.get_form_class(for_update=True))
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("edit/<int:pk>/", self.edit_view, name="edit"),
            path("preview/<int:pk>/", preview, name="preview"),
        ]


def placeholder_list(known: dict[str, str]) -> str:
    return format_html("<ul>{}</ul>", format_html_join("", "<li><code>{{{}}}</code> {}</li>", known.items()))


class PlaceholderPanel(HelpPanel):
    class BoundPanel(HelpPanel.BoundPanel):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            known = placeholder_list(PLACEHOLDERS.get(self.instance.kind, {}))
            self.content = format_html("<p>In subject and text you can use:</p>{}", known)


class MessageTextViewSet(TextViewSet):
    model = MessageText
    name = "message_texts"
    icon = "edit"
    menu_label = "Message texts"
    menu_order = 92
    policy_class = ChangeOnlyPolicy
    absent_urls = ("add_url_name", "delete_url_name", *TextViewSet.absent_urls)
    list_display = ["__str__", Column("subject", label="Subject")]
    edit_handler = ObjectList([PlaceholderPanel(), FieldPanel("subject"), FieldPanel("body")])


class AnswerTemplateViewSet(TextViewSet):
    model = AnswerTemplate
    name = "answer_templates"
    icon = "form"
    menu_label = "Answer templates"
    menu_order = 93
    list_display = [
        "__str__",
        Column("get_suggested_in_display", label="Suggested"),
        Column("practice_area", label="Practice area"),
        Column("subject", label="Subject"),
    ]
    edit_handler = ObjectList(
        [
            HelpPanel(
                content=format_html(
                    "<p>In subject, text and text message you can use the following. What is not known of a request"
                    " is left open for the author; nothing is sent before it is filled in.</p>{}",
                    placeholder_list(ANSWER_PLACEHOLDERS),
                )
            ),
            FieldPanel("title"),
            FieldRowPanel([FieldPanel("suggested_in"), FieldPanel("practice_area")]),
            FieldPanel("subject"),
            FieldPanel("body"),
            FieldPanel("text_message"),
        ]
    )

    def get_urlpatterns(self) -> list:
        preview = self.construct_view(PreviewOnCreate, form_class=self.get_form_class())
        return [
            *super().get_urlpatterns(),
            path("new/", self.add_view, name="add"),
            path("delete/<int:pk>/", self.delete_view, name="delete"),
            path("preview/", preview, name="preview_on_add"),
        ]
