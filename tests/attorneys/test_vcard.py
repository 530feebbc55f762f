import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from wagtail.models import PageViewRestriction

from attorneys.vcard import _escape, _fold
from firm.models import FirmSettings
from tests import factories

pytestmark = pytest.mark.django_db


def card(client, attorney) -> list[str]:
    """The lines of an attorney's card, unfolded (RFC 6350 section 3.2)."""
    response = client.get(reverse("attorney_contact_card", args=[attorney.slug]))
    assert response.status_code == 200
    raw = response.content.decode()
    assert raw.endswith("\r\n")
    assert "\n" not in raw.replace("\r\n", "")
    assert "\r" not in raw.replace("\r\n", "")
    assert all(0 < len(line.encode()) <= 75 for line in raw[:-2].split("\r\n"))
    return raw.replace("\r\n ", "").split("\r\n")[:-1]


# --- Refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [{"former": True}, {"draft": True}])
def test_no_card_of_those_who_left_or_are_not_published(home, client, state):
    attorney = factories.AttorneyPageFactory(**state)
    assert client.get(f"/attorneys/{attorney.slug}/contact.vcf").status_code == 404


def test_no_card_of_an_unknown_attorney(home, client):
    assert client.get("/attorneys/nobody/contact.vcf").status_code == 404


def test_no_card_from_a_private_section(home, client):
    attorney = factories.AttorneyPageFactory()
    PageViewRestriction.objects.create(page=attorney.get_parent(), restriction_type="login")
    assert client.get(f"/attorneys/{attorney.slug}/contact.vcf").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_cards_are_only_read(home, client, method):
    attorney = factories.AttorneyPageFactory()
    assert getattr(client, method)(f"/attorneys/{attorney.slug}/contact.vcf").status_code == 405


# --- What a card says -------------------------------------------------------------------------------


def test_card_with_all_parts(home, client):
    office = factories.OfficeFactory(firm=FirmSettings.objects.get(), street="1 Sample Street\nFloor 2")
    attorney = factories.AttorneyPageFactory(
        title="Alex B. Sample, Jr.",
        slug="alex",
        job_title="Founding Partner",
        email="alex@example.com",
        direct_line="+12125550111",
        office=office,
    )
    assert card(client, attorney) == [
        "BEGIN:VCARD",
        "VERSION:4.0",
        "FN:Alex B. Sample\\, Jr.",
        "N:Sample;Alex B.;;;Jr.",
        "ORG:Sample Law",
        "TITLE:Founding Partner",
        'TEL;VALUE=uri;TYPE="work,voice":tel:+12125550111',
        "EMAIL;TYPE=work:alex@example.com",
        "ADR;TYPE=work:;;1 Sample Street\\, Floor 2;New York;NY;10000;US",
        "URL:http://testserver/attorneys/alex/",
        "END:VCARD",
    ]


def test_card_without_the_optional_parts(home, client):
    FirmSettings.objects.update(phone="")
    lines = card(client, factories.AttorneyPageFactory())
    assert [line.partition(":")[0] for line in lines] == ["BEGIN", "VERSION", "FN", "N", "ORG", "TITLE", "URL", "END"]


def test_firm_and_its_first_office_stand_in(home, client):
    firm = FirmSettings.objects.get()
    factories.OfficeFactory(firm=firm, city="Second", sort_order=2)
    factories.OfficeFactory(firm=firm, city="First", sort_order=1)
    lines = card(client, factories.AttorneyPageFactory())
    assert 'TEL;VALUE=uri;TYPE="work,voice":tel:+12125550100' in lines
    assert [line for line in lines if line.startswith("ADR")] == ["ADR;TYPE=work:;;1 Sample Street;First;NY;10000;US"]


def test_card_is_offered_as_a_file(home, client):
    attorney = factories.AttorneyPageFactory(slug="alex")
    response = client.get("/attorneys/alex/contact.vcf")
    assert response["Content-Type"] == "text/vcard; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="alex.vcf"'
    assert f"/attorneys/{attorney.slug}/contact.vcf" in client.get(attorney.get_url()).content.decode()


@pytest.mark.parametrize(
    "title",
    [
        "Alex Sample\r\nEMAIL:evil@example.com",
        "Alex Sample\nEND:VCARD",
        "Alex Sample\rTEL:+1",
        "Alex Sample\u2028EMAIL:evil@example.com",
        "Alex Sample\x85EMAIL:evil@example.com",
        "Alex Sample\x07\x1bEMAIL:evil@example.com",
        "Alex;Sample,\\n:Jr",
    ],
)
def test_title_cannot_add_a_line(home, client, title):
    attorney = factories.AttorneyPageFactory()
    type(attorney).objects.filter(pk=attorney.pk).update(title=title, job_title=title[:80])
    names = [line.partition(":")[0].partition(";")[0] for line in card(client, attorney)]
    assert names == ["BEGIN", "VERSION", "FN", "N", "ORG", "TITLE", "TEL", "URL", "END"]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a,b;c\\d", "a\\,b\\;c\\\\d"),
        ("one\r\ntwo\nthree\rfour", "one\\ntwo\\nthree\\nfour"),
        ("tab\there", "tab here"),
        ("Alex\u00a0Sample", "Alex Sample"),
        ("bell\x07", "bell"),
    ],
)
def test_values_are_escaped(text, escaped):
    assert _escape(text) == escaped


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc"))))
def test_folding_keeps_every_character_and_the_limit(text):
    folded = _fold(text)
    assert folded.replace("\r\n ", "") == text
    assert all(len(line.encode()) <= 75 for line in folded.split("\r\n"))
