import pytest

from consultations.text_cleaning import lines, one_line, paragraphs


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Jane\t\tSample ", "Jane Sample"),
        ("Jane\x00\x07\x1b Sample", "Jane Sample"),
        ("Jane\r\nBcc: all", "Jane Bcc: all"),
        ("\u202eenaJ\u202c", "enaJ"),
        ("Zoe\u0301", "Zoé"),
        ("李小龍 👩\u200d⚖️", "李小龍 👩\u200d⚖️"),
        ("\ud800broken", "broken"),
        ("", ""),
    ],
)
def test_one_line(typed, kept):
    assert one_line(typed) == kept


def test_paragraphs_keep_line_breaks_and_nothing_else():
    assert paragraphs(" one \r\n\r\ntwo\x0bthree\x85four\x00 \n") == "one\n\ntwo\nthree\nfour"


def test_lines_drop_empty_ones():
    assert lines("Acme LLC\r\n\r\n  \n Doe, J.\x00\n") == "Acme LLC\nDoe, J."
