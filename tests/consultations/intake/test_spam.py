import pytest

from consultations.intake import spam
from consultations.intake.spam import SIGNS, THRESHOLD, assess
from tests.consultations.mail.messages import HONEST, SPAM, signals

#: One way to give each weak signal, and no other.
WEAK = {
    "fast": {"seconds": 2.9},
    "untimed": {"seconds": None},
    "stale": {"seconds": 24 * 3600 + 1},
    "links": {"message": "http://a.example http://b.example www.c.example"},
    "markup": {"message": "[url=x]y[/url]"},
    "name-link": {"full_name": "www.a.example"},
    "name-digits": {"full_name": "123"},
    "repeated": {"message": "a", "court": "A ", "other_parties": "a"},
    "offer": {"message": "We sell backlinks."},
    "busy-network": {"recent": 11},
    "flooding-network": {"recent": 31},
}


def test_the_sets_are_large_enough_to_say_something():
    assert len(HONEST) >= 30
    assert len(SPAM) >= 20


@pytest.mark.parametrize("name", HONEST)
def test_nobody_honest_is_put_aside(name):
    assessment = assess(HONEST[name])
    assert not assessment.is_suspicious, assessment


def test_most_spam_is_put_aside():
    passed = {name for name, sent in SPAM.items() if not assess(sent).is_suspicious}
    assert passed == {"a friendly seller", "random letters"}


@pytest.mark.parametrize("code", WEAK)
def test_a_weak_signal_alone_puts_nothing_aside(code):
    assessment = assess(signals(**WEAK[code]))
    assert assessment.reasons == (code,)
    assert 0 < assessment.score < THRESHOLD


def test_every_signal_that_is_weighed_is_tested():
    assert {*WEAK, spam.DECOY} == set(SIGNS)


@pytest.mark.parametrize("one", [{"message": "[url=x]y[/url]"}, {"full_name": "www.a.example"}, {"recent": 31}])
def test_two_signals_together_put_it_aside(one):
    assert assess(signals(seconds=1, **one)).is_suspicious


def test_the_decoy_alone_puts_it_aside_even_with_proof():
    assert assess(signals(has_decoy=True, has_proof=True)).reasons == ("decoy",)
    assert assess(signals(has_decoy=True, has_proof=True)).is_suspicious


def test_a_solved_proof_speaks_for_the_sender():
    suspect = {"message": "[url=x]y[/url]", "recent": 11}
    assert assess(signals(**suspect)).is_suspicious
    assert not assess(signals(**suspect, has_proof=True)).is_suspicious


def test_the_absence_of_a_proof_says_nothing():
    assert assess(signals("I need help.")).score == 0


def test_proof_makes_no_credit():
    assert assess(signals("I need help.", has_proof=True)).score == 0


@pytest.mark.parametrize(("seconds", "reasons"), [(0, ("fast",)), (2.99, ("fast",)), (3, ()), (86_400, ())])
def test_bounds_of_time(seconds, reasons):
    assert assess(signals(seconds=seconds)).reasons == reasons


@pytest.mark.parametrize(
    ("recent", "reasons"), [(10, ()), (11, ("busy-network",)), (30, ("busy-network",)), (31, ("flooding-network",))]
)
def test_bounds_of_the_rate(recent, reasons):
    assert assess(signals(recent=recent)).reasons == reasons


def test_a_repeated_phrase_counts_once_and_many_phrases_as_four():
    one = assess(signals("backlinks " * 9)).score
    many = assess(signals("backlinks, guest posts, unsubscribe, click here, free quote, explainer videos")).score
    assert (one, many) == (2, 8)


@pytest.mark.parametrize("name", ["Maria/Jose Lopez", "J. St. John", "A.com.mon", "Jean-Luc", "jane@firm.example.com"])
def test_names_that_look_a_little_like_addresses(name):
    assert assess(signals(full_name=name)).reasons == ()


def test_a_long_text_in_two_fields_is_repeated():
    assert assess(signals("The very same long text", court="the very same long text")).reasons == ("repeated",)


def test_empty_fields_are_not_the_same_text():
    assert assess(signals("", court="", other_parties=" ", best_time="")).reasons == ()


def test_what_was_typed_does_not_show_where_signals_are_printed():
    assert "secret" not in repr(signals("secret"))


def test_reasons_are_sentences_for_staff():
    assert all(text[0].isupper() and text.endswith(".") for _, text in SIGNS.values())
