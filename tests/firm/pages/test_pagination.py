import pytest
from django.http import QueryDict

from firm.pages.pagination import Pages


def pages(query: str = "", count: int = 25) -> Pages:
    return Pages(list(range(count)), 10, QueryDict(query))


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("", 1),
        ("0", 3),
        ("-5", 3),
        ("4", 3),
        ("99999999999999999999", 3),
        ("two", 1),
        ("1.5", 1),
        ("2", 2),
        ("\x00", 1),
    ],
)
def test_any_number_gives_a_page(asked, given):
    assert pages(f"page={asked}").number == given


def test_an_empty_listing_has_one_empty_page():
    empty = pages(count=0)
    assert (empty.paginator.num_pages, len(empty), list(empty), empty.previous_url, empty.next_url) == (
        1,
        0,
        [],
        "",
        "",
    )


def test_the_first_page_has_an_address_without_a_number():
    assert pages("page=2").previous_url == "?"


def test_the_rest_of_the_query_is_preserved():
    assert pages("q=a%26b&page=2").next_url == "?q=a%26b&page=3"


def test_the_last_page_has_no_next():
    assert pages("page=3").next_url == ""


def test_the_last_page_has_what_is_left():
    assert list(pages("page=3")) == [20, 21, 22, 23, 24]


def test_the_page_shown_is_marked():
    assert [link["number"] for link in pages("page=2").links if link["is_current"]] == [2]


def test_many_pages_are_shortened():
    numbers = [link["number"] for link in pages("page=50", count=1000).links]
    assert numbers == [1, None, 49, 50, 51, None, 100]
