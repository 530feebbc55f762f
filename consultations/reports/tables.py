"""The reports: tables of plain cells, each with a finding and a chart. Pure functions of `Counts`."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from operator import attrgetter

from django.utils.formats import date_format
from django.utils.safestring import SafeString

from consultations.display import NOBODY, user_name
from consultations.due_dates import Urgency
from consultations.reports.charts import Bar, bars, columns
from consultations.reports.counting import Counts, Group, Row
from consultations.reports.period import Grain
from consultations.reports.sources import Landing, Source, landing_of, source_of
from consultations.workflow import OPEN, Status

#: The most hosts that are listed by name.
MOST_HOSTS = 20
NO_AREA = "Not said"
DASH = "–"


@dataclass(frozen=True)
class Report:
    """One table, to show or to export; the first cell of a row is its heading."""

    code: str
    title: str
    headings: tuple[str, ...]
    rows: list[tuple[str | int, ...]]
    finding: str
    chart: SafeString | str = ""
    note: str = ""


def share_words(part: int, whole: int) -> str:
    """Return a share in percent, rounded half up; a dash without a whole."""
    if not whole:
        return DASH
    hundredths = int(Fraction(100 * part, whole) + Fraction(1, 2))
    return "under 1%" if part and not hundredths else f"{hundredths}%"


def change_words(now: int, before: int) -> str:
    if now == before:
        return "as many"
    return f"{now - before} more" if now > before else f"{before - now} fewer"


def counted(number: int, word: str = "request") -> str:
    """Return a number with its noun, singular or plural."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def by_time(counts: Counts) -> Report:
    period = counts.period
    numbers = counts.tally(lambda one: period.place(one.submitted_at.astimezone(period.zone).date()))
    pieces = period.pieces
    total, grain = sum(numbers.values()), str(Grain(period.grain).label)
    best = max(pieces, key=lambda piece: numbers[piece.first])
    average = f"{total / len(pieces):.1f}"
    finding = (
        f"{counted(total)} in {counted(len(pieces), grain)}, {average} a {grain}."
        f" The most: {numbers[best.first]}, {best}."
    )
    title = f"Requests by {grain}"
    drawn = columns("time", title, finding, [(one.label, numbers[one.first]) for one in pieces])
    rows = [(one.words, numbers[one.first]) for one in pieces]
    return Report("time", title, (grain.title(), "Requests"), rows, finding, drawn)


def _kinds(
    code: str, title: str, name: str, kinds: Iterable[tuple], counts: Counts, of: Group, note: str = ""
) -> Report:
    """Return a table of groups with their share and the number before, with bars."""
    now, before = counts.tally(of), counts.tally(of, now=False)
    kinds, total = list(kinds), sum(now.values())
    rows = [
        (label, now[kind], share_words(now[kind], total), before[kind], change_words(now[kind], before[kind]))
        for kind, label in kinds
    ]
    finding = "None in this period."
    if total:
        most, label = max(kinds, key=lambda kind: now[kind[0]])
        finding = f"The most: {label}, {now[most]} of {total} ({share_words(now[most], total)})."
    drawn = [Bar(row[0], row[1], f"{row[1]} ({row[2]})") for row in rows]
    headings = (name, "Requests", "Share", "Before", "Change")
    return Report(code, title, headings, rows, finding, bars(code, title, finding, drawn), note)


def by_source(counts: Counts) -> Report:
    note = "As reported by the visitor’s browser. The table below lists the sites by name."
    return _kinds(
        "source", "Where they came from", "Source", Source.choices, counts, lambda one: source_of(one.host), note
    )


def by_host(counts: Counts) -> Report:
    now = counts.tally(lambda one: one.host)
    retained = counts.tally(lambda one: one.host if one.status == Status.RETAINED else "")
    hosts = sorted((host for host in now if host), key=lambda host: (-now[host], host))
    listed = [(host, str(source_of(host).label), now[host], retained[host]) for host in hosts[:MOST_HOSTS]]
    if rest := hosts[MOST_HOSTS:]:
        listed.append((f"{len(rest)} more", DASH, sum(now[one] for one in rest), sum(retained[one] for one in rest)))
    finding = f"{counted(sum(now[host] for host in hosts))} from {counted(len(hosts), 'other site')}."
    return Report("host", "The sites by name", ("Site", "Kind", "Requests", "Retained"), listed, finding)


def by_landing(counts: Counts) -> Report:
    choices = Landing.choices
    return _kinds("landing", "Where the visit began", "First page", choices, counts, lambda one: landing_of(one.page))


def by_area(counts: Counts) -> Report:
    of = attrgetter("area")
    areas = _areas(counts, counts.tally(of), counts.tally(of, now=False))
    return _kinds("area", "Practice areas", "Practice area", areas, counts, of)


def conversion(counts: Counts) -> Report:
    title, every = "Retained, by practice area", counts.tally(lambda one: one.area)
    retained = counts.tally(lambda one: one.area if one.status == Status.RETAINED else "")
    still_open = counts.tally(lambda one: one.area if one.status in OPEN else "")
    rows = [
        (label, every[area], still_open[area], retained[area], share_words(retained[area], every[area]))
        for area, label in _areas(counts, every)
    ]
    total = sum(row[3] for row in rows)
    finding = f"{total} of {counted(sum(every.values()))} retained ({share_words(total, sum(every.values()))})."
    shares = [Fraction(row[3], row[1]) if row[1] else 0 for row in rows]
    drawn = [Bar(row[0], share, f"{row[4]} ({row[3]} of {row[1]})") for row, share in zip(rows, shares, strict=True)]
    headings = ("Practice area", "Requests", "Still open", "Retained", "Retained of all")
    return Report("conversion", title, headings, rows, finding, bars("conversion", title, finding, drawn))


def _areas(counts: Counts, *tallies: Counter) -> list[tuple[int | None, str]]:
    found = {area for one in tallies for area in one}
    titles = {area: counts.areas.get(area, NO_AREA) for area in found}
    return sorted(titles.items(), key=lambda pair: (pair[0] is None, -tallies[0][pair[0]], pair[1]))


def outcome_of(one: Row) -> str:
    return "open" if one.status in OPEN else one.status


def by_outcome(counts: Counts) -> Report:
    kinds = [("open", "Still open")]
    kinds += [(status, Status(status).label) for status in Status if status not in _NO_OUTCOME]
    return _kinds("outcome", "Outcome", "Outcome", kinds, counts, outcome_of, "As they stand today.")


_NO_OUTCOME = {*OPEN, Status.MERGED, Status.QUARANTINE}


def by_urgency(counts: Counts) -> Report:
    kinds = [(one.value, str(one.label)) for one in sorted(Urgency, reverse=True)]
    return _kinds("urgency", "Urgency", "Urgency", kinds, counts, attrgetter("urgency"))


def by_custody(counts: Counts) -> Report:
    kinds = [(True, "In custody"), (False, "At liberty, or not said")]
    return _kinds("custody", "Custody", "Custody", kinds, counts, attrgetter("in_custody"))


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def by_hour(counts: Counts) -> Report:
    received = (one.submitted_at.astimezone(counts.period.zone) for one in counts.now)
    numbers = Counter((at.weekday(), at.hour) for at in received)
    rows = [(hour_words(hour), *(numbers[day, hour] for day in range(7))) for hour in range(24)]
    busiest = max(((day, hour) for hour in range(24) for day in range(7)), key=lambda place: numbers[place])
    number = numbers[busiest]
    finding = f"The busiest hour: {_DAY_NAMES[busiest[0]]}, {hour_words(busiest[1])}, {counted(number)} in all."
    note = "In the firm’s time zone. Darker cells have more requests."
    return Report("hour", "Busiest hours", ("Hour", *DAYS), rows, finding, note=note)


def hour_words(hour: int) -> str:
    return f"{hour % 12 or 12} {'a.m.' if hour < 12 else 'p.m.'}"


def heat(number: int, greatest: int) -> int:
    """Return the color strength of a cell: 0 for none, else 1 to 4."""
    return -(-4 * number // max(1, greatest))


def overdue(counts: Counts) -> Report:
    """Return what is overdue now, regardless of the period, longest overdue first."""
    rows = [
        (
            one.reference,
            str(Urgency(one.urgency).label),
            date_format(one.due_at.astimezone(counts.period.zone), "M j, Y, g:i A"),
            user_name(one.assignee) or NOBODY,
        )
        for one in counts.overdue
    ]
    number = counts.overdue_number
    finding = "No request is overdue." if not number else f"{counted(number)} overdue now."
    note = f"The {len(rows)} that have been overdue longest." if number > len(rows) else ""
    headings = ("Request", "Urgency", "Answer was due", "Assigned to")
    return Report("overdue", "Overdue now", headings, rows, finding, note=note)
