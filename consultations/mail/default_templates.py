"""The templates for answers as the firm finds them, until it writes its own."""

_GREETING = "Hello {name},"
_NO_DETAILS = (
    "Please leave out the details of the matter until we speak, and do not put them into an answer to this e-mail."
)
_CALL = "You reach us at {phone}. Your reference, {reference}, is all that we need."
_NOT_YET = "We are not your lawyers yet. That takes an agreement that both of us sign."

#: Title, status in which it is suggested, subject, text, short text message.
DEFAULT_TEMPLATES: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "We tried to reach you",
        "in_review",
        "We tried to reach you",
        f"{_GREETING}\n\nthank you for writing to us. We tried to reach you and could not.\n\n{_CALL} If another time"
        f" or another way is better for you, tell us which.\n\nPlease call without delay if somebody is being held, or"
        f" has to be in court in the next days.\n\n{_NO_DETAILS}\n\n{_NOT_YET}",
        "{firm} tried to reach you. Please call {phone} and name the reference {reference}.",
    ),
    (
        "What to bring to the consultation",
        "scheduled",
        "What to bring with you",
        f"{_GREETING}\n\nwe look forward to speaking with you on {{appointment}}.\n\nPlease bring, as far as you have"
        " them:\n– a photo ID\n– every paper that you got from the police, a prosecutor or a court\n– the dates of all"
        " court appearances, and the names of other lawyers in the matter\n– the names of everybody involved, so that"
        " we can make sure that nothing keeps us from acting for you\n\nUntil then, please speak with nobody but a"
        f" lawyer about what happened, and delete nothing: no message, no picture, no post.\n\n{_CALL}\n\n{_NOT_YET}",
        "",
    ),
    (
        "We cannot take your case",
        "declined",
        "Your request to {firm}",
        f"{_GREETING}\n\nthank you for turning to us. We are not able to take your case, and we do not represent you."
        " Nothing that you sent us, and nothing that we said, has made us your lawyers: no attorney–client relationship"
        " has come about.\n\nThis says nothing about whether your case is a good one.\n\nPlease consult another lawyer"
        " promptly. Deadlines may apply to your matter, and some are short: what is not filed or asked for in time can"
        " be lost for good. We have not looked into which deadlines there are and will not watch over any of them. Keep"
        " every court date that you have been given.\n\nThe bar association of your state or county names lawyers. If"
        " you cannot afford one, ask the court about a lawyer appointed for you.\n\nWhat you told us stays"
        " confidential.",
        "",
    ),
    (
        "Referral to another lawyer",
        "referred",
        "Another lawyer for your matter",
        f"{_GREETING}\n\nthank you for turning to us. Your matter is in better hands with another lawyer, so we do not"
        " take it on ourselves and do not represent you. No attorney–client relationship has come about between us."
        "\n\nPlease turn to:\n\n{lawyer}\n\nThat lawyer decides whether to take the case,"
        " and agrees on the fee with you. We have passed on nothing that you told us.\n\nPlease call there promptly:"
        " deadlines may apply, and we watch over none of them. Keep every court date that you have been given.",
        "",
    ),
    (
        "Your appointment",
        "scheduled",
        "Your appointment with {firm}",
        f"{_GREETING}\n\nyour consultation takes place on {{appointment}}, with {{attorney}}.\n\nIf you cannot come,"
        f" please call us as early as you can, and we find another time. {_CALL}\n\n{_NO_DETAILS}\n\n{_NOT_YET}",
        "{firm}: your appointment is on {appointment}. Cannot come? Please call {phone}, reference {reference}.",
    ),
)
