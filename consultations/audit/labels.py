"""The audit trail in words. Entries have codes and ids; names are looked up for a page at a time."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.urls import reverse

from consultations.contact_outcomes import Channel, Direction
from consultations.display import user_name
from consultations.models import AuditAction, AuditEntry
from consultations.permissions import visible_to
from consultations.queue.saved_filters import SETS
from consultations.workflow import Status

#: Changes, by their code in the audit trail; {request} is the reference.
_CHANGES = {
    "receive": "received {request}",
    "correct": "received a correction of {request}",
    "note": "added a note to {request}",
    "matter": "changed custody and court on {request}",
    "screen": "set up an ethical wall between {user} and {request}",
    "unscreen": "removed the ethical wall between {user} and {request}",
    "conflict_check": "checked {request} for conflicts",
    "conflict_clear": "cleared the conflict check of {request}",
    "conflict_flag": "flagged the conflict check of {request}",
    "take_in": "merged {other} into {request}",
    "requeue": "sent a message about {request} again",
    "tell": "told {user} of a note on {request}",
    "answer": "wrote an e-mail to the person of {request}",
    "remind": "set a reminder for {user} on {request}",
    "finish_reminder": "finished a reminder on {request}",
    "postpone_reminder": "postponed a reminder on {request}",
    "schedule": "made an appointment for {request}",
    "reschedule": "changed the appointment of {request}",
    "time_chosen": "received a chosen time for {request}",
    "time_chosen_anew": "received another chosen time for {request}",
    "time_given_up": "released the chosen time of {request}, which the person gave up",
    "time_let_go": "released the chosen time of {request}",
    "time_lapsed": "released the chosen time of {request}, which nobody had confirmed",
    "time_ended": "released the chosen time of {request}",
    "calendar": "changed calendar {calendar}",
    "absence": "added an absence to calendar {calendar}",
    "no_absence": "removed an absence from calendar {calendar}",
    "feed": "made a private feed of calendar {calendar}",
    "no_feed": "revoked the private feed of calendar {calendar}",
    "hold": "set a legal hold on {request}",
    "release_hold": "released the legal hold on {request}",
    "erase": "erased {request}",
}
#: Actions on the register of known parties, without names.
_REGISTER = {
    "parties": "viewed the known parties ({found} found)",
    "check_name": "checked a name in the register ({found} found)",
    "party": "opened a known party",
    "party_add": "added a known party",
    "party_change": "changed a known party",
    "party_delete": "deleted a known party",
    "parties_import": "imported {found} known parties",
}
#: Refused attempts.
_ATTEMPTS = {
    "list": "the list of requests",
    "search": "a search among requests",
    "view": "opening {request}",
    "print": "printing {request}",
    "messages": "the list of undelivered messages",
    "requeue": "sending messages again",
    "export": "exporting requests",
    "bulk": "a change of several requests at once",
    "trail": "the audit trail",
    "figures": "the reports",
    "schedule": "an appointment for {request}",
    "reschedule": "changing the appointment of {request}",
    "confirm_time": "confirming the chosen time of {request}",
    "let_go_time": "releasing the chosen time of {request}",
    "appointments": "the list of appointments",
    "calendars": "the calendars of attorneys",
    "calendar": "changing a calendar",
    "move": "moving {request}",
    "assign": "assigning {request}",
    "add_note": "a note on {request}",
    "log_contact": "logging a contact on {request}",
    "change_matter": "changing custody and court on {request}",
    "screen": "setting up an ethical wall on {request}",
    "unscreen": "removing an ethical wall from {request}",
    "merge": "merging {request}",
    "clear": "clearing the conflict check of {request}",
    "flag": "flagging the conflict check of {request}",
    "decline": "declining {request} for a conflict",
    "decline_for_conflict": "declining {request} for a conflict",
    "recheck": "checking {request} for conflicts",
    "parties": "the register of known parties",
    "check_name": "a search in the register",
    "party": "a party of the register",
    "party_add": "adding a party to the register",
    "party_change": "changing a party of the register",
    "party_delete": "deleting a party of the register",
    "parties_import": "importing parties into the register",
    "answer": "writing an e-mail to the person of {request}",
    "remind": "setting a reminder on {request}",
    "finish_reminder": "finishing a reminder on {request}",
    "postpone_reminder": "postponing a reminder on {request}",
    "hold": "a legal hold on {request}",
    "release": "releasing the legal hold on {request}",
    "release_hold": "releasing the legal hold on {request}",
    "erase": "erasing {request}",
    "own_data": "exporting the person’s own data of {request}",
    "retention": "the retention list",
}
#: Reasons of refusals.
_REASONS = {
    "not_permitted": "not permitted",
    "out_of_reach": "not accessible",
    "may_not_assign": "not to that person",
    "no_access": "not permitted",
    "sent_otherwise": "the form had been sent with other values",
    "stale": "somebody was quicker",
    "forbidden": "not possible from its status",
    "no_reason": "the reason was missing",
    "no_contact": "no contact was logged",
    "call_first": "the person had to be called first",
    "no_time": "the appointment had no time",
    "no_calendar": "not with that attorney",
    "no_length": "the length was missing",
    "no_way": "the way was missing",
    "no_place": "the place was missing",
    "no_link": "the link was missing",
    "closed": "outside the working hours",
    "away": "during an absence",
    "clash": "the time was taken",
    "empty": "nothing was written",
    "too_long": "it was too long",
    "no_consent": "no consent to text messages",
    "too_many": "too many at once",
    "conflict_check": "the conflict check did not allow it",
    "nothing_to_clear": "there was nothing to clear",
    "managers_clear": "a manager has to clear it",
    "check_failed": "the check failed",
    "itself": "a request cannot be merged into itself",
    "target": "not into that request",
    "self": "not oneself",
    "may_not_tell": "somebody was to be told who may not see it",
    "not_ahead": "the time was not in the future",
    "no_reminder": "there was no such reminder",
    "no_address": "there was no e-mail address",
    "no_subject": "the subject was missing",
    "long_subject": "the subject was too long",
    "open_subject": "a placeholder was left open",
    "open_text": "a placeholder was left open",
    "held": "it has a legal hold",
    "not_held": "there was no legal hold",
    "not_confirmed": "the reference was not typed",
    "not_all": "part of it is not accessible",
    "sending": "a message was being sent",
    "unknown_contact": "the channel or the outcome was missing",
}


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
