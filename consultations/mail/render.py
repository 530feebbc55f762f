"""Renders a message: subject, plain text and HTML, from a text with placeholders and their values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from consultations.mail.kinds import PLACEHOLDERS, SAMPLES, MessageKind, fill
from consultations.text_cleaning import one_line, paragraphs
from firm.models.settings import FirmSettings
from firm.templatetags.firm_tags import national, tel

SUBJECT_LENGTH = 150
NO_PHONE = "the number on our website"
#: A preview may load nothing and run nothing; mail has its styles inline.
PREVIEW_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'"


@dataclass(frozen=True)
class Value:
    """The value of a placeholder; with ``href``, a link in the HTML version."""

    text: str
    href: str = ""

    @property
    def html(self) -> SafeString:
        if not self.href:
            return escape(self.text)
        return format_html('<a href="{}" style="color:#1a4480">{}</a>', self.href, self.text)


@dataclass(frozen=True)
class Listing:
    """What follows the text of a digest: counts with their labels, and lines with links."""

    counts: list[tuple[str, int]] = field(default_factory=list)
    lines: list[Value] = field(default_factory=list)
    left_out: int = 0


@dataclass(frozen=True)
class Rendered:
    """A message as it is sent."""

    subject: str
    text: str
    html: str

    def preview(self, mode: str) -> HttpResponse:
        """Return the message as a page; ``mode`` is ``html`` or ``text``."""
        if mode == "text":
            text = f"Subject: {self.subject}\n\n{self.text}"
            response = HttpResponse(text, content_type="text/plain; charset=utf-8")
        else:
            response = HttpResponse(self.html)
        response["Content-Security-Policy"] = PREVIEW_POLICY
        return response


def render(
    subject: str, body: str, values: Mapping[str, Value], *, firm_name: str, listing: Listing | None = None
) -> Rendered:
    """Render a message. The subject is one line whatever the values contain; texts and values are escaped."""
    plain = {name: value.text for name, value in values.items()}
    linked = {name: value.html for name, value in values.items()}
    context = {
        "firm_name": one_line(firm_name),
        "listing": listing or Listing(),
        "title": one_line(fill(subject, plain))[:SUBJECT_LENGTH],
    }
    filled = [fill(part, plain) for part in _paragraphs(body)]
    escaped = [fill(escape(part), linked) for part in _paragraphs(body)]
    marked_up = [mark_safe(part.replace("\n", "<br>\n")) for part in escaped]
    text = render_to_string("consultations/emails/message.txt", context | {"paragraphs": filled})
    html = render_to_string("consultations/emails/message.html", context | {"paragraphs": marked_up})
    return Rendered(context["title"], re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", html.strip() + "\n")


def _paragraphs(body: str) -> list[str]:
    return [part for part in re.split(r"\n\s*\n", paragraphs(body)) if part]


def firm() -> FirmSettings:
    """Return the settings of the default site: messages are sent outside of requests."""
    return FirmSettings.base_queryset().filter(site__is_default_site=True).first() or FirmSettings()


def admin_url(name: str, *args) -> str:
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse(name, args=args)


def link_to(name: str, *args) -> Value:
    """Return a link to an admin screen, shown as its URL."""
    url = admin_url(name, *args)
    return Value(url, url)


def firm_values(known: FirmSettings) -> dict[str, Value]:
    return {"firm": Value(known.firm_name), "phone": phone_of(known)}


def phone_of(known: FirmSettings) -> Value:
    return Value(national(known.phone), tel(known.phone)) if known.phone else Value(NO_PHONE)


def sample(kind: str) -> tuple[dict[str, Value], Listing | None]:
    link = link_to("consultations:index")
    values = {name: Value(text) for name, text in SAMPLES.items()} | firm_values(firm()) | {"link": link}
    lines = [Value(line, link.href) for line in _SAMPLE_LINES]
    listing = Listing(counts=[("New", 2), ("Overdue", 1)], lines=lines)
    return pick(kind, values), listing if kind == MessageKind.STAFF_DIGEST else None


_SAMPLE_LINES = ("K7MW-3QFP · Urgent · overdue · 5 hours old", "H4TD-9XRA · Normal · 40 minutes old")


def pick(kind: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """Return only the values that a message of this kind may contain."""
    return {name: values[name] for name in PLACEHOLDERS[kind]}


def sample_answer(subject: str, body: str) -> tuple[str, str, str]:
    """Return subject, text and reference of a template's answer to an invented person."""
    values = SAMPLES | {name: value.text for name, value in firm_values(firm()).items()}
    return fill(subject, values), fill(body, values), values["reference"]
