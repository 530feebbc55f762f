"""Messages that are to leave the house, and the texts that they are made of."""

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
from consultations.mail.render import Listing, Rendered, Value, firm, render, sample
from consultations.models.events import RequestEvent
from consultations.models.requests import ConsultationRequest

#: More than any lease, and than any pause before another attempt. What lies further ahead was noted while the clock was
#: wrong, and must not stay until that day comes.
LONGEST_LEASE, LONGEST_WAIT = timedelta(minutes=20), timedelta(hours=7)


def new_message_id() -> str:
    """Return a new Message-ID (RFC 5322, 3.6.4), which says nothing of the machine or the time."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid4().hex}@{domain}>"


class MessageState(models.TextChoices):
    """How far a message has come."""

    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"
    DEAD = "dead", "Not delivered"
    SKIPPED = "skipped", "No longer needed"


class OutgoingMessageQuerySet(models.QuerySet):
    """Messages to be sent, and those that were."""

    def due(self, now: datetime):
        """Those that are to be sent by ``now`` and are in nobody's hands."""
        free = Q(leased_until=None) | Q(leased_until__lte=now) | Q(leased_until__gt=now + LONGEST_LEASE)
        has_come = Q(next_attempt_at__lte=now) | Q(next_attempt_at__gt=now + LONGEST_WAIT)
        return self.filter(free, has_come, state=MessageState.WAITING)

    def dead(self):
        """Those that were given up."""
        return self.filter(state=MessageState.DEAD)

    def in_trouble(self):
        """Those that were given up, and those that wait after a failure."""
        return self.filter(Q(state=MessageState.DEAD) | Q(state=MessageState.WAITING) & ~Q(last_error=""))


class OutgoingMessage(models.Model):
    """One message to one address; written in the transaction of what it tells of, sent by the worker.

    A message to the person has no address of its own: it is read from the sealed request when it leaves.
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
    wagtail_reference_index_ignore = True

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
        """True when it goes to whoever sent the request."""
        return self.kind in TO_PERSON


class MessageText(PreviewableMixin, models.Model):
    """Subject and body of one kind of message, as the firm wants them."""

    kind = models.CharField(max_length=20, choices=MessageKind, unique=True, editable=False)
    subject = models.CharField(max_length=120)
    body = models.TextField(max_length=4000, help_text="A blank line begins a new paragraph.")

    wagtail_reference_index_ignore = True
    preview_modes = [("html", "As most people see it"), ("text", "As plain text")]

    class Meta:
        verbose_name = "message text"
        default_permissions = ("change",)
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=MessageKind.values), name="message_text_kind_known")]

    def __str__(self) -> str:
        return self.get_kind_display()

    @classmethod
    def of(cls, kind: str) -> "MessageText":
        """Return the text of a kind; the one that the firm found when there is no other."""
        subject, body = DEFAULT_TEXTS[kind]
        return cls.objects.filter(kind=kind).first() or cls(kind=kind, subject=subject, body=body)

    def render(self, values: dict[str, Value], *, firm_name: str, listing: Listing | None = None) -> Rendered:
        return render(self.subject, self.body, values, firm_name=firm_name, listing=listing)

    def clean(self) -> None:
        """Refuse a subject of several lines, and placeholders that mean nothing here, by name."""
        super().clean()
        parts = {name: getattr(self, name) for name in ("subject", "body")}
        found = {name: problems_in(text, PLACEHOLDERS[self.kind]) for name, text in parts.items()}
        for name, text in parts.items():
            found[name] += missing_from(text, self.kind, name)
        if len(self.subject.splitlines()) > 1:
            found["subject"].append("Write the subject in one line.")
        if any(found.values()):
            raise ValidationError({name: problems for name, problems in found.items() if problems})

    def serve_preview(self, request, mode_name: str) -> HttpResponse:
        """Show the message with invented values."""
        values, listing = sample(self.kind)
        return self.render(values, firm_name=firm().firm_name, listing=listing).preview(mode_name)
