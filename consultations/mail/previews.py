"""Messages as their readers will see them: an answer before it is sent, and previews of texts in the admin."""

from django.http import HttpResponse

from consultations.mail.kinds import MessageKind
from consultations.mail.render import Rendered, Value, firm, firm_values, render, sample, sample_answer
from consultations.models import AnswerTemplate, MessageText


def render_answer(subject: str, text: str, reference: str) -> Rendered:
    """Return an answer as it is sent: the words of staff within the frame that all answers have."""
    known, frame = firm(), MessageText.of(MessageKind.PERSON_ANSWER)
    values = {"subject": Value(subject), "text": Value(text), "reference": Value(reference)} | firm_values(known)
    return render(frame.subject, frame.body, values, firm_name=known.firm_name)


def show(text: MessageText | AnswerTemplate, mode: str) -> HttpResponse:
    """Return the preview of a text with invented values; ``mode`` is ``html`` or ``text``."""
    if isinstance(text, AnswerTemplate):
        return render_answer(*sample_answer(text.subject, text.body)).preview(mode)
    values, listing = sample(text.kind)
    return render(text.subject, text.body, values, firm_name=firm().firm_name, listing=listing).preview(mode)
