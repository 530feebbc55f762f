"""What the trail says of notes, reminders and answers: every deed and every refusal in words of its own."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from consultations.actions import reminders, replies, requests
from consultations.actions.requests import Refused
from consultations.audit.labels import _ATTEMPTS, _REASONS, Narrator
from consultations.models import AuditEntry
from tests.consultations.case.note_factories import SECRET, colleague, set_reminder, told
from tests.consultations.factories import ConsultationRequestFactory as Request

CODES = re.compile(r'Refused\(\s*request,\s*"(\w+)"')


def sentences(viewer) -> list[str]:
    entries = list(AuditEntry.objects.order_by("pk"))
    return [Narrator(entries, viewer).tell(entry).words for entry in entries]


@pytest.mark.django_db
def test_deeds_in_words(staff):
    user, ina = staff("intake_manager"), colleague()
    request = Request(email="jane@person.example")
    told(request, to=ina, by=user)
    reminder = set_reminder(request, by=user, for_user=ina)
    later = reminder.due_at + timedelta(days=1)
    reminders.postpone_reminder(request.pk, reminder=reminder.pk, due_at=later, by=user)
    reminders.finish_reminder(request.pk, reminder=reminder.pk, by=user)
    replies.answer(request.pk, subject=SECRET, text=SECRET, by=user)
    assert sentences(user) == [
        f"added a note to {request}",
        f"told ina of a note on {request}",
        f"set a reminder for ina on {request}",
        f"postponed a reminder on {request}",
        f"finished a reminder on {request}",
        f"wrote an e-mail to the person of {request}",
    ]


@pytest.mark.django_db
def test_a_reminder_that_is_handed_on_in_words(staff):
    user, ina, request = staff("intake_manager"), colleague(), Request()
    set_reminder(request, by=user, for_user=ina)
    ina.groups.clear()
    reminders.tell_due(timezone.now() + timedelta(days=2))
    assert sentences(user)[-1] == f"passed a reminder on {request} on to the intake managers"


@pytest.mark.django_db
def test_a_refusal_in_words(staff):
    user, request = staff("intake"), Request(email="")
    with pytest.raises(Refused):
        replies.answer(request.pk, subject="x", text="y", by=user)
    words = f"was refused writing an e-mail to the person of {request}: there was no e-mail address"
    assert sentences(user) == [words]


@pytest.mark.parametrize("module", [requests, replies, reminders])
def test_every_refusal_has_words(module):
    found = set(CODES.findall(Path(module.__file__).read_text()))
    assert found
    assert found <= set(_REASONS)


def test_every_verb_has_words():
    assert {"answer", "remind", "finish_reminder", "postpone_reminder"} <= set(_ATTEMPTS)
