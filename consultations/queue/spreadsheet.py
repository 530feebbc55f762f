"""A spreadsheet (Office Open XML, ECMA-376) that is sent while its rows are still being read.

The usual libraries write a file to its end before the first byte can leave, which takes a minute and a half for 100,000
rows; a browser and the proxies before it wait less long. So the few parts that a single sheet needs are written here,
into an archive that is handed on piece by piece. Every text is a text cell: nothing in it is a formula.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
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
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
#: The styles of a time and of a day, by their places in the list of cell formats.
_TIME, _DAY = 1, 2
_FRAME = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/>'
    '</numFmts><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
_HEAD = (
    f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane xSplit="1" ySplit="1"'
    ' topLeftCell="B2" activePane="bottomRight" state="frozen"/></sheetView></sheetViews><sheetData>'
)
_TAIL = "</sheetData></worksheet>"


def pieces(title: str, rows: Iterable[Iterable[Cell]]) -> Iterator[bytes]:
    """Yield the file piece by piece; the first row and the first column stay in sight."""
    out = _Collected()
    workbook = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        f'<sheet name="{escape(title)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    with ZipFile(out, "w", ZIP_DEFLATED) as book:
        for name, text in {**_FRAME, "xl/workbook.xml": workbook}.items():
            book.writestr(name, _XML + text)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write((_XML + _HEAD).encode())
            for row in rows:
                sheet.write(f"<row>{''.join(map(_cell, row))}</row>".encode())
                if len(out.held) >= PIECE:
                    yield out.take()
            sheet.write(_TAIL.encode())
    yield out.take()


class _Collected:
    """What the archive has written, until it is taken. It cannot go back, so sizes stand after each part."""

    def __init__(self) -> None:
        self.held = bytearray()

    def write(self, data: bytes) -> int:
        self.held += data
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

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
