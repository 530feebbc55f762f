"""The queue as a file for a spreadsheet: row by row, harmless to whoever opens it."""

import csv
import re
from collections.abc import Iterable, Iterator
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
TITLES = (
    "Reference",
    "Received",
    "Status",
    "Urgency",
    "Answer due",
    "First contact",
    "Consultation",
    "Closed",
    "Assigned to",
    "Name",
    "Telephone",
    "E-mail",
    "Wants to be answered",
    "Best time, safe way",
    "Who needs help",
    "Person who needs help",
    "Practice area",
    "Attorney asked for",
    "In custody",
    "Court date",
    "Court",
    "Others involved",
    "Message",
    "First page of the visit",
    "Came from",
)


def export(kind: str, numbers: list[int], requests) -> StreamingHttpResponse:
    """Return the requests with these numbers, in that order, as ``csv`` or ``xlsx``. ``requests`` are those allowed."""
    name = f"requests-{timezone.localtime():%Y-%m-%d-%H%M}.{kind}"
    rows = (row_of(request) for request in in_order(numbers, requests))
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


def row_of(request: ConsultationRequest) -> list[Cell]:
    """Return the cells of a request: texts, dates, and times of the firm without their zone."""
    return [
        request.reference,
        _local(request.submitted_at),
        request.get_status_display(),
        request.get_urgency_display(),
        _local(request.due_at),
        _local(request.first_contact_at),
        _local(request.scheduled_for),
        _local(request.closed_at),
        user_name(request.assignee),
        request.full_name,
        number_of(request.phone),
        request.email,
        CONTACT_WORDS[request.preferred_contact],
        request.best_time,
        RELATION_WORDS[request.relationship],
        request.person_in_need,
        request.practice_area.title if request.practice_area else "",
        request.attorney.title if request.attorney else "",
        "Yes" if request.in_custody else "No",
        request.court_date,
        request.court,
        request.other_parties,
        request.message,
        request.landing_page,
        request.referring_host,
    ]


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
    """Hands each line on instead of keeping it."""

    @staticmethod
    def write(line: str) -> str:
        return line


def _csv(rows: Iterable[list[Cell]]) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(TITLES)  # the mark by which spreadsheets know the encoding
        for row in rows:
            yield writer.writerow([harmless(cell) for cell in row])

    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")


def _xlsx(rows: Iterable[list[Cell]]) -> StreamingHttpResponse:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return StreamingHttpResponse(spreadsheet.pieces("Requests", chain([TITLES], rows)), content_type=kind)


def _local(moment: datetime | None) -> datetime | None:
    return timezone.localtime(moment).replace(tzinfo=None, second=0, microsecond=0) if moment else None
