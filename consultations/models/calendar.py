"""When attorneys can be spoken to: their hours and absences, and the appointments that are made with them."""

from email.utils import parseaddr
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from consultations.models.base import NumberedModel
from consultations.models.requests import ConsultationRequest
from firm.encryption.fields import EncryptedTextField
from firm.encryption.models import EncryptedModel
from firm.fields import BlockField

#: In minutes.
SHORTEST, LONGEST = 5, 8 * 60


class Way(models.TextChoices):
    PERSON = "person", "In person"
    VIDEO = "video", "By video"
    TELEPHONE = "telephone", "By telephone"


class AppointmentState(models.TextChoices):
    """A hold was chosen by the person, and waits for staff to confirm it."""

    HOLD = "hold", "To be confirmed"
    HELD = "held", "Agreed"
    CANCELLED = "cancelled", "Cancelled"
    KEPT = "kept", "Took place"
    MISSED = "missed", "Did not appear"


#: The states in which nobody else can have the time.
TAKING = (AppointmentState.HOLD, AppointmentState.HELD)


class AbsenceKind(models.TextChoices):
    """Why an attorney is away; more is not asked."""

    COURT = "court", "In court"
    LEAVE = "leave", "On leave"
    TRAINING = "training", "Training"
    OTHER = "other", "Away"


def new_uid() -> str:
    """Return a globally unique id of an event (RFC 7986, 5.3)."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"{uuid4()}@{domain}"


class AttorneyCalendar(NumberedModel):
    """An attorney's calendar: working hours, usual length and place, and the digest of its feed's token."""

    attorney = models.OneToOneField(
        "attorneys.AttorneyPage", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    hours = BlockField("firm.blocks.hours.hours_blocks", blank=True, verbose_name="working hours")
    minutes = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(SHORTEST), MaxValueValidator(LONGEST)]
    )
    place = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    feed_digest = models.CharField(max_length=64, null=True, unique=True, editable=False)
    feed_made_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "calendar of an attorney"
        default_permissions = ()
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=SHORTEST) & Q(minutes__lte=LONGEST), name="calendar_usual_length"
            ),
            models.CheckConstraint(
                condition=Q(feed_digest=None, feed_made_at=None)
                | Q(feed_digest__isnull=False, feed_made_at__isnull=False),
                name="calendar_feed_made_when",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Absence(NumberedModel):
    calendar = models.ForeignKey(AttorneyCalendar, on_delete=models.CASCADE, related_name="absences")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=AbsenceKind, default=AbsenceKind.OTHER)

    class Meta:
        verbose_name = "absence"
        default_permissions = ()
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["calendar", "ends_at"], name="absence_by_calendar")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_later"),
            models.CheckConstraint(condition=Q(kind__in=AbsenceKind.values), name="absence_kind_known"),
        ]


class AppointmentQuerySet(models.QuerySet):
    def held(self):
        return self.filter(state=AppointmentState.HELD)

    def holding(self, now):
        return self.filter(state=AppointmentState.HOLD, hold_until__gt=now)

    def taking(self, now):
        return self.filter(state__in=TAKING).exclude(state=AppointmentState.HOLD, hold_until__lte=now)

    def within(self, start, end):
        return self.filter(starts_at__lt=end, ends_at__gt=start)


class Appointment(NumberedModel, EncryptedModel):
    """An appointment of a person and an attorney. The database refuses two at once in one calendar."""

    request = models.ForeignKey(ConsultationRequest, on_delete=models.CASCADE, related_name="appointments")
    calendar = models.ForeignKey(AttorneyCalendar, on_delete=models.PROTECT, related_name="appointments")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    way = models.CharField(max_length=10, choices=Way)
    place = EncryptedTextField(max_length=200, blank=True)
    video_link = EncryptedTextField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=AppointmentState, default=AppointmentState.HELD)
    hold_until = models.DateTimeField(null=True, blank=True)
    uid = models.CharField(max_length=255, unique=True, default=new_uid, editable=False)
    sequence = models.PositiveIntegerField(default=0, help_text="Of its invitations (RFC 5546, 2.1.4).")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    reason = EncryptedTextField(blank=True, help_text="Why it was cancelled.")

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = "appointment"
        default_permissions = ()
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["calendar", "starts_at"], name="appointment_by_calendar"),
            models.Index(fields=["starts_at"], name="appointment_by_time"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="appointment_ends_later"),
            models.CheckConstraint(condition=Q(state__in=AppointmentState.values), name="appointment_state_known"),
            models.CheckConstraint(condition=Q(way__in=Way.values), name="appointment_way_known"),
            models.CheckConstraint(
                condition=~Q(way=Way.VIDEO, state=AppointmentState.HELD) | Q(video_link__isblank=False),
                name="appointment_video_has_link",
            ),
            models.CheckConstraint(
                condition=Q(state=AppointmentState.HOLD, hold_until__isnull=False)
                | (~Q(state=AppointmentState.HOLD) & Q(hold_until=None)),
                name="appointment_hold_ends",
            ),
            models.UniqueConstraint(
                fields=["request"], condition=Q(state=AppointmentState.HELD), name="appointment_held_once"
            ),
            models.UniqueConstraint(
                fields=["request"], condition=Q(state=AppointmentState.HOLD), name="appointment_chosen_once"
            ),
        ]

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def place_of_house(self) -> str:
        """The place for mail to staff and feeds: the calendar's own, since a typed one may name somebody."""
        return self.place if self.way == Way.PERSON and self.place == self.calendar.place else ""
