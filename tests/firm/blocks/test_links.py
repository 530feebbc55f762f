import pytest
from django.core.exceptions import ValidationError
from wagtail.blocks.struct_block import StructBlockValidationError

from firm.blocks.links import LinkBlock
from tests import factories
from tests.firm.drawing import draw, frame


def cleaned(**value):
    """Return the link as it is stored after validation."""
    block = LinkBlock()
    return block.clean(block.to_python({"label": "More", "kind": "url", "page": None, "url": ""} | value))


def refused(**value) -> set[str]:
    """Return the names of the fields at fault."""
    with pytest.raises(StructBlockValidationError) as refusal:
        cleaned(**value)
    return set(refusal.value.block_errors)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "//evil.example/",
        "ftp://files.example/",
        "www.uscourts.gov",
        "https://",
    ],
)
def test_an_address_that_is_none_is_an_error_of_the_address(address):
    assert refused(url=address) == {"url"}


def test_a_link_without_address_is_an_error_of_the_address():
    assert refused(kind="url") == {"url"}


def test_a_link_without_page_is_an_error_of_the_page():
    assert refused(kind="page") == {"page"}


def test_a_link_without_label_is_an_error_of_the_label():
    assert refused(kind="phone", label="") == {"label"}


@pytest.mark.parametrize("address", ["https://www.uscourts.gov/", "http://example.org/a?b=c#d", "/search/?q=bail"])
def test_an_address_is_kept(address):
    assert cleaned(url=address)["url"] == address


def test_an_address_is_dropped_from_a_link_to_the_form():
    assert cleaned(kind="consultation", url="https://example.org/")["url"] == ""


def test_a_page_is_dropped_from_a_link_to_an_address(home):
    assert cleaned(url="/search/", page=home.pk)["page"] is None


def drawn(context=None, **value):
    """Draw a link."""
    value = {"label": "More", "kind": "url", "page": None, "url": ""} | value
    return draw([("link", LinkBlock())], "link", value, **(context or {}))


def test_a_link_to_a_page_leads_there(home):
    page = factories.StandardPageFactory(slug="about")
    assert drawn(kind="page", page=page.pk).a["href"] == "/about/"


def test_a_link_to_an_unpublished_page_is_left_out(home):
    page = factories.StandardPageFactory(draft=True)
    assert not drawn(kind="page", page=page.pk).a


def test_a_link_to_a_deleted_page_is_left_out(home):
    page = factories.StandardPageFactory()
    pk = page.pk
    page.delete()
    assert not drawn(kind="page", page=pk).a


def test_a_link_to_the_telephone_dials_the_international_number():
    assert drawn(kind="phone").a["href"] == "tel:+12125550100"


def test_a_link_to_a_telephone_that_is_not_set_is_left_out():
    assert not drawn({"site_context": frame(phone="")}, kind="phone").a


def test_the_validator_names_the_problem():
    with pytest.raises(ValidationError, match="valid URL"):
        LinkBlock().child_blocks["url"].clean("javascript:alert(1)")
