"""Secrets of an installation on embedded defaults: made once, stored in a file that only its owner reads."""

import base64
import json
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


def local_secrets() -> dict[str, str]:
    """Return ``SECRET_KEY`` and ``FIELD_ENCRYPTION_KEYS`` from ``DATA_DIR/secrets.json``, making the file if absent."""
    data_dir = Path(os.environ.get("DATA_DIR") or Path(__file__).resolve().parent.parent.parent / "var").expanduser()
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / "secrets.json"
    if not path.exists():
        _publish(path, json.dumps(_made(), indent=2))
    return json.loads(path.read_text())


def _made() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }


def _publish(path: Path, text: str) -> None:
    """Put ``text`` at ``path`` in one step: of several processes at once the first wins, and none reads half a file."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".secrets-")  # mode 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)
