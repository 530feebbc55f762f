"""What each group of staff may do. Used by migrations, which pass in the models of their own moment."""

PUBLISHERS = "Publishers"
EDITORS = "Editors"
INTAKE = "Intake"
INTAKE_MANAGERS = "Intake managers"
ALL_GROUPS = (PUBLISHERS, EDITORS, INTAKE, INTAKE_MANAGERS)

WRITE = ("add", "change", "delete", "view")


def permission(apps, app_label: str, model: str, codename: str):
    """Return the permission, making it where Django has not yet (it does so only after the last migration)."""
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label=app_label, model=model
    )
    found, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": f"Can {codename.replace('_', ' ')}"}
    )
    return found


def grant(apps, group_name: str, app_label: str, model: str, actions=WRITE) -> None:
    """Let a group do the actions on a model."""
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=group_name)
    for action in actions:
        group.permissions.add(permission(apps, app_label, model, f"{action}_{model}"))


def revoke(apps, group_name: str, app_label: str, model: str) -> None:
    """Take from a group whatever it may do on a model."""
    group = apps.get_model("auth", "Group").objects.filter(name=group_name).first()
    if group:
        group.permissions.remove(
            *group.permissions.filter(content_type__app_label=app_label, content_type__model=model)
        )
