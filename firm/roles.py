"""Permissions of the staff groups. Used by migrations, which pass in their historical models."""

PUBLISHERS = "Publishers"
EDITORS = "Editors"
INTAKE = "Intake"
INTAKE_MANAGERS = "Intake managers"
ALL_GROUPS = (PUBLISHERS, EDITORS, INTAKE, INTAKE_MANAGERS)

WRITE = ("add", "change", "delete", "view")


def permission(apps, app_label: str, model: str, codename: str):
    """Return the permission; create it where Django has not yet (it does so after the last migration only)."""
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label=app_label, model=model
    )
    found, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": f"Can {codename.replace('_', ' ')}"}
    )
    return found


def grant(apps, group_name: str, app_label: str, model: str, actions=WRITE) -> None:
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=group_name)
    for action in actions:
        group.permissions.add(permission(apps, app_label, model, f"{action}_{model}"))


def revoke(apps, group_name: str, app_label: str, model: str) -> None:
    group = apps.get_model("auth", "Group").objects.filter(name=group_name).first()
    if group:
        group.permissions.remove(
            *group.permissions.filter(content_type__app_label=app_label, content_type__model=model)
        )
