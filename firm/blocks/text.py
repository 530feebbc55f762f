"""Text blocks: rich text with footnotes, headings, lists, tables, call-outs, questions and citations."""

import re
from functools import partial

from django.db import models
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock

from firm.blocks import PREVIEWS
from firm.pages.article import Footnotes, Mark, readable
from firm.pages.prefetch import rendering

INLINE = ["bold", "italic", "link", "document-link"]
PROSE = [*INLINE, "ol", "ul"]
FOOTNOTE_MARK = re.compile(r'<footnote id="([^"]*)">.*?</footnote>')


class TextBlock(blocks.RichTextBlock):
    """Paragraphs. References to the page's footnotes become numbered links in the order of their appearance."""

    def __init__(self, features=(*PROSE, "footnotes"), **kwargs):
        super().__init__(features=list(features), **kwargs)

    def render(self, value, context=None):
        """Render the text; outside of a page (in a listing, say) footnote references are left out."""
        context = context or {}
        with rendering(context.get("references")):
            html = str(value)
        return mark_safe(FOOTNOTE_MARK.sub(partial(_reference, context.get("footnotes")), html))

    def get_searchable_content(self, value):
        return [readable(FOOTNOTE_MARK.sub("", value.source)).strip()]

    class Meta:
        icon = "pilcrow"
        description = "Paragraphs, with links, lists and footnotes."
        preview_value = "<p>Paragraphs hold the story together. <b>Say one thing in each.</b></p>"


def _reference(footnotes: Footnotes | None, match: re.Match) -> str:
    mark = footnotes.refer_to(match.group(1)) if footnotes is not None else None
    return _mark_html(mark)


def _mark_html(mark: Mark | None) -> str:
    return render_to_string("components/footnote_reference.html", {"mark": mark}).strip() if mark else ""


class HeadingLevel(models.TextChoices):
    """The levels open to editors; the page's title is level one."""

    H2 = "h2", "Section"
    H3 = "h3", "Sub-section"


class HeadingBlock(blocks.StructBlock):
    """A heading that appears in the page's table of contents and can be linked to."""

    text = blocks.CharBlock(max_length=120)
    level = blocks.ChoiceBlock(search_index=False, choices=HeadingLevel.choices, default=HeadingLevel.H2)

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        anchors = context.get("anchors")
        context["anchor"] = anchors.take(value["text"]) if anchors else ""
        return context

    class Meta:
        icon = "title"
        template = "blocks/heading.html"
        label_format = "{text}"
        description = "A section's heading; it appears in the table of contents."
        preview_value = {"text": "What happens at the first appearance", "level": "h2"}


class QuotationBlock(blocks.StructBlock):
    quote = blocks.TextBlock(rows=3)
    attribution = blocks.CharBlock(required=False, max_length=160, help_text="Example: U.S. Const. amend. VI.")
    source_url = blocks.URLBlock(required=False, label="Address of the source")

    class Meta:
        icon = "openquote"
        template = "blocks/quotation.html"
        description = "A quotation in large type."
        preview_value = PREVIEWS["QuotationBlock"]


class ListStyle(models.TextChoices):
    BULLETED = "bulleted", "Bullets"
    NUMBERED = "numbered", "Numbers"
    STEPS = "steps", "Steps, with large numbers"


class ItemsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(required=False, max_length=120)
    style = blocks.ChoiceBlock(search_index=False, choices=ListStyle.choices, default=ListStyle.BULLETED)
    items = blocks.ListBlock(TextBlock(features=[*INLINE, "footnotes"], template=None, label="Item"), min_num=1)

    class Meta:
        icon = "list-ul"
        template = "blocks/list.html"
        description = "A list with bullets, numbers or steps."
        preview_value = {"heading": "Bring with you", "style": "steps", "items": ["Every paper you got", "Dates"]}


class TableBlock(blocks.StructBlock):
    """A table with a caption; numeric columns use tabular figures."""

    caption = blocks.CharBlock(max_length=160, help_text="What the table shows; read aloud before it.")
    table = TypedTableBlock(
        [
            ("text", blocks.CharBlock(required=False, label="Text")),
            ("numeric", blocks.CharBlock(required=False, label="Figures")),
        ]
    )

    class Meta:
        icon = "table"
        template = "blocks/table.html"
        label_format = "{caption}"
        description = "Rows and columns; it scrolls sideways on a phone."
        preview_value = PREVIEWS["TableBlock"]


class CalloutKind(models.TextChoices):
    """The purpose of a call-out; shown in words, not by color alone."""

    NOTE = "note", "Note"
    WARNING = "warning", "Warning"
    KEY_POINT = "key_point", "Key point"


class CalloutBlock(blocks.StructBlock):
    kind = blocks.ChoiceBlock(search_index=False, choices=CalloutKind.choices, default=CalloutKind.NOTE)
    heading = blocks.CharBlock(required=False, max_length=120)
    text = TextBlock(features=[*PROSE, "footnotes"], template=None)

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        context["kind_label"] = CalloutKind(value["kind"]).label
        context["kind_class"] = value["kind"].replace("_", "-")
        return context

    class Meta:
        icon = "info-circle"
        template = "blocks/callout.html"
        label_format = "{kind}: {heading}"
        description = "A note, a warning or a key point, set apart from the text."
        preview_value = {"kind": "warning", "heading": "Do not answer questions yet", "text": "<p>Ask first.</p>"}


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(max_length=200)
    answer = TextBlock(template=None)

    class Meta:
        icon = "help"
        label = "Question"
        label_format = "{question}"


class FaqBlock(blocks.StructBlock):
    heading = blocks.CharBlock(required=False, max_length=120)
    items = blocks.ListBlock(QuestionBlock(), min_num=1, label="Questions")

    class Meta:
        icon = "help"
        template = "blocks/faq.html"
        label = "Questions and answers"
        description = "Questions that open to show their answers."
        preview_value = PREVIEWS["FaqBlock"]


class CitationBlock(blocks.StructBlock):
    """A statement with its source; the source is listed among the page's footnotes."""

    statement = TextBlock(features=INLINE, template=None)
    source = blocks.CharBlock(max_length=200, help_text="Author, title, date. Example: 18 U.S.C. § 3161(b).")
    url = blocks.URLBlock(required=False, label="Address of the source")
    accessed = blocks.DateBlock(required=False, help_text="When you last read it there.")

    def get_context(self, value, parent_context=None):
        """Add the statement with the number of its source's footnote at the end of the last line."""
        context = super().get_context(value, parent_context)
        footnotes = context.get("footnotes")
        mark = footnotes.cite(value) if footnotes is not None else None
        html = self.child_blocks["statement"].render(value["statement"], context=context).strip()
        reference = _mark_html(mark)
        head, end, tail = html.rpartition("</p>")
        context["statement"] = mark_safe(f"{head}{reference}{end}{tail}" if end else html + reference)
        return context

    class Meta:
        icon = "openquote"
        template = "blocks/citation.html"
        label = "Footnoted citation"
        description = "A statement whose source appears among the footnotes."
        preview_value = PREVIEWS["CitationBlock"]


def question_blocks():
    return [("question", QuestionBlock())]
