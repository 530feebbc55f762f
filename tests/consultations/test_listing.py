import datetime
import re

import pytest
from django.utils import timezone

from consultations.models import ConsultationRequest
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db
LIST = "/admin/consultations/"


@pytest.fixture
def listed(client, staff):
    """Return the references that an address of the list shows, in order."""
    client.force_login(staff("intake"))

    def ask(query: str = "") -> list[str]:
        response = client.get(LIST + query)
        assert response.status_code == 200
        return re.findall(r'<a[^>]*href="/admin/consultations/\d+/"[^>]*>\s*(\S+)\s*</a>', response.content.decode())

    return ask


@pytest.mark.parametrize(
    "query",
    [
        "?status=lost",
        "?status=new&status=closed",
        "?assignee=x",
        "?assignee=999999",
        "?practice_area=x",
        "?practice_area=%00",
        "?p=x",
        "?p=999",
        "?q=%00",
        "?q=" + "x" * 5000,
        "?ordering=message",
        "?ordering=-assignee__password",
    ],
)
def test_hostile_query_is_an_answer(site, client, staff, query):
    Request()
    client.force_login(staff("intake"))
    assert client.get(LIST + query).status_code == 200


def test_empty_list_says_what_will_be_here(client, staff):
    client.force_login(staff("intake"))
    assert "No requests yet" in client.get(LIST).content.decode()


def test_search_without_a_match_says_what_to_try(client, staff):
    Request()
    client.force_login(staff("intake"))
    page = client.get(LIST + "?q=nobody").content.decode()
    assert "No request matches" in page
    assert "No requests yet" not in page


def test_newest_first(listed):
    now = timezone.now()
    old, new = Request(submitted_at=now - datetime.timedelta(days=1)), Request(submitted_at=now)
    assert listed() == [new.reference, old.reference]


@pytest.mark.parametrize(
    ("ordering", "expected"), [("court_date", ["near", "far", "none"]), ("-court_date", ["far", "near", "none"])]
)
def test_requests_without_court_date_come_last(listed, ordering, expected):
    today = timezone.localdate()
    made = {
        "none": Request(),
        "far": Request(court_date=today + datetime.timedelta(days=9)),
        "near": Request(court_date=today),
    }
    assert listed(f"?ordering={ordering}") == [made[name].reference for name in expected]


def test_filters(site, staff, listed):
    manager = staff("intake_manager")
    fraud = Request(practice_area=site.fraud)
    review = Request(in_review=True, assignee=manager)
    assert listed("?status=in_review") == [review.reference]
    assert listed("?practice_area=fraud") == [fraud.reference]
    assert listed(f"?assignee={manager.pk}") == [review.reference]
    assert listed("?assignee=none") == [fraud.reference]
    assert listed("?assignee=none&status=in_review") == []


def test_assignee_filter_names_those_who_may_see_requests(client, staff):
    client.force_login(staff("intake"))
    staff("editor")
    page = client.get(LIST).content.decode()
    assert ">intake</option>" in page
    assert ">editor</option>" not in page


@pytest.mark.parametrize("query", ["jane", "(212) 555-0142", "j@example.com", "k7mw3qfp"])
def test_search(listed, query):
    wanted = Request(full_name="Jane", phone="+12125550142", email="j@example.com", reference="K7MW-3QFP")
    Request(full_name="Other", phone="+13475550100")
    assert listed(f"?q={query}") == [wanted.reference]


def test_columns(site, client, staff):
    intake = staff("intake")
    Request(
        full_name="<b>Jane</b>", practice_area=site.fraud, in_custody=True, assignee=intake, court_date="2027-01-31"
    )
    client.force_login(intake)
    page = client.get(LIST).content.decode()
    for shown in ("&lt;b&gt;Jane&lt;/b&gt;", "Fraud", "Yes", "Jan 31, 2027", "New", "intake"):
        assert shown in page
    assert "<b>Jane" not in page


def test_pages_of_fifty(listed):
    Request.create_batch(51)
    assert len(listed()) == 50
    assert len(listed("?p=2")) == 1


def test_queries_do_not_grow(site, client, staff, django_assert_max_num_queries):
    intake = staff("intake")
    client.force_login(intake)
    Request.create_batch(3, practice_area=site.fraud, assignee=intake)
    client.get(LIST)
    with django_assert_max_num_queries(25) as few:
        client.get(LIST)
    Request.create_batch(30, practice_area=site.drugs, assignee=intake)
    with django_assert_max_num_queries(25) as many:
        client.get(LIST)
    assert ConsultationRequest.objects.count() == 33
    assert len(few) == len(many)
