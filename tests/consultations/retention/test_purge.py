"""Erasing by date: the dry run is accurate, an interrupted run continues, and it only runs when enabled."""

import re
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.module_loading import import_module

from consultations.conflicts import checks
from consultations.models import AuditEntry, ConsultationRequest, Erasure, RetentionSettings
from consultations.retention import erasing, secure_delete
from consultations.retention.erasing import purge
from consultations.retention.querysets import review
from consultations.workflow import Status
from firm import schedule
from tests.consultations.factories import ConsultationRequestFactory as Request
from tests.consultations.factories import OutgoingMessageFactory as Message
from tests.consultations.retention.cases import ended, held, merged

pytestmark = pytest.mark.django_db
REFERENCE = re.compile(r"\b[2-9BCDFGHJ-NP-TV-Z]{4}-[2-9BCDFGHJ-NP-TV-Z]{4}\b")


class Killed(BaseException):
    """Like the end of the process: nothing catches it."""


@pytest.fixture(autouse=True)
def _clean_files(monkeypatch):
    """A test's transaction prevents the cleanup; see test_forgotten_at_rest.py."""
    monkeypatch.setattr(erasing, "clean_files", lambda: True)


def run(*arguments) -> str:
    out = StringIO()
    call_command("purge_requests", *arguments, stdout=out)
    return out.getvalue()


def references() -> set[str]:
    return set(ConsultationRequest.objects.values_list("reference", flat=True))


def everything() -> None:
    """One of each kind, due and not."""
    for status in (*Status, Status.DECLINED):
        if status != Status.MERGED:
            scheduled = {"scheduled_for": timezone.now()} if status == Status.SCHEDULED else {}
            is_open = status in ("new", "in_review", "contacted", "scheduled", "consulted")
            closed = {"closed_at": None} if is_open else {}
            ended(status=status, **scheduled, **closed)
    merged(ended())
    merged(held(ended()))
    held(merged(ended()))
    Request(follows=ended())
    Message(request=ended(), leased_until=timezone.now() + timedelta(minutes=5))
    ended(1)


# --- The dry run ------------------------------------------------------------------------------------


def test_the_dry_run_names_exactly_what_is_erased():
    everything()
    before = references()
    said = run("--dry-run")
    due, kept = said.split("held back")
    assert references() == before
    named = set(REFERENCE.findall(due))
    assert 6 <= len(named) < len(before)
    done = run()
    assert before - references() == named == set(REFERENCE.findall(done.split("held back")[0]))
    assert set(REFERENCE.findall(kept)) <= references()
    assert Erasure.objects.count() == len(named)


def test_the_dry_run_changes_nothing():
    everything()
    before = list(ConsultationRequest.objects.values())
    run("--dry-run")
    assert list(ConsultationRequest.objects.values()) == before
    assert not AuditEntry.objects.exists()
    assert not Erasure.objects.exists()
    assert not RetentionSettings.objects.exists()


def test_what_it_says():
    long_ago = datetime(2020, 5, 4, 12, tzinfo=timezone.get_current_timezone())
    root = ended(reference="K7MW-3QFP", full_name="Jane Sample", closed_at=long_ago)
    merged(root, reference="B2CD-4FGH", closed_at=long_ago)
    held(ended(reference="C2CD-4FGH", status=Status.CONFLICT, closed_at=long_ago))
    assert run("--dry-run").splitlines() == [
        "K7MW-3QFP with B2CD-4FGH (Declined, 2020-05-04)",
        "2 requests would be erased.",
        "  Declined: 1",
        "1 held back although past their date:",
        "  C2CD-4FGH (Conflict of interest, 2020-05-04): legal hold",
        "Nothing was changed.",
    ]


def test_with_nothing_to_do():
    assert run() == "0 requests erased.\n"


# --- The run ----------------------------------------------------------------------------------------


def test_who_did_it():
    request = ended()
    run()
    proof, line = Erasure.objects.get(), AuditEntry.objects.get()
    assert (proof.actor_id, proof.reason, proof.outcome) == (None, "retention", "declined")
    assert (line.actor_id, line.request_id, line.facts) == (None, request.pk, {"doing": "erase", "why": "retention"})


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(erasing, "BATCH", 2)


def test_killed_between_batches_it_goes_on(small):
    for _ in range(5):
        ended()
    due, erased = {one.root for one in review().due}, []

    def die_after_three(matter):
        erased.append(matter.root)
        if len(erased) == 3:
            raise Killed

    with pytest.raises(Killed):
        purge(tell=die_after_three)
    assert ConsultationRequest.objects.count() == 1  # two whole batches are gone
    purge()
    assert not ConsultationRequest.objects.exists()
    assert set(Erasure.objects.values_list("request_id", flat=True)) == due


def test_killed_within_a_batch_it_undoes_that_batch(small, monkeypatch):
    requests = [ended(1500 - number) for number in range(4)]

    def die(request):
        if request.pk == requests[3].pk:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(checks, "bury", die)
        with pytest.raises(Killed):
            purge()
    assert set(ConsultationRequest.objects.values_list("pk", flat=True)) == {one.pk for one in requests[2:]}
    assert len(purge().erased) == 2


def test_one_that_fails_stops_no_other(monkeypatch, caplog):
    bad, *good = [ended(1500 - number, full_name="Jane Secret") for number in range(3)]

    def fail(request):
        if request.pk == bad.pk:
            raise RuntimeError("Jane Secret")

    monkeypatch.setattr(checks, "bury", fail)
    with pytest.raises(CommandError, match=f"1 could not be erased: {bad.reference}"):
        run()
    assert ConsultationRequest.objects.get() == bad
    assert Erasure.objects.count() == len(good)
    assert f"Request {bad.pk} could not be erased: RuntimeError" in caplog.text
    assert "Secret" not in caplog.text


def test_files_that_could_not_be_cleaned_are_an_error(monkeypatch):
    ended()
    monkeypatch.setattr(erasing, "clean_files", lambda: False)
    with pytest.raises(CommandError, match="files could not be cleaned"):
        run()
    assert not ConsultationRequest.objects.exists()


@pytest.mark.parametrize("change", ["reopened", "held", "a part held", "another part", "follow-up"])
def test_what_changes_after_the_review_is_left_alone(monkeypatch, change):
    root = ended()
    part = merged(root)
    found, this = review(), ConsultationRequest.objects.filter(pk=root.pk)

    def reviewed(now):
        {
            "reopened": lambda: this.update(status="in_review", closed_at=None),
            "held": lambda: held(root),
            "a part held": lambda: held(part),
            "another part": lambda: merged(root),
            "follow-up": lambda: Request(follows=part),
        }[change]()
        return found

    monkeypatch.setattr(erasing, "review", reviewed)
    purged = purge()
    assert (purged.erased, [one.root for one in purged.changed]) == ([], [root.pk])
    assert ConsultationRequest.objects.count() >= 2
    assert not Erasure.objects.exists()


def test_inside_a_transaction_no_files_are_cleaned(monkeypatch):
    ended()
    monkeypatch.setattr(erasing, "clean_files", secure_delete.clean_files)
    assert not purge().is_clean
    assert Erasure.objects.unswept().count() == 1


# --- By the clock -----------------------------------------------------------------------------------


@pytest.mark.parametrize("is_saved", [True, False])
def test_by_itself_nothing_is_erased(is_saved):
    if is_saved:
        RetentionSettings.objects.create()
    ended()
    assert erasing.purge_daily() is None
    assert ConsultationRequest.objects.exists()


def test_switched_on_it_is():
    RetentionSettings.objects.create(is_automatic=True)
    request = ended()
    assert [one.root for one in erasing.purge_daily().erased] == [request.pk]


def test_the_worker_does_both():
    import_module("consultations.schedule_entries")
    entries = {entry.job: entry for entry in schedule._entries.values()}
    assert entries[erasing.purge_daily].seconds == 24 * 3600
    assert entries[secure_delete.clean_files].seconds == 600
    assert entries[erasing.purge_daily].alone
    assert entries[secure_delete.clean_files].alone


def test_the_number_of_queries_for_each_grows_evenly(django_assert_max_num_queries):
    for _ in range(20):
        ended()
    with django_assert_max_num_queries(20 * 28):
        assert len(purge().erased) == 20
