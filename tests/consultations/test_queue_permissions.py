"""Who reaches queue, search, bulk work and trail: roles, odd permissions, walls, an attorney with a request."""

import pytest
from django.test import Client

from consultations.models import AuditAction, AuditEntry, Screen
from consultations.workflow import Status
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db

LIST = "/admin/consultations/"
ROLES = ["editor", "publisher", "intake", "intake_manager", "owner"]
READERS = {"intake", "intake_manager", "owner"}
TRAIL_READERS = {"intake_manager", "owner"}
SETS = ["open", "mine", "unassigned", "overdue", "custody", "court", "quarantine", "closed", "all"]
READ = ["", *(f"?set={code}" for code in SETS), "?q=Secret", "?status=new", "?assignee=none", "?find=x"]
PRESS = ["search/", "bulk/"]
EVERY = [*READ, *PRESS, "trail/", "trail/?reference=K7MW-3QFP"]
#: Permissions that open nothing without the one to see requests.
ODD = [
    (),
    ("change_consultationrequest",),
    ("delete_consultationrequest",),
    ("manage_consultationrequest",),
    ("export_consultationrequest",),
    ("view_trail",),
    ("change_consultationrequest", "manage_consultationrequest", "view_trail"),
]
SECRETS = ("Jane Secret", "secret@example.com", "Secret words", "K7MW-3QFP")
UNTOUCHED = (Status.NEW, None)


@pytest.fixture
def jane():
    return Request(full_name="Jane Secret", email="secret@example.com", message="Secret words", reference="K7MW-3QFP")


def as_user(user, **kwargs) -> Client:
    client = Client(**kwargs)
    client.force_login(user)
    return client


def leaks(response) -> bool:
    text = response.content.decode() + response.get("Location", "")
    return any(secret in text for secret in SECRETS)


def bulk(client: Client, request, **values):
    return client.post(f"{LIST}bulk/", {"do": "move", "to": "in_review", "pick": request.pk} | values)


def standing(request) -> tuple:
    request.refresh_from_db()
    return request.status, request.assignee


def refusals(user) -> list[dict]:
    return [one.facts for one in AuditEntry.objects.filter(action=AuditAction.REFUSED, actor_id=user.pk).order_by("pk")]


# --- Those who are refused ----------------------------------------------------------------------------


@pytest.mark.parametrize("address", EVERY)
def test_anonymous_is_sent_to_the_login(client, jane, address):
    for method in (client.get, client.post):
        response = method(LIST + address)
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login/")
        assert not leaks(client.get("/admin/login/"))


@pytest.mark.parametrize("role", ["editor", "publisher"])
@pytest.mark.parametrize("address", EVERY)
def test_editors_are_refused_and_that_is_kept(staff, jane, role, address):
    user = staff(role)
    client = as_user(user)
    for method in (client.get, client.post):
        response = method(LIST + address)
        assert (response.status_code, response["Location"]) == (302, "/admin/")
        assert not leaks(response)
    assert [facts["why"] for facts in refusals(user)] == ["not_permitted"] * 2


@pytest.mark.parametrize("held", ODD, ids=str)
@pytest.mark.parametrize("address", EVERY)
def test_odd_permissions_open_nothing(staff, jane, held, address):
    client = as_user(staff("odd", *held))
    for method in (client.get, client.post):
        response = method(LIST + address)
        assert (response.status_code, response["Location"]) == (302, "/admin/")
        assert not leaks(response)


@pytest.mark.parametrize("held", ODD, ids=str)
def test_odd_permissions_change_nothing(staff, jane, held):
    user = staff("odd", *held)
    bulk(as_user(user), jane)
    bulk(as_user(user), jane, do="assign", assignee=str(user.pk))
    assert standing(jane) == UNTOUCHED


@pytest.mark.parametrize("held", ["view_consultationrequest", "view_trail"])
def test_no_permission_opens_anything_without_access_to_the_admin(staff, jane, held):
    user = staff("outsider", "view_consultationrequest", held, "change_consultationrequest")
    user.user_permissions.remove(user.user_permissions.get(codename="access_admin"))
    for address in EVERY:
        response = as_user(user).get(LIST + address)
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login/")
    bulk(as_user(user), jane)
    assert standing(jane) == UNTOUCHED


def test_an_account_that_was_switched_off_reaches_nothing(staff, jane):
    user = staff("intake")
    client = as_user(user)
    user.is_active = False
    user.save()
    for address in EVERY:
        assert client.get(LIST + address)["Location"].startswith("/admin/login/")


def test_seeing_is_not_changing(staff, jane):
    user = staff("reader", "view_consultationrequest")
    client = as_user(user)
    assert 'name="pick"' not in client.get(LIST).content.decode()
    assert bulk(client, jane)["Location"] == "/admin/"
    assert standing(jane) == UNTOUCHED
    assert refusals(user) == [{"doing": "bulk", "why": "not_permitted"}]


def test_managing_without_changing_is_no_bulk_work(staff, jane):
    client = as_user(staff("odd", "view_consultationrequest", "manage_consultationrequest"))
    assert bulk(client, jane)["Location"] == "/admin/"
    assert standing(jane) == UNTOUCHED


@pytest.mark.parametrize("role", ["intake", "reader"])
def test_the_trail_is_not_for_all_of_the_intake(staff, jane, role):
    client = as_user(staff(role, "view_consultationrequest") if role == "reader" else staff(role))
    assert client.get(f"{LIST}trail/")["Location"] == "/admin/"
    assert f"{LIST}trail/" not in client.get(LIST).content.decode()


@pytest.mark.parametrize("address", PRESS)
def test_forms_need_the_token_against_forgery(staff, jane, address):
    client = as_user(staff("intake"), enforce_csrf_checks=True)
    values = {"do": "move", "to": "in_review", "pick": jane.pk, "q": "Secret"}
    assert client.post(LIST + address, values).status_code == 403
    assert standing(jane) == UNTOUCHED


# --- Those who are screened off -----------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(READERS))
@pytest.mark.parametrize("address", READ)
def test_a_wall_stands_above_every_role(staff, jane, role, address):
    user = staff(role)
    Screen.objects.create(request=jane, user=user)
    response = as_user(user).get(LIST + address)
    assert response.status_code == 200
    assert not leaks(response)


@pytest.mark.parametrize("role", sorted(READERS))
def test_nobody_works_through_a_wall(staff, jane, role):
    user = staff(role)
    Screen.objects.create(request=jane, user=user)
    response = as_user(user).post(f"{LIST}bulk/", {"do": "move", "to": "in_review", "pick": jane.pk}, follow=True)
    assert "could not be found" in response.content.decode()
    assert not leaks(response)
    assert standing(jane) == UNTOUCHED


@pytest.mark.parametrize("role", sorted(TRAIL_READERS))
def test_a_wall_hides_the_lines_of_the_trail(staff, jane, role):
    user = staff(role)
    AuditEntry.objects.create(action=AuditAction.VIEWED, actor_id=user.pk, request_id=jane.pk)
    assert leaks(as_user(user).get(f"{LIST}trail/"))
    Screen.objects.create(request=jane, user=user)
    assert not leaks(as_user(user).get(f"{LIST}trail/"))


def test_a_wall_around_the_only_request_shuts_the_queue_to_its_attorney(staff, jane):
    attorney = staff("attorney")
    jane.assignee = attorney
    jane.save()
    Screen.objects.create(request=jane, user=attorney)
    for address in EVERY:
        assert as_user(attorney).get(LIST + address)["Location"] == "/admin/"


# --- An attorney with one assigned request ------------------------------------------------------------


@pytest.fixture
def attorney(staff):
    """Somebody with access to the admin, without the permission to see requests."""
    return staff("attorney")


@pytest.mark.parametrize("address", [*READ, "?set=mine", "?q=Sample", "?assignee=1"])
def test_an_attorney_sees_what_is_assigned_and_no_other(attorney, jane, address):
    Request(full_name="Sample Person", assignee=attorney)
    response = as_user(attorney).get(LIST + address)
    assert response.status_code == 200
    assert not leaks(response)


def test_an_attorney_sees_that_one_line(attorney, jane):
    own = Request(full_name="Sample Person", assignee=attorney)
    page = as_user(attorney).get(f"{LIST}?set=all").content.decode()
    assert own.reference in page
    assert "Sample Person" in page
    assert page.count('class="queue-line ') == 1
    for intake_only in ('name="pick"', "set=unassigned", "set=quarantine", 'id="id_assignee"', "trail/"):
        assert intake_only not in page.split('aria-label="Sets of requests"')[1]


def test_an_attorney_searches_among_what_is_assigned(attorney, jane):
    Request(full_name="Jane Sample", assignee=attorney, reference="BBBB-CCCC")
    client = as_user(attorney)
    response = client.post(f"{LIST}search/", {"q": "Jane"}, follow=True)
    assert "BBBB-CCCC" in response.content.decode()
    assert not leaks(response)


def test_an_attorney_does_no_bulk_work_and_reads_no_trail(attorney, jane):
    own = Request(assignee=attorney)
    client = as_user(attorney)
    for request in (own, jane):
        assert bulk(client, request)["Location"] == "/admin/"
    assert client.get(f"{LIST}trail/")["Location"] == "/admin/"
    assert (standing(own)[0], standing(jane)[0]) == (Status.NEW, Status.NEW)
    assert [facts["doing"] for facts in refusals(attorney)] == ["bulk", "bulk", "trail"]


def test_an_attorney_loses_sight_of_what_is_given_to_another(attorney, jane):
    own = Request(assignee=attorney)
    client = as_user(attorney)
    assert client.get(LIST).status_code == 200
    own.assignee = make_user("colleague")
    own.save()
    assert client.get(LIST)["Location"] == "/admin/"


# --- Those who are let in -----------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_list(staff, jane, role):
    assert leaks(as_user(staff(role)).get(LIST)) == (role in READERS)


@pytest.mark.parametrize("role", ROLES)
def test_bulk_work(staff, jane, role):
    bulk(as_user(staff(role)), jane)
    assert (standing(jane)[0] == Status.IN_REVIEW) == (role in READERS)


@pytest.mark.parametrize("role", ROLES)
def test_trail(staff, jane, role):
    AuditEntry.objects.create(action=AuditAction.VIEWED, actor_id=1, request_id=jane.pk)
    client = as_user(staff(role))
    assert leaks(client.get(f"{LIST}trail/")) == (role in TRAIL_READERS)
    assert (f'href="{LIST}trail/"' in client.get(LIST).content.decode()) == (role in TRAIL_READERS)


@pytest.mark.parametrize("role", [*ROLES, "attorney", "attorney with a request"])
def test_menu_entry_is_for_those_who_get_in(staff, role):
    user = staff("attorney" if role.startswith("attorney") else role)
    if role == "attorney with a request":
        Request(assignee=user)
    client = as_user(user)
    gets_in = client.get(LIST).status_code == 200
    assert gets_in == (role in READERS | {"attorney with a request"})
    assert (f'"{LIST}"' in client.get("/admin/").content.decode()) == gets_in
