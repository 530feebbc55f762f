import pytest

from firm.blocks.story import story_blocks
from firm.pages.article import Footnotes
from firm.pages.prefetch import rendering
from tests.firm.drawing import draw_section, draw_story

PROSE = '<p>First<footnote id="a1">[1]</footnote> and again<footnote id="a1">[1]</footnote></p>'


def test_text_is_drawn_as_paragraphs():
    assert draw_story("text", "<p>Ask <b>first</b>.</p>").p.b.text == "first"


def test_a_reference_leads_to_its_footnote():
    drawn = draw_story("text", PROSE, footnotes=Footnotes({"a1": "A note."}))
    assert [link["href"] for link in drawn.select("sup a")] == ["#note-1", "#note-1"]


def test_each_reference_has_its_own_place():
    drawn = draw_story("text", PROSE, footnotes=Footnotes({"a1": "A note."}))
    assert [link["id"] for link in drawn.select("sup a")] == ["ref-1-1", "ref-1-2"]


def test_a_reference_to_a_deleted_footnote_is_left_out():
    drawn = draw_story("text", PROSE, footnotes=Footnotes({}))
    assert drawn.get_text().strip() == "First and again"


def test_text_outside_of_a_page_has_no_references():
    drawn = draw_story("text", PROSE, footnotes=None)
    assert drawn.get_text().strip() == "First and again"


def test_the_index_does_not_hold_the_marks_of_footnotes():
    block = dict(story_blocks())["text"]
    assert block.get_searchable_content(block.to_python(PROSE)) == ["First and again"]


@pytest.mark.parametrize("level", ["h2", "h3"])
def test_a_heading_has_its_level_and_its_anchor(level):
    drawn = draw_story("heading", {"text": "Bail hearings", "level": level})
    assert (drawn.find(True).name, drawn.find(True)["id"]) == (level, "bail-hearings")


def test_a_heading_outside_of_a_page_has_no_anchor():
    drawn = draw_story("heading", {"text": "Bail hearings", "level": "h2"}, anchors=None)
    assert drawn.h2.attrs == {}


@pytest.mark.parametrize(
    ("style", "tag", "classes"), [("bulleted", "ul", None), ("numbered", "ol", None), ("steps", "ol", ["steps"])]
)
def test_a_list_is_marked_by_its_style(style, tag, classes):
    drawn = draw_story("list", {"heading": "", "style": style, "items": ["<p>One</p>", "<p>Two</p>"]})
    assert len(drawn.find(tag).find_all("li")) == 2
    assert drawn.find(tag).get("class") == classes


def test_a_list_without_heading_has_none():
    assert not draw_story("list", {"heading": "", "style": "bulleted", "items": ["<p>One</p>"]}).h3


def test_a_quotation_without_source_has_no_caption():
    drawn = draw_story("quotation", {"quote": "No person shall be compelled.", "attribution": "", "source_url": ""})
    assert drawn.blockquote.get_text(strip=True) == "No person shall be compelled."
    assert not drawn.figcaption


def test_a_quotation_links_its_source():
    value = {"quote": "No person.", "attribution": "Amend. V", "source_url": "https://www.congress.gov/"}
    assert draw_story("quotation", value).figcaption.a["href"] == "https://www.congress.gov/"


def test_a_table_names_its_columns_and_rows():
    table = {
        "columns": [{"type": "text", "heading": "Court"}, {"type": "numeric", "heading": "Days"}],
        "rows": [{"values": ["S.D.N.Y.", "70"]}],
        "caption": "",
    }
    drawn = draw_story("table", {"caption": "Time to trial", "table": table})
    assert [cell["scope"] for cell in drawn.find_all("th")] == ["col", "col", "row"]
    assert drawn.caption.get_text(strip=True) == "Time to trial"
    assert drawn.td.get_text(strip=True) == "70"


@pytest.mark.parametrize(("kind", "label"), [("note", "Note"), ("warning", "Warning"), ("key_point", "Key point")])
def test_a_callout_says_its_kind_in_words(kind, label):
    drawn = draw_story("callout", {"kind": kind, "heading": "", "text": "<p>Ask first.</p>"})
    assert drawn.select_one(".callout__label").get_text(strip=True) == label


def test_questions_open_without_script():
    value = {"heading": "", "items": [{"question": "Is it free?", "answer": "<p>Yes.</p>"}]}
    drawn = draw_story("faq", value)
    assert drawn.details.summary.get_text(strip=True) == "Is it free?"
    assert drawn.details.select_one(".faq__answer").get_text(strip=True) == "Yes."


@pytest.mark.parametrize(("heading", "level"), [("", "h3"), ("Often asked", "h4")])
def test_questions_stand_below_their_heading(heading, level):
    value = {"heading": heading, "items": [{"question": "Is it free?", "answer": "<p>Yes.</p>"}]}
    assert draw_story("faq", value).summary.find(level)


def test_a_citation_is_listed_among_the_footnotes():
    footnotes = Footnotes()
    value = {"statement": "<p>Thirty days.</p>", "source": "18 U.S.C. § 3161(b)", "url": "", "accessed": None}
    drawn = draw_story("citation", value, footnotes=footnotes)
    assert drawn.select_one("sup a")["href"] == "#note-1"
    assert [note.citation["source"] for note in footnotes] == ["18 U.S.C. § 3161(b)"]


def test_a_citation_outside_of_a_page_has_no_number():
    value = {"statement": "<p>Thirty days.</p>", "source": "18 U.S.C.", "url": "", "accessed": None}
    assert not draw_story("citation", value, footnotes=None).sup


def test_a_call_to_action_offers_the_form_and_the_number():
    value = {"heading": "Talk to us", "text": "", "link": {"label": "Write", "kind": "consultation"}}
    links = [link["href"] for link in draw_story("call_to_action", value).find_all("a")]
    assert links == ["/free-consultation/", "tel:+12125550100"]


def test_a_value_statement_draws_its_text():
    value = {"heading": "", "text": "<p>Someone answers.</p>", "link": {"label": "Call", "kind": "phone"}}
    drawn = draw_section("value_statement", value)
    assert drawn.select_one(".value-statement__text p").text == "Someone answers."


def test_links_within_the_text_leave_the_context_as_it_was():
    with rendering({}):
        draw_story("text", "<p>Words.</p>")
        again = draw_story("text", '<p><a linktype="page" id="7">gone</a></p>', references={})
    assert not again.a.has_attr("href")
