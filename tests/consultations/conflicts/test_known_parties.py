"""The register in the admin: access, content, and that no name leaks."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry, ReferenceIndex

from consultations.conflicts import checks, register
from consultations.models import AuditAction, AuditEntry, ConsultationRequest, Party, Screen
from firm.roles import EDITORS, INTAKE, INTAKE_MANAGERS, PUBLISHERS
from tests.consultations.conflicts.parties import HitFactory, PartyFactory
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db
LIST = "/admin/parties/"
ZEBRA, LYNX = "Zebrawine Okapistone", "Lynxfield Ottershore"
VALUES = {"name": ZEBRA, "aliases": "", "role": "client", "kind": "person", "matter": "", "note": ""}


@pytest.fixture
def enter(client, staff):
    """Log in as a role and return the account."""

    def entering(role):
        user = staff(role)
        client.force_login(user)
        return user

    return entering


def page_of(response) -> str:
    return unescape(re.sub(r"\s+", " ", response.content.decode()))


def change(client, party, **changed):
    shown = client.get(f"{LIST}{party.pk}/").context
    seen = shown["form"]["seen"].value() if shown and shown["form"] else ""
    values = {name: getattr(party, name) for name in VALUES} | {"seen": seen} | changed
    return client.post(f"{LIST}{party.pk}/", values)


# --- Who may ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("group", "verbs"), [(EDITORS, ""), (PUBLISHERS, ""), (INTAKE, "view"), (INTAKE_MANAGERS, "add change delete view")]
)
def test_what_each_group_may_do(group, verbs):
    held = Group.objects.get(name=group).permissions.filter(content_type__model="party")
    assert sorted(held.values_list("codename", flat=True)) == [f"{verb}_party" for verb in verbs.split()]


@pytest.mark.parametrize("role", ["editor", "publisher", "outsider"])
@pytest.mark.parametrize("path", ["", "add/", "{pk}/", "{pk}/delete/", "999999/", "999999/delete/"])
def test_closed_to_others_whatever_there_is(client, enter, role, path):
    user, party = enter(role), PartyFactory()
    response = client.get(LIST + path.format(pk=party.pk))
    assert response.status_code in {302, 403}
    assert AuditEntry.objects.filter(action=AuditAction.REFUSED, actor_id=user.pk).exists()
    assert client.post(LIST + path.format(pk=party.pk), VALUES).status_code in {302, 403, 405}
    assert Party.objects.count() == 1


@pytest.mark.parametrize("permission", ["view_party", "add_party", "change_party", "delete_party"])
def test_one_permission_by_itself_opens_nothing(client, staff, permission):
    client.force_login(staff("single", permission))
    party = PartyFactory()
    for path in ("", "add/", f"{party.pk}/", f"{party.pk}/delete/"):
        assert client.get(LIST + path).status_code in {302, 403}


def test_assigned_attorney_has_no_register(client, enter):
    attorney = enter("publisher")
    Request(assignee=attorney)
    assert client.get(LIST).status_code in {302, 403}
    assert "Known parties" not in client.get("/admin/").content.decode()


@pytest.mark.parametrize(
    ("role", "may"), [("intake", {"read"}), ("intake_manager", {"read", "write"}), ("owner", {"read", "write"})]
)
def test_intake_reads_and_managers_write(client, enter, role, may):
    enter(role)
    party = PartyFactory(name=LYNX)
    assert client.get(LIST).status_code == 200
    assert LYNX in client.get(f"{LIST}{party.pk}/").content.decode()
    assert "Known parties" in client.get("/admin/").content.decode()
    done = [
        client.post(f"{LIST}add/", VALUES).status_code == 302 and Party.objects.filter(source="by_hand").count() == 2,
        change(client, party, matter="Changed").status_code == 302
        and Party.objects.get(pk=party.pk).matter == "Changed",
        client.post(f"{LIST}{party.pk}/delete/").status_code == 302 and not Party.objects.filter(pk=party.pk).exists(),
    ]
    assert done == [("write" in may)] * 3


def test_party_of_a_request_behind_an_ethical_wall_is_not_there(client, enter):
    user, source = enter("intake_manager"), Request()
    party = PartyFactory(name=ZEBRA, request=source)
    Screen.objects.create(request=source, user=user)
    assert ZEBRA not in client.get(LIST).content.decode()
    for path in ("", "delete/"):
        behind, none = (client.get(f"{LIST}{pk}/{path}") for pk in (party.pk, 999_999))
        assert behind.status_code == none.status_code
        assert ZEBRA not in behind.content.decode()
        client.post(f"{LIST}{party.pk}/{path}", VALUES)
    found = client.post(f"{LIST}search/", {"q": ZEBRA}, follow=True)
    assert f"{LIST}{party.pk}/" not in found.content.decode()
    checked = page_of(client.post(f"{LIST}search/", {"names": ZEBRA}, follow=True))
    assert "Somebody in a request that you may not see" in checked
    assert source.reference not in checked
    assert Party.objects.get().name == ZEBRA


def test_buried_party_is_not_there(client, enter):
    enter("owner")
    party = PartyFactory(name=ZEBRA, request=Request())
    register.bury(party.request)
    assert client.get(f"{LIST}{party.pk}/").status_code in {302, 404}
    assert f"{LIST}{party.pk}/" not in client.get(LIST).content.decode()


@pytest.mark.parametrize("name", ["history", "usage", "copy", "inspect", "results", "revisions_view"])
def test_addresses_of_wagtail_that_would_tell_more_do_not_exist(name):
    with pytest.raises(NoReverseMatch):
        reverse(f"parties:{name}", args=[1])


# --- The list ---------------------------------------------------------------------------------------


def test_list_says_name_role_matter_source_and_day(client, enter):
    enter("intake")
    source = Request(reference="B2CD-4FGH")
    PartyFactory(name=ZEBRA, role="former_client", matter="Matter of zebras")
    PartyFactory(name=LYNX, role="witness", request=source)
    page = page_of(client.get(LIST))
    for words in (ZEBRA, "Former client", "Matter of zebras", "Entered by hand", LYNX, "Witness", "B2CD-4FGH"):
        assert words in page


def test_empty_register_says_what_to_do(client, enter):
    enter("intake")
    assert "The register is empty" in page_of(client.get(LIST))


def test_role_narrows_and_nonsense_does_not(client, enter):
    enter("intake")
    PartyFactory(name=ZEBRA, role="client")
    PartyFactory(name=LYNX, role="witness")
    found = client.get(f"{LIST}?role=witness").content.decode()
    assert (ZEBRA in found, LYNX in found) == (False, True)
    assert ZEBRA in client.get(f"{LIST}?role=king&p=nonsense&find=x&check=y").content.decode()


def test_search_leads_to_an_address_without_the_name(client, enter):
    enter("intake")
    PartyFactory(name=ZEBRA)
    PartyFactory(name=LYNX)
    response = client.post(f"{LIST}search/", {"q": ZEBRA, "role": "client"})
    assert "Zebrawine" not in response.url
    assert "okapistone" not in response.url.lower()
    found = client.get(response.url).content.decode()
    assert (found.count(f">{ZEBRA}<"), found.count(f">{LYNX}<")) == (1, 0)


def test_address_of_a_search_means_nothing_to_somebody_else(client, enter, staff):
    enter("intake")
    PartyFactory(name=ZEBRA)
    url = client.post(f"{LIST}search/", {"names": ZEBRA}).url
    client.force_login(staff("owner"))
    assert "1 match" not in page_of(client.get(url))


def test_pages(client, enter):
    enter("intake")
    PartyFactory.create_batch(51)
    first, second = (client.get(f"{LIST}?p={number}").content.decode() for number in (1, 2))
    assert (first.count('class="queue-line"'), second.count('class="queue-line"')) == (50, 1)


def test_queries_do_not_grow(client, enter):
    enter("intake")
    counts = []
    for number in (2, 9):
        for _ in range(number):
            PartyFactory(request=Request())
        client.get(LIST)
        with CaptureQueriesContext(connection) as counted:
            client.get(LIST)
        counts.append(len(counted))
    assert counts[0] == counts[1]


# --- A name by hand ---------------------------------------------------------------------------------


def test_check_of_names_says_who_is_found_and_who_is_not(client, enter):
    enter("intake")
    party = PartyFactory(name=ZEBRA, role="adverse", matter="Matter of zebras")
    page = page_of(client.post(f"{LIST}search/", {"names": f"{ZEBRA}\n\n{LYNX}"}, follow=True))
    assert "1 match" in page
    assert f'href="{LIST}{party.pk}/"' in page
    assert "A certain match" in page
    assert f"No match for {LYNX}." in page


def test_check_that_finds_nobody_says_what_that_means(client, enter):
    enter("intake")
    page = page_of(client.post(f"{LIST}search/", {"names": LYNX}, follow=True))
    assert "Nobody in the register matches" in page


@pytest.mark.parametrize("names", ["", "\x00", "x" * 9000, "\n" * 50, "a\n" * 400])
def test_odd_names_are_answered(client, enter, names):
    enter("intake")
    PartyFactory()
    assert client.post(f"{LIST}search/", {"names": names, "q": names}, follow=True).status_code == 200


# --- Add, change, delete ----------------------------------------------------------------------------


def test_what_is_wrong_comes_back_at_its_field_with_all_that_was_typed(client, enter):
    enter("intake_manager")
    response = client.post(f"{LIST}add/", VALUES | {"name": " ", "role": "king", "note": "Kept words"})
    page = response.content.decode()
    assert response.status_code == 422
    assert 'href="#id_name"' in page
    assert 'href="#id_role"' in page
    assert "Kept words" in page
    assert not Party.objects.exists()


def test_likely_double_is_shown_once_and_saved_when_confirmed(client, enter):
    enter("intake_manager")
    known = PartyFactory(name=ZEBRA, role="witness")
    response = client.post(f"{LIST}add/", VALUES)
    assert response.status_code == 422
    assert f'href="{LIST}{known.pk}/"' in response.content.decode()
    assert Party.objects.count() == 1
    assert client.post(f"{LIST}add/", VALUES | {"is_other": "on"}).status_code == 302
    assert Party.objects.count() == 2


def test_saving_without_a_new_name_asks_nothing(client, enter):
    enter("intake_manager")
    PartyFactory(name=ZEBRA)
    party = PartyFactory(name=ZEBRA)
    assert change(client, party, note="Words").status_code == 302


def test_change_that_somebody_overtook_is_not_saved(client, enter):
    enter("intake_manager")
    party = PartyFactory(name=ZEBRA)
    seen = client.get(f"{LIST}{party.pk}/").context["form"]["seen"].value()
    assert change(client, party, matter="First").status_code == 302
    response = change(client, party, matter="Second", seen=seen)
    assert response.status_code == 422
    assert "Second" in response.content.decode()
    assert Party.objects.get().matter == "First"
    assert change(client, party, matter="Second").status_code == 302


def test_changed_name_is_met_by_open_requests(client, enter):
    enter("intake_manager")
    request = Request(full_name=ZEBRA, conflict_checked_at=timezone.now())
    party = PartyFactory(name=LYNX)
    change(client, party, name=ZEBRA)
    checks.check_due()
    assert ConsultationRequest.objects.get(pk=request.pk).conflict_state == "open"


def test_delete_asks_first_and_frees_what_waited_for_the_party(client, enter):
    enter("intake_manager")
    hit = HitFactory(request__full_name="Nobody Known", request__conflict_checked_at=timezone.now())
    address = f"{LIST}{hit.party_id}/delete/"
    assert hit.party.name in client.get(address).content.decode()
    assert Party.objects.exists()
    assert client.post(address).status_code == 302
    assert not Party.objects.exists()
    hit.refresh_from_db()
    assert (hit.party, hit.found) == (None, "")
    assert checks.check_due() == 1
    assert ConsultationRequest.objects.get(pk=hit.request_id).conflict_state == "clear"


# --- That no name leaves it -------------------------------------------------------------------------


def test_nothing_is_told_by_name(client, enter):
    enter("intake_manager")
    client.post(f"{LIST}add/", VALUES | {"matter": "Badgerlamp", "note": "Heronbell"})
    party = Party.objects.get()
    client.post(f"{LIST}search/", {"names": ZEBRA, "q": ZEBRA}, follow=True)
    change(client, party, aliases="Pelicanhall")
    client.get(f"{LIST}{party.pk}/delete/")
    client.post(f"{LIST}{party.pk}/delete/")
    facts = [entry.facts for entry in AuditEntry.objects.order_by("pk")]
    assert {"party_add", "check_name", "parties", "party", "party_change", "party_delete"} == {
        one["doing"] for one in facts
    }
    words = ("Zebrawine", "Okapistone", "Badgerlamp", "Heronbell", "Pelicanhall")
    told = f"{facts}{list(ModelLogEntry.objects.values())}{list(ReferenceIndex.objects.values())}{party!r}"
    assert not [word for word in words if word in told]
    assert not ModelLogEntry.objects.exists()


def test_audit_trail_describes_the_register_in_words(client, enter):
    enter("intake_manager")
    client.post(f"{LIST}add/", VALUES)
    client.get(LIST)
    trail = page_of(client.get("/admin/consultations/trail/"))
    assert "added a known party" in trail
    assert "viewed the known parties (1 found)" in trail


@pytest.mark.parametrize("path", ["", "add/", "{pk}/", "{pk}/delete/"])
def test_answers_stay_out_of_every_cache(client, enter, path):
    enter("intake_manager")
    party = PartyFactory()
    assert "no-store" in client.get(LIST + path.format(pk=party.pk))["Cache-Control"]
