"""Who reaches what: every role, and every single permission, at every address."""

import pytest
from django.test import Client
from django.urls import get_resolver

from consultations.workflow import Status
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db

LIST = "/admin/consultations/"
READ = ["", "?q=Secret", "?status=new", "?export=pdf", "{pk}/", "{pk}/print/"]
PRESS = ["{pk}/move/", "{pk}/assign/"]
#: The other buttons of the request screen; what they do is tested in test_desk_views.py.
BUTTONS = [f"{{pk}}/{name}/" for name in ("contact", "note", "matter", "merge", "screen", "unscreen")]
READERS = {"intake", "intake_manager", "owner"}
ROLES = ["editor", "publisher", "intake", "intake_manager", "owner"]
#: Every single permission on requests, and the pairs that lack the one to see them.
ODD = [
    ("change_consultationrequest",),
    ("delete_consultationrequest",),
    ("change_consultationrequest", "delete_consultationrequest"),
]
SECRETS = ("Jane Secret", "secret@example.com", "Secret words", "K7MW-3QFP")


@pytest.fixture
def request_of_jane():
    return Request(full_name="Jane Secret", email="secret@example.com", message="Secret words", reference="K7MW-3QFP")


def as_user(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def leaks(response) -> bool:
    return any(secret in response.content.decode() for secret in SECRETS)


@pytest.mark.parametrize("address", [*READ, *PRESS, *BUTTONS])
def test_anonymous_is_sent_to_the_login(client, request_of_jane, address):
    for method in (client.get, client.post):
        response = method(LIST + address.format(pk=request_of_jane.pk))
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("address", READ)
def test_reading(staff, request_of_jane, role, address):
    response = as_user(staff(role)).get(LIST + address.format(pk=request_of_jane.pk))
    if role in READERS:
        assert response.status_code == 200
        assert leaks(response)
    else:
        assert (response.status_code, response["Location"]) == (302, "/admin/")
        assert not leaks(response)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("address", PRESS)
def test_pressing_buttons(staff, request_of_jane, role, address):
    user = staff(role)
    response = as_user(user).post(LIST + address.format(pk=request_of_jane.pk), {"to": Status.IN_REVIEW})
    request_of_jane.refresh_from_db()
    changed = (request_of_jane.status, request_of_jane.assignee) != (Status.NEW, None)
    assert changed == (role in READERS)
    assert response["Location"] == (f"{LIST}{request_of_jane.pk}/" if role in READERS else "/admin/")


@pytest.mark.parametrize("held", ODD, ids=str)
@pytest.mark.parametrize("address", [*READ, *PRESS, *BUTTONS])
def test_odd_permissions_open_nothing(staff, request_of_jane, held, address):
    client = as_user(staff("odd", *held))
    for method in (client.get, client.post):
        response = method(LIST + address.format(pk=request_of_jane.pk), {"to": Status.IN_REVIEW})
        assert response.status_code in {302, 405}
        assert not leaks(response)
    request_of_jane.refresh_from_db()
    assert (request_of_jane.status, request_of_jane.assignee) == (Status.NEW, None)


@pytest.mark.parametrize("address", PRESS)
def test_seeing_is_not_changing(staff, request_of_jane, address):
    client = as_user(staff("reader", "view_consultationrequest"))
    response = client.post(LIST + address.format(pk=request_of_jane.pk), {"to": Status.IN_REVIEW})
    request_of_jane.refresh_from_db()
    assert response.status_code == 422
    assert (request_of_jane.status, request_of_jane.assignee) == (Status.NEW, None)
    assert '<button class="button' not in client.get(f"{LIST}{request_of_jane.pk}/").content.decode()


def test_permission_without_access_to_the_admin_opens_nothing(staff, request_of_jane):
    user = staff("outsider", "view_consultationrequest")
    user.user_permissions.remove(user.user_permissions.get(codename="access_admin"))
    response = as_user(user).get(LIST)
    assert response.status_code == 302
    assert not leaks(response)


@pytest.mark.parametrize("address", ["{pk}/", "{pk}/print/", *PRESS, *BUTTONS])
@pytest.mark.parametrize("pk", ["existing", "missing"])
def test_nobody_learns_which_requests_there_are(staff, request_of_jane, pk, address):
    number = request_of_jane.pk if pk == "existing" else 999_999
    response = as_user(staff("editor")).post(LIST + address.format(pk=number))
    assert (response.status_code, response["Location"]) == (302, "/admin/")


@pytest.mark.parametrize("role", ROLES)
def test_menu_item(staff, role):
    page = as_user(staff(role)).get("/admin/").content.decode()
    assert (LIST in page) == (role in READERS)


def test_no_other_address_of_the_admin_knows_requests():
    """No create, edit, delete, history, usage, copy, chooser or export has come along."""
    admin = next(item for item in get_resolver().url_patterns if str(item.pattern) == "admin/")
    ours = next(item for item in admin.url_patterns if str(item.pattern) == "consultations/")
    desk = ["search", "bulk", "trail", "messages", "requeue_all", "requeue"]
    screen = ["request", "move", "assign", "contact", "note", "matter", "merge", "screen", "unscreen", "print"]
    keeping = ["retention", "hold", "release", "erase", "own_data"]
    check = ["clear", "flag", "decline", "recheck"]
    notes = ["answer", "remind", "finish_reminder", "postpone_reminder"]
    more = ["schedule", "reschedule", "confirm_time", "release_time", "reports"]
    known = ["index", *desk, *screen, *keeping, *check, *notes, *more]
    assert sorted(item.name for item in ours.url_patterns) == sorted(known)
    others = [str(item.pattern) for item in admin.url_patterns if "consultation" in str(item.pattern)]
    assert others == ["consultations/"]


@pytest.mark.parametrize("address", ["edit/1/", "delete/1/", "history/1/", "usage/1/", "copy/1/", "inspect/1/", "new/"])
def test_owner_finds_no_such_screen(staff, address):
    assert as_user(staff("owner")).get(LIST + address).status_code == 404


@pytest.mark.parametrize(
    "address", ["/admin/reports/site-history/", "/admin/pages/search/?q=Secret", "/search/?q=Secret"]
)
def test_nothing_shows_up_elsewhere(site, staff, request_of_jane, address):
    client = as_user(staff("owner"))
    client.post(f"{LIST}{request_of_jane.pk}/move/", {"to": Status.IN_REVIEW})
    response = client.get(address)
    assert response.status_code == 200
    assert not any(secret in response.content.decode() for secret in ("Jane Secret", "secret@example.com"))


def test_groups_can_be_given_the_permissions_in_the_admin(staff):
    page = as_user(staff("owner")).get("/admin/groups/new/").content.decode()
    assert "consultation" in page.lower()


@pytest.mark.parametrize("address", [*PRESS, *BUTTONS])
def test_buttons_need_the_token_against_forgery(staff, request_of_jane, address):
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff("intake"))
    assert client.post(LIST + address.format(pk=request_of_jane.pk), {"to": Status.IN_REVIEW}).status_code == 403
    request_of_jane.refresh_from_db()
    assert (request_of_jane.status, request_of_jane.assignee) == (Status.NEW, None)
