"""The queue as a file for a spreadsheet: row by row, without formulas."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import chain

from django.http import StreamingHttpResponse
from django.utils import timezone

from consultations.display import CONTACT_WORDS, RELATION_WORDS, user_name
from consultations.models import ConsultationRequest
from consultations.queue import spreadsheet
from consultations.queue.spreadsheet import ILLEGAL, Cell
from firm.templatetags.firm_tags import national

FORMATS = ("csv", "xlsx")
#: Requests that are opened at a time.
CHUNK = 500
#: What a spreadsheet takes for a formula at the beginning of a cell (OWASP, CSV injection).
_FORMULA = re.compile(r"^[=+\-@\t\r\n|%＝＋－＠]")
#: The cells of a request by title: texts, dates, and times of the firm without their zone.
COLUMNS: dict[str, Callable[[ConsultationRequest], Cell]] = {
    "Reference": lambda one: one.reference,
    "Received": lambda one: _local(one.submitted_at),
    "Status": lambda one: one.get_status_display(),
    "Urgency": lambda one: one.get_urgency_display(),
    "Answer due": lambda one: _local(one.due_at),
    "First contact": lambda one: _local(one.first_contact_at),
    "Consultation": lambda one: _local(one.scheduled_for),
    "Closed": lambda one: _local(one.closed_at),
    "Assigned to": lambda one: user_name(one.assignee),
    "Name": lambda one: one.full_name,
    "Telephone": lambda one: number_of(one.phone),
    "E-mail": lambda one: one.email,
    "Wants to be answered": lambda one: CONTACT_WORDS[one.preferred_contact],
    "Best time, safe way": lambda one: one.best_time,
    "Who needs help": lambda one: RELATION_WORDS[one.relationship],
    "Person who needs help": lambda one: one.person_in_need,
    "Practice area": lambda one: one.practice_area.title if one.practice_area else "",
    "Attorney asked for": lambda one: one.attorney.title if one.attorney else "",
    "In custody": lambda one: "Yes" if one.in_custody else "No",
    "Court date": lambda one: one.court_date,
    "Court": lambda one: one.court,
    "Others involved": lambda one: one.other_parties,
    "Message": lambda one: one.message,
    "First page of the visit": lambda one: one.landing_page,
    "Came from": lambda one: one.referring_host,
}


def export(kind: str, numbers: list[int], requests) -> StreamingHttpResponse:
    """Return the requests with these numbers, in that order, as ``csv`` or ``xlsx``. ``requests`` are those allowed."""
    name = f"requests-{timezone.localtime():%Y-%m-%d-%H%M}.{kind}"
    rows = ([cell(request) for cell in COLUMNS.values()] for request in in_order(numbers, requests))
    response = _xlsx(rows) if kind == "xlsx" else _csv(rows)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store, private"
    return response


def in_order(numbers: list[int], requests) -> Iterator[ConsultationRequest]:
    """Yield the requests in the order of their numbers, a few at a time; one that has gone meanwhile is left out."""
    for start in range(0, len(numbers), CHUNK):
        some = numbers[start : start + CHUNK]
        found = requests.with_matter().in_bulk(some)
        yield from (found[number] for number in some if number in found)


def number_of(phone) -> str:
    """Return a number as people read it; a country's code in brackets, for a plus would begin a formula."""
    return re.sub(r"^\+(\d+)", r"(+\1)", national(phone))


def harmless(cell: Cell) -> str:
    """Return a cell as text that no program takes for a formula, without characters that files cannot hold."""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    text = ILLEGAL.sub("", cell or "")
    return f"'{text}" if _FORMULA.match(text) else text


class _Echo:
    """Hands each line on instead of storing it."""

    @staticmethod
    def write(line: str) -> str:
        return line


def _csv(rows: Iterable[list[Cell]]) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(COLUMNS)  # the mark by which spreadsheets know the encoding
        for row in rows:
            yield writer.writerow([harmless(cell) for cell in row])

    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")


def _xlsx(rows: Iterable[list[Cell]]) -> StreamingHttpResponse:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return StreamingHttpResponse(spreadsheet.pieces("Requests", chain([COLUMNS], rows)), content_type=kind)


def _local(moment: datetime | None) -> datetime | None:
    return timezone.localtime(moment).replace(tzinfo=None, second=0, microsecond=0) if moment else None
