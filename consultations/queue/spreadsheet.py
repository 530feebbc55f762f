"""A spreadsheet (Office Open XML, ECMA-376) that is sent while its rows are still being read.

The usual libraries write a file to its end before the first byte can leave, which takes a minute and a half for 100,000
rows; a browser and the proxies before it wait less long. So the few parts that a single sheet needs are written here,
into an archive that is handed on piece by piece. Every text is a text cell: nothing in it is a formula.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl.utils.datetime import to_excel

Cell = str | datetime | date | None
#: What no XML file may hold (XML 1.0, 2.2), even written as a number.
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Letters that a cell can hold.
LONGEST_CELL = 32_767
#: Bytes that are collected before they are handed on.
PIECE = 64 * 1024
#: The styles of a time and of a day, by their places in the list of cell formats.
_TIME, _DAY = 1, 2
_FILE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def pieces(title: str, rows: Iterable[Iterable[Cell]]) -> Iterator[bytes]:
    """Yield the file piece by piece; the first row and the first column stay in sight."""
    out = _Collected()
    with ZipFile(out, "w", ZIP_DEFLATED) as book:
        for name, text in _FILE["parts"].items():
            book.writestr(name, _FILE["head"] + text.replace("{title}", escape(title)))
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write((_FILE["head"] + _FILE["sheet"]).encode())
            for row in rows:
                sheet.write(f"<row>{''.join(map(_cell, row))}</row>".encode())
                if len(out.held) >= PIECE:
                    yield out.take()
            sheet.write(b"</sheetData></worksheet>")
    yield out.take()


class _Collected:
    """What the archive has written, until it is taken. It cannot go back, so sizes stand after each part."""

    def __init__(self) -> None:
        self.held = bytearray()

    def write(self, data: bytes) -> int:
        self.held += data
        return len(data)

    def flush(self) -> None:
        """Nothing is buffered."""

    def take(self) -> bytes:
        data = bytes(self.held)
        self.held.clear()
        return data


def _cell(value: Cell) -> str:
    """Return a cell: dates as dates, all else as text."""
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, date):
        return f'<c s="{_TIME if isinstance(value, datetime) else _DAY}"><v>{to_excel(value)}</v></c>'
    text = escape(ILLEGAL.sub("", value)[:LONGEST_CELL])
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
