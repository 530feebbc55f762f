"""The path of the admin."""

ADMIN_PATH = "/admin/"


def is_admin_path(path: str) -> bool:
    return path.startswith(ADMIN_PATH) or path == ADMIN_PATH.rstrip("/")
