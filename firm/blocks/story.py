"""The blocks of a page's body: posts, practice areas, standard pages."""

from wagtail import blocks

from firm.blocks import PREVIEWS
from firm.blocks.links import LinkBlock
from firm.blocks.media import DocumentBlock, ImageBlock, VideoBlock
from firm.blocks.text import (
    CalloutBlock,
    CitationBlock,
    FaqBlock,
    HeadingBlock,
    ItemsBlock,
    QuotationBlock,
    TableBlock,
    TextBlock,
)


class CallToActionBlock(blocks.StructBlock):
    heading = blocks.CharBlock(max_length=120)
    text = blocks.TextBlock(required=False, rows=2)
    link = LinkBlock(label="Button")

    class Meta:
        icon = "pick"
        template = "blocks/call_to_action.html"
        label_format = "{heading}"
        label = "Call to action"
        description = "A heading, a line and a button."
        preview_value = PREVIEWS["CallToActionBlock"]


def story_blocks():
    return [
        ("text", TextBlock(group="Text")),
        ("heading", HeadingBlock(group="Text")),
        ("list", ItemsBlock(group="Text", label="List")),
        ("quotation", QuotationBlock(group="Text")),
        ("callout", CalloutBlock(group="Text", label="Call-out")),
        ("table", TableBlock(group="Text")),
        ("citation", CitationBlock(group="Text")),
        ("faq", FaqBlock(group="Text")),
        ("image", ImageBlock(group="Media")),
        ("video", VideoBlock(group="Media")),
        ("document", DocumentBlock(group="Media")),
        ("call_to_action", CallToActionBlock(group="Action")),
    ]
