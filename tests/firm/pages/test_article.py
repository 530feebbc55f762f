import pytest
from wagtail.blocks import StreamBlock

from firm.blocks.story import story_blocks
from firm.pages.article import Anchors, Footnotes, contents, plain_text, readable, reading_minutes
from tests.firm.drawing import draw_story


def story(*blocks):
    """Return a stream of ``(name, stored value)`` pairs."""
    return StreamBlock(list(story_blocks())).to_python([{"type": name, "value": value} for name, value in blocks])


def heading(text, level="h2"):
    return ("heading", {"text": text, "level": level})


def test_the_same_heading_gets_another_anchor_each_time():
    anchors = Anchors()
    assert [anchors.take("Bail") for _ in range(3)] == ["bail", "bail-2", "bail-3"]


def test_a_numbered_anchor_is_not_given_twice():
    anchors = Anchors()
    assert len({anchors.take(text) for text in ("Part", "Part", "Part 2", "Part", "Part-2")}) == 5


@pytest.mark.parametrize("text", ["Main", "Contents", "Notes", "Closing call"])
def test_a_heading_does_not_take_an_id_of_the_page_around_it(text):
    assert Anchors().take(text).endswith("-2")


@pytest.mark.parametrize("text", ["", "§ …", "刑事弁護"])
def test_a_heading_without_latin_letters_has_an_anchor_too(text):
    assert Anchors().take(text) == "section"


def test_an_anchor_is_at_most_sixty_characters():
    assert len(Anchors().take("word " * 40)) <= 60


def test_subsections_stand_below_their_section():
    outline = contents(story(heading("A"), heading("A one", "h3"), heading("B")))
    assert [(line.text, [child.text for child in line.children]) for line in outline] == [("A", ["A one"]), ("B", [])]


def test_a_subsection_before_any_section_stands_alone():
    assert [line.text for line in contents(story(heading("First", "h3")))] == ["First"]


def test_a_text_without_headings_has_no_outline():
    assert contents(story(("text", "<p>Words</p>"))) == []


def test_the_outline_leads_to_the_headings_as_they_are_drawn():
    anchors = Anchors()
    values = [heading("Bail"), heading("Bail"), heading("Trial", "h3")]
    drawn = [draw_story(*value, anchors=anchors).find(True)["id"] for value in values]
    outline = contents(story(*values))
    assert [outline[0].anchor, outline[1].anchor, outline[1].children[0].anchor] == drawn


def test_footnotes_are_numbered_in_the_order_of_the_text():
    footnotes = Footnotes({"a": "First in the list", "b": "First in the text"})
    assert [footnotes.refer_to(key).number for key in ("b", "a", "b")] == [1, 2, 1]


def test_footnotes_never_referred_to_are_not_listed():
    footnotes = Footnotes({"a": "Used", "b": "Unused"})
    footnotes.refer_to("a")
    assert [note.html for note in footnotes] == ["Used"]


def test_a_footnote_that_is_not_there_has_no_mark():
    assert Footnotes({"a": "A note"}).refer_to("b") is None


def test_footnotes_nobody_refers_to_count_as_none():
    assert not Footnotes({"a": "A note"})


def test_a_footnote_leads_back_to_each_place():
    footnotes = Footnotes({"a": "A note"})
    marks = [footnotes.refer_to("a") for _ in range(3)]
    assert footnotes.entries[0].back_links == [mark.anchor for mark in marks]


def test_equal_sources_share_a_footnote():
    footnotes = Footnotes()
    source = {"source": "18 U.S.C. § 3161", "url": ""}
    assert footnotes.cite(source).number == footnotes.cite(dict(source)).number


def test_the_same_source_at_another_address_is_another_footnote():
    footnotes = Footnotes()
    assert [footnotes.cite({"source": "Rule 11", "url": url}).number for url in ("", "https://a.example/")] == [1, 2]


def test_citations_and_footnotes_are_numbered_together():
    footnotes = Footnotes({"a": "A note"})
    footnotes.cite({"source": "Rule 11"})
    assert footnotes.refer_to("a").number == 2


def test_two_pages_do_not_share_their_footnotes():
    one, other = Footnotes({"a": "A note"}), Footnotes({"a": "A note"})
    one.refer_to("a")
    assert other.refer_to("a").anchor == "ref-1-1"
    assert len(one.entries[0].back_links) == 1


def test_two_pages_do_not_share_their_anchors():
    Anchors().take("Bail")
    assert Anchors().take("Bail") == "bail"


@pytest.mark.parametrize(
    "html",
    ["<p>one</p><p>two</p>", "<ul><li>one</li><li>two</li></ul>", "one<br>two", "one<br/>two", "<h2>one</h2>two"],
)
def test_words_of_neighbouring_elements_stay_apart(html):
    assert readable(html).split() == ["one", "two"]


def test_characters_come_out_as_they_are_read():
    assert readable("<p>Smith &amp; Wesson</p>") == "Smith & Wesson "


def test_words_of_neighbouring_blocks_stay_apart():
    assert plain_text(story(("text", "<p>one</p><p>two</p>"), heading("three"), ("text", "<p>four</p>"))) == (
        "one two three four"
    )


def test_only_what_is_read_is_text():
    stream = story(
        heading("Bring", "h3"),
        ("list", {"heading": "Papers", "style": "steps", "items": ["<p>Dates</p>"]}),
        ("callout", {"kind": "key_point", "heading": "Ask", "text": "<p>First.</p>"}),
    )
    assert plain_text(stream) == "Bring Papers Dates Ask First."


def test_a_comparison_in_the_text_is_no_markup():
    assert plain_text(story(("text", "<p>if a &lt; b and c &gt; d</p>"), heading("x < y > z"))) == (
        "if a < b and c > d x < y > z"
    )


def test_marks_of_footnotes_are_no_text():
    assert plain_text(story(("text", '<p>Thirty days<footnote id="abc-def">[abc-de]</footnote>.</p>'))) == (
        "Thirty days."
    )


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (1, 1), (220, 1), (221, 2), (2200, 10)])
def test_reading_takes_a_minute_for_220_words(words, minutes):
    assert reading_minutes("word " * words) == minutes
