"""Draws a message: subject, plain text and HTML, from a text with placeholders and their values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Site

from consultations.due_dates import Urgency
from consultations.mail.kinds import PLACEHOLDERS, MessageKind, fill
from consultations.text_cleaning import one_line, paragraphs
from firm.models.settings import FirmSettings
from firm.templatetags.firm_tags import national, tel

SUBJECT_LENGTH = 150
NO_PHONE = "the number on our website"


@dataclass(frozen=True)
class Value:
    """What stands for a placeholder; with ``href``, a link in the HTML version."""

    text: str
    href: str = ""

    @property
    def html(self) -> SafeString:
        """The value as HTML."""
        if not self.href:
            return escape(self.text)
        return format_html('<a href="{}" style="color:#1a4480">{}</a>', self.href, self.text)


@dataclass(frozen=True)
class Enclosure:
    """What follows the text of a digest: counts with their labels, and lines with addresses."""

    counts: list[tuple[str, int]] = field(default_factory=list)
    lines: list[Value] = field(default_factory=list)
    left_out: int = 0


@dataclass(frozen=True)
class Letter:
    """A message as it is sent."""

    subject: str
    text: str
    html: str


def draw(
    subject: str, body: str, values: Mapping[str, Value], *, firm_name: str, enclosure: Enclosure | None = None
) -> Letter:
    """Return the letter. Its subject is one line whatever the values hold, and all that is not ours is escaped."""
    plain = {name: value.text for name, value in values.items()}
    context = {"firm_name": one_line(firm_name), "enclosure": enclosure or Enclosure()}
    filled = [fill(part, plain) for part in _paragraphs(body)]
    linked = {name: value.html for name, value in values.items()}
    drawn = [_with_breaks(fill(escape(part), linked)) for part in _paragraphs(body)]
    title = one_line(fill(subject, plain))[:SUBJECT_LENGTH]
    text = render_to_string("consultations/emails/message.txt", context | {"paragraphs": filled})
    html = render_to_string("consultations/emails/message.html", context | {"paragraphs": drawn, "title": title})
    return Letter(subject=title, text=re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", html=html.strip() + "\n")


def _paragraphs(body: str) -> list[str]:
    return [part for part in re.split(r"\n\s*\n", paragraphs(body)) if part]


def _with_breaks(html: str) -> SafeString:
    return mark_safe(html.replace("\n", "<br>\n"))  # escaped by the caller


# --- Values ---------------------------------------------------------------------------------------


def firm() -> FirmSettings:
    """Return the settings of the default site: messages are not sent from a visit."""
    kept = FirmSettings.base_queryset().filter(site__is_default_site=True).first()
    return kept or FirmSettings.for_site_or_defaults(Site.objects.filter(is_default_site=True).first())


def admin_url(name: str, *args) -> str:
    """Return the absolute address of a screen of the admin."""
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse(name, args=args)


def link_to(url: str) -> Value:
    """Return an address that leads to itself."""
    return Value(url, url)


def phone_of(settings_of_firm: FirmSettings) -> Value:
    """Return the firm's number, to tap."""
    number = settings_of_firm.phone
    return Value(national(number), tel(number)) if number else Value(NO_PHONE)


def sample(kind: str) -> tuple[dict[str, Value], Enclosure | None]:
    """Return invented values for a preview."""
    known = firm()
    values = {
        "reference": Value("K7MW-3QFP"),
        "practice_area": Value("Sample practice area"),
        "urgency": Value(Urgency.URGENT.label),
        "due": Value("January 4, 9:30 AM"),
        "date": Value("Monday, January 4"),
        "count": Value("2"),
        "when": Value("Monday, January 4, 2027, 10:00 AM EST (30 minutes)"),
        "held_until": Value("Thursday, December 31, 2026, 4:00 PM EST"),
        "where": Value("1 Sample Street, 2nd floor"),
        "attorney": Value("Sample Attorney"),
        "link": link_to(admin_url("consultations:index")),
        "firm": Value(known.firm_name),
        "phone": phone_of(known),
    }
    lines = ("K7MW-3QFP · Urgent · overdue · 5 hours old", "H4TD-9XRA · Normal · 40 minutes old")
    enclosure = Enclosure(
        counts=[("New", 2), ("Overdue", 1)], lines=[Value(line, values["link"].href) for line in lines]
    )
    values["subject"] = Value("What to bring with you")
    values["text"] = Value("Hello Jane Sample,\n\nplease bring your papers.")
    return pick(kind, values), enclosure if kind == MessageKind.STAFF_DIGEST else None


def pick(kind: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """Return only what a message of this kind may tell."""
    return {name: values[name] for name in PLACEHOLDERS[kind]}


def answer_values(subject: str, text: str, reference: str, known: FirmSettings) -> dict[str, Value]:
    """Return what stands for the placeholders of the frame around an answer."""
    return {
        "subject": Value(subject),
        "text": Value(text),
        "reference": Value(reference),
        "firm": Value(known.firm_name),
        "phone": phone_of(known),
    }


def sample_answer(subject: str, body: str) -> tuple[str, str, str]:
    """Return subject, text and reference of a template's answer to an invented person."""
    known = firm()
    values = {
        "name": "Jane Sample",
        "reference": "K7MW-3QFP",
        "firm": known.firm_name,
        "phone": phone_of(known).text,
        "attorney": "Ada Sample",
        "appointment": "Monday, January 4, 9:30 AM",
        "lawyer": "Bo Sample, 212-555-0199",
    }
    return fill(subject, values), fill(body, values), values["reference"]
