"""The queue of the intake desk: saved filters, search, filters, sorting, pages."""

from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Case, F, When
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import View
from wagtail.admin.views.generic.base import BaseListingView

from consultations.audit import record
from consultations.models import AuditAction, ConsultationRequest
from consultations.permissions import is_intake, may_export, may_read_trail, may_work_in_bulk, visible_to
from consultations.querysets import MAX_SEARCH
from consultations.queue import saved_filters
from consultations.queue.bulk_actions import BulkForm
from consultations.queue.columns import ORDERINGS, headings, line_of
from consultations.queue.export import FORMATS, export
from consultations.queue.filters import QueueFilterSet, hide_words, show_words
from consultations.text_cleaning import one_line
from consultations.view_permissions import ForReaders
from consultations.workflow import Status

PER_PAGE = 50
FILTERS = ("status", "assignee", "practice_area", "conflict")
#: The statuses in the order of their course.
_BY_STATUS = Case(*(When(status=status, then=place) for place, status in enumerate(Status)))
#: Requests that wait for an answer by when it is due, so that the overdue come first; then all others, newest first.
_MOST_PRESSING = (
    Case(When(saved_filters.WAITING, then=0), default=1),
    Case(When(saved_filters.WAITING, then="due_at")).asc(nulls_last=True),
    "-submitted_at",
    "-pk",
)


class QueueView(ForReaders, BaseListingView):
    """The requests that an account may see. Each view and each export is audited."""

    doing = "list"
    http_method_names = ["get", "head", "options"]
    model = ConsultationRequest
    page_title = "Consultations"
    header_icon = "mail"
    verbose_name_plural = "requests"
    index_url_name = "consultations:index"
    template_name = "consultations/admin/queue.html"
    results_template_name = "consultations/admin/queue_results.html"
    default_ordering = ""
    paginate_by = PER_PAGE
    filterset_class = QueueFilterSet

    def get(self, request, *args, **kwargs):
        kind = request.GET.get("export", "")
        if kind not in FORMATS:
            return super().get(request, *args, **kwargs)
        if not may_export(request.user):
            record.record(AuditAction.REFUSED, by=request.user, doing="export", why="not_permitted")
            raise PermissionDenied
        numbers = list(self.get_queryset())
        record.record(AuditAction.EXPORTED, by=request.user, set=self.set_code, found=len(numbers), kind=kind)
        return export(kind, numbers, visible_to(request.user))

    @cached_property
    def now(self):
        return timezone.now()

    @cached_property
    def search_query(self) -> str:
        given, user = self.request.GET, self.request.user
        text = given.get("q", "") or show_words(given.get("find", ""), user)
        return one_line(text[: MAX_SEARCH * 4])[:MAX_SEARCH]

    @cached_property
    def chosen(self) -> dict[str, str]:
        """The filters that are set, each with its value as it stands in the address."""
        form = self.filters.form
        form.is_valid()
        cleaned = form.cleaned_data
        return {name: self.request.GET[name] for name in FILTERS if name in form.fields and cleaned.get(name)}

    @cached_property
    def set_code(self) -> str:
        """The code of the saved filter. A search, or a filter by status, goes through all unless one is named."""
        asked = self.request.GET.get("set", "")
        if asked in saved_filters.SETS:
            return asked
        is_wide = not asked and (self.is_searching or "status" in self.chosen)
        return saved_filters.EVERYTHING if is_wide else saved_filters.DEFAULT

    @cached_property
    def counts(self) -> dict[str, int]:
        return saved_filters.count(self.request.user, now=self.now)

    def get_valid_orderings(self) -> list[str]:
        return ORDERINGS

    def get_base_queryset(self):
        """Return the ids of the set's requests; the columns of a line are fetched for one page alone."""
        return saved_filters.requests_in(self.set_code, self.request.user, self.now).values_list("pk", flat=True)

    def filter_queryset(self, queryset):
        """Narrow by each filter with a known value; an unknown one filters nothing."""
        for name in self.chosen:
            queryset = self.filters.filters[name].filter(queryset, self.filters.form.cleaned_data[name])
        return queryset

    def order_queryset(self, queryset):
        """Sort by one column, rows without a value last, newest first among equals; or the most pressing first."""
        if not self.ordering:
            return queryset.order_by(*_MOST_PRESSING)
        name = self.ordering.removeprefix("-")
        column = _BY_STATUS if name == "status" else F(name)
        is_descending = self.ordering.startswith("-")
        return queryset.order_by(column.desc(nulls_last=True) if is_descending else column.asc(nulls_last=True), "-pk")

    def search_queryset(self, queryset):
        return queryset.matching(self.search_query) if self.is_searching else queryset

    def paginate_queryset(self, queryset, page_size):
        paginator, page, numbers, is_paginated = super().paginate_queryset(queryset, page_size)
        wanted = list(numbers)
        found = {one.pk: one for one in visible_to(self.request.user).for_queue().filter(pk__in=wanted)}
        page.object_list = [found[pk] for pk in wanted if pk in found]
        return paginator, page, page.object_list, is_paginated

    def get_context_data(self, **kwargs) -> dict:
        user = self.request.user
        context = super().get_context_data(**kwargs)
        rows = context["object_list"]
        self._record(context["items_count"], context["page_obj"].number)
        return context | {
            "saved_filters": self.get_saved_filters(),
            "empty": saved_filters.SETS[self.set_code],
            "headings": headings(self.ordering),
            "lines": [line_of(one, self.now) for one in rows],
            "words": self.search_query,
            "is_searching": self.is_searching,
            "is_filtered": bool(self.chosen),
            "is_narrowed": bool(self.is_searching or self.chosen),
            "bulk": BulkForm(user, {one.status for one in rows}) if rows and may_work_in_bulk(user) else None,
            "may_read_trail": may_read_trail(user),
            "may_export": may_export(user),
            "set_code": self.set_code,
        }

    def get_saved_filters(self) -> list[dict]:
        shown = [one for one in saved_filters.SETS.values() if is_intake(self.request.user) or not one.for_intake]
        return [
            {
                "label": one.label,
                "number": self.counts[one.code],
                "url": f"{self.index_url}?set={one.code}",
                "is_current": one.code == self.set_code,
                "is_alarming": one.code == "overdue" and self.counts[one.code] > 0,
            }
            for one in shown
        ]

    def _record(self, found: int, page: int) -> None:
        action = AuditAction.SEARCHED if self.is_searching else AuditAction.LISTED
        facts = {"set": self.set_code, "found": found, "page": page if page > 1 else None}
        record.record(action, by=self.request.user, **facts, **self.chosen)


class SearchView(ForReaders, View):
    """Takes the words from the form of the queue, so that no address, history or log holds a person's name."""

    doing = "search"
    http_method_names = ["post", "options"]

    def post(self, request) -> HttpResponseRedirect:
        """Lead to the list. Words or a status look through all requests, other filters through the set at hand."""
        given = {name: value for name in FILTERS if (value := request.POST.get(name, "")[:100])}
        words = one_line(request.POST.get("q", "")[: MAX_SEARCH * 4])[:MAX_SEARCH]
        if words:
            given["find"] = hide_words(words, request.user)
        if not words and "status" not in given and request.POST.get("set") in saved_filters.SETS:
            given["set"] = request.POST["set"]
        address = reverse("consultations:index")
        return HttpResponseRedirect(f"{address}?{urlencode(given)}" if given else address)
