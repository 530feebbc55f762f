import pytest

from consultations.reference import ALPHABET, new_reference, read_reference


def test_alphabet_has_nothing_that_is_mistaken():
    assert not set("01OIAEU") & set(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET) == 29


def test_new_references_are_different_and_readable():
    made = {new_reference() for _ in range(500)}
    assert len(made) == 500
    assert all(read_reference(one) == one for one in made)


@pytest.mark.parametrize("typed", ["K7MW-3QFP", "k7mw3qfp", " k7mw 3qfp ", "K7-MW-3Q-FP"])
def test_reads_any_notation(typed):
    assert read_reference(typed) == "K7MW-3QFP"


@pytest.mark.parametrize("typed", ["", "K7MW", "K7MW-3QF0", "K7MW-3QFPX", "212-555-0100", "K7MW-3QF\x00"])
def test_refuses_what_is_none(typed):
    assert read_reference(typed) == ""
