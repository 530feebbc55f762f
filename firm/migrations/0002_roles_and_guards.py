"""The groups of staff and what they may do, the approval by an attorney, and what the database itself refuses."""

from django.db import migrations

from firm.database_guards import Guard, install
from firm.roles import ALL_GROUPS, EDITORS, PUBLISHERS, grant, permission

PAGE_ACTIONS = {
    EDITORS: ("add", "change"),
    PUBLISHERS: ("add", "change", "publish", "bulk_delete", "lock", "unlock"),
}
WORKFLOW = "Attorney approval"
LOG = "firm_signinevent"
UNCHANGEABLE = "the trail of signing in cannot be changed"
#: How many days no line of the log of sign-ins is deleted: a day less than lines are stored, for clocks that differ.
DAYS = 399
GUARDS = (
    Guard("firm_guard_sign_in_update", LOG, "UPDATE", UNCHANGEABLE),
    Guard(
        *("firm_guard_sign_in_delete", LOG, "DELETE", UNCHANGEABLE),
        when={
            "postgresql": f"OLD.at >= now() - interval '{DAYS} days'",
            "sqlite": f"julianday(OLD.at) IS NULL OR julianday(OLD.at) >= julianday('now', '-{DAYS} days')",
        },
        truncate="TRUE",
    ),
)


def create(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Group.objects.filter(name="Moderators").delete()
    groups = {name: Group.objects.get_or_create(name=name)[0] for name in ALL_GROUPS}
    access = permission(apps, "wagtailadmin", "admin", "access_admin")
    for group in groups.values():
        group.permissions.clear()
        group.permissions.add(access)
    _grant_pages(apps, groups)
    _grant_collections(apps, groups)
    grant(apps, PUBLISHERS, "firm", "firmsettings", ("change",))
    grant(apps, PUBLISHERS, "wagtailredirects", "redirect")
    _create_workflow(apps, groups[PUBLISHERS])


def _grant_pages(apps, groups):
    GroupPagePermission = apps.get_model("wagtailcore", "GroupPagePermission")
    root = apps.get_model("wagtailcore", "Page").objects.filter(depth=1).first()
    GroupPagePermission.objects.filter(group__in=groups.values()).delete()
    for name, actions in PAGE_ACTIONS.items():
        for action in actions:
            GroupPagePermission.objects.create(
                group=groups[name], page=root, permission=permission(apps, "wagtailcore", "page", f"{action}_page")
            )


def _grant_collections(apps, groups):
    GroupCollectionPermission = apps.get_model("wagtailcore", "GroupCollectionPermission")
    root = apps.get_model("wagtailcore", "Collection").objects.filter(depth=1).first()
    GroupCollectionPermission.objects.filter(group__in=groups.values()).delete()
    for name in (EDITORS, PUBLISHERS):
        for app_label, model in (("wagtailimages", "image"), ("wagtaildocs", "document")):
            for action in ("add", "change", "choose"):
                codename = f"{action}_{model}"
                GroupCollectionPermission.objects.create(
                    group=groups[name], collection=root, permission=permission(apps, app_label, model, codename)
                )


def _create_workflow(apps, publishers):
    """Turn the approval that Wagtail brings into one by the attorneys who publish."""
    task = apps.get_model("wagtailcore", "GroupApprovalTask").objects.order_by("pk").first()
    workflow = apps.get_model("wagtailcore", "Workflow").objects.order_by("pk").first()
    if task and workflow:
        task.name = workflow.name = WORKFLOW
        task.save()
        workflow.save()
        task.groups.set([publishers])


def remove(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=[name for name in ALL_GROUPS if name != EDITORS]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("firm", "0001_initial"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailimages", "0027_image_description"),
        ("wagtailredirects", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(create, remove), install(*GUARDS)]
