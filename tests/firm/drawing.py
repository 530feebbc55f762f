"""Draws single blocks in tests: from the stored value, as a page does, without a page around them."""

from types import SimpleNamespace

from bs4 import BeautifulSoup
from wagtail.blocks import StreamBlock

from firm.blocks.story import story_blocks
from firm.models import FirmSettings
from firm.pages.article import Anchors, Footnotes
from firm.registry import home_blocks

#: Closes whatever it stands in and runs a script, were it not escaped.
HOSTILE = """"'></h2></p></a><script>alert(1)</script><img src=x onerror=alert(1)>"""


def frame(**settings) -> SimpleNamespace:
    """What surrounds a page, without a database."""
    given = {"firm_name": "Sample Law", "phone": "+12125550100"} | settings
    return SimpleNamespace(
        request=None,
        consultation_url="/free-consultation/",
        settings=FirmSettings(**given),
        recall=lambda key, make: make(),
    )


def draw(blocks, name: str, value, **context) -> BeautifulSoup:
    """Return what the block ``name`` of the list ``blocks`` draws of a stored value."""
    stream = StreamBlock(list(blocks)).to_python([{"type": name, "value": value}])
    context = {"site_context": frame(), "anchors": Anchors(), "footnotes": Footnotes()} | context
    return BeautifulSoup(stream[0].render(context), "html.parser")


def draw_story(name: str, value, **context) -> BeautifulSoup:
    """Draw a block of a story."""
    return draw(story_blocks(), name, value, **context)


def draw_section(name: str, value, **context) -> BeautifulSoup:
    """Draw a section of the home page."""
    return draw(home_blocks(), name, value, **context)
