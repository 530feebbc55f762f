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
    STAFF_DIGEST = "staff_digest", "To staff: the morning digest"
    PERSON_RECEIPT = "person_receipt", "To the person: we have your request"


#: The kinds that go to whoever sent the request. Their address is read from the sealed request when they leave.
TO_PERSON = (MessageKind.PERSON_RECEIPT,)

_REFERENCE = {"reference": "the reference of the request"}
_FIRM = {"firm": "the name of the firm"}
_ABOUT_REQUEST = {
    **_REFERENCE,
    "practice_area": "the practice area that was chosen",
    "urgency": "how urgent it is",
    "due": "when the first answer is due",
    "link": "the address of the request in the admin",
    **_FIRM,
}
#: For each kind, its placeholders and what stands for them. What a text must not tell has no placeholder at all.
PLACEHOLDERS: dict[str, dict[str, str]] = {
    MessageKind.STAFF_NEW: _ABOUT_REQUEST,
    MessageKind.STAFF_CORRECTED: _ABOUT_REQUEST,
    MessageKind.STAFF_OVERDUE: _ABOUT_REQUEST,
    MessageKind.STAFF_CONFLICT: _ABOUT_REQUEST,
    MessageKind.STAFF_DIGEST: {
        "count": "how many requests wait for a first answer",
        "date": "the day",
        "link": "the address of the list of requests",
        **_FIRM,
    },
    MessageKind.PERSON_RECEIPT: {**_REFERENCE, **_FIRM, "phone": "the telephone number of the firm"},
}

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def problems_in(text: str, kind: str) -> list[str]:
    """Return what is wrong with the placeholders of a text, in words for whoever wrote it."""
    known = PLACEHOLDERS[kind]
    unknown = [name for name in dict.fromkeys(_PLACEHOLDER.findall(text)) if name not in known]
    found = [f"There is no placeholder {{{name}}} in this message." for name in unknown]
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        found.append("A curly bracket has no partner. Placeholders look like {" + next(iter(known)) + "}.")
    return found


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with ``values`` for its placeholders, in one pass: braces in a value mean nothing."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)
