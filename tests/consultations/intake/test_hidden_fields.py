import re
import uuid
from html import unescape

import pytest

from consultations.intake.form_timestamp import seconds_since, stamp
from consultations.intake.forms import ConsultationForm
from consultations.intake.hidden_fields import TYPED, HiddenFields
from consultations.intake.proof_of_work import is_solved
from tests.consultations.intake.test_proof_of_work import solve

pytestmark = pytest.mark.django_db
TOKEN = uuid.UUID(int=7)
FORM = "/free-consultation/"
HIDDEN = ("form_token", "form_rendered", "proof", "landing_page", "referring_host")


@pytest.fixture
def sent(site, given):
    """Return a function that gives a valid form with these values."""

    def build(**changed) -> ConsultationForm:
        form = ConsultationForm(given(**{"form_token": str(TOKEN)} | changed), page=site.page)
        assert form.is_valid(), form.errors
        return form

    return build


@pytest.fixture
def drawn(client, site):
    """Return a function that opens the form, or sends it, and gives the hidden values and the attributes."""

    def read(data=None, **headers) -> dict[str, str]:
        response = client.get(FORM, headers=headers) if data is None else client.post(FORM, data)
        text = response.content.decode()
        values = {name: re.search(rf'name="{name}" value="([^"]*)"', text).group(1) for name in HIDDEN}
        task = re.search(r'data-challenge="([^"]*)"', text)
        return values | {"challenge": unescape(task.group(1)) if task else ""}

    return read


ODD = ["\x00", "x" * 100_000, "<script>", "\u202e", "nonsense", ""]


@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value[:9]))
@pytest.mark.parametrize("name", HIDDEN)
def test_no_hidden_value_is_ever_an_error(sent, name, value):
    form = sent(**{name: value})
    assert form.signals().texts["full_name"] == "Jane Sample"


@pytest.mark.parametrize("name", ["landing_page", "referring_host"])
@pytest.mark.parametrize("value", ["//evil.example", "/a?b", "a b", "x" * 201, "\x00", "https://evil.example/"])
def test_what_is_neither_path_nor_host_is_nothing(sent, name, value):
    assert sent(**{name: value}).cleaned_data[name] == ""


def test_a_form_without_hidden_values_is_valid_and_untimed(sent):
    signals = sent().signals()
    assert (signals.seconds, signals.has_proof, signals.has_decoy, signals.recent) == (None, False, False, 0)


def test_a_stamp_of_another_form_is_none(sent):
    assert sent(form_rendered=stamp(uuid.uuid4())).signals().seconds is None


def test_a_proof_for_another_form_is_none(sent, monkeypatch):
    monkeypatch.setattr("consultations.intake.proof_of_work.HIGHEST_NUMBER", 50)
    assert not sent(proof=solve(HiddenFields(initial={"form_token": uuid.uuid4()}).challenge)).signals().has_proof


def test_a_form_without_token_is_not_timed_by_an_old_stamp(site, given):
    form = ConsultationForm(given(form_rendered=stamp(TOKEN)), page=site.page)
    assert form.is_valid()
    assert form.signals().seconds is None


def test_signals(sent, monkeypatch):
    monkeypatch.setattr("consultations.intake.proof_of_work.HIGHEST_NUMBER", 50)
    proof = solve(HiddenFields(initial={"form_token": TOKEN}).challenge)
    form = sent(form_rendered=stamp(TOKEN), proof=proof, website="x", message="Help.", court="Court X")
    signals = form.signals(recent=4)
    assert 0 <= signals.seconds < 60
    assert (signals.has_proof, signals.has_decoy, signals.recent) == (True, True, 4)
    assert (signals.texts["message"], signals.texts["court"]) == ("Help.", "Court X")


def test_everything_that_is_typed_freely_is_looked_at():
    assert set(TYPED) <= set(ConsultationForm.base_fields)


def test_where_the_visit_began_is_kept(sent):
    cleaned = sent(landing_page="/blog/bail/", referring_host="WWW.Search.example").cleaned_data
    assert (cleaned["landing_page"], cleaned["referring_host"]) == ("/blog/bail/", "www.search.example")


# --- The page ---------------------------------------------------------------------------------------


def test_the_page_carries_a_stamp_for_its_own_token(drawn):
    values = drawn()
    assert seconds_since(values["form_rendered"], uuid.UUID(values["form_token"])) is not None


def test_the_page_carries_a_task_that_can_be_solved(drawn, monkeypatch):
    monkeypatch.setattr("consultations.intake.proof_of_work.HIGHEST_NUMBER", 50)
    values = drawn()
    assert values["proof"] == ""
    assert is_solved(solve(values["challenge"]), uuid.UUID(values["form_token"]))


def test_a_corrected_form_keeps_stamp_proof_and_visit(drawn, monkeypatch):
    monkeypatch.setattr("consultations.intake.proof_of_work.HIGHEST_NUMBER", 50)
    first = drawn(referer="http://testserver/blog/")
    first["proof"] = solve(first.pop("challenge"))
    assert drawn(first) == first | {"challenge": ""}


def test_a_corrected_form_gets_a_new_stamp_and_task_for_bad_ones(drawn):
    first = drawn()
    again = drawn({"form_token": first["form_token"], "form_rendered": "forged", "proof": "forged"})
    assert seconds_since(again["form_rendered"], uuid.UUID(first["form_token"])) is not None
    assert again["proof"] == ""
    assert again["challenge"]


@pytest.mark.parametrize(
    ("referer", "page", "host"),
    [
        ("", "", ""),
        ("http://testserver/blog/bail/?q=x", "/blog/bail/", ""),
        ("https://www.search.example/?q=x", "", "www.search.example"),
        ('http://testserver/"><script>', "", ""),
        ("http://[", "", ""),
    ],
)
def test_without_script_the_referer_says_where_the_visit_began(drawn, referer, page, host):
    values = drawn(referer=referer)
    assert (values["landing_page"], values["referring_host"]) == (page, host)


def test_only_the_form_s_page_loads_its_script(client, site):
    text = client.get(FORM).content.decode()
    assert '<script type="module" src="/static/js/consultation.js"></script>' in text
    assert 'data-worker="/static/js/proof-worker.js"' in text
    assert "consultation.js" not in client.get("/").content.decode()


def test_the_policy_lets_the_worker_start_from_this_site_alone(client, site):
    assert "worker-src 'self';" in client.get(FORM)["Content-Security-Policy"] + ";"
