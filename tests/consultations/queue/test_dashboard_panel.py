import re
from datetime import timedelta

import pytest
from django.utils import timezone

from consultations.models import OutgoingMessage, Screen
from consultations.queue.dashboard_panel import panel_for
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db
HOME = "/admin/"
HEADING = "Requests for a consultation"


def tiles(client, user) -> dict[str, tuple[int, str]]:
    """Return number and address by label, as the home screen shows them to a user."""
    client.force_login(user)
    page = client.get(HOME).content.decode()
    panel = page[page.index(HEADING) :].split("</section>")[0]
    found = re.findall(r'href="([^"]+)"><strong>([\d,]+)</strong>(.*?)</a>', panel, re.DOTALL)
    return {re.sub(r"<[^>]+>", "", label).strip(): (int(number), url) for url, number, label in found}


@pytest.mark.parametrize("role", ["editor", "publisher"])
def test_who_has_no_access_sees_nothing_of_it(site, client, staff, role):
    Request(overdue=True)
    client.force_login(staff(role))
    assert HEADING not in client.get(HOME).content.decode()


@pytest.mark.parametrize("held", ["change_consultationrequest", "manage_consultationrequest", "view_trail"])
def test_odd_permissions_show_nothing_of_it(staff, held):
    Request(overdue=True)
    assert panel_for(staff("odd", held)) is None


def test_permission_without_access_to_the_admin_shows_nothing(staff):
    user = staff("outsider", "view_consultationrequest")
    user.user_permissions.remove(user.user_permissions.get(codename="access_admin"))
    assert panel_for(user) is None


def test_what_is_screened_off_is_not_counted(client, staff):
    intake, request = staff("intake"), Request(overdue=True, assignee=None)
    Screen.objects.create(request=request, user=intake)
    assert {number for number, _ in tiles(client, intake).values()} == {0}


def test_numbers_lead_to_their_sets(client, staff):
    intake = staff("intake")
    Request()
    Request(overdue=True)
    Request(contacted=True, assignee=intake, court_date=timezone.localdate() + timedelta(days=2))
    Request(contacted=True, conflict_state="open")
    Request.create_batch(3, quarantined=True)
    Request(declined=True, assignee=intake, court_date=timezone.localdate())
    queue = "/admin/consultations/"
    assert tiles(client, intake) == {
        "New": (2, f"{queue}?status=new"),
        "Overdue": (1, f"{queue}?set=overdue"),
        "Conflict check to do": (1, f"{queue}?set=conflicts"),
        "Court within 7 days": (1, f"{queue}?set=court"),
        "Mine": (1, f"{queue}?set=mine"),
        "Quarantine": (3, f"{queue}?set=quarantine"),
    }


def test_an_attorney_sees_the_numbers_of_what_is_assigned(client, staff):
    attorney = staff("attorney")
    assert panel_for(attorney) is None
    Request(assignee=attorney)
    Request(overdue=True)
    shown = tiles(client, attorney)
    assert {label: number for label, (number, _) in shown.items()} == {
        "New": 1, "Overdue": 0, "Court within 7 days": 0, "Mine": 1
    }  # fmt: skip


def test_calm_words_when_all_is_answered(client, staff):
    intake = staff("intake")
    client.force_login(intake)
    Request(contacted=True)
    assert "Nobody is waiting" in client.get(HOME).content.decode()
    Request()
    assert "Nobody is waiting" not in client.get(HOME).content.decode()


@pytest.mark.parametrize(("role", "number"), [("intake", 2), ("owner", 2), ("attorney", 1)])
def test_few_queries(staff, role, number, django_assert_num_queries):
    user = staff(role)
    Request.create_batch(3, assignee=user)
    user.get_all_permissions()  # once for a request of the browser
    with django_assert_num_queries(number):
        assert panel_for(user) is not None


def test_no_personal_words(client, staff):
    Request(full_name="Jane Secret", overdue=True)
    client.force_login(staff("intake"))
    page = client.get(HOME).content.decode()
    assert HEADING in page
    assert "Jane" not in page


@pytest.mark.parametrize("state", ["dead", "waiting"])
def test_mail_that_was_given_up_is_seen_at_once(client, staff, state):
    OutgoingMessage.objects.create(kind="staff_digest", address="a@example.com", dedupe_key="1", state=state)
    shown = tiles(client, staff("intake"))
    assert shown.get("Undelivered mail") == ((1, "/admin/consultations/messages/") if state == "dead" else None)
