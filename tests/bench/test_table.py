"""The table, and a run in which rows fail."""

import pytest

from bench import __main__ as program
from bench.table import CannotMeasure, Figure, as_markdown, not_measured, summary

MET = Figure("cold", "queries", "≤ 8", "7", True, "a|b\nc")
MISSED = Figure("cold", "time", "< 15 ms", "16 ms", False)
ABSENT = not_measured("stack", "page", "nginx is not installed")


class Row:
    TITLE = "a row"

    def __init__(self, *figures, error=None):
        self.figures, self.error = figures, error

    def measure(self, options):
        yield from self.figures
        if self.error:
            raise self.error


def test_every_figure_is_one_line_of_six_cells():
    lines = as_markdown([MET, MISSED, ABSENT]).splitlines()
    assert len(lines) == 5
    assert lines[2] == "| cold | queries | ≤ 8 | 7 | yes | a\\|b c |"
    assert "| **no** |" in lines[3]
    assert "| not measured | – | nginx is not installed |" in lines[4]


def test_summary_counts_goals_and_gaps():
    assert summary([MET, MISSED, ABSENT]) == "1 of 2 goals met, 1 lines not measured."
    assert summary([MET]) == "1 of 1 goals met."


def test_row_that_cannot_be_measured_says_why_and_the_others_go_on(monkeypatch):
    rows = {
        "first": Row(MET, error=CannotMeasure("wrk is missing")),
        "second": Row(error=ZeroDivisionError("by zero")),
        "third": Row(MISSED),
    }
    monkeypatch.setattr(program, "ROWS", rows)
    found = program.measured(list(rows), options=None)
    assert found[0] == MET
    assert found[-1] == MISSED
    assert [one.note for one in found[1:3]] == ["wrk is missing", "failed: ZeroDivisionError: by zero"]


def test_page_has_facts_table_and_summary():
    text = program.page(["2 processors"], [MET])
    assert text.startswith("# Measured\n\n- 2 processors\n\n| row |")
    assert text.endswith("1 of 1 goals met.\n")


def test_quick_sets_little_and_what_is_given_wins(tmp_path):
    given = program.arguments().parse_args(["cold", "--quick", "--turns", "4", "--folder", str(tmp_path)])
    options = program.options_of(given)
    assert (options.turns, options.posts, options.folder) == (4, program.QUICK["posts"], tmp_path)


def test_usual_sizes_are_those_of_the_goal(tmp_path):
    options = program.options_of(program.arguments().parse_args(["--folder", str(tmp_path)]))
    assert (options.posts, options.requests) == (10_000, 100_000)
    assert (options.small_posts, options.small_requests) == (100, 1_000)
    assert not options.is_quick


def test_unknown_row_is_refused(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["bench", "nonsense"])
    monkeypatch.setattr("signal.signal", lambda *_: None)
    with pytest.raises(SystemExit):
        program.main()
    assert "no such row: nonsense" in capsys.readouterr().err
