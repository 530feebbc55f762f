"""Whatever stands in an address or a form of the intake desk: an answer in words, never an error of ours."""

import pytest

from consultations.models import ConsultationRequest, OutgoingMessage
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db
DESK = "/admin/consultations/"
ODD = [
    "",
    " ",
    "0",
    "-1",
    "1e9",
    "99999999999999999999",
    "\x00",
    "none",
    "é" * 300,
    "' OR 1=1 --",
    "<script>",
    "{{7*7}}",
    "../../etc/passwd",
    "2027-13-45",
    "9999-12-31T23:59",
    "0001-01-01",
    "\ud83d\ude00",
    "%",
    "x" * 20_000,
]
QUERIES = {
    "": ("set", "q", "find", "status", "assignee", "practice_area", "ordering", "p", "export"),
    "trail/": ("account", "action", "reference", "since", "until", "before", "from", "to", "p"),
    "messages/": ("p", "state"),
    "reports/": ("period", "since", "until", "csv"),
}
FORMS = {
    "move": ("to", "reason", "seen"),
    "schedule": ("slot", "calendar", "starts_at", "minutes", "way", "place", "video_link", "reason", "once", "seen"),
    "reschedule": ("slot", "calendar", "starts_at", "minutes", "way", "seen"),
    "assign": ("to", "assignee", "seen", "user"),
    "contact": ("direction", "channel", "outcome", "what", "text", "once"),
    "note": ("text", "once", "tell"),
    "answer": ("subject", "text", "once", "preview"),
    "remind": ("for_user", "when", "due_at", "text", "once"),
    "reminder/done": ("reminder",),
    "reminder/later": ("reminder", "when", "due_at"),
    "matter": ("in_custody", "court_date", "court", "seen"),
    "merge": ("into", "reference", "other"),
    "screen": ("user", "person"),
    "unscreen": ("user", "person"),
}


def clean(value: str) -> str:
    """What a browser can send: no halves of surrogate pairs."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def together(names: tuple[str, ...]) -> list[dict[str, str]]:
    """Return forms in which every field is odd, and each of them is every odd value once."""
    return [
        {name: clean(ODD[(turn + place) % len(ODD)]) for place, name in enumerate(names)} for turn in range(len(ODD))
    ]


@pytest.fixture
def owner(client, staff):
    client.force_login(staff("owner"))
    return client


@pytest.mark.parametrize(("address", "name"), [(path, name) for path, names in QUERIES.items() for name in names])
def test_odd_queries(site, owner, address, name):
    Request(full_name="Jane Sample")
    for value in ODD:
        response = owner.get(f"{DESK}{address}", {name: clean(value)})
        assert response.status_code in {200, 302, 404}, (name, value[:40])


@pytest.mark.parametrize("button", FORMS)
def test_odd_forms(owner, button):
    request = Request(full_name="Jane Sample")
    before = ConsultationRequest.objects.values().get(pk=request.pk)
    for fields in together(FORMS[button]):
        response = owner.post(f"{DESK}{request.pk}/{button}/", fields)
        assert response.status_code in {302, 404, 422}, {name: value[:40] for name, value in fields.items()}
    after = ConsultationRequest.objects.values().get(pk=request.pk)
    if button not in {"assign", "matter"}:
        assert after == before


@pytest.mark.parametrize(("button", "typed"), [("note", {"text": "x"}), ("answer", {"subject": "x", "text": "x"})])
def test_an_odd_mark_loses_no_words(owner, button, typed):
    request = Request(full_name="Jane Sample", email="jane@example.com")
    assert owner.post(f"{DESK}{request.pk}/{button}/", typed | {"once": "x"}).status_code == 302
    assert request.events.get().text == "x"


@pytest.mark.parametrize("name", ["pick", "do", "to", "reason", "assignee", "next"])
def test_odd_bulk_work(owner, name):
    request = Request()
    for value in ODD:
        data = {"pick": request.pk, "do": "move", "to": "declined", "reason": ""} | {name: clean(value)}
        response = owner.post(f"{DESK}bulk/", data)
        assert response.status_code == 302, (name, value[:40])
        assert response["Location"].startswith(DESK), value[:40]


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
def test_odd_words_to_search_for(owner, value):
    assert owner.post(f"{DESK}search/", {"q": clean(value), "status": clean(value)}, follow=True).status_code == 200


@pytest.mark.parametrize("address", ["messages/again/", "messages/1/again/", "messages/99999999999999999999/again/"])
def test_sending_again_what_is_not_there(owner, address):
    assert owner.post(DESK + address).status_code in {302, 404}
    assert not OutgoingMessage.objects.exists()


@pytest.mark.parametrize("number", ["99999999999999999999", "0"])
@pytest.mark.parametrize("button", ["", "print/", *(f"{name}/" for name in FORMS)])
def test_numbers_of_no_request(owner, number, button):
    for method in (owner.get, owner.post):
        assert method(f"{DESK}{number}/{button}").status_code in {302, 404, 405}
