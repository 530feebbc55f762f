from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.template import Context, Template
from phonenumber_field.phonenumber import PhoneNumber

from firm.blocks.hours import DAYS
from firm.models import FirmRendition
from firm.pages.renditions import ROLES, prepare
from firm.templatetags.firm_tags import days_in_words, hostname, national, tel
from tests import factories
from tests.firm.drawing import HOSTILE, frame


def draw(source: str, **context) -> BeautifulSoup:
    return BeautifulSoup(Template(source).render(Context(context)), "html.parser")


@pytest.fixture
def image(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return factories.ImageFactory(size=(1300, 900), description="A courthouse")


def test_no_image_draws_nothing():
    assert draw('{% picture image "lead" %}', image=None).get_text(strip=True) == ""


def test_the_original_stands_in_until_the_files_are_made(image):
    drawn = draw('{% picture image "lead" %}', image=image)
    assert drawn.img["src"] == image.file.url
    assert (drawn.img["width"], drawn.img["height"]) == ("1300", "900")
    assert not drawn.source


def test_drawing_an_image_makes_nothing_and_asks_nothing(image, django_assert_num_queries):
    with django_assert_num_queries(0):
        draw('{% picture image "lead" %}', image=image)
    assert FirmRendition.objects.count() == 0


def test_drawing_ready_files_asks_nothing(image, django_assert_num_queries):
    prepare(image, ["lead"])
    with django_assert_num_queries(0):
        draw('{% picture image "lead" %}', image=image)


def test_the_better_format_is_offered_first(image):
    prepare(image, ["card"])
    drawn = draw('{% picture image "card" %}', image=image)
    assert [source["type"] for source in drawn.find_all("source")] == ["image/avif"]
    assert drawn.img["src"].endswith(".webp")


def test_each_format_lists_its_files_with_their_widths(image):
    prepare(image, ["card"])
    drawn = draw('{% picture image "card" %}', image=image)
    for tag, format_ in ((drawn.source, "avif"), (drawn.img, "webp")):
        expected = [
            f"{image.file.storage.url(file.path)} {file.width}w" for file in image.ready(ROLES["card"])[format_]
        ]
        assert tag["srcset"].split(", ") == expected
        assert tag["sizes"] == ROLES["card"].sizes


def test_width_and_height_are_those_of_the_smallest_file(image):
    prepare(image, ["card"])
    drawn = draw('{% picture image "card" %}', image=image)
    assert (drawn.img["width"], drawn.img["height"]) == ("360", "240")


def test_a_page_drawn_for_a_visitor_makes_no_file(home, image, client):
    """With the picture's files still missing, and with them made."""
    page = factories.PracticeAreaPageFactory(image=image)
    assert client.get(page.get_url()).status_code == 200
    prepare(image, ["lead"])
    made = FirmRendition.objects.count()
    client.get(page.get_url())
    assert FirmRendition.objects.count() == made == 6


@pytest.mark.parametrize(("given", "shown"), [('alt="The stairs"', "The stairs"), ('alt=""', ""), ("", "A courthouse")])
def test_the_alternative_text_is_what_is_given_else_the_librarys(image, given, shown):
    assert draw("{% picture image 'lead' " + given + " %}", image=image).img["alt"] == shown


def test_an_image_without_any_text_has_an_empty_one(image):
    image.description = ""
    assert draw('{% picture image "lead" %}', image=image).img["alt"] == ""


def test_the_first_picture_is_fetched_at_once(image):
    drawn = draw('{% picture image "lead" first=True %}', image=image)
    assert drawn.img["fetchpriority"] == "high"
    assert not drawn.img.has_attr("loading")


def test_other_pictures_are_fetched_when_they_come_near(image):
    assert draw('{% picture image "lead" %}', image=image).img["loading"] == "lazy"


def test_a_hostile_description_stays_text(image):
    image.description = HOSTILE
    drawn = draw('{% picture image "lead" %}', image=image)
    assert drawn.img["alt"] == HOSTILE
    assert not drawn.script


def test_an_icon_says_nothing_to_screen_readers():
    drawn = draw('{% icon "phone" %}')
    assert drawn.svg["aria-hidden"] == "true"
    assert drawn.use["href"].endswith("icons.svg#phone")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+12125550100", "212-555-0100"),
        ("+18005550100", "800-555-0100"),
        ("+442071838750", "+44 20 7183 8750"),
        ("+4930901820", "+49 30 901820"),
    ],
)
def test_a_number_is_written_as_at_home(number, shown):
    assert national(PhoneNumber.from_string(number)) == shown


@pytest.mark.parametrize("filter_", [national, tel])
@pytest.mark.parametrize("number", ["", None])
def test_no_number_is_empty(filter_, number):
    assert filter_(number) == ""


def test_a_number_is_dialled_internationally():
    assert tel(PhoneNumber.from_string("+12125550100")) == "tel:+12125550100"


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://www.uscourts.gov/a", "uscourts.gov"), ("https://wwww.example/", "wwww.example"), ("nothing", "")],
)
def test_the_host_of_an_address_is_shown_without_www(url, host):
    assert hostname(url) == host


@pytest.mark.parametrize(
    ("prefill", "address"),
    [
        ("", "/free-consultation/"),
        ('attorney=""', "/free-consultation/"),
        ('attorney="ada"', "/free-consultation/?attorney=ada"),
        ('practice_area="a&b"', "/free-consultation/?practice_area=a%26b"),
    ],
)
def test_the_form_is_prefilled_by_its_address(prefill, address):
    source = f"{{% consultation_href {prefill} as url %}}{{% autoescape off %}}{{{{ url }}}}{{% endautoescape %}}"
    assert Template(source).render(Context({"site_context": frame()})) == address


def test_without_a_form_there_is_no_address_of_it():
    site_context = SimpleNamespace(request=None, consultation_url="")
    assert Template('{% consultation_href attorney="ada" %}').render(Context({"site_context": site_context})) == ""


@pytest.mark.parametrize("is_live", [True, False])
def test_the_address_of_a_page_is_given_when_it_is_published(home, is_live):
    page = factories.StandardPageFactory(slug="terms", draft=not is_live)
    assert Template("{% page_href page %}").render(Context({"page": page})) == ("/terms/" if is_live else "")


def test_the_address_above_a_page_needs_no_query(home, django_assert_num_queries):
    area = factories.PracticeAreaPageFactory(slug="fraud")
    area.get_url()
    with django_assert_num_queries(0):
        assert Template("{% parent_href page %}").render(Context({"page": area})) == "/practice-areas/"


@pytest.mark.parametrize(
    ("days", "label"),
    [
        (["mon"], "Monday"),
        (["sat", "sun"], "Saturday and Sunday"),
        (["mon", "tue", "wed", "thu", "fri"], "Monday to Friday"),
        (["mon", "wed", "fri"], "Monday, Wednesday, Friday"),
        (["mon", "tue", "wed", "sat"], "Monday to Wednesday, Saturday"),
        (["fri", "mon", "thu", "wed", "tue"], "Monday to Friday"),
        ([day for day, _ in DAYS], "Monday to Sunday"),
        (["mon", "someday"], "Monday"),
        ([], ""),
    ],
)
def test_days_are_named_in_words(days, label):
    assert days_in_words(days) == label
