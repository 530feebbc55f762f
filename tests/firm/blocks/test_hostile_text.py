"""No field of any block lets markup through: text is shown as typed."""

import pytest
from wagtail import blocks
from wagtail.blocks import StreamBlock
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock

from firm.blocks.story import story_blocks
from firm.registry import home_blocks
from tests.firm.drawing import HOSTILE, draw

pytestmark = pytest.mark.django_db


def hostile(block):
    """Return a stored value of ``block`` with hostile text in every text field."""
    if isinstance(block, blocks.StructBlock):
        return {name: hostile(child) for name, child in block.child_blocks.items()}
    if isinstance(block, blocks.ListBlock):
        return [hostile(block.child_block)]
    if isinstance(block, TypedTableBlock):
        cells = {"values": [HOSTILE, HOSTILE]}
        columns = [{"type": "text", "heading": HOSTILE}, {"type": "numeric", "heading": HOSTILE}]
        return {"columns": columns, "rows": [cells], "caption": ""}
    if isinstance(block, blocks.ChoiceBlock):
        return block.get_default()
    if isinstance(block, blocks.DateBlock):
        return "2999-01-01"
    if isinstance(block, blocks.IntegerBlock):
        return 2000
    if isinstance(block, blocks.URLBlock):
        return f"https://example.org/{HOSTILE}"
    if isinstance(block, blocks.RichTextBlock):
        return "<p>Prose</p>"
    return HOSTILE if isinstance(block, blocks.FieldBlock) and not isinstance(block, blocks.ChooserBlock) else None


def every_block():
    """Yield name and definition of every block of bodies and the home page."""
    for source in (story_blocks, home_blocks):
        for name, block in StreamBlock(list(source())).child_blocks.items():
            if isinstance(block, blocks.StructBlock):
                yield pytest.param(source, name, id=f"{source.__name__}-{name}")


@pytest.mark.parametrize(("source", "name"), list(every_block()))
def test_hostile_text_stays_text(source, name):
    block = StreamBlock(list(source())).child_blocks[name]
    drawn = draw(source(), name, hostile(block))
    assert not drawn.find_all("script")
    assert not [tag for tag in drawn.find_all(True) if any(attribute.startswith("on") for attribute in tag.attrs)]


TEXTLESS = {"image", "document", "citation", "attorneys", "testimonials", "latest_posts", "practice_areas"}


@pytest.mark.parametrize(("source", "name"), [case for case in every_block() if case.values[1] not in TEXTLESS])
def test_hostile_text_is_shown(source, name):
    block = StreamBlock(list(source())).child_blocks[name]
    drawn = draw(source(), name, hostile(block))
    assert "<script>alert(1)</script>" in drawn.get_text() + "".join(
        str(value) for tag in drawn.find_all(True) for value in tag.attrs.values()
    )
