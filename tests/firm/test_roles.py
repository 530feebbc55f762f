"""Who may do what with pages, pictures and settings; asked of the admin, refusals first."""

import pytest
from django.contrib.auth.models import Group
from wagtail.models import Page, Workflow
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from firm.models import FirmSettings
from firm.roles import ALL_GROUPS, EDITORS, INTAKE, INTAKE_MANAGERS, PUBLISHERS
from tests import factories

CONTENT = ["attorneys.{}_language", "blog.{}_category", "blog.{}_staffauthor"]
LIBRARY = {"add_image", "change_image", "choose_image", "add_document", "change_document", "choose_document"}


def permissions(*patterns: str, actions: tuple[str, ...]) -> set[str]:
    return {pattern.format(action) for pattern in patterns for action in actions}


GENERAL = {
    EDITORS: permissions(*CONTENT, actions=("add", "change", "view")),
    PUBLISHERS: permissions(*CONTENT, "wagtailredirects.{}_redirect", actions=("add", "change", "delete", "view"))
    | {"firm.change_firmsettings"},
    INTAKE: {
        "consultations.view_consultationrequest",
        "consultations.change_consultationrequest",
        "consultations.view_party",
    },
    INTAKE_MANAGERS: permissions(
        "consultations.{}_consultationrequest", actions=("change", "delete", "export", "manage", "view")
    )
    | {
        "consultations.view_trail",
        "consultations.change_intakesettings",
        "consultations.change_messagetext",
        "consultations.change_retentionsettings",
    }
    | permissions(
        "consultations.{}_party", "consultations.{}_answertemplate", actions=("add", "change", "delete", "view")
    ),
}
PAGES = {
    EDITORS: {"add_page", "change_page"},
    PUBLISHERS: {"add_page", "change_page", "publish_page", "bulk_delete_page", "lock_page", "unlock_page"},
    INTAKE: set(),
    INTAKE_MANAGERS: set(),
}
OUTSIDERS = [None, INTAKE, INTAKE_MANAGERS]


def test_the_groups_of_staff_are_these(db):
    assert set(Group.objects.values_list("name", flat=True)) == set(ALL_GROUPS)


@pytest.mark.parametrize("group", ALL_GROUPS)
def test_a_group_has_exactly_these_permissions(db, group):
    held = Group.objects.get(name=group).permissions.values_list("content_type__app_label", "codename")
    assert {f"{app}.{codename}" for app, codename in held} == GENERAL[group] | {"wagtailadmin.access_admin"}


@pytest.mark.parametrize("group", ALL_GROUPS)
def test_a_group_may_do_exactly_this_with_pages(db, group):
    held = Group.objects.get(name=group).page_permissions.values_list("page__depth", "permission__codename")
    assert set(held) == {(1, codename) for codename in PAGES[group]}


@pytest.mark.parametrize("group", ALL_GROUPS)
def test_a_group_may_do_exactly_this_with_the_library(db, group):
    held = Group.objects.get(name=group).collection_permissions.values_list("collection__depth", "permission__codename")
    assert set(held) == ({(1, codename) for codename in LIBRARY} if group in {EDITORS, PUBLISHERS} else set())


def test_one_workflow_of_approval_is_attached_to_all_pages(home):
    (workflow,) = Workflow.objects.active()
    assert workflow.name == "Attorney approval"
    assert factories.StandardPageFactory().get_workflow() == workflow


def test_the_approval_is_the_publishers(db):
    (task,) = Workflow.objects.get().tasks
    assert list(task.specific.groups.values_list("name", flat=True)) == [PUBLISHERS]


# --- Pages -------------------------------------------------------------------------------------------


@pytest.fixture
def draft(home):
    """A page that nobody has published yet."""
    page = factories.StandardPageFactory(title="Draft", draft=True)
    page.save_revision()
    return page


def form(page, **values) -> dict:
    """What the editor's form sends for a standard page."""
    base = {
        "title": page.title,
        "slug": page.slug,
        "introduction": page.introduction,
        "body": streamfield([]),
        "footnotes": inline_formset([]),
        "comments": inline_formset([]),
        "reviewed_on": "",
    }
    return nested_form_data(base | values)


def is_live(page) -> bool:
    return Page.objects.get(pk=page.pk).live


def edit(client, page, **values):
    return client.post(f"/admin/pages/{page.pk}/edit/", form(page, **values))


@pytest.mark.parametrize("role", OUTSIDERS)
def test_others_may_not_edit_a_page(draft, client_of, role):
    edit(client_of(role), draft, title="Changed")
    assert Page.objects.get(pk=draft.pk).get_latest_revision_as_object().title == "Draft"


def test_an_editor_may_not_publish(draft, client_of):
    edit(client_of(EDITORS), draft, **{"action-publish": "1"})
    assert not is_live(draft)


def test_an_editor_may_not_withdraw_a_page(home, client_of):
    page = factories.StandardPageFactory()
    client_of(EDITORS).post(f"/admin/pages/{page.pk}/unpublish/")
    assert is_live(page)


def test_an_editor_may_not_delete_what_is_published(home, client_of):
    page = factories.StandardPageFactory()
    client_of(EDITORS).post(f"/admin/pages/{page.pk}/delete/")
    assert is_live(page)


def test_an_editor_may_not_publish_in_bulk(draft, client_of):
    client_of(EDITORS).post(f"/admin/bulk/wagtailcore/page/publish/?id={draft.pk}&next=/admin/", {})
    assert not is_live(draft)


def test_an_editor_may_keep_a_draft(draft, client_of):
    edit(client_of(EDITORS), draft, title="Changed")
    assert Page.objects.get(pk=draft.pk).get_latest_revision_as_object().title == "Changed"


def submitted(draft, client_of):
    """Return the draft's task of approval, after an editor has submitted it."""
    edit(client_of(EDITORS), draft, **{"action-submit": "1"})
    return draft.specific_class.objects.get(pk=draft.pk).current_workflow_task_state


def test_an_editor_may_submit_for_approval(draft, client_of):
    assert submitted(draft, client_of).status == "in_progress"
    assert not is_live(draft)


def decide(client, task_state, decision: str):
    page = task_state.workflow_state.content_object
    return client.post(f"/admin/pages/workflow/action/{page.pk}/{decision}/{task_state.pk}/", {"comment": ""})


@pytest.mark.parametrize("role", [EDITORS, *OUTSIDERS])
def test_nobody_else_may_approve(draft, client_of, role):
    decide(client_of(role), submitted(draft, client_of), "approve")
    assert not is_live(draft)


def test_a_publisher_may_approve(draft, client_of):
    decide(client_of(PUBLISHERS), submitted(draft, client_of), "approve")
    assert is_live(draft)


def test_a_publisher_may_send_a_page_back(draft, client_of):
    task_state = submitted(draft, client_of)
    decide(client_of(PUBLISHERS), task_state, "reject")
    task_state.refresh_from_db()
    assert task_state.status == "rejected"
    assert not is_live(draft)


def test_a_publisher_may_publish(draft, client_of):
    edit(client_of(PUBLISHERS), draft, **{"action-publish": "1"})
    assert is_live(draft)


# --- Settings ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [EDITORS, *OUTSIDERS])
def test_the_settings_are_closed_to_others(home, client_of, role):
    response = client_of(role).get(f"/admin/settings/firm/firmsettings/{FirmSettings.objects.get().site_id}/")
    assert response.status_code == 302


def test_the_settings_are_closed_to_visitors(home, client):
    response = client.get(f"/admin/settings/firm/firmsettings/{FirmSettings.objects.get().site_id}/")
    assert response["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("who", [{"role": PUBLISHERS}, {"owner": True}])
def test_the_settings_are_open_to_publishers_and_the_owner(home, client_of, who):
    response = client_of(**who).get(f"/admin/settings/firm/firmsettings/{FirmSettings.objects.get().site_id}/")
    assert response.status_code == 200


@pytest.mark.parametrize("path", ["/admin/users/", "/admin/groups/", "/admin/sites/", "/admin/workflows/list/"])
@pytest.mark.parametrize("role", ALL_GROUPS)
def test_accounts_groups_and_sites_are_the_owners_alone(home, client_of, role, path):
    assert client_of(role).get(path).status_code == 302


@pytest.mark.parametrize("role", [None, INTAKE, INTAKE_MANAGERS])
@pytest.mark.parametrize("path", ["/admin/images/add/", "/admin/documents/add/", "/admin/redirects/add/"])
def test_the_library_is_closed_to_others(home, client_of, role, path):
    assert client_of(role).get(path).status_code == 302
