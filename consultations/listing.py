"""The list of requests in the admin: columns, filters, search."""

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView
from wagtail.permissions import ModelPermissionPolicy

from consultations.models import ConsultationRequest
from consultations.permissions import VIEW
from consultations.workflow import Status
from firm.models import PracticeAreaPage

PER_PAGE = 50
NOBODY = "none"


class NeedsPermissions:
    """Lets in those who hold all of ``needed``; one of them alone opens nothing. First among the bases of a view."""

    needed: tuple[str, ...] = (VIEW,)

    def dispatch(self, request, *args, **kwargs):
        """Refuse before anything is looked up, so that nobody learns which requests there are."""
        if not request.user.has_perms(self.needed):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


def staff_choices() -> list[tuple[str, str]]:
    """Return the accounts that may see requests, and the choice of those that are nobody's."""
    policy = ModelPermissionPolicy(ConsultationRequest)
    users = policy.users_with_permission("view").order_by(get_user_model().USERNAME_FIELD)
    return [(NOBODY, "Nobody"), *((str(user.pk), user_name(user)) for user in users)]


def user_name(user) -> str:
    """Return how a member of staff is called; empty for nobody."""
    return (user.get_full_name() or user.get_username()) if user else ""


class QueueFilterSet(WagtailFilterSet):
    """The filters of the list. An unknown value of one filters nothing."""

    status = django_filters.ChoiceFilter(
        choices=Status.choices, empty_label="All", label="Status", widget=forms.RadioSelect
    )
    assignee = django_filters.ChoiceFilter(
        choices=staff_choices, empty_label="Anybody", label="Assigned to", method="filter_assignee"
    )
    practice_area = django_filters.ModelChoiceFilter(
        queryset=PracticeAreaPage.objects.defer("body", "faq").order_by("title"),
        to_field_name="slug",
        empty_label="All",
        label="Practice area",
    )

    class Meta:
        model = ConsultationRequest
        fields = ()

    def filter_assignee(self, requests, name: str, value: str):
        """Keep what is one person's, or nobody's."""
        return requests.unassigned() if value == NOBODY else requests.filter(assignee_id=value)


def detail_url(request: ConsultationRequest) -> str:
    """Return the address of one request."""
    return reverse("consultations:request", args=[request.pk])


class QueueView(NeedsPermissions, BaseListingView):
    """All requests, newest first. There is no export, no log and no bulk action behind it."""

    model = ConsultationRequest
    page_title = "Consultations"
    header_icon = "mail"
    verbose_name_plural = "requests"
    index_url_name = "consultations:index"
    index_results_url_name = "consultations:index_results"
    results_template_name = "consultations/admin/queue_results.html"
    default_ordering = "-submitted_at"
    paginate_by = PER_PAGE
    is_searchable = True
    filterset_class = QueueFilterSet
    columns = [
        TitleColumn("reference", get_url=detail_url),
        Column("full_name", label="Name"),
        Column("area_title", label="Practice area"),
        Column("in_custody", label="In custody", accessor=lambda one: "Yes" if one.in_custody else ""),
        Column(
            "court_date",
            label="Court date",
            accessor=lambda one: date_format(one.court_date, "M j, Y") if one.court_date else "",
            sort_key="court_date",
        ),
        StatusTagColumn(
            "status",
            accessor="get_status_display",
            primary=lambda one: one.status == Status.NEW,
            sort_key="status",
        ),
        Column("assignee", label="Assigned to", accessor=lambda one: user_name(one.assignee)),
        Column(
            "submitted_at",
            label="Received",
            accessor=lambda one: date_format(localtime(one.submitted_at), "M j, Y, g:i A"),
            sort_key="submitted_at",
        ),
    ]

    def get_base_queryset(self):
        """Return all requests with what a line shows."""
        return ConsultationRequest.objects.for_queue()

    def order_queryset(self, queryset):
        """Sort by one column, requests without a value last; the newest first among equals."""
        name = self.ordering.lstrip("-")
        column = F(name).desc(nulls_last=True) if self.ordering.startswith("-") else F(name).asc(nulls_last=True)
        return queryset.order_by(column, "-pk")

    def search_queryset(self, queryset):
        """Keep what contains the words searched for."""
        return queryset.matching(self.search_query) if self.is_searching else queryset
