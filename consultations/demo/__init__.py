"""The demo's consultation page and requests: invented people, reserved telephone numbers, example.com addresses."""

import re
import tomllib
import uuid
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from phonenumber_field.phonenumber import to_python
from wagtail.models import Page

from consultations.conflicts.checks import check_first
from consultations.demo import synthetic
from consultations.demo.calendars import load_calendars
from consultations.demo.history import Scene, tell
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
from firm.demo import CONTENT, read

SLUG = "free-consultation"
SAMPLES = Path(__file__).parent / "content" / "requests.toml"
#: Stories that begin in quarantine.
FROM_QUARANTINE = {"quarantine", "spam", "released"}
#: Samples whose conflict check stays open.
LEFT_OPEN = ("invoices", "letter", "stop")
#: Referrers of the samples.
VISITS = tuple(
    {"referring_host": host, "landing_page": page}
    for host, page in (
        ("www.google.com", "/"),
        ("www.google.com", "/practice-areas/federal-crimes/"),
        ("", "/"),
        ("www.avvo.com", "/attorneys/"),
        ("www.google.com", "/blog/"),
        ("duckduckgo.com", "/practice-areas/white-collar-and-fraud/"),
        ("", "/free-consultation/"),
        ("www.linkedin.com", "/attorneys/"),
        ("www.example.org", "/blog/"),
        ("www.bing.com", "/"),
        ("", "/"),
    )
)
#: Fields of the page by their keys in the demo's texts.
TEXTS = {
    "heading": "heading",
    "intro": "introduction",
    "search_description": "search_description",
    "reassurance": "reassurance",
    "urgent_heading": "urgent_heading",
    "urgent_text": "urgent_note",
    "confidentiality": "confidentiality",
    "acknowledgement": "acknowledgement",
    "sms_consent": "sms_wording",
    "thank_you_heading": "thank_you_heading",
    "thank_you_text": "thank_you_text",
}
STEPS = (
    ("We read it", "Your request goes to the people who handle consultations, with the urgent ones first."),
    ("We check for conflicts", "Before we hear the details, we make sure that we are free to help you."),
    ("We reach out", "By telephone, text or e-mail, as you chose."),
)


def load(demo) -> None:
    """Create the page, the samples and ``demo.requests`` synthetic requests. What exists is left unchanged."""
    page = _page(demo)
    now = timezone.now()
    samples = tomllib.loads(SAMPLES.read_text(encoding="utf-8"))["request"]
    with transaction.atomic():
        _offer_times()
        add_parties(now)
        _add_samples(demo, page, samples, now)
    staff = [demo.staff[name] for name in ("intake", "intake_manager") if name in demo.staff]
    areas = list(demo.practice_areas.values())
    synthetic.add(demo.requests or 0, page=page, areas=areas, staff=staff, tell=demo.tell)


def _offer_times() -> None:
    """Offer open times on the thank-you page, unless there are settings already."""
    if not IntakeSettings.objects.exists():
        IntakeSettings.objects.create(offers_times=True)


# --- The page ---------------------------------------------------------------------------------------


def _page(demo) -> ConsultationPage:
    existing = ConsultationPage.objects.child_of(demo.home).first()
    if existing:
        return existing
    entry = next((entry for entry in read(CONTENT / "pages.toml")["page"] if entry["slug"] == SLUG), {})
    steps = [(step["heading"], step["text"]) for step in entry.get("what_happens_next", [])] or STEPS
    page = ConsultationPage(
        title=entry.get("title", "Free consultation"),
        slug=SLUG,
        steps=[("step", {"heading": heading, "text": text}) for heading, text in steps],
        privacy_page=Page.objects.child_of(demo.home).filter(slug="privacy").first(),
        **{field: _plain(entry[name]) for name, field in TEXTS.items() if name in entry},
    )
    demo.home.add_child(instance=page)
    page.save_revision().publish()
    return page


def _plain(html: str) -> str:
    """Convert the demo's HTML to plain paragraphs."""
    parts = re.split(r"</?p>", html)
    return "\n\n".join(unescape(part).strip() for part in parts if part.strip())


# --- The requests -----------------------------------------------------------------------------------


def _add_samples(demo, page: ConsultationPage, entries: list[dict], now: datetime) -> None:
    """Receive the missing samples as if they had been sent, and let staff work on them.

    Their messages are deleted, since all of it happened long ago.
    """
    made: dict[str, ConsultationRequest] = {}
    told: list[ConsultationRequest] = []
    calendars = load_calendars(demo)
    for entry in sorted(entries, key=lambda entry: -entry["hours_ago"]):
        token = uuid.uuid5(synthetic.NAMESPACE, f"sample:{entry['key']}")
        request = sent_before(token)
        if request is None:
            request = _receive(demo, page, entry, token, made, now)
            scene = Scene(request, demo.staff, request.submitted_at, made.get(entry.get("same_person", "")), calendars)
            tell(entry["past"], scene)
            OutgoingMessage.objects.filter(request=request).delete()
            told.append(request)
        made[entry["key"]] = request
    finish_checks(told, demo.staff, left_open={made[key].pk for key in LEFT_OPEN if key in made})


def _receive(demo, page, entry: dict, token: uuid.UUID, made: dict, now: datetime) -> ConsultationRequest:
    """Send the form for one sample."""
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
        **VISITS[token.int % len(VISITS)],
        form_path="/free-consultation/",
    )
    request = receive(values, page=page, token=token, arrival=arrival, now=now - timedelta(hours=entry["hours_ago"]))
    if not is_suspicious:
        check_first(request.pk, now=request.submitted_at)
        request.refresh_from_db()
    return request
