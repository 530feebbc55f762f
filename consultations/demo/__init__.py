"""The demo's consultation page and requests: invented people, reserved telephone numbers, example.com addresses."""

import uuid
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from phonenumber_field.phonenumber import to_python
from wagtail.models import Page

from consultations.conflicts.checks import check_first
from consultations.demo import synthetic
from consultations.demo.calendars import load_calendars
from consultations.demo.history import Scene
from consultations.demo.parties import add_parties, finish_checks
from consultations.intake.receive import FIELDS, Arrival, receive, sent_before
from consultations.intake.spam import UNSUSPICIOUS, Signals, assess
from consultations.models import (
    ConsultationPage,
    ConsultationRequest,
    IntakeSettings,
    OutgoingMessage,
    PreferredContact,
    Relationship,
)
from firm.demo import read

SLUG = "free-consultation"
CONTENT = Path(__file__).parent / "content"
#: The stories of requests that look like spam.
FROM_QUARANTINE = {"quarantine", "spam", "released"}
#: Samples whose conflict check stays open.
LEFT_OPEN = ("invoices", "letter", "stop")


def load(demo) -> None:
    """Create the page, the samples and ``demo.requests`` synthetic requests. What exists is left unchanged."""
    page = _page(demo)
    now = timezone.now()
    with transaction.atomic():
        if not IntakeSettings.objects.exists():
            IntakeSettings.objects.create(offers_times=True)  # on the thank-you page
        add_parties(now)
        _add_samples(demo, page, now)
    staff = [demo.staff[name] for name in ("intake", "intake_manager") if name in demo.staff]
    areas = list(demo.practice_areas.values())
    synthetic.add(demo.requests or 0, page=page, areas=areas, staff=staff, tell=demo.tell)


def _page(demo) -> ConsultationPage:
    existing = ConsultationPage.objects.child_of(demo.home).first()
    if existing:
        return existing
    texts = read(CONTENT / "page.toml")
    steps = [("step", step) for step in texts.pop("steps")]
    privacy = Page.objects.child_of(demo.home).filter(slug="privacy").first()
    page = ConsultationPage(slug=SLUG, steps=steps, privacy_page=privacy, **texts)
    demo.home.add_child(instance=page)
    page.save_revision().publish()
    return page


def _add_samples(demo, page: ConsultationPage, now: datetime) -> None:
    """Receive the missing samples as if they had been sent, and let staff work on them.

    Their messages are deleted, since all of it happened long ago.
    """
    made: dict[str, ConsultationRequest] = {}
    told: list[ConsultationRequest] = []
    samples, calendars = read(CONTENT / "requests.toml"), load_calendars(demo)
    for entry in sorted(samples["request"], key=lambda entry: -entry["hours_ago"]):
        token = uuid.uuid5(synthetic.NAMESPACE, f"sample:{entry['key']}")
        request = sent_before(token)
        if request is None:
            visit = samples["visits"][token.int % len(samples["visits"])]
            request = _receive(demo, page, entry | {"visit": visit}, token, made, now)
            scene = Scene(request, demo.staff, request.submitted_at, made.get(entry.get("same_person", "")), calendars)
            scene.tell(entry["past"])
            OutgoingMessage.objects.filter(request=request).delete()
            told.append(request)
        made[entry["key"]] = request
    finish_checks(told, demo.staff, left_open={made[key].pk for key in LEFT_OPEN if key in made})


def _receive(demo, page, entry: dict, token: uuid.UUID, made: dict, now: datetime) -> ConsultationRequest:
    values = {name: entry.get(name, "") for name in FIELDS}
    if same := made.get(entry.get("same_person", "")):
        values |= {"full_name": same.full_name, "phone": same.phone, "email": same.email}
    days = entry.get("court_date_in_days")
    values |= {
        "phone": to_python(str(values["phone"])) or "",
        "preferred_contact": entry.get("preferred_contact", PreferredContact.PHONE),
        "relationship": entry.get("relationship", Relationship.SELF),
        "practice_area": demo.practice_areas.get(values["practice_area"]),
        "attorney": demo.attorneys.get(values["attorney"]),
        "court_date": timezone.localdate(now) + timedelta(days=days) if days is not None else None,
        "in_custody": entry.get("in_custody", False),
        "sms_consent": entry.get("sms_consent", False),
    }
    is_suspicious = entry["past"] in FROM_QUARANTINE
    arrival = Arrival(
        assess(Signals(has_decoy=True, seconds=1)) if is_suspicious else UNSUSPICIOUS,
        **entry["visit"],
        form_path="/free-consultation/",
    )
    request = receive(values, page=page, token=token, arrival=arrival, now=now - timedelta(hours=entry["hours_ago"]))
    if not is_suspicious:
        check_first(request.pk, now=request.submitted_at)
        request.refresh_from_db()
    return request
