"""Wagtail's widgets without inline scripts, so that the admin's Content Security Policy can forbid them.

Wagtail prints an inline script after a date field, a chooser or a panel to start it. Here its arguments are printed as
data, and ``static/js/admin-widgets.js`` starts the widgets on its list.
"""

import json

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from wagtail.admin.widgets.chooser import BaseChooser

#: Characters that could end the script element or start another.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def start(name: str, *arguments) -> SafeString:
    """Return the data element that makes the browser call the function, or construct the class, of that name."""
    data = mark_safe(json.dumps(arguments).translate(ESCAPES))
    return format_html('<script type="application/json" data-start="{}">{}</script>', name, data)


def _render(self, name, value, attrs=None, renderer=None) -> SafeString:
    number, data = attrs["id"], self.get_value_data(value)
    options = self.get_js_init_options(number, name, data)
    return format_html("{}{}", self.render_html(name, data, attrs), start(self.js_constructor, number, options))


def install() -> None:
    """Make every chooser print data instead of a script."""
    BaseChooser.render = _render
