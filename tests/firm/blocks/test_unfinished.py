"""Drafts with empty required fields can be saved and previewed: no block fails on missing values."""

import pytest
from wagtail import blocks

from firm.blocks.story import story_blocks
from firm.pages.article import Anchors, Footnotes
from firm.registry import home_blocks


def empty(block):
    """The stored value of a newly added block: one item in each list, no field filled in, none chosen."""
    if isinstance(block, blocks.StructBlock):
        return {name: empty(child) for name, child in block.child_blocks.items()}
    if isinstance(block, blocks.ListBlock):
        return [empty(block.child_block)]
    if isinstance(block, blocks.ChoiceBlock):
        return block.get_default()
    return None


def stripped(block):
    """The same with every list left empty."""
    value = empty(block)
    if isinstance(block, blocks.StructBlock):
        lists = {name for name, child in block.child_blocks.items() if isinstance(child, blocks.ListBlock)}
        value |= {name: [] for name in lists}
    return value


PLACES = {"home": home_blocks, "story": story_blocks}


@pytest.mark.parametrize("make", [empty, stripped])
@pytest.mark.parametrize(("place", "name"), [(place, name) for place in PLACES for name, _ in PLACES[place]()])
def test_a_block_can_be_previewed_unfinished(home, rf, place, name, make):
    block = dict(PLACES[place]())[name]
    value = block.normalize(block.to_python(make(block)))
    context = home.get_context(rf.get("/")) | {"page": home, "anchors": Anchors(), "footnotes": Footnotes({})}
    assert isinstance(block.render(value, context=context), str)
