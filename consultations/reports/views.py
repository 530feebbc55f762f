"""The reports page, and each table as a CSV file."""

import csv
from collections import Counter
from fractions import Fraction

from django.http import HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from consultations.audit import record
from consultations.models import AuditAction
from consultations.queue.export import harmless
from consultations.reports import progress, tables
from consultations.reports.columns import IN_TIME, OVERDUE
from consultations.reports.counting import Counts, count
from consultations.reports.percentiles import time_words
from consultations.reports.period import Period
from consultations.reports.period_form import PeriodForm
from consultations.reports.tables import Report, change_words, share_words
from consultations.view_permissions import AdminScreen, ForManagers
from consultations.workflow import Status

#: All reports by code, in the order of the page.
REPORTS = {
    "time": tables.by_time,
    "funnel": progress.funnel,
    "endings": progress.endings,
    "response-urgency": progress.response_by_urgency,
    "response-person": progress.response_by_person,
    "area": tables.by_area,
    "conversion": tables.conversion,
    "outcome": tables.by_outcome,
    "urgency": tables.by_urgency,
    "custody": tables.by_custody,
    "source": tables.by_source,
    "host": tables.by_host,
    "landing": tables.by_landing,
    "hour": tables.by_hour,
    "overdue": tables.overdue,
}


class ReportsView(ForManagers, AdminScreen, TemplateView):
    """The reports of the intake desk. Each view and each export is audited."""

    doing = "figures"  # stored in the audit trail
    template_name = "consultations/admin/reports.html"
    page_title = "Intake reports"
    header_icon = "table"

    def get(self, request, *args, **kwargs):
        code = request.GET.get("csv", "")
        if code not in REPORTS or self.period is None:
            return super().get(request, *args, **kwargs)
        report = REPORTS[code](self.counts)
        self._record(AuditAction.EXPORTED, report=code)
        return table_file(report, self.period)

    @cached_property
    def form(self) -> PeriodForm:
        return PeriodForm(self.request.GET, today=timezone.localdate())

    @cached_property
    def period(self) -> Period | None:
        return self.form.chosen()

    @cached_property
    def counts(self) -> Counts:
        return count(self.request.user, self.period, timezone.now())

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(form=self.form, period=self.period, **kwargs)
        if self.period is None:
            return context
        counts, drawn = self.counts, {code: report(self.counts) for code, report in REPORTS.items()}
        self._record(AuditAction.VIEWED)
        late, hours = drawn.pop("overdue"), drawn.pop("hour")
        return context | {
            "received": len(counts.now),
            "tiles": tiles(counts),
            "left_out": left_out(counts),
            "reports": list(drawn.values()),
            "overdue": late,
            "overdue_lines": list(zip(counts.overdue, late.rows, strict=True)),
            "hours": hours,
            "hour_lines": heat_lines(hours),
        }

    def _record(self, action: AuditAction, **facts: str) -> None:
        days = {"since": self.period.now.first.isoformat(), "until": self.period.now.last.isoformat()}
        record.record(action, by=self.request.user, doing=self.doing, **days, **facts)


def table_file(report: Report, period: Period) -> HttpResponse:
    """Return a table as CSV, safe to open in a spreadsheet."""
    name = f"report-{report.code}-{period.now.first}-{period.now.last}.csv"
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    for row in (report.headings, *report.rows):
        writer.writerow([harmless(str(cell)) for cell in row])
    return response


def tiles(counts: Counts) -> list[dict[str, str]]:
    now, before = progress.whole_response(counts.now), progress.whole_response(counts.before)
    share_before = f"{share_words(before.states[IN_TIME], before.due)} before" if before.due else "None before"
    received, earlier = len(counts.now), len(counts.before)
    retained, others = (counts.tally(lambda one: one.status, now=now)[Status.RETAINED] for now in (True, False))
    return [
        _tile("Requests", str(received), f"{earlier} before: {change_words(received, earlier)}"),
        _tile("First answer, median", time_words(now.median), _median_words(now.median, before.median)),
        _tile("Answered in time", share_words(now.states[IN_TIME], now.due), share_before),
        _tile("Retained", str(retained), f"{others} before: {change_words(retained, others)}"),
        _tile("Still waiting", str(now.waiting), f"{now.states[OVERDUE]} of them overdue"),
        _tile("Overdue now", str(counts.overdue_number), "See which", "#report-overdue"),
    ]


def _tile(label: str, number: str, words: str, url: str = "") -> dict[str, str]:
    return {"label": label, "number": number, "words": words, "url": url}


def _median_words(now: Fraction | None, before: Fraction | None) -> str:
    if before is None:
        return "None before"
    if now is None:
        return f"{time_words(before)} before"
    difference = time_words(abs(now - before))
    if difference == time_words(0):
        return f"{time_words(before)} before: no difference"
    return f"{time_words(before)} before: {difference} {'sooner' if now < before else 'later'}"


def left_out(counts: Counts) -> dict[str, int]:
    statuses = Counter(one.status for one in counts.left_out)
    merged, quarantined = statuses[Status.MERGED], statuses[Status.QUARANTINE]
    return {"merged": merged, "quarantined": quarantined, "discarded": statuses.total() - merged - quarantined}


def heat_lines(hours: Report) -> list[tuple[str, list[tuple[int, int]]]]:
    greatest = max(number for row in hours.rows for number in row[1:])
    return [(row[0], [(number, tables.heat(number, greatest)) for number in row[1:]]) for row in hours.rows]
