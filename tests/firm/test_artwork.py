"""The drawn pictures: same seed same pixels, the promised sizes, and text that stays in its box whatever it is."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageChops

from firm.artwork import (
    MarkStyle,
    Theme,
    abstract_scene,
    badge_seal,
    map_drawing,
    monogram_portrait,
    outlet_mark,
    skyline,
    social_card,
    video_poster,
)
from firm.artwork.cards import TITLE_BOX, clipped_caps, title_setting
from firm.artwork.drawing import Plate, corner_wash, seeded
from firm.artwork.lettering import FONTS, Face, balance, break_lines, fit, has_glyph, load, printable, spaced_length
from firm.artwork.palette import BRASS_LIGHT, INK, PAPER, Ramp, lookup_tables
from firm.artwork.portraits import monogram

SMALL = (240, 160)
CARD = (1200, 630)
ATTORNEYS = (
    "Todd Spodek",
    "Ralph P. Francho, Jr.",
    "Jeremy Feigenbaum",
    "Elizabeth Garvey",
    "Claire Banks",
    "Rajesh Barua",
    "Chad Lewin",
)
SEEDED = {
    "portrait": lambda seed: monogram_portrait(f"Sample {seed}", (120, 150)),
    "skyline": lambda seed: skyline(seed, SMALL),
    "map": lambda seed: map_drawing(seed, "Office", SMALL),
    "poster": lambda seed: video_poster("Title", seed, (256, 144)),
    "card": lambda seed: social_card(seed, "Kicker", "Firm", (300, 158)),
    "badge": lambda seed: badge_seal("Experienced", seed, 120),
    **{f"scene {theme}": lambda seed, theme=theme: abstract_scene(theme, seed, SMALL) for theme in Theme},
}


@pytest.mark.parametrize("draw", SEEDED.values(), ids=SEEDED)
def test_same_seed_gives_the_same_bytes(draw):
    assert draw("one").tobytes() == draw("one").tobytes()


@pytest.mark.parametrize("draw", SEEDED.values(), ids=SEEDED)
def test_seeds_differ(draw):
    assert draw("one").tobytes() != draw("two").tobytes()


@pytest.mark.parametrize("draw", SEEDED.values(), ids=SEEDED)
def test_a_picture_is_rgb_and_not_empty(draw):
    picture = draw("one")
    assert picture.mode == "RGB"
    assert all(high - low > 20 for low, high in picture.getextrema())


def test_themes_differ_with_one_seed():
    drawn = {abstract_scene(theme, "one", SMALL).tobytes() for theme in Theme}
    assert len(drawn) == len(Theme) == 10


def test_a_theme_may_be_given_by_name():
    assert abstract_scene("arches", "x", SMALL).tobytes() == abstract_scene(Theme.ARCHES, "x", SMALL).tobytes()


def test_an_unknown_theme_is_refused():
    with pytest.raises(ValueError, match="gavel"):
        abstract_scene("gavel", "x", SMALL)


def test_an_unknown_style_of_mark_is_refused():
    with pytest.raises(ValueError, match="blackletter"):
        outlet_mark("Sample Daily", "blackletter")


@pytest.mark.parametrize(
    ("draw", "size"),
    [
        (lambda: monogram_portrait("Todd Spodek"), (960, 1200)),
        (lambda: skyline("x"), (1600, 1067)),
        (lambda: skyline("x", (1200, 1500)), (1200, 1500)),
        (lambda: abstract_scene(Theme.COLUMNS, "x"), (1600, 1067)),
        (lambda: map_drawing("x", "Office"), (1200, 800)),
        (lambda: video_poster("Title", "x"), (1280, 720)),
        (lambda: social_card("Title", "Kicker", "Firm"), CARD),
        (lambda: badge_seal("Experienced", "x"), (400, 400)),
    ],
)
def test_default_sizes(draw, size):
    assert draw().size == size


@pytest.mark.parametrize("size", [(97, 101), (101, 97), (64, 200)])
def test_odd_sizes_are_drawn(size):
    assert skyline("x", size).size == size
    assert {abstract_scene(theme, "x", size).size for theme in Theme} == {size}


@pytest.mark.parametrize("theme", Theme)
def test_a_seed_leaves_the_shared_random_state_alone(theme):
    import random

    random.seed(4)
    before = random.getstate()
    abstract_scene(theme, "x", SMALL)
    assert random.getstate() == before


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Todd Spodek", "TS"),
        ("Ralph P. Francho, Jr.", "RF"),
        ("Óscar Ñandú III", "ÓÑ"),
        ("Šárka", "S"),
        ("Ada Lovelace, Ph.D.", "AL"),
        ("d'Artagnan van Dyck", "DD"),
        ("", ""),
        ("漢字", ""),
    ],
)
def test_monogram(name, letters):
    assert monogram(name) == letters


@pytest.mark.parametrize("name", ["", "漢字", "X", "Wilhelmina Mayweather"])
def test_a_portrait_is_drawn_for_any_name(name):
    assert monogram_portrait(name, (120, 150)).size == (120, 150)


def test_the_firms_attorneys_all_look_different():
    thumbs = [monogram_portrait(name, (120, 150)).convert("L").resize((12, 15)).tobytes() for name in ATTORNEYS]
    for first, second in combinations(thumbs, 2):
        assert sum(abs(a - b) for a, b in zip(first, second, strict=True)) / len(first) > 4


@pytest.mark.parametrize("name", ATTORNEYS)
def test_the_monogram_is_inside_the_central_sixty_percent_of_a_square_crop(name):
    picture = monogram_portrait(name).convert("L").point([255 if v > 236 else 0 for v in range(256)])
    left, top, right, bottom = picture.crop((0, 400, 960, 800)).getbbox()
    assert left >= 960 * 0.19
    assert right <= 960 * 0.81
    assert 400 + top >= 1200 * 0.2
    assert 400 + bottom <= 1200 * 0.8


@pytest.mark.parametrize("style", MarkStyle)
@pytest.mark.parametrize("name", ["Sample Daily", "News", "The Sample Evening Gazette", "漢字", ""])
def test_a_mark_is_one_colour_on_nothing_and_120_high(style, name):
    mark = outlet_mark(name, style)
    assert (mark.mode, mark.height) == ("RGBA", 120)
    assert mark.convert("RGB").getcolors() == [(mark.width * mark.height, INK)]
    low, high = mark.getchannel("A").getextrema()
    assert low == 0
    assert high > 200


def test_a_mark_is_as_wide_as_its_name():
    assert outlet_mark("Sample Evening News").width > outlet_mark("News").width


@pytest.mark.parametrize("style", MarkStyle)
def test_the_letters_of_a_mark_are_not_cut_at_its_edges(style):
    alpha = outlet_mark("Sample Daily", style).getchannel("A")
    left, top, right, bottom = alpha.getbbox()
    assert left > 0
    assert top > 0
    assert right < alpha.width
    assert bottom < 120


@given(st.text(max_size=255))
@settings(max_examples=60, deadline=None)
def test_any_title_fits_its_box(title):
    setting = title_setting(title, CARD)
    font = load(Face.SERIF, setting.size)
    assert setting.height <= round(CARD[1] * TITLE_BOX[1])
    assert all(font.getlength(line) <= round(CARD[0] * TITLE_BOX[0]) for line in setting.lines)


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
    assert social_card(title, title, title).size == CARD


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
@settings(max_examples=15, deadline=None)
def test_any_text_on_a_card_is_drawn(title, kicker, firm_name):
    assert social_card(title, kicker, firm_name, (300, 158)).size == (300, 158)


def test_a_card_without_a_title_shows_the_firms_name():
    assert social_card("", "Kicker", "Firm").tobytes() != social_card(" ", "", "").tobytes()
    assert title_setting("Firm", CARD).lines == ("Firm",)


@pytest.mark.parametrize("title", ["Bail", "W" * 255, "Word " * 50])
def test_the_margins_of_a_card_stay_empty(title):
    card = social_card(title, "Kicker " * 40, "Firm " * 60)
    width, height = CARD
    edge = round(width * 0.06)
    left, right = (0, 0, edge, height), (width - edge, 0, width, height)
    for strip in (left, right, (0, 0, width, 50), (0, height - 30, width, height)):
        assert max(high for _, high in card.crop(strip).getextrema()) < 110


def test_a_long_title_is_set_smaller_than_a_short_one():
    assert title_setting("Bail", CARD).size > title_setting("A title of many words " * 10, CARD).size


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


def test_a_wash_runs_from_corner_to_corner():
    wash = corner_wash((80, 60), 0.0, 1.0, 45)
    assert wash.getpixel((0, 0)) < 4
    assert wash.getpixel((79, 59)) > 251
    assert 0 < wash.getpixel((40, 30)) < 255


def test_a_plane_hides_the_brass_under_it():
    square = [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)]
    plate = Plate((40, 40), seeded("x"))
    plate.brass_shape(square)
    assert plate.brass.getextrema() == (0, 255)
    plate.plane([(0, 0), (1, 0), (1, 1), (0, 1)], 0.5)
    assert plate.brass.getextrema() == (0, 0)


def test_a_veil_leaves_the_brass():
    plate = Plate((40, 40), seeded("x"))
    plate.brass_disc((0.5, 0.5), 0.2)
    plate.veil([(0, 0), (1, 0), (1, 1), (0, 1)], 0.0, 0.5)
    assert plate.brass.getextrema() == (0, 255)


def test_a_plane_off_the_plate_changes_nothing():
    plate = Plate((40, 40), seeded("x"), 0.5)
    before = plate.tone.tobytes()
    plate.plane([(1.2, 1.2), (1.4, 1.2), (1.4, 1.4)], 0.0)
    assert plate.tone.tobytes() == before


@pytest.mark.parametrize("ramp", Ramp)
def test_a_ramp_runs_from_ink_to_paper(ramp):
    tables = lookup_tables(ramp)
    assert tuple(table[255] for table in tables) == PAPER
    assert all(list(table) == sorted(table) for table in tables)
    assert sum(table[0] for table in tables) <= sum(INK)


def test_a_card_wears_one_brass_accent():
    colours = {colour for _, colour in social_card("Title", "Kicker", "Firm").getcolors(maxcolors=1 << 20)}
    assert BRASS_LIGHT in colours


@pytest.mark.parametrize("theme", Theme)
def test_a_scene_shows_its_brass_accent_whatever_the_seed(theme):
    for seed in range(8):
        red, _, blue = abstract_scene(theme, f"{theme}-{seed}", (480, 320)).split()
        warm = ImageChops.subtract(red, blue).point([255 if v > 80 else 0 for v in range(256)])
        assert warm.histogram()[255] >= 20, f"{theme}-{seed} has no accent"
