import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consultations.case import duplicates
from consultations.case.duplicates import ALIKE, OPENED, PER_STEP, SHOWN, likely_duplicates, similarity
from consultations.models import RequestEntry, Screen
from consultations.models.search import NAME
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db


@pytest.fixture
def intake(staff):
    return staff("intake")


def other_person(**values):
    """A request that has nothing in common with another one unless ``values`` say so."""
    words = ["".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=12)) for _ in range(3)]
    return Request(**{"full_name": " ".join(words[:2]), "phone": "", "email": f"{words[2]}@example.com"} | values)


def found(request, user) -> dict:
    return {one.request.pk: one.reasons for one in likely_duplicates(request, user)}


# --- What is none -----------------------------------------------------------------------------------


def test_alone(intake):
    assert likely_duplicates(other_person(), intake) == []


def test_strangers_are_none(intake):
    other_person(full_name="Jane Roe", phone="+12125550199")
    assert found(other_person(full_name="Jane Doe", phone="+12125550142"), intake) == {}


def test_missing_numbers_and_addresses_are_not_the_same(intake):
    other_person(email="", phone="+12125550100", full_name="Ada One")
    assert found(other_person(email="", phone="+12125550101", full_name="Bob Two"), intake) == {}


@pytest.mark.parametrize("role", ["editor", "publisher"])
def test_whoever_sees_nothing_is_shown_nothing(staff, role):
    other_person(phone="+12125550142")
    request = other_person(phone="+12125550142")
    assert likely_duplicates(request, staff(role)) == []


def test_screened_request_is_not_shown(intake):
    hidden, shown = other_person(phone="+12125550142"), other_person(phone="+12125550142")
    Screen.objects.create(request=hidden, user=intake)
    assert list(found(other_person(phone="+12125550142"), intake)) == [shown.pk]


def test_attorney_is_shown_their_own(staff):
    attorney = staff("publisher")
    other_person(phone="+12125550142")
    own = other_person(phone="+12125550142", assignee=attorney)
    assert list(found(other_person(phone="+12125550142", assignee=attorney), attorney)) == [own.pk]


# --- What is one ------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["+12125550142", "(212) 555-0142", "212.555.0142"])
def test_same_number_however_written(intake, written):
    earlier = other_person(phone=written)
    assert found(other_person(phone="+12125550142"), intake) == {earlier.pk: ("Same telephone number",)}


def test_same_address_in_other_letters(intake):
    earlier = other_person(email="JANE@Example.COM")
    assert found(other_person(email="jane@example.com"), intake) == {earlier.pk: ("Same e-mail address",)}


def test_number_before_a_correction_counts(intake, site, given):
    earlier = other_person(phone="+12125550142")
    earlier.events.create(kind="corrected", values={"old": {"phone": "+12125550177"}, "new": {}})
    RequestEntry.objects.rebuild([earlier])
    assert earlier.pk in found(other_person(phone="+12125550177"), intake)


def test_all_reasons_are_given(intake):
    values = {"phone": "+12125550142", "email": "jane@example.com", "full_name": "Jane Sample"}
    earlier = other_person(**values)
    reasons = ("Same telephone number", "Same e-mail address", "Same name")
    assert found(other_person(**values), intake) == {earlier.pk: reasons}


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Jon Smith", "John Smith"),
        ("John Smyth", "John Smith"),
        ("Katherine Miller", "Catherine Miller"),
        ("Katherine Miller", "Katharina Miler"),
        ("Jürgen Müller", "Juergen Mueller"),
        ("Mohammed Ali", "Muhammad Ali"),
        ("Smith, John", "John Smith"),
        ("John Michael Smith", "John Smith"),
    ],
)
def test_similar_names(intake, name, other):
    earlier = other_person(full_name=name)
    assert found(other_person(full_name=other), intake)[earlier.pk] in {("Similar name",), ("Same name",)}


def test_person_in_need_is_compared_with_everybody(intake):
    brother = other_person(full_name="Ray Sample")
    sister = other_person(relationship="family", person_in_need="Ray Sample")
    request = other_person(relationship="family", person_in_need="Ray Sampel")
    assert found(request, intake) == {brother.pk: ("Similar name",), sister.pk: ("Similar name",)}


# --- How names are compared -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Jane Doe", "Jane Roe"),
        ("David Brown", "Daniel Brown"),
        ("Tom Jones", "Tom James"),
        ("Person 12", "Person 13"),
        ("John", "John Smith"),
        ("", "John Smith"),
        ("", ""),
        ("Sample Person One", "Sample Person Two"),
    ],
)
def test_names_of_others(first, second):
    assert similarity(first, second) < ALIKE
    assert similarity(second, first) < ALIKE


@pytest.mark.parametrize("name", ["Ann", "Jane O'Brien", "Zoë de la Cruz", "李 小龙"])
def test_a_name_is_like_itself(name):
    assert similarity(name, name) == 100


def test_likeness_has_no_direction():
    assert similarity("Jon Smith", "Smith John Q. Public") == similarity("Smith John Q. Public", "Jon Smith") >= ALIKE


# --- How many, and at what price --------------------------------------------------------------------


def test_newest_first_and_no_more_than_ten(intake):
    many = [other_person(phone="+12125550142") for _ in range(SHOWN + 2)]
    shown = [one.request.pk for one in likely_duplicates(other_person(phone="+12125550142"), intake)]
    assert shown == [one.pk for one in reversed(many)][:SHOWN]


def test_same_number_is_not_crowded_out_by_like_names(intake):
    earlier = other_person(phone="+12125550142")
    for _ in range(SHOWN + 2):
        other_person(full_name="Jane Sample")
    shown = found(other_person(phone="+12125550142", full_name="Jane Sample"), intake)
    assert len(shown) == SHOWN
    assert list(shown)[-1] == earlier.pk


def test_queries_do_not_grow(intake):
    request = other_person(full_name="Jane Mary Sample", phone="+12125550142", for_family=True)
    counts = []
    for number in (3, 12):
        for _ in range(number):
            other_person(full_name="Jane Mary Sample", phone="+12125550142")
        intake = type(intake).objects.get(pk=intake.pk)
        with CaptureQueriesContext(connection) as asked:
            assert likely_duplicates(request, intake)
        counts.append(len(asked))
    assert 1 < counts[0] == counts[1] < 5


def test_what_is_opened_is_bounded(intake, monkeypatch):
    """However many have one name."""
    monkeypatch.setattr(duplicates, "OPENED", 4)
    opened = []
    names = duplicates._names
    monkeypatch.setattr(duplicates, "_names", lambda request: opened.append(request.pk) or names(request))
    for _ in range(6):
        other_person(full_name="Jane Sample")
    assert len(found(other_person(full_name="Jane Sample"), intake)) == 4
    assert len(opened) == 1 + 4
    assert OPENED <= 200


@pytest.mark.parametrize("words", ["jane", "jane sample"])
def test_the_index_answers(words):
    """The newest rows of a digest are read from the index, in its order: no table is scanned, and none is sorted."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = RequestEntry.objects.matching(NAME, words).order_by("-row_id")[:PER_STEP].explain()
    assert "index" in plan.lower()
    assert "digest" in plan
    assert [word for word in ("SCAN consultations", "Seq Scan", "TEMP B-TREE") if word in plan] == []
