import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from firm.models import FirmSettings, Office
from firm.roles import PUBLISHERS
from tests import factories

OFFICE = {
    "name": "Manhattan",
    "street": "1 Sample Street\nFloor 9",
    "city": "New York",
    "region": "NY",
    "postal_code": "10000",
    "country": "US",
    "phone": "",
    "hours": streamfield([]),
    "hours_note": "",
    "directions": "null",
    "map_image": "",
    "map_url": "",
}


TEXTS = [
    *("firm_name", "tagline", "description", "availability_label", "email", "consultation_label", "closing_heading"),
    *("closing_text", "closing_label", "advertising_label", "results_disclaimer", "site_disclaimer"),
    "article_disclaimer",
]


@pytest.fixture
def firm(home):
    return FirmSettings.objects.get()


@pytest.fixture
def screen(firm, client_of):
    """Return functions that open the settings as a publisher, and that send them with some values changed."""
    client, url = client_of(PUBLISHERS), f"/admin/settings/firm/firmsettings/{firm.site_id}/"

    def send(offices=(), **values):
        sent = {name: getattr(firm, name) for name in TEXTS} | {"phone": str(firm.phone)}
        sent |= {name: streamfield([]) for name in ("header_nav", "footer_nav", "legal_nav", "social_links")}
        sent |= {"offices": inline_formset(list(offices)), "consultation_page": "", "default_social_image": ""}
        return client.post(url, nested_form_data(sent | values))

    def get():
        return BeautifulSoup(client.get(url).content, "html.parser")

    send.open = get
    return send


@pytest.mark.parametrize("phone", ["12", "+1 555", "call us"])
def test_a_number_that_is_none_is_refused(screen, firm, phone):
    response = screen(phone=phone)
    assert "phone" in response.context["form"].errors
    assert FirmSettings.objects.get().phone.as_e164 == "+12125550100"


def test_a_firm_without_a_name_is_refused(screen):
    assert "firm_name" in screen(firm_name="").context["form"].errors


def test_an_office_without_a_street_is_refused_at_the_street(screen):
    response = screen([OFFICE | {"street": ""}])
    assert "street" in response.context["form"].formsets["offices"].errors[0]


def test_seven_entries_are_too_many_for_the_menu(screen):
    link = {"label": "Search", "kind": "url", "page": "", "url": "/search/"}
    response = screen(header_nav=streamfield([("link", link)] * 7))
    assert "header_nav" in response.context["form"].errors


@pytest.mark.parametrize("typed", ["212-555-0142", "(212) 555 0142", "+1 212 555 0142"])
def test_a_number_is_kept_internationally_however_it_is_typed(screen, typed):
    screen(phone=typed)
    assert FirmSettings.objects.get().phone.as_e164 == "+12125550142"


def test_a_number_is_shown_as_at_home(screen, client):
    screen(phone="+12125550142")
    link = BeautifulSoup(client.get("/").content, "html.parser").select_one(".top-bar__phone")
    assert (link["href"], link.get_text(strip=True)) == ("tel:+12125550142", "212-555-0142")


def test_offices_are_written_beside_the_other_settings(screen):
    screen([OFFICE, OFFICE | {"name": "Queens"}])
    assert list(Office.objects.values_list("name", flat=True)) == ["Manhattan", "Queens"]


def test_the_settings_are_in_tabs(screen):
    tabs = [next(tab.stripped_strings) for tab in screen.open().select("[role=tab]")]
    assert tabs == ["Firm", "Offices", "Menus", "Closing call", "Notices"]


def test_a_telephone_number_is_asked_for_with_an_example(screen):
    assert "+1 212 555 0100" in screen.open().get_text()


@pytest.mark.parametrize(
    ("name", "selector"),
    [
        ("firm_name", ".site-header__name"),
        ("availability_label", ".top-bar__label"),
        ("closing_heading", "#closing-call"),
        ("closing_text", ".closing-call__hours"),
        ("advertising_label", ".site-footer__legal b"),
        ("results_disclaimer", ".site-footer__legal"),
        ("site_disclaimer", ".site-footer__legal"),
    ],
)
def test_what_is_set_is_on_every_page(screen, client, name, selector):
    factories.StandardPageFactory(slug="about")
    screen(**{name: "Words of the editor"})
    for path in ("/", "/about/", "/search/", "/nothing/"):
        drawn = BeautifulSoup(client.get(path).content, "html.parser")
        assert "Words of the editor" in drawn.select_one(selector).get_text()


def test_the_button_leads_to_the_chosen_page(screen, client):
    page = factories.StandardPageFactory(slug="talk")
    screen(consultation_page=page.pk, consultation_label="Talk to us")
    button = BeautifulSoup(client.get("/").content, "html.parser").select_one(".site-header__button")
    assert (button["href"], button.get_text()) == ("/talk/", "Talk to us")


def test_without_a_form_there_is_no_button(firm, client):
    assert not BeautifulSoup(client.get("/").content, "html.parser").select(".site-header__button")


def test_an_office_may_have_a_number_of_its_own(firm, client):
    factories.OfficeFactory(firm=firm, phone="+12125550177")
    factories.ContactPageFactory()
    drawn = BeautifulSoup(client.get("/contact/").content, "html.parser")
    assert drawn.select_one(".office__phone")["href"] == "tel:+12125550177"


def test_an_office_without_a_number_has_the_firms(firm, client):
    factories.OfficeFactory(firm=firm)
    factories.ContactPageFactory()
    drawn = BeautifulSoup(client.get("/contact/").content, "html.parser")
    assert drawn.select_one(".office__phone")["href"] == "tel:+12125550100"


def test_a_site_without_settings_is_drawn_and_none_are_made(home, client):
    FirmSettings.objects.all().delete()
    assert client.get("/").status_code == 200
    assert not FirmSettings.objects.exists()


def test_the_frame_needs_the_same_number_of_queries_for_few_and_many_offices_and_entries(firm, client):
    def queries(count: int) -> int:
        for _ in range(count):
            factories.OfficeFactory(firm=firm)
        pages = [factories.StandardPageFactory() for _ in range(count)]
        firm.header_nav = [
            {"type": "link", "value": {"label": "A", "kind": "page", "page": page.pk, "url": ""}} for page in pages
        ]
        firm.save()
        client.get("/")
        with CaptureQueriesContext(connection) as captured:
            drawn = BeautifulSoup(client.get("/").content, "html.parser")
        assert len(drawn.select(".site-header__nav a")) == count
        return len(captured)

    assert queries(3) == queries(12)
