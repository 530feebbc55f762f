"""The messages as the firm finds them, until it writes its own."""

from consultations.mail.kinds import MessageKind

_FACTS = """Reference: {reference}
Practice area: {practice_area}
Urgency: {urgency}
First answer due: {due}"""
_AGREED = """When: {when}
Where: {where}
With: {attorney}"""
_BOOKED = """Request: {reference}
When: {when}
Where: {where}"""
_CALL = (
    "If you cannot come, or need another time, please call {phone}. Please leave out the details of your matter until"
    " we speak, and do not put them into an answer to this message."
)
_DISCREET = "For the person’s sake, no name and no word of the request is in this message. Both are behind the link."

#: Subject and body of each kind. A blank line begins a new paragraph.
DEFAULT_TEXTS: dict[str, tuple[str, str]] = {
    MessageKind.STAFF_NEW: (
        "New request {reference}: {urgency}",
        f"A new request for a consultation is in.\n\n{_FACTS}\n\nOpen it: {{link}}\n\n{_DISCREET}",
    ),
    MessageKind.STAFF_CORRECTED: (
        "Changed by the sender: {reference}",
        "The person who sent this request has sent it again, with changes. The timeline shows what was there before."
        f"\n\n{_FACTS}\n\nOpen it: {{link}}\n\n{_DISCREET}",
    ),
    MessageKind.STAFF_OVERDUE: (
        "Overdue: {reference} waits for an answer",
        "Nobody has called or written to this person yet, and the time for it is over. Please reach out now,"
        f" and log the call.\n\n{_FACTS}\n\nOpen it: {{link}}\n\n{_DISCREET}",
    ),
    MessageKind.STAFF_CONFLICT: (
        "Look at the conflict check of {reference}",
        "The conflict check of this request had found nothing that matters. Now somebody in the register matches a name"
        " in it. Please look before anything else is done: until then it cannot be scheduled or retained."
        f"\n\n{_FACTS}\n\nOpen it: {{link}}\n\n{_DISCREET}",
    ),
    MessageKind.STAFF_CHOSEN: (
        "Confirm the time: {reference}",
        "The person who sent this request has chosen a time for the consultation. It is held until {held_until}; then"
        " it is free again, and nobody tells the person. Please confirm it, or let it go."
        f"\n\nWhen: {{when}}\n\n{_FACTS}\n\nOpen it: {{link}}\n\n{_DISCREET}",
    ),
    MessageKind.STAFF_DIGEST: (
        "Waiting for a first answer: {count}",
        "Good morning. This is how the intake stands on {date}.\n\nAll requests: {link}",
    ),
    MessageKind.STAFF_MENTIONED: (
        "A colleague wrote something for you: {reference}",
        f"In the timeline of request {{reference}} there is something for you.\n\nOpen it: {{link}}\n\n{_DISCREET}",
    ),
    MessageKind.STAFF_REMINDER: (
        "Reminder: {reference}",
        f"The time of a reminder on request {{reference}} has come.\n\nOpen it: {{link}}\n\n{_DISCREET}",
    ),
    MessageKind.PERSON_ANSWER: (
        "{subject}",
        "{text}\n\nYour reference: {reference}\nOur number: {phone}",
    ),
    MessageKind.STAFF_UNDELIVERED: (
        "Mail that could not be delivered: {count}",
        "Some messages were given up: nobody has received them, and they are not tried again by themselves. The list"
        " says why. A person whose address does not work has to be called.\n\nOpen it: {link}",
    ),
    MessageKind.PERSON_RECEIPT: (
        "We have your request",
        "Thank you for writing to {firm}. Your request has arrived, and a person will read it.\n\n"
        "Your reference is {reference}. If you call us, it is all that we need to find your request.\n\n"
        "What happens next: we make sure that nothing keeps us from acting for you. Then one of us gets in touch,"
        " in the way that you chose.\n\n"
        "If it cannot wait, please call {phone} now. Do so in any case if someone is being held, or has to be in"
        " court in the next days.\n\n"
        "Please leave out the details until we speak, and do not put them into an answer to this message.\n\n"
        "Your request does not make {firm} your lawyer yet. That takes an agreement that both of us sign.",
    ),
    MessageKind.PERSON_BOOKED: (
        "Your appointment with {firm}",
        f"Your appointment is arranged.\n\n{_AGREED}\n\nYour reference is {{reference}}. A calendar entry is attached."
        f"\n\n{_CALL}",
    ),
    MessageKind.PERSON_REBOOKED: (
        "Your appointment with {firm} has changed",
        f"Your appointment has changed. This is how it stands now:\n\n{_AGREED}\n\nYour reference is {{reference}}."
        f" The calendar entry that is attached takes the place of the earlier one.\n\n{_CALL}",
    ),
    MessageKind.PERSON_CANCELLED: (
        "Your appointment with {firm} is cancelled",
        "Your appointment of {when} does not take place.\n\nIf you would like another one, please call {phone}. Your"
        " reference is {reference}.",
    ),
    MessageKind.ATTORNEY_BOOKED: (
        "Appointment: {when}",
        f"An appointment was made for you.\n\n{_BOOKED}\n\nOpen it: {{link}}\n\n{_DISCREET}",
    ),
    MessageKind.ATTORNEY_REBOOKED: (
        "Appointment changed: {when}",
        f"An appointment of yours has changed. This is how it stands now:\n\n{_BOOKED}\n\nOpen it: {{link}}"
        f"\n\n{_DISCREET}",
    ),
    MessageKind.ATTORNEY_CANCELLED: (
        "Appointment cancelled: {when}",
        "This appointment does not take place; the time is free again.\n\nRequest: {reference}\nWhen: {when}",
    ),
}
