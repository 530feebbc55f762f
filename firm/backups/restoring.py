"""Makes an empty installation what a backup holds.

All of it is read before anything is touched. Then come the files, and last the database, at once. From the first file
on, a note keeps the site from being started until the restore has ended; run again, it goes on.
"""

import os
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pyrage.x25519 import Identity

from firm.backups import archive, database
from firm.backups.archive import ARCHIVE, MEDIA
from firm.backups.destinations import bucket_errors, work_folder
from firm.backups.making import Report, announce
from firm.backups.registry import AFTER_RESTORE, BackupError
from firm.backups.unfinished import note_path, warning
from firm.encryption.keyring import keyring
from firm.error_page import remember
from firm.models import BackupRun, BackupState, FirmSettings


def restore(file: BinaryIO, keys: list[Identity], *, accept_unreadable: bool = False, report: Report) -> dict:
    """Restore a backup; return its manifest. Raises `BackupError`, with what is there already left as it is."""
    is_resumed = bool(warning())
    if not is_resumed:
        database.refuse_unless_empty()
    is_file = connection.vendor == "sqlite"
    beside = Path(connection.settings_dict["NAME"]).absolute().parent if is_file else settings.DATA_DIR
    with work_folder(beside) as folder, bucket_errors("The storage of uploads"):
        announce(folder, os.fstat(file.fileno()).st_size, report)
        report("Reading the backup through…")
        manifest = archive.read(file, keys, folder)
        refuse_unfit(manifest, accept_unreadable=accept_unreadable)
        if is_resumed and note_path().read_text() != manifest["id"]:
            raise BackupError(
                "A restore of another backup was broken off here. Run that one again, or begin with an empty"
                f" installation (delete the database, the uploads and {note_path()})."
            )
        missing = _missing_files(folder, is_resumed=is_resumed)
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        note_path().write_text(manifest["id"])
        # A database that is there was loaded before this was broken off: it comes at once, or not at all.
        if not (is_resumed and connection.introspection.table_names()):
            report("Writing the uploads, and loading the database…")
            for name, storage in missing:
                _save(storage, name, folder / (MEDIA if storage is default_storage else ARCHIVE) / name)
            os.sync()
            database.load(folder / database.NAMES[connection.vendor])
            if database.counts() != manifest["rows"]:
                note_path().write_text("one that is not whole")
                raise BackupError("The tables have other numbers of rows than the backup says.")
    report("Bringing the database up to this release, and making the search index…")
    for said in _finish():
        report(said)
    note_path().unlink()
    return manifest


def refuse_unfit(manifest: dict, *, accept_unreadable: bool = False) -> None:
    """Raise `BackupError` when a backup is not for this installation: its database, its release, its keys."""
    if manifest["database"] != connection.vendor:
        raise BackupError(
            f"The backup is of {database.KINDS.get(manifest['database'], 'another kind')}, and this installation has"
            f" {database.KINDS[connection.vendor]}: restore it where DATABASE_URL names the same kind."
        )
    database.refuse_unknown(manifest["migrations"])
    lost = [f"{key} ({count:,} values)" for key, count in manifest["keys"].items() if keyring().find(key) is None]
    if lost and not accept_unreadable:
        raise BackupError(
            f"FIELD_ENCRYPTION_KEYS lacks the key {' and '.join(sorted(lost))}: what clients wrote under it could not"
            " be read. Add the key, or accept the loss with --accept-unreadable."
        )


def _missing_files(folder: Path, *, is_resumed: bool) -> list[tuple]:
    """Return name and storage of the files that are not there yet. One that is there with other content raises
    `BackupError`, unless it may be half a file of a restore that was broken off.
    """
    missing = []
    for part, storage in ((MEDIA, default_storage), (ARCHIVE, FileSystemStorage(location=settings.DATA_DIR / ARCHIVE))):
        for path in sorted(path for path in (folder / part).rglob("*") if path.is_file()):
            name = path.relative_to(folder / part).as_posix()
            is_there = storage.exists(name)
            if is_there and archive.sha256(storage.open(name)) == archive.sha256(path.open("rb")):
                continue
            if is_there and not is_resumed:
                raise BackupError(f"There is another file {part}{name} here already; nothing was changed.")
            missing.append((name, storage))
    return missing


def _save(storage, name: str, path: Path) -> None:
    storage.delete(name)
    with path.open("rb") as content:
        saved = storage.save(name, File(content, name=name))
    if saved != name:
        storage.delete(saved)
        raise BackupError(f"The storage does not take a file as {name}.")


def _finish() -> list[str]:
    """Do what follows from the tables; return what to say of it. It may be done twice."""
    call_command("migrate", interactive=False, verbosity=0)  # and with it the triggers
    Session.objects.all().delete()
    call_command("update_index", verbosity=0)
    for firm in FirmSettings.objects.all():
        remember(firm)
    BackupRun.objects.filter(state=BackupState.RUNNING).update(
        state=BackupState.FAILED, ended_at=timezone.now(), problem="It was running when the backup was made."
    )
    return [said for hook in AFTER_RESTORE if (said := hook())]
