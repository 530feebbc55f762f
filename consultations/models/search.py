"""The blind index of requests."""

from django.db import models

from consultations.models.requests import ConsultationRequest
from consultations.querysets import ENDING_DIGITS
from firm.encryption.blind_index import name_tokens, normalise_email, normalise_phone
from firm.encryption.models import BlindIndexEntry

NAME, EMAIL, PHONE, ENDING = "name", "email", "phone", "ending"


class RequestEntry(BlindIndexEntry):
    """One digest under which a request is found: a part of a name, an address, a number or its last seven digits."""

    row = models.ForeignKey(ConsultationRequest, on_delete=models.CASCADE, related_name="entries")

    @classmethod
    def terms(cls, row: ConsultationRequest) -> dict[str, set[str]]:
        events = row.events.sent_by_visitor() if row.pk else ()
        persons = [row, *(event.values.get("old", {}) for event in events)]
        found: dict[str, set[str]] = {NAME: set(), EMAIL: set(), PHONE: set(), ENDING: set()}
        for person in persons:
            found[NAME] |= name_tokens(_of(person, "full_name")) | name_tokens(_of(person, "person_in_need"))
            found[EMAIL].add(normalise_email(_of(person, "email")))
            number = normalise_phone(_of(person, "phone"))
            found[PHONE].add(number)
            found[ENDING].add(number[-ENDING_DIGITS:])
        return found


def _of(person, name: str) -> str:
    value = person.get(name, "") if isinstance(person, dict) else getattr(person, name)
    return str(value or "")
