"""Where the requests are in the admin, and who sees the way there."""

from django.urls import path
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from consultations.audit.views import TrailView
from consultations.case.action_views import (
    AnswerView,
    AssignView,
    ClearView,
    ConfirmTimeView,
    ContactView,
    DeclineView,
    FinishReminderView,
    FlagView,
    LetGoTimeView,
    MatterView,
    MergeView,
    MoveView,
    NoteView,
    PostponeReminderView,
    RecheckView,
    RemindView,
    RescheduleView,
    ScheduleView,
    ScreenView,
    UnscreenView,
)
from consultations.case.privacy_views import EraseView, HoldView, OwnDataView, ReleaseView
from consultations.case.views import PrintView, RequestView
from consultations.mail.undelivered_views import RequeueAllView, RequeueView, UndeliveredView
from consultations.permissions import has_any
from consultations.queue.bulk_actions import BulkView
from consultations.queue.views import QueueView, SearchView
from consultations.reports.views import ReportsView
from consultations.retention.views import RetentionView


class ConsultationsMenuItem(MenuItem):
    """The entry of the menu."""

    def is_shown(self, request) -> bool:
        """Only for those who may see requests, be it a single one."""
        return has_any(request.user)


class ConsultationsViewSet(ViewSet):
    """List, detail and buttons. A plain `ViewSet`: the one for models brings history, usage, copy and export along."""

    name = "consultations"
    icon = "mail"
    add_to_admin_menu = True
    menu_label = "Consultations"
    menu_order = 90
    menu_item_class = ConsultationsMenuItem

    def get_urlpatterns(self) -> list:
        """Return the addresses below ``/admin/consultations/``."""
        return [
            path("", self.construct_view(QueueView), name="index"),
            path("figures/", self.construct_view(ReportsView), name="figures"),
            path("messages/", self.construct_view(UndeliveredView), name="messages"),
            path("messages/again/", self.construct_view(RequeueAllView), name="requeue_all"),
            path("messages/<int:pk>/again/", self.construct_view(RequeueView), name="requeue"),
            path("search/", self.construct_view(SearchView), name="search"),
            path("bulk/", self.construct_view(BulkView), name="bulk"),
            path("trail/", self.construct_view(TrailView), name="trail"),
            path("<int:pk>/", self.construct_view(RequestView), name="request"),
            path("<int:pk>/move/", self.construct_view(MoveView), name="move"),
            path("<int:pk>/schedule/", self.construct_view(ScheduleView), name="schedule"),
            path("<int:pk>/reschedule/", self.construct_view(RescheduleView), name="reschedule"),
            path("<int:pk>/time/confirm/", self.construct_view(ConfirmTimeView), name="confirm_time"),
            path("<int:pk>/time/let-go/", self.construct_view(LetGoTimeView), name="let_go_time"),
            path("<int:pk>/assign/", self.construct_view(AssignView), name="assign"),
            path("<int:pk>/contact/", self.construct_view(ContactView), name="contact"),
            path("<int:pk>/note/", self.construct_view(NoteView), name="note"),
            path("<int:pk>/answer/", self.construct_view(AnswerView), name="answer"),
            path("<int:pk>/remind/", self.construct_view(RemindView), name="remind"),
            path("<int:pk>/reminder/done/", self.construct_view(FinishReminderView), name="finish_reminder"),
            path("<int:pk>/reminder/later/", self.construct_view(PostponeReminderView), name="postpone_reminder"),
            path("<int:pk>/matter/", self.construct_view(MatterView), name="matter"),
            path("<int:pk>/merge/", self.construct_view(MergeView), name="merge"),
            path("<int:pk>/screen/", self.construct_view(ScreenView), name="screen"),
            path("<int:pk>/unscreen/", self.construct_view(UnscreenView), name="unscreen"),
            path("<int:pk>/conflict/clear/", self.construct_view(ClearView), name="conflict_clear"),
            path("<int:pk>/conflict/flag/", self.construct_view(FlagView), name="conflict_flag"),
            path("<int:pk>/conflict/decline/", self.construct_view(DeclineView), name="conflict_decline"),
            path("<int:pk>/conflict/check/", self.construct_view(RecheckView), name="conflict_recheck"),
            path("retention/", self.construct_view(RetentionView), name="retention"),
            path("<int:pk>/hold/", self.construct_view(HoldView), name="hold"),
            path("<int:pk>/release/", self.construct_view(ReleaseView), name="release"),
            path("<int:pk>/erase/", self.construct_view(EraseView), name="erase"),
            path("<int:pk>/own-data/", self.construct_view(OwnDataView), name="own_data"),
            path("<int:pk>/print/", self.construct_view(PrintView), name="print"),
        ]
