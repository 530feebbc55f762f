"""What is past its date, and what is held back: every status, every reason."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from consultations.models import ConsultationRequest, RetentionSettings, Screen
from consultations.retention import panel
from consultations.retention.matter import matter_around, matters_of
from consultations.retention.querysets import HeldBack, past_retention, review
from consultations.workflow import CLOSED, OPEN, Status
from tests.consultations.factories import ConsultationRequestFactory as Request
from tests.consultations.factories import OutgoingMessageFactory as Message
from tests.consultations.retention.cases import DAY, ended, held, merged

pytestmark = pytest.mark.django_db
#: By how a request ended, the days after which it goes; written out by hand.
DAYS = {"declined": 1096, "referred": 1096, "not_reached": 365, "conflict": 1096, "quarantine": 90}


def due(now=None) -> list[int]:
    return [matter.root for matter in review(now).due]


def kept() -> dict[int, str]:
    return {matter.root: reason for matter, reason in review().held_back}


# --- The periods ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "days"), DAYS.items())
def test_the_last_moment_of_each_period(status, days):
    now = timezone.now()
    request = ended(0, status)
    when = request.submitted_at if status == Status.QUARANTINE else request.closed_at
    assert due(when + days * DAY - timedelta(microseconds=1)) == []
    assert due(when + days * DAY) == [request.pk]
    assert now < when + days * DAY


@pytest.mark.parametrize("status", [*OPEN, Status.RETAINED])
def test_never_by_default(status):
    ended(20_000, status, closed_at=None if status in OPEN else timezone.now() - 20_000 * DAY)
    assert (due(), kept()) == ([], {})


@pytest.mark.parametrize("status", OPEN)
def test_no_setting_reaches_an_open_one(status):
    RetentionSettings.objects.create(**{f"{name}_days": 1 for name in [*DAYS, "retained", "merged"]})
    Request(status=status, submitted_at=timezone.now() - 20_000 * DAY)
    assert due() == []


@pytest.mark.parametrize("never", [None, 0])
def test_empty_and_nought_are_for_ever(never):
    RetentionSettings.objects.create(declined_days=never)
    ended(30_000)
    assert due() == []


def test_a_setting_counts_at_once():
    request = ended(2, Status.RETAINED)
    RetentionSettings.objects.create(retained_days=2)
    assert due() == [request.pk]


def test_every_end_has_a_setting():
    names = {name.removesuffix("_days") for name in vars(RetentionSettings()) if name.endswith("_days")}
    assert names - {"consent"} == {*map(str, CLOSED), "quarantine"}


@pytest.mark.parametrize("days", [36_526, 2**31])
def test_more_than_a_hundred_years_is_refused(days):
    with pytest.raises(ValidationError) as refused:
        RetentionSettings(declined_days=days).full_clean()
    assert list(refused.value.message_dict) == ["declined_days"]


def test_the_longest_period_can_be_counted():
    RetentionSettings.objects.create(**{f"{name}_days": 36_525 for name in DAYS})
    ended(20_000)
    assert due() == []


def test_looking_writes_no_settings():
    review()
    assert not RetentionSettings.objects.exists()


def test_the_oldest_end_comes_first():
    late, early = ended(1200), ended(1300)
    assert due() == [early.pk, late.pk]


def test_the_two_ways_of_asking_agree():
    requests = [ended(), held(ended()), ended(1), merged(ended()), ended(status=Status.QUARANTINE)]
    assert list(past_retention().values_list("pk", flat=True)) == due()
    assert len(due()) < len(requests) + 1


# --- What keeps one back ----------------------------------------------------------------------------


def test_a_hold():
    request = held(ended())
    assert (due(), kept()) == ([], {request.pk: HeldBack.HOLD})


@pytest.mark.parametrize("status", Status.values)
def test_a_later_request_of_the_person(status):
    request = ended()
    other = {"merged_into": Request(status=Status.CONFLICT)} if status == Status.MERGED else {}
    Request(status=status, follows=request, **other)
    assert (request.pk in due()) == (status not in OPEN)
    assert (kept() == {request.pk: HeldBack.OPEN}) == (status in OPEN)


@pytest.mark.parametrize(("seconds", "is_kept"), [(60, True), (-1, False)])
def test_a_message_in_a_worker_s_hands(seconds, is_kept):
    request = ended()
    Message(request=request, leased_until=timezone.now() + timedelta(seconds=seconds))
    assert kept() == ({request.pk: HeldBack.SENDING} if is_kept else {})


def test_what_is_not_past_its_date_is_not_called_kept_back():
    held(ended(1))
    assert (due(), kept()) == ([], {})


# --- Merged ones ------------------------------------------------------------------------------------


def test_merged_ones_go_with_the_other():
    root = ended()
    part = merged(root)
    (matter,) = review().due
    assert (matter.root, matter.numbers, matter.order) == (root.pk, (root.pk, part.pk), (part.pk, root.pk))


def test_the_last_end_counts():
    root = ended()
    merged(root, days=1)
    assert due() == []


@pytest.mark.parametrize("status", OPEN)
def test_what_was_merged_into_an_open_one_stays(status):
    RetentionSettings.objects.create(merged_days=1)
    scheduled = {"scheduled_for": timezone.now()} if status == Status.SCHEDULED else {}
    merged(Request(status=status, **scheduled))
    assert due() == []


def test_a_period_of_their_own():
    RetentionSettings.objects.create(merged_days=10)
    part = merged(ended(11, Status.RETAINED), days=11)
    assert due() == [part.pk]


def test_nothing_is_named_twice():
    RetentionSettings.objects.create(merged_days=10)
    root = ended()
    merged(root)
    assert due() == [root.pk]


@pytest.mark.parametrize("where", ["root", "part", "sibling"])
def test_a_hold_on_any_of_them_keeps_all(where):
    RetentionSettings.objects.create(merged_days=10)
    root = ended()
    part, sibling = merged(root), merged(root)
    held({"root": root, "part": part, "sibling": sibling}[where])
    assert due() == []
    assert set(kept().values()) == {HeldBack.HOLD}


def test_an_open_request_that_follows_a_merged_one():
    root = ended()
    Request(follows=merged(root))
    assert (due(), kept()) == ([], {root.pk: HeldBack.OPEN})


def test_a_matter_is_found_from_any_of_it():
    root = ended()
    part = merged(root)
    other = merged(root)
    assert matter_around(other.pk) == matter_around(root.pk) == matter_around(part.pk)
    assert matter_around(other.pk).order == (part.pk, other.pk, root.pk)
    assert matter_around(0) is None


def test_the_number_of_queries_does_not_grow(django_assert_num_queries):
    for number in (3, 9):
        for _ in range(number):
            merged(ended())
        with django_assert_num_queries(4):
            found = review().due
        assert len(found) == ConsultationRequest.objects.count() / 2 > 0


def test_matters_keep_their_order_and_pass_over_what_is_gone():
    one, other = ended(), ended()
    assert [matter.root for matter in matters_of([other.pk, 0, one.pk])] == [other.pk, one.pk]


# --- What the page of all shows ---------------------------------------------------------------------


def test_the_page_shows_what_falls_due_first_of_every_outcome(monkeypatch, staff):
    monkeypatch.setattr(panel, "MOST", 4)
    user = staff("intake_manager")
    requests = [
        ended(days + 40 * number, status)
        for status, days in DAYS.items()
        for number in range(12)
        for _ in range(1 + (status == "declined"))
    ]
    for number, request in enumerate(requests):
        if number % 3 == 0 and request.status != Status.QUARANTINE:
            merged(request, days=3000)
    hidden = due()[0]
    Screen.objects.create(request_id=hidden, user=user)
    periods, everything = RetentionSettings.current().periods, review(timezone.now() + panel.AHEAD).due
    wanted = sorted(everything, key=lambda one: (panel.erased_on(one, periods), one.root))
    wanted = [one.root for one in wanted if one.root != hidden]
    assert [line["request"].pk for line in panel.falling_due(user, timezone.now())] == wanted[:5]
