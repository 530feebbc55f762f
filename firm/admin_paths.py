"""Where the staff's side is."""

ADMIN_PATH = "/admin/"


def is_admin_path(path: str) -> bool:
    """True for the addresses of the staff's side."""
    return path.startswith(ADMIN_PATH) or path == ADMIN_PATH.rstrip("/")
