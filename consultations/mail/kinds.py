"""What messages there are, and which placeholders the text of each knows: pure tables and functions."""

import re
from collections.abc import Mapping

from django.db import models


class MessageKind(models.TextChoices):
    """What a message is about, and whom it is for."""

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


#: The kinds that go to whoever sent the request. Their address is read from the sealed request when they leave.
TO_PERSON = (
    MessageKind.PERSON_RECEIPT,
    MessageKind.PERSON_ANSWER,
    MessageKind.PERSON_BOOKED,
    MessageKind.PERSON_REBOOKED,
    MessageKind.PERSON_CANCELLED,
)

_REFERENCE = {"reference": "the reference of the request"}
_FIRM = {"firm": "the name of the firm"}
_PHONE = {"phone": "the telephone number of the firm"}
_LINK = {"link": "the address of the request in the admin"}
_ABOUT_REQUEST = {
    **_REFERENCE,
    "practice_area": "the practice area that was chosen",
    "urgency": "how urgent it is",
    "due": "when the first answer is due",
    **_LINK,
    **_FIRM,
}
_TIME = {"when": "day, time and time zone of the appointment, and how long it takes"}
_WHERE = {"where": "the place, the link, or that it is by telephone"}
_TO_PERSON = {**_TIME, **_WHERE, "attorney": "whom they will speak to", **_REFERENCE, **_FIRM, **_PHONE}
_TO_ATTORNEY = {**_TIME, **_WHERE, **_REFERENCE, **_LINK, **_FIRM}
#: For each kind, its placeholders and what stands for them. What a text must not tell has no placeholder at all.
PLACEHOLDERS: dict[str, dict[str, str]] = {
    MessageKind.STAFF_NEW: _ABOUT_REQUEST,
    MessageKind.STAFF_CORRECTED: _ABOUT_REQUEST,
    MessageKind.STAFF_OVERDUE: _ABOUT_REQUEST,
    MessageKind.STAFF_CONFLICT: _ABOUT_REQUEST,
    MessageKind.STAFF_CHOSEN: {
        **_ABOUT_REQUEST,
        **_TIME,
        "held_until": "until when the time is held",
    },
    MessageKind.STAFF_DIGEST: {
        "count": "how many requests wait for a first answer",
        "date": "the day",
        "link": "the address of the list of requests",
        **_FIRM,
    },
    MessageKind.STAFF_MENTIONED: {**_REFERENCE, **_LINK, **_FIRM},
    MessageKind.STAFF_REMINDER: {**_REFERENCE, **_LINK, **_FIRM},
    MessageKind.STAFF_UNDELIVERED: {
        "count": "how many messages could not be delivered",
        "link": "the address of the list of them",
        **_FIRM,
    },
    MessageKind.PERSON_RECEIPT: {**_REFERENCE, **_FIRM, **_PHONE},
    MessageKind.PERSON_ANSWER: {
        "subject": "the subject that staff wrote",
        "text": "the text that staff wrote",
        **_REFERENCE,
        **_FIRM,
        **_PHONE,
    },
    MessageKind.PERSON_BOOKED: _TO_PERSON,
    MessageKind.PERSON_REBOOKED: _TO_PERSON,
    MessageKind.PERSON_CANCELLED: {**_TIME, **_REFERENCE, **_FIRM, **_PHONE},
    MessageKind.ATTORNEY_BOOKED: _TO_ATTORNEY,
    MessageKind.ATTORNEY_REBOOKED: _TO_ATTORNEY,
    MessageKind.ATTORNEY_CANCELLED: {**_TIME, **_REFERENCE, **_FIRM},
}
#: Placeholders without which a message would say nothing, by kind and part.
NEEDED: dict[str, dict[str, str]] = {MessageKind.PERSON_ANSWER: {"subject": "subject", "body": "text"}}
#: What a template for an answer may leave open: filled in when somebody chooses it, before anything is sent.
ANSWER_PLACEHOLDERS = {
    "name": "the name of the person",
    **_REFERENCE,
    **_FIRM,
    **_PHONE,
    "attorney": "the attorney whose request it is, or who was asked for",
    "appointment": "day and time of the consultation",
    "lawyer": "name and number of a lawyer outside the firm: always left open for whoever writes",
}

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def problems_in(text: str, kind: str) -> list[str]:
    """Return what is wrong with the placeholders of a text, in words for whoever wrote it."""
    return problems_with(text, PLACEHOLDERS[kind])


def problems_with(text: str, known: Mapping[str, str]) -> list[str]:
    """Return what is wrong with a text that may use the placeholders ``known``."""
    unknown = [name for name in dict.fromkeys(_PLACEHOLDER.findall(text)) if name not in known]
    found = [f"There is no placeholder {{{name}}} in this message." for name in unknown]
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        found.append("A curly bracket has no partner. Placeholders look like {" + next(iter(known)) + "}.")
    return found


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with ``values`` for its placeholders, in one pass: braces in a value mean nothing."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def left_open(text: str) -> list[str]:
    """Return the placeholders of a template that still stand in a text, each once."""
    return [name for name in dict.fromkeys(_PLACEHOLDER.findall(text)) if name in ANSWER_PLACEHOLDERS]


def missing_from(text: str, kind: str, part: str) -> list[str]:
    """Return what a part of a message, ``subject`` or ``body``, cannot do without, in words."""
    name = NEEDED.get(kind, {}).get(part)
    return [f"{{{name}}} has to stay: it is what staff write."] if name and f"{{{name}}}" not in text else []
