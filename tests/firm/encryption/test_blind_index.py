import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firm.encryption.blind_index import (
    digest,
    digests_for_lookup,
    name_tokens,
    normalise_email,
    normalise_phone,
    query_words,
)
from tests.firm.encryption.models import NEW, OLD, OLDEST
from tests.firm.encryption.test_cipher import TEXTS

#: A name, and what it must be found by.
FOUND = [
    ("John Smith", ["john", "smith", "jo", "smi", "Smith John", "JOHN  SMI", "smith, j", "J. Smith"]),
    ("Mary Smith-Jones", ["smith", "jones", "smith-jones", "smith jones", "smithjones", "smithj", "mary jo"]),
    ("Seán O’Brien", ["sean", "o'brien", "obrien", "brien", "O`Brien", "O´Brien", "seán o’b"]),
    ("Ann Smith-O'Brien", ["smith-o'brien", "obrien", "brien smith"]),
    ("Ludwig van der Berg", ["van", "der", "berg", "van der berg", "ludwig berg"]),
    ("José María Núñez", ["jose nunez", "NÚÑEZ", "maria"]),
    ("Jürgen Weiß", ["jurgen weiss", "weiß"]),
    ("Иван Петров", ["ivan", "petrov", "Иван", "петр"]),
    ("王小明", ["wang", "xiaoming", "ming", "小明", "王小明", "王"]),
    ("김민수", ["gim", "minsu", "민수"]),
    ("Christophersons", ["christophersons", "christophers", "chris"]),
    ("J. R. Tolkien", ["tolkien", "j r", "j"]),
    ("Ｆｕｌｌ Width", ["full", "ｗｉｄｔｈ"]),
    ("Nunez", ["Núñez", "Nu\u0301n\u0303ez"]),
]
MISSED = [
    ("John Smith", ["johnny", "mith", "ohn", "smith mary", "smithson", "j0hn"]),
    ("Mary Smith-Jones", ["ones", "smithjo mary x1"]),
    ("Seán O’Brien", ["rien", "oscar"]),
    ("Anna", ["a b1", "n"]),
]


def cases(table) -> list[tuple[str, str]]:
    return [(name, text) for name, texts in table for text in texts]


@pytest.mark.parametrize(("name", "text"), cases(MISSED))
def test_a_name_is_not_found_by_other_parts(name, text):
    assert not query_words(text) <= name_tokens(name)


@pytest.mark.parametrize(("name", "text"), cases(FOUND))
def test_a_name_is_found_by_its_parts(name, text):
    assert query_words(text)
    assert query_words(text) <= name_tokens(name)


@pytest.mark.parametrize("text", ["", " ", "-", "'", ".,;", "\0"])
def test_a_text_without_words_has_none(text):
    assert query_words(text) == name_tokens(text) == set()


@given(name=TEXTS)
@example("İı ǅ ﬁ \ud800")
@example("0\x850")
def test_every_name_is_found_by_itself(name):
    assert query_words(name) <= name_tokens(name)


@given(st.text("abcdefgh", min_size=2))
def test_a_word_gives_no_token_of_one_letter_nor_of_more_than_twelve(word):
    assert {len(token) for token in name_tokens(word)} == set(range(2, min(len(word), 12) + 1))


def test_a_word_has_its_beginnings_of_two_letters_and_more():
    assert name_tokens("Smith") == {"sm", "smi", "smit", "smith"}
    assert name_tokens("X") == {"x"}
    assert max(name_tokens("Christophersons"), key=len) == "christophers"


# --- Addresses and numbers ---------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " ", "ada", "@", "ada@", "@example.com"])
def test_what_is_no_address_is_empty(text):
    assert normalise_email(text) == ""


@pytest.mark.parametrize("text", ["ada@example.com", " Ada@EXAMPLE.com\n", "ＡＤＡ@example.com"])
def test_an_address_is_compared_without_case_width_and_spaces(text):
    assert normalise_email(text) == "ada@example.com"


@pytest.mark.parametrize("text", ["a.da@example.com", "ada+law@example.com"])
def test_dots_and_tags_of_an_address_count(text):
    assert normalise_email(text) == text


@given(TEXTS.map(lambda text: f"{text}@example.com"))
def test_normalising_an_address_twice_changes_nothing(text):
    assert normalise_email(normalise_email(text)) == normalise_email(text)


@pytest.mark.parametrize("text", ["", "911", "hello", "+1 000", "12345", "+1 212 555 01000000"])
def test_what_is_no_number_is_empty(text):
    assert normalise_phone(text) == ""


@pytest.mark.parametrize("text", ["(212) 736-5000", "212.736.5000", "+1 212 736 5000", "1-212-736-5000"])
def test_a_number_is_the_same_however_written(text):
    assert normalise_phone(text) == "+12127365000"


# --- Digests -----------------------------------------------------------------------------------------


def test_purposes_and_values_do_not_share_digests():
    pairs = [("a", "name"), ("a", "email"), ("b", "name"), ("amea", "n"), ("", "name"), ("mea", "na")]
    assert len({digest(value, purpose) for value, purpose in pairs}) == len(pairs)


def test_a_key_changes_every_digest(keys):
    before = digest("smith", "name")
    keys(OLD)
    assert digest("smith", "name") != before


def test_a_digest_is_the_same_each_time_and_fits_the_column():
    assert digest("smith", "name") == digest("smith", "name")
    assert all(-(2**63) <= digest(str(number), "name") < 2**63 for number in range(1000))


def test_lookups_ask_for_the_digests_under_all_keys(keys):
    each = []
    for key in (OLDEST, OLD, NEW):
        keys(key)
        each.append(digest("smith", "name"))
    keys(NEW, OLD, OLDEST)
    assert digests_for_lookup("smith", "name") == each[::-1]


def test_nothing_is_looked_up_for_an_empty_value():
    assert digests_for_lookup("", "name") == []


@given(st.text(), st.sampled_from(["name", "email"]))
def test_the_digest_written_is_among_those_looked_up(value, purpose):
    assert not value or digest(value, purpose) in digests_for_lookup(value, purpose)


def test_ten_thousand_digests_differ():
    assert len({digest(f"name {number}", "name") for number in range(10_000)}) == 10_000
