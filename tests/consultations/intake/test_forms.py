import datetime
import uuid

import pytest
from django.utils import timezone

from consultations.intake.consent import version_of
from consultations.intake.forms import MESSAGE_LENGTH, ConsultationForm
from consultations.intake.spam import assess

pytestmark = pytest.mark.django_db


@pytest.fixture
def errors(site, given):
    """Return the fields in error with their codes or messages."""

    def check(**changed) -> dict:
        form = ConsultationForm(given(**changed), page=site.page)
        return {name: messages[0] for name, messages in form.errors.items()}

    return check


@pytest.fixture
def cleaned(site, given):
    def check(**changed) -> dict:
        form = ConsultationForm(given(**changed), page=site.page)
        assert form.is_valid(), form.errors
        return form.cleaned_data

    return check


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"full_name": ""}, {"full_name"}),
        ({"full_name": " \x00\u202e "}, {"full_name"}),
        ({"full_name": "x" * 121}, {"full_name"}),
        ({"phone": None}, {"phone", "email"}),
        ({"phone": "", "email": " "}, {"phone", "email"}),
        ({"phone": "12"}, {"phone"}),
        ({"phone": "555-0142"}, {"phone"}),
        ({"phone": "call me"}, {"phone"}),
        ({"phone": "+999 1234 5678"}, {"phone"}),
        ({"phone": "2" * 10_000}, {"phone"}),
        ({"email": "jane"}, {"email"}),
        ({"email": f"{'j' * 250}@example.com"}, {"email"}),
        ({"preferred_contact": "pigeon"}, {"preferred_contact"}),
        ({"preferred_contact": "email"}, {"email"}),
        ({"preferred_contact": "phone", "phone": None, "email": "j@example.com"}, {"phone"}),
        ({"preferred_contact": "text"}, {"sms_consent"}),
        ({"preferred_contact": "text", "phone": None, "email": "j@example.com"}, {"phone", "sms_consent"}),
        ({"best_time": "x" * 121}, {"best_time"}),
        ({"relationship": "enemy"}, {"relationship"}),
        ({"relationship": "family"}, {"person_in_need"}),
        ({"relationship": "other", "person_in_need": "\x01"}, {"person_in_need"}),
        ({"person_in_need": "x" * 121}, {"person_in_need"}),
        ({"practice_area": "astrology"}, {"practice_area"}),
        ({"practice_area": "fraud\x00"}, {"practice_area"}),
        ({"court_date": "tomorrow"}, {"court_date"}),
        ({"court_date": "2027-02-30"}, {"court_date"}),
        ({"court_date": "1999-01-01"}, {"court_date"}),
        ({"court_date": "9999-12-31"}, {"court_date"}),
        ({"court": "x" * 121}, {"court"}),
        ({"other_parties": "x" * 2001}, {"other_parties"}),
        ({"message": "x" * 5001}, {"message"}),
        ({"acknowledge": None}, {"acknowledge"}),
        ({"acknowledge": "false"}, {"acknowledge"}),
        ({"acknowledge": version_of("another note")}, {"acknowledge"}),
        ({"sms_consent": version_of("another wording")}, {"sms_consent"}),
        ({"website": "x", "full_name": ""}, {"full_name"}),
    ],
    ids=lambda value: "-".join(sorted(value)) if isinstance(value, set) else str(value)[:60],
)
def test_refused(errors, changed, fields):
    assert set(errors(**changed)) == fields


def test_every_field_that_was_not_sent_is_no_error_of_its_own(site):
    form = ConsultationForm({}, page=site.page)
    assert set(form.errors) == {"full_name", "phone", "email", "acknowledge"}
    assert [problem.target for problem in form.problems] == ["id_full_name", "id_phone", "id_acknowledge"]


def test_practice_area_that_cannot_be_seen_is_refused(site, errors):
    site.drugs.live = False
    site.drugs.save()
    assert set(errors(practice_area="drugs")) == {"practice_area"}


def test_smallest_valid_form(cleaned):
    values = cleaned()
    assert values["phone"].as_e164 == "+12125550142"
    assert (values["preferred_contact"], values["relationship"]) == ("phone", "self")
    assert values["practice_area"] is None
    assert values["attorney"] is None
    assert isinstance(values["form_token"], uuid.UUID)


def test_e_mail_alone_is_enough(cleaned):
    assert cleaned(phone=None, email="jane@example.com")["preferred_contact"] == "email"


def test_everything_given(site, cleaned):
    values = cleaned(
        email="jane@example.com",
        preferred_contact="text",
        sms_consent=version_of(site.page.sms_wording),
        relationship="family",
        person_in_need="Kim",
        practice_area="fraud",
        attorney="ada",
        in_custody="on",
        court_date="2027-01-31",
        court="S.D.N.Y.",
        other_parties="Acme\r\n\r\nDoe",
        message="One.\r\n\r\nTwo.",
        acknowledge=version_of(site.page.acknowledgement),
    )
    assert values["practice_area"].pk == site.fraud.pk
    assert values["attorney"].pk == site.ada.pk
    assert values["other_parties"] == "Acme\nDoe"
    assert values["message"] == "One.\n\nTwo."
    assert values["court_date"] == datetime.date(2027, 1, 31)


@pytest.mark.parametrize("slug", ["bo", "nobody", "\x00", "x" * 10_000])
def test_attorney_who_cannot_be_chosen_is_nobody(cleaned, slug):
    assert cleaned(attorney=slug)["attorney"] is None


@pytest.mark.parametrize("token", ["", "no token", "\x00"])
def test_form_without_token_gets_one(cleaned, token):
    assert isinstance(cleaned(form_token=token)["form_token"], uuid.UUID)


@pytest.mark.parametrize("days", [-366, 0, 5 * 366])
def test_court_date_within_the_bounds(cleaned, days):
    date = timezone.localdate() + datetime.timedelta(days=days)
    assert cleaned(court_date=date.isoformat())["court_date"] == date


def test_court_date_as_written_at_home(cleaned):
    today = timezone.localdate()
    assert cleaned(court_date=today.strftime("%m/%d/%Y"))["court_date"] == today


def test_extension_is_kept_where_staff_see_it(cleaned):
    values = cleaned(phone="212-555-0142 ext. 77", best_time="Mornings")
    assert values["phone"].as_e164 == "+12125550142"
    assert values["best_time"] == "Extension 77. Mornings"


def test_longest_message_counts_a_line_break_once(cleaned):
    text = "x" * (MESSAGE_LENGTH - 2) + "\r\ny"
    assert len(cleaned(message=text)["message"]) == MESSAGE_LENGTH


def test_odd_bytes_are_taken_out(cleaned):
    values = cleaned(full_name="Jane\x00\x08\u202e Sample", email="\x00j@example.com", message="a\x00b\x1bc")
    assert (values["full_name"], values["email"], values["message"]) == ("Jane Sample", "j@example.com", "abc")


def test_decoy_makes_it_suspicious_and_not_invalid(site, given):
    form = ConsultationForm(given(website="http://spam.example"), page=site.page)
    assert form.is_valid()
    assert assess(form.signals()).is_suspicious


def test_tick_below_another_wording_is_taken_out(site, given):
    form = ConsultationForm(given(acknowledge=version_of("another note")), page=site.page)
    assert not form.is_valid()
    assert "checked" not in str(form["acknowledge"])
    assert "has changed" in form.errors["acknowledge"][0]


def test_controls_refer_to_hint_and_error(site):
    form = ConsultationForm({}, page=site.page)
    assert 'aria-describedby="id_phone_hint id_phone_error"' in str(form["phone"])
    assert 'aria-invalid="true"' in str(form["phone"])
    assert "aria-describedby" not in str(ConsultationForm(page=site.page)["full_name"])


def test_nothing_is_ticked_beforehand(site):
    form = ConsultationForm(page=site.page)
    assert "checked" not in str(form["acknowledge"]) + str(form["sms_consent"]) + str(form["in_custody"])
