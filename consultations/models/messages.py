"""Outgoing messages, and the texts that they are made of."""

from datetime import datetime, timedelta
from email.utils import parseaddr
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone
from wagtail.models import PreviewableMixin

from consultations.mail.kinds import DEFAULT_TEXTS, PLACEHOLDERS, TO_PERSON, MessageKind, missing_from, problems_in
from consultations.models.base import NumberedModel
from consultations.models.events import RequestEvent
from consultations.models.requests import ConsultationRequest

#: More than any lease, and than any pause between attempts. A later time was saved while the clock was wrong.
LONGEST_LEASE, LONGEST_WAIT = timedelta(minutes=20), timedelta(hours=7)


def new_message_id() -> str:
    """Return a new Message-ID (RFC 5322, 3.6.4), which tells nothing of the machine or the time."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid4().hex}@{domain}>"


class MessageState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"
    DEAD = "dead", "Not delivered"
    SKIPPED = "skipped", "No longer needed"


class OutgoingMessageQuerySet(models.QuerySet):
    def due(self, now: datetime):
        """Return the messages to be sent by ``now`` that no worker has taken."""
        free = Q(leased_until=None) | Q(leased_until__lte=now) | Q(leased_until__gt=now + LONGEST_LEASE)
        has_come = Q(next_attempt_at__lte=now) | Q(next_attempt_at__gt=now + LONGEST_WAIT)
        return self.filter(free, has_come, state=MessageState.WAITING)

    def dead(self):
        return self.filter(state=MessageState.DEAD)

    def in_trouble(self):
        """Return those that were given up, and those that wait after a failure."""
        return self.filter(Q(state=MessageState.DEAD) | Q(state=MessageState.WAITING) & ~Q(last_error=""))


class OutgoingMessage(NumberedModel):
    """One message to one address, written in the transaction of the change and sent by the worker.

    A message to the person has no address of its own: it is decrypted from the request when it is sent.
    """

    kind = models.CharField(max_length=20, choices=MessageKind)
    request = models.ForeignKey(ConsultationRequest, null=True, on_delete=models.CASCADE, related_name="messages")
    event = models.ForeignKey(
        RequestEvent,
        null=True,
        on_delete=models.CASCADE,
        related_name="messages",
        help_text="The line of the timeline that it is about, or whose words it holds.",
    )
    appointment = models.ForeignKey(
        "consultations.Appointment", null=True, on_delete=models.CASCADE, related_name="messages"
    )
    facts = models.JSONField(default=dict, help_text="What it tells of something that may be otherwise by now.")
    address = models.EmailField(blank=True, help_text="Of a member of staff.")
    message_id = models.CharField(max_length=255, unique=True, default=new_message_id, editable=False)
    dedupe_key = models.CharField(max_length=320, unique=True, help_text="Of two with the same, one is made.")
    state = models.CharField(max_length=8, choices=MessageState, default=MessageState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True, help_text="Until then, the worker that took it has it.")
    last_error = models.CharField(max_length=120, blank=True, help_text="In words of ours.")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    objects = OutgoingMessageQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(fields=["next_attempt_at", "id"], name="message_due", condition=Q(state=MessageState.WAITING)),
            models.Index(fields=["state", "created_at"], name="message_by_state"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MessageKind.values), name="message_kind_known"),
            models.CheckConstraint(condition=Q(state__in=MessageState.values), name="message_state_known"),
            models.CheckConstraint(
                condition=Q(kind__in=TO_PERSON, address="", request__isnull=False)
                | (~Q(kind__in=TO_PERSON) & ~Q(address="")),
                name="message_addressed",
            ),
            models.CheckConstraint(
                condition=Q(state=MessageState.SENT, sent_at__isnull=False)
                | (~Q(state=MessageState.SENT) & Q(sent_at=None)),
                name="message_sent_when",
            ),
        ]

    def __str__(self) -> str:
        return f"Message {self.pk}"

    @property
    def is_to_person(self) -> bool:
        return self.kind in TO_PERSON


class PlaceholderText(PreviewableMixin, models.Model):
    """A text of the firm's own with placeholders. ``previews`` is `consultations.mail.previews`, set by ``ready``."""

    parts = ("subject", "body")
    previews = None
    preview_modes = [("html", "As most people see it"), ("text", "As plain text")]
    wagtail_reference_index_ignore = True

    class Meta:
        abstract = True

    def problems(self, part: str) -> list[str]:
        raise NotImplementedError

    def clean(self) -> None:
        super().clean()
        found = {part: self.problems(part) for part in self.parts}
        if len(self.subject.splitlines()) > 1:
            found["subject"].append("Write the subject in one line.")
        if any(found.values()):
            raise ValidationError({part: problems for part, problems in found.items() if problems})

    def serve_preview(self, request, mode_name: str) -> HttpResponse:
        return self.previews.show(self, mode_name)


class MessageText(PlaceholderText):
    kind = models.CharField(max_length=20, choices=MessageKind, unique=True, editable=False)
    subject = models.CharField(max_length=120)
    body = models.TextField(max_length=4000, help_text="A blank line begins a new paragraph.")

    class Meta:
        verbose_name = "message text"
        default_permissions = ("change",)
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=MessageKind.values), name="message_text_kind_known")]

    def __str__(self) -> str:
        return self.get_kind_display()

    @classmethod
    def of(cls, kind: str) -> "MessageText":
        subject, body = DEFAULT_TEXTS[kind]
        return cls.objects.filter(kind=kind).first() or cls(kind=kind, subject=subject, body=body)

    def problems(self, part: str) -> list[str]:
        text = getattr(self, part)
        return [*problems_in(text, PLACEHOLDERS[self.kind]), *missing_from(text, self.kind, part)]
