"""Secrets of an installation on embedded defaults: made once, kept in a file that only its owner reads."""

import base64
import json
import os
import secrets
from pathlib import Path


def local_secrets() -> dict[str, str]:
    """Return ``SECRET_KEY`` and ``FIELD_ENCRYPTION_KEYS`` from ``DATA_DIR/secrets.json``, making the file if absent."""
    data_dir = Path(os.environ.get("DATA_DIR") or Path(__file__).resolve().parent.parent / "var")
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / "secrets.json"
    made = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return json.loads(path.read_text())
    with os.fdopen(descriptor, "w") as file:
        json.dump(made, file, indent=2)
    return made
