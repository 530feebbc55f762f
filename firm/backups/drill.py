"""Tries a backup out: restores its database beside the site, and uses it there, in a process that knows no other.

The backup is opened with the key that was made for this one file, and is forgotten with the process that made it. So no
secret key lies on the server. Uploads are read against their digests on the way, and not written.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from firm.backups import archive, database
from firm.backups.destinations import LONGEST_RUN, work_folder
from firm.backups.making import Made
from firm.backups.registry import BackupError
from firm.backups.restoring import refuse_unfit

SAYS = "CommandError: "
#: In the environment of the trial: nobody else is to hear of what is published there.
ALONE = {"S3_BUCKET": "", "SENTRY_DSN": "", "CDN": "", "BACKUP_DEST": "", "REQUIRE_SECOND_FACTOR": "no"}


def drill(made: Made) -> list[str]:
    """Try a backup out; return what was done with it. Raises `BackupError` with what went wrong."""
    with work_folder() as folder:
        copy = database.NAMES[made.manifest["database"]]
        with made.where.opened() as file:
            manifest = archive.read(file, [made.identity], folder, only=(copy,))
        refuse_unfit(manifest)
        with database.scratch(folder / copy) as name:
            return _use(name, folder, manifest)


def _use(name: str, folder: Path, manifest: dict) -> list[str]:
    try:
        done = subprocess.run(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "drill_backup", "--database", name],
            input=json.dumps(manifest["rows"]),
            env=_environment(folder / "data"),
            capture_output=True,
            text=True,
            timeout=LONGEST_RUN,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BackupError(f"The trial took longer than {LONGEST_RUN // 3600} hours.") from None
    if done.returncode:
        # Only what the command says itself is free of values; the end of a traceback might quote one.
        said = [line.removeprefix(SAYS) for line in done.stderr.splitlines() if line.startswith(SAYS)]
        raise BackupError(said[-1] if said else f"The trial ended with status {done.returncode}.")
    return done.stdout.splitlines()


def _environment(data_dir: Path) -> dict[str, str]:
    """Return the environment of an installation with the same keys and a folder of its own."""
    keys = {"SECRET_KEY": settings.SECRET_KEY, "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS)}
    given = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in keys | ALONE}
    return given | ALONE | keys | {"DATA_DIR": str(data_dir)}
