"""The settings of the intake desk: targets, hours, recipients of notices, self-booking."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, validate_email
from django.db import models
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from consultations.due_dates import Calendar, Urgency, weekly_hours
from firm.fields import BlockField

#: Four weeks: more is no target.
LONGEST_TARGET = 28 * 24 * 60


class ClockHours(models.TextChoices):
    ALWAYS = "always", "Round the clock"
    OFFICE = "office", "During the intake hours below"


def _target(minutes: int) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(
        default=minutes,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_TARGET)],
        verbose_name="minutes",
        help_text="Until somebody has called or written.",
    )


def _number(default: int, least: int, most: int, name: str, help_text: str) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(
        default=default,
        validators=[MinValueValidator(least), MaxValueValidator(most)],
        verbose_name=name,
        help_text=f"{help_text} From {least} to {most}.",
    )


def _hours(default: str) -> models.CharField:
    return models.CharField(max_length=8, choices=ClockHours, default=default, verbose_name="counted")


@register_setting(icon="mail", order=110)
class IntakeSettings(BaseGenericSetting):
    """Targets, hours and recipients of the intake desk; one row for the whole installation."""

    urgent_minutes, urgent_hours = _target(30), _hours(ClockHours.ALWAYS)
    soon_minutes, soon_hours = _target(120), _hours(ClockHours.ALWAYS)
    normal_minutes, normal_hours = _target(240), _hours(ClockHours.OFFICE)
    hours = BlockField("firm.blocks.hours.hours_blocks", blank=True, verbose_name="intake hours")
    holidays = BlockField("consultations.blocks.holiday_blocks", blank=True)

    notify_addresses = models.TextField(
        blank=True,
        max_length=1000,
        verbose_name="e-mail addresses for notices",
        help_text=(
            "One on each line. Empty: everybody of the intake staff who has an address."
            " Notices hold a reference and a link, never a name or a word of the request."
        ),
    )
    digest_at = models.TimeField(
        default=time(8),
        verbose_name="time of the morning digest",
        help_text="What is unanswered, once a day.",
    )
    has_digest = models.BooleanField(default=True, verbose_name="send the morning digest")

    offers_times = models.BooleanField(
        default=False,
        verbose_name="offer open times",
        help_text=(
            "After sending the form, people can choose a time for the consultation, if the conflict check of their"
            " request has passed. All others see the page as it is without. Staff confirm each time."
        ),
    )
    times_notice = _number(24, 1, 14 * 24, "notice in hours", "No time is offered sooner than this from now.")
    times_days = _number(10, 1, 42, "days ahead", "How many days after today times are offered for.")
    times_number = _number(6, 1, 12, "times offered", "They are spread over several days, mornings and afternoons.")
    times_held = _number(
        8,
        1,
        80,
        "hours for which a choice is held",
        "Counted in the intake hours, or in those of the calendar while there are none; never beyond the time itself."
        " Not confirmed by then, the time is free again.",
    )

    panels = [
        HelpPanel(
            content="A target runs from the sending of the request until staff log a call or a message to the person."
        ),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("urgent_minutes"), FieldPanel("urgent_hours")])],
            "Urgent: in custody, or in court within 72 hours",
        ),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("soon_minutes"), FieldPanel("soon_hours")])], "In court within 7 days"
        ),
        MultiFieldPanel([FieldRowPanel([FieldPanel("normal_minutes"), FieldPanel("normal_hours")])], "All others"),
        FieldPanel("hours"),
        FieldPanel("holidays"),
        MultiFieldPanel(
            [FieldPanel("notify_addresses"), FieldPanel("has_digest"), FieldPanel("digest_at")], "Notices to staff"
        ),
        MultiFieldPanel(
            [
                FieldPanel("offers_times"),
                FieldRowPanel([FieldPanel("times_notice"), FieldPanel("times_days")]),
                FieldRowPanel([FieldPanel("times_number"), FieldPanel("times_held")]),
            ],
            "Open times on the thank-you page",
        ),
    ]

    class Meta:
        verbose_name = "intake desk"

    @classmethod
    def current(cls) -> "IntakeSettings":
        """Return the settings, or unsaved defaults: reading writes nothing."""
        return cls.objects.first() or cls()

    @property
    def addresses(self) -> list[str]:
        """The addresses for notices, each once; empty for those of the intake staff."""
        found = (line.strip() for line in self.notify_addresses.splitlines())
        return list(dict.fromkeys(line for line in found if line))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(settings.TIME_ZONE)

    def target(self, urgency: int) -> timedelta:
        minutes = {Urgency.URGENT: self.urgent_minutes, Urgency.SOON: self.soon_minutes}
        return timedelta(minutes=minutes.get(urgency, self.normal_minutes))

    def calendar(self, urgency: int) -> Calendar:
        counted = {Urgency.URGENT: self.urgent_hours, Urgency.SOON: self.soon_hours}.get(urgency, self.normal_hours)
        if counted == ClockHours.ALWAYS:
            return Calendar(self.zone)
        return self.office

    @property
    def office(self) -> Calendar:
        lines = [(line.value["days"], line.value["opens"], line.value["closes"]) for line in self.hours]
        days = frozenset(line.value["date"] for line in self.holidays if line.value["date"])
        return Calendar(self.zone, weekly_hours(lines), days)

    def clean(self) -> None:
        super().clean()
        for line in self.addresses:
            try:
                validate_email(line)
            except ValidationError:
                raise ValidationError({"notify_addresses": f"“{line}” is not an e-mail address."}) from None
