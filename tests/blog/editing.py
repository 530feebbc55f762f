"""The data that a browser submits from an edit screen: form fields, and StreamFields, which a script adds."""

import datetime

from bs4 import BeautifulSoup
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.fields import StreamField

SUBMIT, PUBLISH = {"action-submit": "1"}, {"action-publish": "1"}


def sent(html: str, page, **changed) -> dict:
    """The data of the page's form as drawn in ``html``; ``changed`` replaces fields, StreamFields by stored values."""
    data = drawn_fields(html)
    for field in page._meta.get_fields():
        if isinstance(field, StreamField):
            stream = field.to_python(changed.pop(field.name)) if field.name in changed else getattr(page, field.name)
            data |= stream_fields(field.stream_block, stream, field.name)
    return data | changed


def drawn_fields(html: str) -> dict:
    """The names and values of the controls that stand in the edit form itself."""
    soup = BeautifulSoup(html, "html.parser")
    for template in soup.find_all("template"):
        template.decompose()
    data = {}
    for control in soup.select("form#page-edit-form [name]"):
        name, kind = control["name"], control.get("type", "")
        if control.name == "select":
            chosen = [option.get("value", "") for option in control.find_all("option", selected=True)]
            data[name] = chosen if control.has_attr("multiple") else (chosen or [""])[0]
        elif control.name == "textarea":
            data[name] = control.get_text()
        elif kind in {"checkbox", "radio"}:
            if control.has_attr("checked"):
                data.setdefault(name, []).append(control.get("value", "on"))
        elif control.name == "input" and kind not in {"submit", "button", "file"}:
            data[name] = control.get("value", "")
    data.pop("csrfmiddlewaretoken", None)
    return data


def stream_fields(block, value, prefix: str) -> dict:
    """The fields in which the editor's script sends the value of a block."""
    if isinstance(block, blocks.StreamBlock):
        return _listed([(child.block, child.value, {"type": child.block_type}) for child in value], prefix)
    if isinstance(block, blocks.ListBlock):
        return _listed([(block.child_block, item, {}) for item in value], prefix)
    if isinstance(block, blocks.StructBlock):
        data = {}
        for name, child in block.child_blocks.items():
            data |= stream_fields(child, _part(value, name), f"{prefix}-{name}")
        return data
    if isinstance(block, TypedTableBlock):
        return _table(value, prefix)
    if isinstance(block, blocks.RichTextBlock):
        return {prefix: block.field.widget.format_value(value.source)}
    return _single(value, prefix)


def _part(value, name: str):
    """The part of a struct's value; an image with its alternative text is an image that carries the other parts."""
    if hasattr(value, "contextual_alt_text"):
        parts = {"image": value, "alt_text": value.contextual_alt_text, "decorative": value.decorative}
        return parts[name]
    return value.get(name) if value is not None else None


def _listed(children: list[tuple], prefix: str) -> dict:
    data = {f"{prefix}-count": str(len(children))}
    for place, (block, value, more) in enumerate(children):
        row = f"{prefix}-{place}"
        data |= {f"{row}-{name}": text for name, text in more.items()}
        data |= {f"{row}-order": str(place), f"{row}-deleted": "", f"{row}-id": ""}
        data |= stream_fields(block, value, f"{row}-value")
    return data


def _table(table, prefix: str) -> dict:
    data = {f"{prefix}-caption": "", f"{prefix}-column-count": str(len(table.columns))}
    data[f"{prefix}-row-count"] = str(len(table.row_data))
    for place, column in enumerate(table.columns):
        start = f"{prefix}-column-{place}"
        data |= {f"{start}-type": column["block"].name, f"{start}-heading": column["heading"]}
        data |= {f"{start}-order": str(place), f"{start}-deleted": ""}
    for place, row in enumerate(table.row_data):
        data |= {f"{prefix}-row-{place}-order": str(place), f"{prefix}-row-{place}-deleted": ""}
        data |= {f"{prefix}-cell-{place}-{number}": text for number, text in enumerate(row["values"])}
    return data


def _single(value, prefix: str) -> dict:
    if value is None or value is False:
        return {}
    if value is True:
        return {prefix: "on"}
    if isinstance(value, datetime.time):
        return {prefix: value.strftime("%H:%M")}
    return {prefix: getattr(value, "pk", value)}
