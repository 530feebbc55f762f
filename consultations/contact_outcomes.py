"""Calls and messages between staff and the person: how, which way, and what came of it."""

from dataclasses import dataclass

from django.db import models


class Direction(models.TextChoices):
    OUT = "out", "We reached out"
    IN = "in", "They reached out"


class Channel(models.TextChoices):
    CALL = "call", "Telephone"
    TEXT = "text", "Text message"
    EMAIL = "email", "E-mail"
    VISIT = "visit", "In person"


@dataclass(frozen=True)
class Outcome:
    """The result of a contact, and whether it reached the person."""

    label: str
    is_reached: bool = False


_SPOKE = Outcome("Spoke", is_reached=True)
_SENT = Outcome("Sent", is_reached=True)
_RECEIVED = Outcome("Received", is_reached=True)

#: For each way, what can come of it. Only what is here can be logged.
OUTCOMES: dict[tuple[str, str], dict[str, Outcome]] = {
    (Direction.OUT, Channel.CALL): {
        "spoke": _SPOKE,
        "message": Outcome("Left a message"),
        "no_answer": Outcome("No answer"),
        "wrong": Outcome("Wrong number"),
    },
    (Direction.OUT, Channel.TEXT): {"sent": _SENT},
    (Direction.OUT, Channel.EMAIL): {"sent": _SENT, "bounced": Outcome("Came back")},
    (Direction.OUT, Channel.VISIT): {"spoke": _SPOKE},
    (Direction.IN, Channel.CALL): {"spoke": _SPOKE, "missed": Outcome("Missed; call back")},
    (Direction.IN, Channel.TEXT): {"received": _RECEIVED},
    (Direction.IN, Channel.EMAIL): {"received": _RECEIVED},
    (Direction.IN, Channel.VISIT): {"spoke": _SPOKE},
}


def words_of(direction: str, channel: str, outcome: str) -> str:
    """Return a contact in words; unknown codes as they are."""
    found = OUTCOMES.get((direction, channel), {}).get(outcome)
    who = {Direction.OUT: "to the person", Direction.IN: "from the person"}.get(direction, direction)
    how = dict(Channel.choices).get(channel, channel)
    return f"{how} {who}: {found.label.lower() if found else outcome}"
