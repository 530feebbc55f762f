"""The copy of a person's own data: what they sent, agreed to and were sent.

Staff notes and reasons are left out: they are the work product of a lawyer (Hickman v. Taylor, 329 U.S. 495 (1947);
Fed. R. Civ. P. 26(b)(3)). Requests merged with this one may have another sender, so they are left out too.
"""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime

from consultations.contact_outcomes import Channel, Direction
from consultations.display import LABELS, value_words
from consultations.intake.receive import sent_values
from consultations.models import Appointment, ConsultationRequest, EventKind, MessageKind, MessageState

#: One entry of the copy.
Line = dict[str, object]


def own_data(request: ConsultationRequest, now: datetime) -> dict:
    events = list(request.events.order_by("at", "pk"))

    def of(kind: EventKind, entry) -> list[Line]:
        return [{"at": _time(event.at), **entry(event)} for event in events if event.kind == kind]

    return {
        "reference": request.reference,
        "prepared_at": _time(now),
        "sent_at": _time(request.submitted_at),
        "sent": sent_values(request),
        "corrections": of(EventKind.CORRECTED, _correction),
        "consent": _consent(request),
        "visit": {"first_page": request.landing_page, "came_from": request.referring_host},
        "messages": of(EventKind.MESSAGE, _message),
        "contacts": of(EventKind.CONTACT, _contact),
        "answers": of(EventKind.ANSWERED, _answer),
        "appointments": [_appointment(one) for one in request.appointments.select_related("calendar").order_by("pk")],
    }


def in_words(data: dict) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return a copy as headings, each with labels and texts. Empty sections are left out."""
    consent, visit = data["consent"], data["visit"]
    agreed = f"Agreed. {consent['text_messages_wording']}".strip() if consent["text_messages"] else "Not agreed"
    changes = [(f"{_when(one['at'])}: {label}", words) for one in data["corrections"] for label, words in _changes(one)]
    found = [
        ("What you sent", [(LABELS[name], value_words(name, data["sent"][name])) for name in LABELS]),
        ("What you sent again with changes", changes),
        (
            "What you agreed to",
            [
                ("Acknowledged", _when(consent["acknowledged_at"])),
                (f"Wording, version {consent['version']}", consent["acknowledgement"]),
                ("On the page", consent["page"] or "Not known"),
                ("Text messages", agreed),
            ],
        ),
        (
            "Where your visit began",
            [("First page", visit["first_page"] or "Not known"), ("Came from", visit["came_from"] or "Not known")],
        ),
        (
            "What we sent to you",
            [(_when(one["at"]), f"{one['message']}: {one['outcome']}") for one in data["messages"]],
        ),
        ("What we wrote to you", [(_when(one["at"]), f"{one['subject']}\n\n{one['text']}") for one in data["answers"]]),
        (
            "Appointments",
            [(_when(one["starts_at"]), f"{one['way']}, {one['with']}: {one['state']}") for one in data["appointments"]],
        ),
        ("Contacts", [(_when(one["at"]), f"{one['how']}, by {one['by']}") for one in data["contacts"]]),
    ]
    return [(heading, rows) for heading, rows in found if rows]


def _changes(correction: Line) -> list[tuple[str, str]]:
    before, after = correction["before"], correction["after"]
    return [
        (label, f"{value_words(name, after[name])} (before: {value_words(name, before.get(name))})")
        for name, label in LABELS.items()
        if name in after
    ]


def _when(time: str) -> str:
    return date_format(datetime.fromisoformat(time), "F j, Y, g:i A")


def _correction(event) -> Line:
    values = event.values or {}
    return {"before": values.get("old", {}), "after": values.get("new", {})}


def _consent(request: ConsultationRequest) -> dict:
    return {
        "acknowledged_at": _time(request.acknowledged_at),
        "acknowledgement": request.acknowledgement,
        "version": request.acknowledgement_version,
        "page": request.acknowledgement_page,
        "text_messages": request.sms_consent,
        "text_messages_wording": request.sms_consent_wording,
    }


def _message(event) -> Line:
    kind, state = event.facts.get("message"), event.facts.get("state")
    return {
        "message": dict(MessageKind.choices).get(kind, "A message").split(": ")[-1],
        "outcome": "sent" if state == MessageState.SENT else "could not be delivered",
    }


def _answer(event) -> Line:
    return {"subject": (event.values or {}).get("subject", ""), "text": event.text}


def _appointment(appointment: Appointment) -> Line:
    return {
        "starts_at": _time(appointment.starts_at),
        "ends_at": _time(appointment.ends_at),
        "with": str(appointment.calendar),
        "way": appointment.get_way_display(),
        "where": appointment.video_link or appointment.place,
        "state": appointment.get_state_display(),
    }


def _contact(event) -> Line:
    """A contact, without the notes about it."""
    direction, channel = event.facts.get("direction"), event.facts.get("channel")
    return {
        "by": "the person" if direction == Direction.IN else "the firm",
        "how": dict(Channel.choices).get(channel, "A contact"),
    }


def _time(moment: datetime) -> str:
    return localtime(moment).isoformat(timespec="seconds")
