"""The audit trail in words. Entries have codes and ids; names are looked up for a page at a time."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth import get_user_model
from django.urls import reverse

from consultations.contact_outcomes import Channel, Direction
from consultations.display import user_name
from consultations.models import AuditAction, AuditEntry
from consultations.permissions import visible_to
from consultations.queue.saved_filters import SETS
from consultations.workflow import Status

_WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_CHANGES, _REGISTER = _WORDS["changes"], _WORDS["register"]
_ATTEMPTS, _REASONS = _WORDS["attempts"], _WORDS["reasons"]
_CONTACTS = {
    Channel.CALL: "a call",
    Channel.TEXT: "a text message",
    Channel.EMAIL: "an e-mail",
    Channel.VISIT: "a visit",
}


@dataclass(frozen=True)
class TrailLine:
    """One entry in words, with the URL of its request if the viewer may see it."""

    entry: AuditEntry
    actor: str
    words: str
    reference: str
    url: str


class Narrator:
    """Describes the entries of one page to one viewer: one query for all names, another one for all references.

    ``accounts`` and ``requests`` that the caller has loaded, and the viewer may see, are not queried again.
    """

    def __init__(self, entries: list[AuditEntry], viewer, *, accounts: Iterable = (), requests: Iterable = ()):
        numbers = {number for one in entries for number in (one.request_id, one.facts.get("other")) if number}
        people = {one.actor_id for one in entries} | {
            value for one in entries for name in ("to", "user") if (value := _number(one.facts.get(name)))
        }
        self.references = {one.pk: one.reference for one in requests}
        if sought := numbers - set(self.references):
            self.references |= dict(visible_to(viewer).filter(pk__in=sought).values_list("pk", "reference"))
        self.names = {one.pk: user_name(one) for one in accounts}
        if unknown := people - {None, *self.names}:
            self.names |= {one.pk: user_name(one) for one in get_user_model().objects.filter(pk__in=unknown)}

    def tell(self, entry: AuditEntry) -> TrailLine:
        pk = entry.request_id
        url = reverse("consultations:request", args=[pk]) if pk in self.references else ""
        return TrailLine(entry, self.account(entry.actor_id), self._words(entry), self.references.get(pk, ""), url)

    def account(self, number: int | None) -> str:
        """Return the name of an account, or its id if it no longer exists."""
        if number is None:
            return "The website"
        return self.names.get(number, f"account {number}")

    def request(self, number: int | None) -> str:
        """Return a reference, or the id of a request that is gone or hidden from the viewer."""
        return self.references.get(number, f"request {number}") if number else "a request"

    def _words(self, entry: AuditEntry) -> str:
        facts, name = entry.facts, self.request(entry.request_id)
        if entry.action != AuditAction.REFUSED and facts.get("doing") in _REGISTER:
            return _REGISTER[facts["doing"]].format(found=facts.get("found", 0))
        match entry.action:
            case AuditAction.LISTED:
                return "viewed the appointments" if "week" in facts else f"viewed the list{_which_set(facts)}"
            case AuditAction.SEARCHED:
                return f"searched the requests ({facts.get('found', 0)} found)"
            case AuditAction.TRAIL:
                return f"read the audit trail of {name}" if entry.request_id else "read the audit trail"
            case AuditAction.REFUSED:
                attempt = _ATTEMPTS.get(facts.get("doing"), "{request}").format(request=name)
                why = _REASONS.get(facts.get("why"))
                return f"was refused {attempt}" + (f": {why}" if why else "")
            case AuditAction.CHANGED:
                return self._change(facts, name)
        if facts.get("doing") == "figures":
            return "exported a report" if entry.action == AuditAction.EXPORTED else "viewed the reports"
        verb = {AuditAction.VIEWED: "opened", AuditAction.PRINTED: "printed", AuditAction.EXPORTED: "exported"}
        return f"{verb.get(entry.action, 'did something with')} {name if entry.request_id else 'requests'}"

    def _change(self, facts: dict, name: str) -> str:
        match facts.get("doing"):
            case "assign":
                return f"assigned {name} to {self.account(facts['to'])}" if facts.get("to") else f"unassigned {name}"
            case "hand_on_reminder":
                to = self.account(facts["user"]) if facts.get("user") else "the intake managers"
                return f"passed a reminder on {name} on to {to}"
            case "move":
                return f"moved {name} from “{_status(facts.get('from'))}” to “{_status(facts.get('to'))}”"
            case "contact":
                return f"logged {_contact(facts)} on {name}"
        other, user = self.request(facts.get("other")), self.account(facts.get("user"))
        return _CHANGES.get(facts.get("doing"), "changed {request}").format(
            request=name, other=other, user=user, calendar=facts.get("calendar")
        )


def _number(value) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _which_set(facts: dict) -> str:
    one, page = SETS.get(facts.get("set")), facts.get("page")
    return (f" “{one.label}”" if one else "") + (f", page {page}" if page else "")


def _status(code) -> str:
    return Status(code).label if code in Status.values else "another status"


def _contact(facts: dict) -> str:
    word = _CONTACTS.get(facts.get("channel"), "a contact")
    return f"{word} from the person" if facts.get("direction") == Direction.IN else f"{word} to the person"
