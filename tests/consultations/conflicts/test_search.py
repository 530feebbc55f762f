"""Search in the register, without a plain name in the database."""

import base64
import os

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from consultations.conflicts.matching import blocking_keys
from consultations.conflicts.matching.compare import THRESHOLD, compare
from consultations.conflicts.register import bury, enter, save_new_parties, save_party
from consultations.conflicts.search import Hit, find, words
from consultations.models import Party, PartyEntry
from tests.consultations.conflicts.labelled import pairs
from tests.consultations.factories import ConsultationRequestFactory

pytestmark = pytest.mark.django_db


def known(*names: str, **values) -> list[Party]:
    return save_new_parties(Party(**({"name": name, "role": "witness"} | values)) for name in names)


def test_find_is_what_comparing_with_everybody_would_be():
    """With every third labeled name in the register, and every seventh searched."""
    names = sorted({name for pair in pairs() for name in (pair.first, pair.second)})
    known(*names[::3])
    asked = names[::7]
    slow = {
        (name, other): compare(name, other).score
        for name in asked
        for other in names[::3]
        if compare(name, other).score >= THRESHOLD
    }
    hits = [hit for start in range(0, len(asked), 20) for hit in find(asked[start : start + 20])]
    assert len(slow) > 50
    assert {(hit.asked, hit.found): hit.score for hit in hits} == slow


def test_the_best_comes_first_and_each_party_once():
    first, second = known("William Smyth", "Bill Smith")
    save_party(Party(name="Acme LLC", aliases="Bill Smith\nWilliam Smith", role="adverse"))
    hits = find(["Bill Smith"])
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len(hits) == 3
    assert len({hit.party_id for hit in hits}) == 3
    assert (hits[0].score, hits[0].found) == (100, "Bill Smith")
    assert {first.pk, second.pk} < {hit.party_id for hit in hits}


def test_an_alias_is_found_and_said_in_words():
    (party,) = known("Acme Holdings LLC", aliases="Road Runner Supply\nWilliam Smith")
    (hit,) = find(["Bill Smyth"])
    assert (hit.party_id, hit.found, hit.role) == (party.pk, "William Smith", "witness")
    assert words(hit).startswith("“Bill Smyth” is close to “William Smith”: Bill is short for William")


def test_a_common_surname_alone_is_no_hit():
    known("Robert Smith", "Mary Garcia", "Smith")
    assert find(["John Smith", "Garcia", "Mario Garcia"]) == []


def test_parties_of_requests_that_are_left_out():
    request = ConsultationRequestFactory(full_name="Mary Featherstone")
    enter(request)
    assert [hit.found for hit in find(["Mary Featherstone"])] == ["Mary Featherstone"]
    assert find(["Mary Featherstone"], leave_out=[request.pk]) == []


@pytest.mark.parametrize("names", [[], [""], ["  "], ["?"], ["\x00"]])
def test_nothing_is_found_by_nothing(names):
    known("Jane Roe")
    assert find(names) == []


def test_what_cannot_be_decrypted_is_a_hit():
    (party,) = known("Jane Roe")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE consultations_party SET name = 's1.00000000.AAAA'")
    assert find(["Jane Roe"]) == [Hit(party.pk, "Jane Roe", "", "witness", THRESHOLD, ("unreadable",))]
    assert "cannot be decrypted" in words(find(["Jane Roe"])[0])


def test_no_name_is_in_the_database():
    known("Zebulon Quackenbush", aliases="Zeb the Quack", matter="State v. Quackenbush", note="Quackenbush again")
    with connection.cursor() as cursor:
        for table in ("consultations_party", "consultations_partyentry"):
            cursor.execute(f"SELECT * FROM {table}")
            text = repr(cursor.fetchall()).casefold()
            assert len(text) > 50
            assert "quack" not in text
            assert "zeb" not in text


def test_the_number_of_queries_does_not_grow_with_the_hits(django_assert_num_queries):
    known(*["Jane Roe"] * 3)
    with django_assert_num_queries(2):
        assert len(find(["Jane Roe"])) == 3
    known(*["Jane Roe"] * 9)
    with django_assert_num_queries(2):
        assert len(find(["Jane Roe"])) == 12


def test_a_saved_party_is_found_by_its_new_name_alone():
    (party,) = known("Jane Roe")
    party.name = "Acme Widgets LLC"
    save_party(party)
    assert find(["Jane Roe"]) == []
    assert [hit.found for hit in find(["Acme Widgets"])] == ["Acme Widgets LLC"]


def test_tombstones_outlive_a_rotation_while_their_key_remains(settings, capsys):
    request = ConsultationRequestFactory(full_name="William Featherstone")
    enter(request)
    bury(request)
    known("Jane Roe")
    old, new = settings.FIELD_ENCRYPTION_KEYS, base64.urlsafe_b64encode(os.urandom(32)).decode()
    with override_settings(FIELD_ENCRYPTION_KEYS=[new, *old]):
        call_command("rotate_field_keys")
        entries = PartyEntry.objects.filter(purpose__in=blocking_keys.TOMBSTONE).exclude(row__buried_at=None)
        assert f"{entries.count()} of erased" in capsys.readouterr().out
        assert [hit.reasons[0] for hit in find(["William Featherstone"])] == ["erased"]
        PartyEntry.objects.rebuild_all()
        assert [hit.reasons[0] for hit in find(["William Featherstone"])] == ["erased"]
    with override_settings(FIELD_ENCRYPTION_KEYS=[new]):
        assert find(["William Featherstone"]) == []
        assert [hit.found for hit in find(["Jane Roe"])] == ["Jane Roe"]
