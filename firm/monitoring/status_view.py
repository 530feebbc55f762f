"""The admin page *System*: the installation's health in plain words, for owners."""

from django.core.exceptions import PermissionDenied
from django.db import Error
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from firm.models import JobRun
from firm.monitoring import health
from firm.monitoring.health import Reading, State
from firm.monitoring.health_probes import is_late, versions
from firm.monitoring.worker_heartbeat import NAME

WORDS = {State.GOOD: "Good", State.BAD: "Needs attention", State.UNKNOWN: "Unknown", State.NONE: "No value"}
DAY, HOUR, MINUTE = 86_400, 3600, 60


def in_words(value: float | None, unit: str) -> str:
    """Return a number with its unit as people say it."""
    if value is None:
        return "–"
    if unit == "yes or no":
        return "Yes" if value else "No"
    if unit == "bytes":
        return filesizeformat(value)
    if unit == "days":
        return _counted(int(value), "day")
    if unit == "count":
        return f"{value:,.0f}"
    for seconds, word in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if value >= 2 * seconds:
            return _counted(int(value // seconds), word)
    return _counted(round(value), "second")


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def line(reading: Reading) -> dict:
    """Return a health check as the page shows it."""
    check = reading.check
    return {
        "reading": reading,
        "value": in_words(reading.value, check.unit),
        "note": check.note() if check.note and reading.state != State.UNKNOWN else "",
        "state": WORDS[reading.state],
    }


def jobs() -> list[dict] | None:
    """Return the scheduled jobs with their last run; None when they cannot be read."""
    try:
        rows = list(JobRun.objects.exclude(name=NAME))
    except Error:
        return None
    return [{"run": row, "took": f"{row.took:.1f} s", "is_late": is_late(row.finished_at, row.every)} for row in rows]


class SystemView(WagtailAdminTemplateMixin, TemplateView):
    """Runs every check on each request; changes nothing."""

    template_name = "firm/admin/system.html"
    page_title = "System"
    header_icon = "cogs"
    http_method_names = ["get", "head", "options"]

    def dispatch(self, request, *args, **kwargs):
        if not (request.user.is_active and request.user.is_superuser):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs) -> dict:
        lines = [line(reading) for reading in health.read(health.all_checks())]
        return super().get_context_data(
            lines=lines,
            bad=[one for one in lines if one["reading"].is_bad],
            jobs=jobs(),
            versions=versions(),
            now=timezone.now(),
            **kwargs,
        )
