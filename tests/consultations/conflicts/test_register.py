"""What a request adds to the register, and what remains of it."""

import pytest
from django.db import IntegrityError, transaction

from consultations.conflicts.matching import blocking_keys
from consultations.conflicts.register import bury, enter, names_in, save_party
from consultations.conflicts.search import find
from consultations.models import ConsultationRequest, Party, PartyEntry
from consultations.workflow import Status
from tests.consultations.factories import ConsultationRequestFactory

pytestmark = pytest.mark.django_db


def rows(request) -> list[tuple]:
    return sorted((party.request_field, party.name, party.role, party.kind) for party in request.parties.all())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("Jane Roe (my ex-wife), Acme LLC", ["Jane Roe", "Acme LLC"]),
        ("Jane Roe\nJohn Q. Public\r\nAcme, Inc.", ["Jane Roe", "John Q. Public", "Acme, Inc."]),
        ("Doe, Jane", ["Doe, Jane"]),
        ("Robert Lang, Jr., Mary Lang", ["Robert Lang, Jr.", "Mary Lang"]),
        ("my neighbor Peter Pan; his wife, Wendy Darling", ["Peter Pan", "Wendy Darling"]),
        ("State v. Sample", ["Sample"]),
        ("Jane Roe and Richard Poe", ["Jane Roe", "Richard Poe"]),
        ("Smith and Sons Ltd", ["Smith and Sons Ltd"]),
        ("Johnson & Johnson", ["Johnson & Johnson"]),
        ("unknown\nn/a\nN.A.\nnone\n?\nthe police\nThe cops\nmy ex-wife\n-\n.", []),
        ("Officer Grant Mills - arresting officer", ["Grant Mills"]),
        ("William (Bill) Harper", ["William (Bill) Harper"]),
        ("Jane Roe (née Poe)", ["Jane Roe née Poe"]),
        ("1. Jane Roe\n2) Acme LLC\n• Tom Poe", ["Jane Roe", "Acme LLC", "Tom Poe"]),
        ("Jane Roe\njane roe\nJANE ROE", ["Jane Roe"]),
        ("The Home Company LLC", ["The Home Company LLC"]),
        ("王小明", ["王小明"]),
    ],
)
def test_names_in(text, names):
    assert names_in(text) == names


@pytest.mark.parametrize("text", ["\x00", "((((", "))", ",,,;;;", "a" * 10_000, "and and and", "\ud800"])
def test_names_in_takes_any_text(text):
    assert isinstance(names_in(text), list)


def test_no_name_of_a_long_list_is_left_out():
    names = [f"Person {'x' * number}y" for number in range(180)]
    assert names_in("\n".join(names)) == names
    known = save_party(Party(name=names[-1], role="witness"))
    assert known.pk in {hit.party_id for hit in find(names)}


def test_a_request_enters_with_everybody_it_names():
    request = ConsultationRequestFactory(
        full_name="Mary Sample",
        relationship="family",
        person_in_need="Tom Sample",
        other_parties="Jane Roe\nAcme LLC\nunknown",
    )
    enter(request)
    assert rows(request) == [
        ("full_name", "Mary Sample", "prospective", "person"),
        ("other_parties", "Acme LLC", "adverse", "organisation"),
        ("other_parties", "Jane Roe", "adverse", "person"),
        ("person_in_need", "Tom Sample", "prospective", "person"),
    ]
    assert {party.source for party in request.parties.all()} == {"request"}


def test_entering_twice_changes_nothing():
    request = ConsultationRequestFactory(other_parties="Jane Roe")
    enter(request)
    before = list(Party.objects.order_by("pk").values()), list(PartyEntry.objects.order_by("pk").values())
    enter(request)
    assert (list(Party.objects.order_by("pk").values()), list(PartyEntry.objects.order_by("pk").values())) == before


def test_a_correction_changes_its_own_rows_and_takes_out_stale_ones():
    request = ConsultationRequestFactory(full_name="Mary Sample", other_parties="Jane Roe\nTom Poe")
    enter(request)
    by_hand = save_party(Party(name="Nina Sample", role="witness", request=request))
    kept = request.parties.get(request_field="full_name").pk
    request.other_parties = "JANE ROE\nAcme LLC"
    request.save()
    enter(request)
    assert ("other_parties", "JANE ROE", "adverse", "person") in rows(request)
    assert not any(name == "Tom Poe" for _, name, _, _ in rows(request))
    assert request.parties.get(request_field="full_name").pk == kept
    assert Party.objects.filter(pk=by_hand.pk).exists()
    assert find(["Tom Poe"]) == []
    assert [hit.found for hit in find(["Acme"])] == ["Acme LLC"]


def test_who_retains_the_firm_is_a_client():
    request = ConsultationRequestFactory(full_name="Mary Sample", other_parties="Jane Roe")
    enter(request)
    ConsultationRequest.objects.filter(pk=request.pk).update(status=Status.NEW)
    for status in (Status.CONTACTED, Status.CONSULTED, Status.RETAINED):
        values = {"status": status}
        if status == Status.RETAINED:
            values["closed_at"] = request.submitted_at
        ConsultationRequest.objects.filter(pk=request.pk).update(**values)
    enter(request)
    assert [(row[1], row[2]) for row in rows(request)] == [("Mary Sample", "client"), ("Jane Roe", "adverse")]


def test_a_request_in_quarantine_has_no_parties():
    request = ConsultationRequestFactory(quarantined=True, full_name="Buy Now")
    enter(request)
    assert not request.parties.exists()


def test_a_buried_request_leaves_digests_of_whole_names_alone():
    request = ConsultationRequestFactory(full_name="Mary Ann Featherstone", other_parties="Jane Roe")
    enter(request)
    request.parties.update(note="")
    assert bury(request) == 2
    assert bury(request) == 0
    for party in Party.objects.all():
        assert (party.name, party.aliases, party.matter, party.note, party.request) == ("", "", "", "", None)
        assert party.is_buried
        assert (party.added_at.minute, party.buried_at.minute) == (0, 0)
    assert set(PartyEntry.objects.values_list("purpose", flat=True)) == set(blocking_keys.TOMBSTONE)


def test_a_tombstone_is_recognised_by_its_whole_name():
    request = ConsultationRequestFactory(full_name="William Featherstone")
    enter(request)
    bury(request)
    (same,), (alike,) = find(["FEATHERSTONE, William"]), find(["Bill Fetherstone"])
    assert (same.found, same.reasons, same.score) == ("", ("erased", "same"), 95)
    assert (alike.found, alike.reasons, alike.score) == ("", ("erased", "sound"), 80)
    assert find(["Robert Featherstone"]) == find(["Featherstone"]) == []


def test_an_erased_request_can_be_entered_anew_without_touching_the_tombstone():
    request = ConsultationRequestFactory(full_name="William Featherstone")
    enter(request)
    bury(request)
    enter(request)
    assert Party.objects.exclude(buried_at=None).count() == Party.objects.known().count() == 1


@pytest.mark.parametrize("values", [{"name": ""}, {"role": "judge"}, {"kind": "robot"}, {"source": "rumour"}])
def test_the_database_refuses(values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.create(**({"name": "Jane Roe", "role": "witness"} | values))


def test_places_of_names_that_were_taken_out_are_given_again():
    request = ConsultationRequestFactory(full_name="Mary Sample", other_parties="Jane Roe\nTom Poe\nAcme LLC")
    enter(request)
    request.other_parties = "Nina Noe\nTom Poe\nAcme LLC\nLou Loe"
    request.save()
    enter(request)
    places = request.parties.filter(request_field="other_parties").values_list("request_place", flat=True)
    assert sorted(places) == [0, 1, 2, 3]


def test_the_database_refuses_two_rows_in_one_place_of_a_request():
    request = ConsultationRequestFactory(other_parties="Jane Roe")
    enter(request)
    party = request.parties.get(request_field="other_parties")
    values = {"role": "adverse", "source": "request", "request": request, "request_field": "other_parties"}
    for place in (party.request_place, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            Party.objects.create(name="Jane Roe", request_place=place, **values)


def test_the_database_refuses_a_tombstone_with_a_text():
    party = save_party(Party(name="Jane Roe", role="witness"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.filter(pk=party.pk).update(buried_at=party.added_at)
