"""Texts that staff begin an answer to a person with."""

from django.db import models

from consultations.mail.kinds import ANSWER_PLACEHOLDERS, problems_in
from consultations.models.messages import PlaceholderText
from consultations.workflow import Status

#: Two text messages' worth of letters.
TEXT_MESSAGE_LENGTH = 320


class AnswerTemplate(PlaceholderText):
    """What an answer begins as: subject and text with placeholders, and perhaps a short version to be texted."""

    title = models.CharField(max_length=80, unique=True, help_text="For staff, such as “What to bring”.")
    suggested_in = models.CharField(
        max_length=16,
        blank=True,
        choices=[(str(status), status.label) for status in Status if status not in {Status.QUARANTINE, Status.MERGED}],
        verbose_name="suggested while the request is",
        help_text="It is then first in the list. Empty: for every status.",
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
        max_length=120, help_text="Say nothing of the matter: others may see it on a locked screen."
    )
    body = models.TextField(max_length=4000, verbose_name="text", help_text="A blank line begins a new paragraph.")
    text_message = models.TextField(
        max_length=TEXT_MESSAGE_LENGTH,
        blank=True,
        help_text="The same in short, to be copied into a text message. The site itself sends none.",
    )

    parts = ("subject", "body", "text_message")

    class Meta:
        verbose_name = "answer template"
        default_permissions = ("add", "change", "delete", "view")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def suits(self, request) -> bool:
        is_status = self.suggested_in in {"", request.status}
        return is_status and self.practice_area_id in {None, request.practice_area_id}

    def problems(self, part: str) -> list[str]:
        return problems_in(getattr(self, part), ANSWER_PLACEHOLDERS)
