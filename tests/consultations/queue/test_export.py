import csv
import io
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from consultations.models import AuditEntry, ConsultationRequest, Screen
from consultations.queue.export import COLUMNS, harmless, number_of
from firm.encryption.fields import EncryptedPhoneField
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db
LIST = "/admin/consultations/"
KINDS = ["csv", "xlsx"]


def rows_of(response, kind: str) -> list[dict]:
    """The lines of a file by their titles."""
    content = b"".join(response.streaming_content)
    if kind == "csv":
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    titles, *rows = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [dict(zip(titles, row, strict=True)) for row in rows]


@pytest.fixture
def taken(client, staff):
    """Return a function that exports as an intake manager."""
    client.force_login(staff("intake_manager"))

    def take(kind: str, query: str = "") -> list[dict]:
        response = client.get(f"{LIST}?export={kind}{query}")
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        return rows_of(response, kind)

    return take


# --- Who may --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ["anonymous", "editor", "publisher", "intake", "assigned", "exporter"])
def test_refused(client, staff, kind, role):
    request = Request(full_name="Jane Secret")
    if role == "assigned":
        request.assignee = staff("publisher")
        request.save()
        client.force_login(request.assignee)
    elif role == "exporter":
        client.force_login(staff("odd", "export_consultationrequest"))
    elif role != "anonymous":
        client.force_login(staff(role))
    response = client.get(f"{LIST}?export={kind}")
    assert response.status_code == 302
    assert "Secret" not in response.content.decode()
    assert not AuditEntry.objects.filter(action="exported").exists()


@pytest.mark.parametrize("role", ["intake_manager", "owner"])
def test_allowed_and_kept_in_the_trail(client, staff, role):
    Request.create_batch(2)
    client.force_login(staff(role))
    client.get(f"{LIST}?export=csv&set=all")
    assert AuditEntry.objects.get(action="exported").facts == {"set": "all", "found": 2, "kind": "csv"}


@pytest.mark.parametrize(("role", "offered"), [("intake", False), ("intake_manager", True)])
def test_link_is_offered_to_those_who_may(client, staff, role, offered):
    Request()
    client.force_login(staff(role))
    assert ("export=xlsx" in client.get(LIST).content.decode()) == offered


def test_what_the_manager_is_screened_from_is_not_in_it(client, staff):
    manager = staff("intake_manager")
    Screen.objects.create(request=Request(full_name="Jane Secret"), user=manager)
    shown = Request()
    client.force_login(manager)
    rows = rows_of(client.get(f"{LIST}?export=csv&set=all"), "csv")
    assert [row["Reference"] for row in rows] == [shown.reference]


# --- What is in it --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_filters_and_search_apply(site, taken, kind):
    fraud = Request(practice_area=site.fraud, full_name="Jane Sample")
    Request(full_name="Other Person")
    declined = Request(declined=True, full_name="Jane Former")
    for query, expected in {
        "": 2,
        "&practice_area=fraud": [fraud],
        "&status=declined": [declined],
        "&q=jane": {fraud.reference, declined.reference},
    }.items():
        found = [row["Reference"] for row in taken(kind, query)]
        if isinstance(expected, int):
            assert len(found) == expected
        else:
            assert set(found) == {getattr(one, "reference", one) for one in expected}


@pytest.mark.parametrize("kind", KINDS)
def test_everything_that_was_sent(site, taken, kind):
    request = Request(
        for_family=True,
        full_name="Jané Śample",
        email="jane@example.com",
        phone="+12125550142",
        court="Part 7",
        court_date=date(2027, 1, 31),
        practice_area=site.fraud,
        attorney=site.ada,
        message="First line\nsecond, “quoted”",
    )
    request = ConsultationRequest.objects.get(pk=request.pk)
    [row] = taken(kind)
    assert set(row) == set(COLUMNS)
    assert row["Name"] == "Jané Śample"
    assert row["Telephone"] == "212-555-0142"
    assert row["Person who needs help"] == "Sample Brother"
    assert (row["Practice area"], row["Attorney asked for"], row["Court"]) == ("Fraud", "Ada Sample", "Part 7")
    assert row["Message"] == "First line\nsecond, “quoted”"
    day = row["Court date"]
    assert (day if kind == "csv" else f"{day:%Y-%m-%d}") == "2027-01-31"
    assert isinstance(row["Received"], str if kind == "csv" else datetime)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("attack", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "＝1+1", "%0A=1"])
def test_formulas_are_harmless(taken, kind, attack):
    Request(full_name=attack, message=attack)
    [row] = taken(kind)
    if kind == "csv":
        assert row["Name"] == row["Message"] == f"'{attack}"
    else:
        assert row["Name"] == row["Message"] == attack


def test_formulas_are_text_in_the_sheet(client, staff):
    Request(full_name="=1+1")
    client.force_login(staff("intake_manager"))
    content = b"".join(client.get(f"{LIST}?export=xlsx").streaming_content)
    cell = next(cell for cell in load_workbook(io.BytesIO(content)).active[2] if cell.value == "=1+1")
    assert cell.data_type != "f"


@pytest.mark.parametrize("kind", KINDS)
def test_control_characters_break_nothing(taken, kind):
    Request(full_name="Ja\x00ne\x0b\x1f Sample", message="x" * 40_000)
    [row] = taken(kind)
    assert row["Name"] == "Jane Sample"
    assert len(row["Message"]) == (40_000 if kind == "csv" else 32_767)


@pytest.mark.parametrize(
    ("number", "words"), [("+12125550142", "212-555-0142"), ("+442079460958", "(+44) 20 7946 0958"), ("", "")]
)
def test_numbers_stay_readable(number, words):
    written = number_of(EncryptedPhoneField.load(number) if number else "")
    assert written == words
    assert harmless(written) == words


@pytest.mark.parametrize("kind", KINDS)
def test_queries_do_not_grow(taken, kind, django_assert_max_num_queries):
    Request.create_batch(3)
    taken(kind)
    Request.create_batch(12)
    with django_assert_max_num_queries(20):
        assert len(taken(kind)) == 15


def test_order_is_that_of_the_queue(taken):
    calm, late = Request(), Request(overdue=True)
    assert [row["Reference"] for row in taken("csv")] == [late.reference, calm.reference]
