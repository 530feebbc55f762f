"""The page *System*: how the installation is doing, in plain words, for its owners."""

from dataclasses import dataclass

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

WORDS = {State.GOOD: "Good", State.BAD: "Needs attention", State.UNKNOWN: "Unknown", State.NONE: "Nothing to tell"}
DAY, HOUR, MINUTE = 86_400, 3600, 60


def may_see_system(user) -> bool:
    """True for owners."""
    return user.is_active and user.is_superuser


def in_words(value: float | None, unit: str) -> str:
    """Return a number as people say it."""
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


@dataclass(frozen=True)
class Line:
    """One vital on the page."""

    reading: Reading

    @property
    def value(self) -> str:
        """The number in words."""
        return in_words(self.reading.value, self.reading.vital.unit)

    @property
    def note(self) -> str:
        """What else there is to say today."""
        return self.reading.vital.note() if self.reading.vital.note and self.reading.state != State.UNKNOWN else ""

    @property
    def state(self) -> str:
        """How it is, in words."""
        return WORDS[self.reading.state]

    @property
    def is_bad(self) -> bool:
        """True when somebody has to do something."""
        return self.reading.state in {State.BAD, State.UNKNOWN}


def parts(lines: list[Line]) -> list[tuple[str, list[Line]]]:
    """Return the lines by the part of the installation that they are about, in the order of registration."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.reading.vital.part, []).append(line)
    return list(found.items())


def jobs() -> list[dict] | None:
    """Return the jobs of the schedule with what is wrong with them; None when that cannot be read."""
    try:
        rows = list(JobRun.objects.exclude(name=NAME))
    except Error:
        return None
    return [{"run": row, "took": f"{row.took:.1f} s", "is_late": is_late(row.finished_at, row.every)} for row in rows]


class SystemView(WagtailAdminTemplateMixin, TemplateView):
    """Reads every vital anew each time; changes nothing."""

    template_name = "firm/admin/system.html"
    page_title = "System"
    header_icon = "cogs"
    http_method_names = ["get", "head", "options"]

    def dispatch(self, request, *args, **kwargs):
        """Let owners in, and nobody else."""
        if not may_see_system(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict]:
        """The way to this screen."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs) -> dict:
        """Add the vitals by part, the jobs, and what the site is built on."""
        lines = [Line(reading) for reading in health.read(health.vitals())]
        return super().get_context_data(
            parts=parts(lines),
            bad=[line for line in lines if line.is_bad],
            jobs=jobs(),
            versions=versions(),
            now=timezone.now(),
            **kwargs,
        )
