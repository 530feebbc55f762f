"""Filters of the screens about signing in. Built into every template, as `firm_tags` are."""

import json

from django import template

from firm.accounts.networks import browser_of, network_of

register = template.Library()


@register.filter
def to_json(value) -> str:
    """Return JSON, for a data attribute."""
    return json.dumps(value)


@register.filter
def grouped(text: str) -> str:
    """Return a key or a code in groups of four."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


@register.filter
def browser(header: str) -> str:
    """Return a browser in plain words."""
    return browser_of(header)


@register.filter
def network(address: str) -> str:
    """Return the network that an address stands for; nothing for none."""
    return "" if address == "0.0.0.0" else network_of(address)
