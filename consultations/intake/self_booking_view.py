"""Self-booking on the thank-you page: the times shown to the sender of a request, and the response to a choice.

Whether times are offered depends on the conflict check, so nothing here tells why there are none.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.formats import date_format

from consultations.calendar.offered_slots import Offers, offers_for
from consultations.calendar.self_booking import NotHeld, choose_time, give_up_time
from consultations.conflicts.first_check import check_shown
from consultations.intake.form_fields import DescribedBoundField
from consultations.intake.rate_limits import Count, count_submission
from consultations.intake.responses import show_thank_you
from consultations.models.calendar import Way
from consultations.models.settings import IntakeSettings
from firm.lock_timeout import at_most

logger = logging.getLogger(__name__)
#: Seconds to wait for a locked database.
LOCK_TIMEOUT = 8
#: The most choices from one network in ten minutes, and in a day; more would block the times for others.
MOST_RECENT, MOST_IN_A_DAY = 20, 60
NBSP = "\N{NO-BREAK SPACE}"
_CHOICES = "consultations/fields/choices.html"
_WAYS = [(way, way.label) for way in (Way.TELEPHONE, Way.PERSON)]
GONE = "That time is no longer available. Please choose another one."
NOTHING_LEFT = "That time is no longer available. We will find one together when we speak."
TOO_MANY = "Too many times were chosen from your network. Please try again later, or call us."
NOT_STORED = "We could not hold the time. The fault is ours: please try again in a moment, or call us."


class TimeField(forms.ChoiceField):
    """A time that is or was offered, as an ISO time in UTC."""

    def to_python(self, value) -> datetime | None:
        try:
            found = datetime.fromisoformat(super().to_python(value))
        except ValueError:
            return None
        is_sound = found.tzinfo is not None and 2000 < found.year < 2100
        return found.astimezone(UTC) if is_sound else None

    def validate(self, value) -> None:
        """Require a time; whether it is still available is decided when it is taken."""
        if value is None:
            raise forms.ValidationError(self.error_messages["required"], code="required")


class ChoiceForm(forms.Form):
    bound_field_class = DescribedBoundField
    starts_at = TimeField(
        label="Day and time",
        widget=forms.RadioSelect,
        template_name=_CHOICES,
        error_messages={"required": "Choose one of the times."},
    )
    way = forms.ChoiceField(
        label="How to meet",
        widget=forms.RadioSelect,
        template_name=_CHOICES,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose how to meet."),
    )

    def __init__(self, data=None, *, offers: Offers, desk: IntakeSettings):
        held = offers.held
        super().__init__(data, auto_id="choice_%s", initial={"way": held.way if held else Way.TELEPHONE})
        self.fields["starts_at"].choices = [(code_of(at), words_of(at, desk)) for at in offers.times]
        self.fields["starts_at"].help_text = f"It takes about {offers.minutes} minutes." if offers.minutes else ""
        self.fields["way"].choices = [(way, _way_words(way, offers)) for way in offers.ways]
        if len(offers.ways) == 1:
            self.fields["way"].widget, self.fields["way"].choices = forms.HiddenInput(), _WAYS


@dataclass(frozen=True)
class Choice:
    """What the page shows. ``held`` and ``until`` are words, empty while nothing is held; ``until`` also when the hold
    ends at the time itself.
    """

    form: ChoiceForm
    attorney: str
    has_times: bool
    held: str = ""
    held_way: str = ""
    until: str = ""


def choice_of(reference: str, data=None, *, problem: str = "") -> Choice | None:
    """Return what is shown to the sender of a request; None when there is nothing to choose, for any reason."""
    desk = IntakeSettings.current()
    if not reference or not desk.offers_times:
        return None
    check_shown(reference)
    offers = offers_for(reference, desk=desk, now=timezone.now())
    if offers is None:
        return None
    form = ChoiceForm(data, offers=offers, desk=desk)
    if problem and form.is_bound:
        form.add_error("starts_at" if offers.times else None, problem)
    given = {"form": form, "attorney": offers.attorney, "has_times": bool(offers.times)}
    held = offers.held
    if held is None:
        return Choice(**given)
    words = _way_words(held.way, offers, place=held.place)
    until = "" if held.hold_until == held.starts_at else words_of(held.hold_until, desk)
    return Choice(held=words_of(held.starts_at, desk), held_way=words, until=until, **given)


def answer(request, page, reference: str) -> HttpResponse:
    """Hold or give up a time, and redirect to the page. A visitor without a request learns nothing."""
    sent = request.POST  # Django answers an unreadable body with 400
    if not reference:
        return show_thank_you(request, page, "", status=403)
    try:
        with at_most(LOCK_TIMEOUT):
            return _answer(request, page, reference, sent)
    except Exception as error:
        # Only the type: database messages quote values.
        logger.error("A chosen time could not be held: %s", type(error).__name__)
    return _again(request, page, reference, sent, NOT_STORED, status=503)


def _answer(request, page, reference: str, sent) -> HttpResponse:
    back = HttpResponseRedirect(page.thank_you_url(request), status=303)
    back["Cache-Control"] = "no-store"
    if sent.get("doing") == "give_up":
        give_up_time(reference=reference)
        return back
    choice = choice_of(reference, sent)
    if choice is None:
        return show_thank_you(request, page, reference, notice=NOTHING_LEFT, status=409)
    if not choice.form.is_valid():
        return show_thank_you(request, page, reference, choice, status=422)
    if _is_excessive(request):
        return _again(request, page, reference, sent, TOO_MANY, status=429)
    try:
        choose_time(reference=reference, **choice.form.cleaned_data)
    except NotHeld:
        return _again(request, page, reference, sent, GONE, status=409)
    return back


def _again(request, page, reference: str, sent, problem: str, *, status: int) -> HttpResponse:
    """Render the page again with a message and the current times."""
    choice = choice_of(reference, sent, problem=problem)
    notice = "" if choice else NOTHING_LEFT
    return show_thank_you(request, page, reference, choice, notice=notice, status=status)


def _is_excessive(request) -> bool:
    """Count the choice; a failing counter refuses nobody."""
    try:
        count = count_submission(request.META.get("REMOTE_ADDR", ""), timezone.now(), what="time")
    except Exception as error:
        logger.error("A chosen time could not be counted: %s", type(error).__name__)
        count = Count()
    return count.recent > MOST_RECENT or count.day > MOST_IN_A_DAY


def code_of(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def words_of(at: datetime, desk: IntakeSettings) -> str:
    local = at.astimezone(desk.zone)
    clock = f"{date_format(local, 'g:i A')} {local.tzname()}".replace(" ", NBSP)
    return f"{date_format(local, 'l, F j')}, {clock}"


def _way_words(way: str, offers: Offers, place: str = "") -> str:
    if way == Way.PERSON:
        where = place or offers.place
        return f"In person: {where}" if where else "In person, at our office"
    return "By telephone: we call you" if offers.request.phone else "By telephone: you call us"
