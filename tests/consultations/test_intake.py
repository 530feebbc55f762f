import sqlite3
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from unittest.mock import patch

import pytest
from django.db import IntegrityError, connection, connections, transaction

from consultations import intake
from consultations.consent import version_of
from consultations.forms import ConsultationForm
from consultations.intake import receive
from consultations.models import ConsultationRequest
from tests.consultations.factories import ConsultationRequestFactory

SENDERS = 8


@pytest.fixture
def cleaned(site, given):
    def build(**changed) -> dict:
        form = ConsultationForm(given(**changed), page=site.page)
        assert form.is_valid(), form.errors
        return form.cleaned_data

    return build


@pytest.fixture
def reachable_database(transactional_db, site, tmp_path):
    """Let other threads reach the test's data: SQLite's lives in memory, so they get a copy of it in a file.

    The name is set back before Django cleans up after the test, or it would take the one in memory for a file.
    """
    if connection.vendor != "sqlite":
        yield
        return
    path = str(tmp_path / "copy.sqlite3")
    copy = sqlite3.connect(path)
    connection.ensure_connection()
    connection.connection.backup(copy)
    copy.execute("PRAGMA journal_mode=WAL")  # as a served database is; the switch itself lets nobody else in
    copy.close()
    with patch.dict(connections.settings["default"], {"NAME": path}):
        yield


@pytest.mark.django_db
def test_stores_what_was_sent_and_the_receipt(site, cleaned):
    token = uuid.uuid4()
    request = receive(cleaned(practice_area="fraud", attorney="ada", message="Help."), page=site.page, token=token)
    request.refresh_from_db()
    assert (request.form_token, request.status, request.is_suspicious) == (token, "new", False)
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
    second = receive(cleaned(full_name="Changed"), page=site.page, token=token)
    assert second.reference == first.reference
    assert ConsultationRequest.objects.get().full_name == "Jane Sample"


@pytest.fixture
def late_look(monkeypatch):
    """The first look for an earlier request comes too early to see it, as in a race."""
    looks, look = [], intake._sent_before

    def sent_before(token):
        looks.append(token)
        return look(token) if len(looks) > 1 else None

    monkeypatch.setattr(intake, "_sent_before", sent_before)
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
    record = intake._record

    def fail_after(values, **kwargs):
        record(values, **kwargs)
        raise RuntimeError("mail queue")

    monkeypatch.setattr(intake, "_record", fail_after)
    with pytest.raises(RuntimeError):
        receive(cleaned(), page=site.page, token=uuid.uuid4())
    assert not ConsultationRequest.objects.exists()


def test_many_senders_of_one_form_make_one_request(transactional_db, site, cleaned, reachable_database):
    token, values, barrier = uuid.uuid4(), cleaned(), Barrier(SENDERS)

    def send(_):
        try:
            barrier.wait(timeout=20)
            return receive(values, page=site.page, token=token).reference
        finally:
            connection.close()

    def count(_):
        try:
            return ConsultationRequest.objects.filter(form_token=token).count()
        finally:
            connection.close()

    with ThreadPoolExecutor(SENDERS) as pool:
        references = set(pool.map(send, range(SENDERS)))
        assert len(references) == 1
        assert list(pool.map(count, [0])) == [1]
