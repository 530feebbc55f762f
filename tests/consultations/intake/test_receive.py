import uuid
from threading import Barrier

import pytest
from django.db import IntegrityError, transaction

from consultations.actions.requests import change_matter
from consultations.due_dates import Urgency
from consultations.intake import receive as intake_receive
from consultations.intake.consent import version_of
from consultations.intake.forms import ConsultationForm
from consultations.intake.receive import Arrival, receive
from consultations.intake.spam import Assessment
from consultations.models import ConsultationRequest, EventKind, RequestEvent
from consultations.workflow import Status
from tests.consultations.conftest import build_site
from tests.consultations.factories import ConsultationRequestFactory

SENDERS = 8


@pytest.fixture
def cleaned(site, given):
    def build(**changed) -> dict:
        form = ConsultationForm(given(**changed), page=site.page)
        assert form.is_valid(), form.errors
        return form.cleaned_data

    return build


@pytest.mark.django_db
def test_stores_what_was_sent_and_the_receipt(site, cleaned):
    token = uuid.uuid4()
    request = receive(cleaned(practice_area="fraud", attorney="ada", message="Help."), page=site.page, token=token)
    request.refresh_from_db()
    assert (request.form_token, request.status, request.suspicion) == (token, "new", 0)
    assert (request.practice_area, request.attorney, request.message) == (site.fraud, site.ada, "Help.")
    assert request.acknowledged_at == request.submitted_at
    assert request.acknowledgement == site.page.acknowledgement
    assert request.acknowledgement_version == version_of(site.page.acknowledgement)
    assert request.sms_consent_wording == ""


@pytest.mark.django_db
def test_keeps_the_wording_of_the_consent_that_was_given(site, cleaned):
    request = receive(cleaned(sms_consent="on"), page=site.page, token=uuid.uuid4())
    site.page.sms_wording = "New words."
    assert request.sms_consent_wording == ConsultationRequest.objects.get().sms_consent_wording != "New words."


@pytest.mark.django_db
def test_same_token_is_the_same_request(site, cleaned):
    token = uuid.uuid4()
    first = receive(cleaned(), page=site.page, token=token)
    second = receive(cleaned(), page=site.page, token=token)
    assert second.reference == first.reference
    assert ConsultationRequest.objects.count() == 1


@pytest.fixture
def late_look(monkeypatch):
    """The first look for an earlier request comes too early to see it, as in a race."""
    looks, look = [], intake_receive.sent_before

    def sent_before(token):
        looks.append(token)
        return look(token) if len(looks) > 1 else None

    monkeypatch.setattr(intake_receive, "sent_before", sent_before)
    return looks


@pytest.mark.django_db
def test_loser_of_a_race_gets_the_winner_s_reference(site, cleaned, late_look):
    """The refused write must not break the transaction around it, as it would on PostgreSQL without a savepoint."""
    winner = ConsultationRequestFactory()
    with transaction.atomic():
        loser = receive(cleaned(), page=site.page, token=winner.form_token)
        assert ConsultationRequest.objects.count() == 1
    assert loser == winner
    assert len(late_look) == 2


@pytest.mark.django_db
def test_reference_that_is_taken_is_drawn_again(site, cleaned, monkeypatch):
    drawn = iter([ConsultationRequestFactory(reference="BBBB-BBBB").reference, "CCCC-CCCC"])
    monkeypatch.setattr(ConsultationRequest._meta.get_field("reference"), "_get_default", lambda: next(drawn))
    assert receive(cleaned(), page=site.page, token=uuid.uuid4()).reference == "CCCC-CCCC"


@pytest.mark.django_db
def test_values_that_the_database_refuses_are_not_swallowed(site, cleaned):
    values = cleaned() | {"phone": "", "email": ""}
    with pytest.raises(IntegrityError), transaction.atomic():
        receive(values, page=site.page, token=uuid.uuid4())
    assert not ConsultationRequest.objects.exists()


@pytest.mark.django_db
def test_nothing_is_left_when_a_later_step_fails(site, cleaned, monkeypatch):
    record = intake_receive._record

    def fail_after(values, **kwargs):
        record(values, **kwargs)
        raise RuntimeError("mail queue")

    monkeypatch.setattr(intake_receive, "_record", fail_after)
    with pytest.raises(RuntimeError):
        receive(cleaned(), page=site.page, token=uuid.uuid4())
    assert not ConsultationRequest.objects.exists()


def test_many_senders_of_one_form_make_one_request(threads, given):
    page = build_site().page
    form = ConsultationForm(given(), page=page)
    assert form.is_valid()
    token, barrier = uuid.uuid4(), Barrier(SENDERS)

    def send():
        barrier.wait(timeout=20)
        return receive(form.cleaned_data, page=page, token=token).reference

    assert len(set(threads(*[send] * SENDERS))) == 1
    request = ConsultationRequest.objects.get()
    assert [event.kind for event in request.events.all()] == ["received"]


# --- Sent again, and sent later -----------------------------------------------------------------------


@pytest.mark.django_db
def test_same_form_with_changes_corrects_the_request(site, cleaned):
    token = uuid.uuid4()
    first = receive(cleaned(message="First."), page=site.page, token=token)
    again = receive(cleaned(message="Second.", phone="(347) 555-0177", in_custody="on"), page=site.page, token=token)
    assert again.pk == first.pk
    request = ConsultationRequest.objects.get()
    assert (request.message, request.phone.as_e164, request.urgency) == ("Second.", "+13475550177", Urgency.URGENT)
    event = request.events.get(kind=EventKind.CORRECTED)
    assert event.facts == {"fields": ["in_custody", "message", "phone"]}
    assert event.values["old"] == {"message": "First.", "phone": "+12125550142", "in_custody": False}


@pytest.mark.django_db
def test_same_text_again_is_no_correction(site, cleaned):
    token = uuid.uuid4()
    for _ in range(3):
        receive(cleaned(message="Help."), page=site.page, token=token)
    assert [event.kind for event in RequestEvent.objects.all()] == ["received"]


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["2125550142", "3475550177"])
def test_number_is_found_before_and_after_the_correction(site, cleaned, typed):
    token = uuid.uuid4()
    receive(cleaned(), page=site.page, token=token)
    receive(cleaned(phone="347 555 0177"), page=site.page, token=token)
    assert ConsultationRequest.objects.matching(typed).count() == 1


@pytest.mark.django_db
def test_what_staff_changed_is_not_undone_by_a_correction(site, cleaned, staff):
    token = uuid.uuid4()
    request = receive(cleaned(), page=site.page, token=token)
    change_matter(request.pk, in_custody=True, court_date=None, court="Part 7", by=staff("intake"))
    receive(cleaned(message="More."), page=site.page, token=token)
    request.refresh_from_db()
    assert (request.in_custody, request.court, request.message) == (True, "Part 7", "More.")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "same", [{"phone": "+1 (212) 555-0142"}, {"phone": None, "email": "JANE@EXAMPLE.COM"}], ids=["number", "address"]
)
def test_later_request_of_the_same_person_is_kept_and_linked(site, cleaned, same):
    first = receive(cleaned(email="jane@example.com"), page=site.page, token=uuid.uuid4())
    second = receive(cleaned(full_name="J. Sample", **same), page=site.page, token=uuid.uuid4())
    assert second.follows == first
    assert first.events.get(kind=EventKind.FOLLOWED).facts["request"] == second.pk


@pytest.mark.django_db
def test_somebody_else_s_request_is_not_linked(site, cleaned):
    receive(cleaned(), page=site.page, token=uuid.uuid4())
    other = receive(cleaned(phone="347-555-0177"), page=site.page, token=uuid.uuid4())
    assert other.follows is None


@pytest.mark.django_db
def test_what_looks_like_abuse_goes_to_quarantine_and_is_kept(site, cleaned):
    arrival = Arrival(Assessment(7, ("decoy",)))
    request = receive(cleaned(), page=site.page, token=uuid.uuid4(), arrival=arrival)
    request.refresh_from_db()
    assert (request.status, request.suspicion, request.suspicions) == (Status.QUARANTINE, 7, ["decoy"])
