"""Texts that staff begin an answer to a person with."""

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpResponse
from wagtail.models import PreviewableMixin

from consultations.mail.kinds import ANSWER_PLACEHOLDERS, MessageKind, problems_in
from consultations.mail.render import SUBJECT_LENGTH, Rendered, Value, firm, firm_values, sample_answer
from consultations.models.messages import MessageText
from consultations.workflow import Status

#: Two text messages' worth of letters.
TEXT_MESSAGE_LENGTH = 320


class AnswerTemplate(PreviewableMixin, models.Model):
    """What an answer begins as: subject and text with placeholders, and perhaps a short version to be texted."""

    title = models.CharField(max_length=80, unique=True, help_text="For staff, such as “What to bring”.")
    suggested_in = models.CharField(
        max_length=16,
        blank=True,
        choices=[(str(status), status.label) for status in Status if status not in {Status.QUARANTINE, Status.MERGED}],
        verbose_name="suggested while the request is",
        help_text="It then stands first in the list. Empty: for every status.",
    )
    practice_area = models.ForeignKey(
        "firm.PracticeAreaPage",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Empty: for every practice area.",
    )
    subject = models.CharField(
        max_length=SUBJECT_LENGTH - 30, help_text="Say nothing of the matter: others may see it on a locked screen."
    )
    body = models.TextField(max_length=4000, verbose_name="text", help_text="A blank line begins a new paragraph.")
    text_message = models.TextField(
        max_length=TEXT_MESSAGE_LENGTH,
        blank=True,
        help_text="The same in short, to be copied into a text message. The site itself sends none.",
    )

    wagtail_reference_index_ignore = True
    preview_modes = [("html", "As most people see it"), ("text", "As plain text")]

    class Meta:
        verbose_name = "answer template"
        default_permissions = ("add", "change", "delete", "view")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def suits(self, request) -> bool:
        """True when it is meant for requests like this one."""
        is_status = self.suggested_in in {"", request.status}
        return is_status and self.practice_area_id in {None, request.practice_area_id}

    def clean(self) -> None:
        """Refuse a subject of several lines, and placeholders that mean nothing here, by name."""
        super().clean()
        names = ("subject", "body", "text_message")
        found = {name: problems_in(getattr(self, name), ANSWER_PLACEHOLDERS) for name in names}
        if len(self.subject.splitlines()) > 1:
            found["subject"].append("Write the subject in one line.")
        if any(found.values()):
            raise ValidationError({name: problems for name, problems in found.items() if problems})

    def serve_preview(self, request, mode_name: str) -> HttpResponse:
        """Show the answer to an invented person."""
        return render_answer(*sample_answer(self.subject, self.body)).preview(mode_name)


def render_answer(subject: str, text: str, reference: str) -> Rendered:
    """Return an answer as it is sent: the words of staff within the frame that all answers have."""
    known = firm()
    values = {"subject": Value(subject), "text": Value(text), "reference": Value(reference)} | firm_values(known)
    return MessageText.of(MessageKind.PERSON_ANSWER).render(values, firm_name=known.firm_name)
