"""A spreadsheet that is sent while its rows are still being read."""

from datetime import date, datetime
from io import BytesIO

from openpyxl import load_workbook

from consultations.queue.spreadsheet import LONGEST_CELL, PIECE, pieces


def read(*rows):
    """The sheet as a program reads it."""
    return load_workbook(BytesIO(b"".join(pieces("Requests", rows)))).active


def test_the_first_piece_leaves_before_the_last_row_is_read():
    seen = []

    def rows():
        for number in range(20_000):
            seen.append(number)
            yield [f"{number * 7919 % 10_007:x} {number * 104_729:x}"] * 5

    parts = pieces("Requests", rows())
    first = next(parts)
    assert first.startswith(b"PK")
    assert len(seen) < 15_000
    rest = list(parts)
    assert len(seen) == 20_000
    assert max(map(len, rest)) < 4 * PIECE
    sheet = load_workbook(BytesIO(first + b"".join(rest)), read_only=True).active
    assert sum(1 for _ in sheet.iter_rows()) == 20_000


def test_cells_are_what_they_were():
    moment, day = datetime(2026, 3, 8, 14, 30), date(2026, 11, 1)
    sheet = read(["Reference", "When", "Day", "Empty"], ["K7MW-3QFP", moment, day, None])
    assert [cell.value for cell in sheet[2]] == ["K7MW-3QFP", moment, datetime(2026, 11, 1), None]
    assert [cell.number_format for cell in sheet[2]][1:3] == ["yyyy\\-mm\\-dd\\ hh:mm", "yyyy\\-mm\\-dd"]
    assert (sheet.title, sheet.freeze_panes) == ("Requests", "B2")


def test_no_text_is_a_formula_or_breaks_the_file():
    odd = ["=1+1", "@SUM(A1)", "</t></is></c>", "a & b < c", "  kept  ", "line\nline", "刑事 😀"]
    sheet = read(odd, ["a\x00b", "\x0b", "\ufffe", "\ud800x"])
    assert [cell.value for cell in sheet[1]] == odd
    assert [cell.value or "" for cell in sheet[2]][:4] == ["ab", "", "", "x"]
    assert "f" not in {cell.data_type for row in sheet for cell in row}


def test_a_text_that_is_too_long_is_cut():
    assert len(read(["x" * 40_000])["A1"].value) == LONGEST_CELL
