"""The kinds of messages, and the default texts and placeholders of each, from ``messages.toml``."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from django.db import models


class MessageKind(models.TextChoices):
    STAFF_NEW = "staff_new", "To staff: a new request"
    STAFF_CORRECTED = "staff_corrected", "To staff: a request was sent again with changes"
    STAFF_OVERDUE = "staff_overdue", "To staff: a first answer is overdue"
    STAFF_CONFLICT = "staff_conflict", "To staff: the conflict check found somebody"
    STAFF_CHOSEN = "staff_chosen", "To staff: a time was chosen"
    STAFF_DIGEST = "staff_digest", "To staff: the morning digest"
    STAFF_MENTIONED = "staff_mentioned", "To staff: a colleague wrote something for you"
    STAFF_REMINDER = "staff_reminder", "To staff: a reminder is due"
    STAFF_UNDELIVERED = "staff_undelivered", "To managers: mail that could not be delivered"
    PERSON_RECEIPT = "person_receipt", "To the person: we have your request"
    PERSON_ANSWER = "person_answer", "To the person: an answer"
    PERSON_BOOKED = "person_booked", "To the person: appointment made"
    PERSON_REBOOKED = "person_rebooked", "To the person: appointment changed"
    PERSON_CANCELLED = "person_cancelled", "To the person: appointment cancelled"
    ATTORNEY_BOOKED = "attorney_booked", "To the attorney: appointment made"
    ATTORNEY_REBOOKED = "attorney_rebooked", "To the attorney: appointment changed"
    ATTORNEY_CANCELLED = "attorney_cancelled", "To the attorney: appointment cancelled"


#: The kinds that go to the sender of the request. The address is decrypted when the message is sent.
TO_PERSON = tuple(kind for kind in MessageKind if kind.startswith("person_"))

_FILE = tomllib.loads((Path(__file__).parent / "messages.toml").read_text(encoding="utf-8"))
#: The default subject and body of each kind.
DEFAULT_TEXTS = {kind: (message["subject"], message["body"]) for kind, message in _FILE["messages"].items()}
#: The placeholders of each kind, with their meanings.
PLACEHOLDERS = {
    kind: {name: (_FILE["placeholders"] | message.get("meaning", {}))[name] for name in message["placeholders"]}
    for kind, message in _FILE["messages"].items()
}
#: Default templates for answers, by field of `AnswerTemplate`; and the placeholders of templates with their meanings.
DEFAULT_TEMPLATES: list[dict[str, str]] = _FILE["answer_templates"]
ANSWER_PLACEHOLDERS: dict[str, str] = _FILE["answer_placeholders"]
#: Invented values of placeholders, for previews.
SAMPLES: dict[str, str] = _FILE["samples"]
#: Required placeholders, by kind and part.
REQUIRED = {(MessageKind.PERSON_ANSWER, "subject"): "subject", (MessageKind.PERSON_ANSWER, "body"): "text"}

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def problems_in(text: str, known: Mapping[str, str]) -> list[str]:
    """Return the errors in a text that may use the placeholders ``known``, in words for its author."""
    unknown = [name for name in dict.fromkeys(_PLACEHOLDER.findall(text)) if name not in known]
    found = [f"There is no placeholder {{{name}}} in this message." for name in unknown]
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        found.append("A curly bracket has no partner. Placeholders look like {" + next(iter(known)) + "}.")
    return found


def missing_from(text: str, kind: str, part: str) -> list[str]:
    """Return the error if ``part``, ``subject`` or ``body``, lacks its required placeholder."""
    name = REQUIRED.get((kind, part))
    return [f"{{{name}}} has to stay: it is what staff write."] if name and f"{{{name}}}" not in text else []


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace the placeholders by ``values`` in one pass: braces in a value have no meaning."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def left_open(text: str) -> list[str]:
    """Return the unfilled placeholders of an answer template, each once."""
    return [name for name in dict.fromkeys(_PLACEHOLDER.findall(text)) if name in ANSWER_PLACEHOLDERS]
