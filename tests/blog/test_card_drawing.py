"""The card of a post: its size, and text that stays in its box whatever it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.card_drawing import BRASS_LIGHT, SIZE, TITLE_BOX, clipped_caps, social_card, title_setting
from blog.lettering import FONTS, Face, balance, break_lines, fit, has_glyph, load, printable, spaced_length


@given(st.text(max_size=255))
@settings(max_examples=60, deadline=None)
def test_any_title_fits_its_box(title):
    setting = title_setting(title)
    font = load(Face.SERIF, setting.size)
    assert setting.height <= TITLE_BOX[1]
    assert all(font.getlength(line) <= TITLE_BOX[0] for line in setting.lines)


@pytest.mark.parametrize(
    "title",
    [
        "",
        " ",
        "W" * 255,
        "漢字" * 100,
        "😀",
        "a\u0301" * 80,
        "\x00\u202e\u200b",
        "word " * 51,
        "i" * 255,
        "\u00a0",
        "🏳️‍🌈 law",
    ],
)
def test_a_hostile_title_is_drawn(title):
    assert social_card(title, title, title).size == SIZE


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
@settings(max_examples=15, deadline=None)
def test_any_text_on_a_card_is_drawn(title, kicker, firm_name):
    assert social_card(title, kicker, firm_name).size == SIZE


def test_a_card_without_a_title_shows_the_firms_name():
    assert social_card("", "Kicker", "Firm").tobytes() != social_card(" ", "", "").tobytes()
    assert title_setting("Firm").lines == ("Firm",)


@pytest.mark.parametrize("title", ["Bail", "W" * 255, "Word " * 50])
def test_the_margins_of_a_card_stay_empty(title):
    card = social_card(title, "Kicker " * 40, "Firm " * 60)
    width, height = SIZE
    edge = round(width * 0.06)
    left, right = (0, 0, edge, height), (width - edge, 0, width, height)
    for strip in (left, right, (0, 0, width, 50), (0, height - 30, width, height)):
        assert max(high for _, high in card.crop(strip).getextrema()) < 110


def test_a_long_title_is_set_smaller_than_a_short_one():
    assert title_setting("Bail").size > title_setting("A title of many words " * 10).size


def test_text_past_the_smallest_size_ends_in_an_ellipsis():
    setting = fit("word " * 400, Face.SERIF, (300, 100), largest=40, smallest=20)
    assert setting.lines[-1].endswith("…")
    assert setting.height <= 100


def test_a_kicker_is_cut_to_its_width():
    text = clipped_caps("federal investigations " * 9, 24, 400, 0.16)
    assert text.endswith("…")
    assert spaced_length(text, load(Face.SANS, 24), 0.16) <= 400
    assert clipped_caps("Bail", 24, 400, 0.16) == "BAIL"


@given(st.text(alphabet="ab ", max_size=60), st.integers(min_value=1, max_value=20))
def test_lines_keep_every_letter_and_the_width(text, width):
    lines = break_lines(text, len, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(1 <= len(line) <= width for line in lines)


def test_balanced_lines_are_as_many_and_more_even():
    text = "one two three four five six seven eight nine ten x"
    greedy, even = break_lines(text, len, 20), balance(text, len, 20)
    assert len(even) == len(greedy)
    assert max(map(len, even)) <= max(map(len, greedy))
    assert " ".join(even) == text


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Müller", "Müller"),
        ("Šimůnek", "Simunek"),
        ("a\u00a0b\n c", "a b c"),
        ("law 漢字 😀 court", "law court"),
        ("HSI's", "HSI’s"),
        ("non\u2011stop", "non-stop"),
    ],
)
def test_printable(text, drawn):
    assert printable(text, Face.SERIF) == drawn


@pytest.mark.parametrize("face", Face)
def test_a_face_has_the_letters_that_the_site_uses(face):
    assert all(has_glyph(face, c) for c in "ABCXYZabcxyz0189.,;:?!&’“”—–…§$éüñ")
    assert not has_glyph(face, "漢")


@pytest.mark.parametrize("face", Face)
def test_a_face_is_small(face):
    assert 0 < (FONTS / face.value).stat().st_size < 60_000


def test_a_card_wears_one_brass_accent():
    colours = {colour for _, colour in social_card("Title", "Kicker", "Firm").getcolors(maxcolors=1 << 20)}
    assert BRASS_LIGHT in colours
