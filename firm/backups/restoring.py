"""Brings an empty installation to what a backup holds: tables, uploads and folders.

Everything is verified before anything is touched. The tables are filled in one transaction, which ends after the
files are in place and every table was compared: broken off before, it leaves an empty database.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from wagtail.models import ModelLogEntry, PageLogEntry

from firm.backups import contents, unfinished
from firm.backups.checking import Checked, check, read_start
from firm.backups.loading import Loader, loader
from firm.backups.problems import BackupError
from firm.backups.schema import bring_to, refuse_later_tables
from firm.backups.sealed_file import SealedReader
from firm.backups.sections import FRAME, Section, read_sections, unpacked
from firm.backups.writing import DATA, MEDIA
from firm.encryption.models import SealedModel
from firm.error_page import remember
from firm.models import BackupRun, BackupState, FirmImage, FirmSettings, HomePage

Report = Callable[[str], object]


def restore(
    file: BinaryIO, open_key: Callable[[list[dict]], bytes], *, accept_unreadable: bool = False, report: Report
) -> Checked:
    """Restore a backup; return what it held. Raises `BackupError`, with what is there already left as it is."""
    report("Reading the backup through…")
    checked = check(file, open_key)
    if not accept_unreadable:
        checked.refuse_without_keys()
    phase = unfinished.phase_of(checked.id)
    if phase != unfinished.LOADED:
        refuse_unless_empty()
        refuse_later_tables(checked.start["migrations"])
        if not phase:
            _refuse_other_files(checked)
        report("Making the tables…")
        unfinished.note(checked.id, unfinished.LOADING)
        bring_to(checked.start["migrations"])
        report(f"Filling {len(checked.columns)} tables and writing {len(checked.manifest['files'])} files…")
        load(file, checked, put=_Files(checked).put)
        os.sync()
        unfinished.note(checked.id, unfinished.LOADED)
    report("Bringing tables up to this release, and making the search index…")
    _finish()
    unfinished.forget()
    return checked


def load(file: BinaryIO, checked: Checked, put: Callable[[Section], object]) -> None:
    """Fill the tables from a backup that was checked, with ``put`` for the files; compare, and keep all or nothing."""
    file.seek(0)
    sections = read_sections(SealedReader(file, lambda keys: checked.file_key))
    read_start(sections)
    connection.close()
    filling: Loader = loader(checked.columns, contents.left_out_tables())
    try:
        for section in sections:
            if section.head["kind"] == "table":
                filling.load(section.head["name"], unpacked(section.frames))
            elif section.head["kind"] == "file":
                put(section)
        filling.finish(checked.manifest["tables"], checked.manifest["last_numbers"])
    finally:
        filling.close()


def refuse_unless_empty() -> None:
    """Raise `BackupError` when there is anything here that people have made."""
    present = set(connection.introspection.table_names())
    sealed = [model for model in apps.get_models() if issubclass(model, SealedModel)]
    made = [get_user_model(), HomePage, FirmImage, PageLogEntry, ModelLogEntry, *sealed]
    for model in made:
        if model._meta.db_table in present and model._base_manager.exists():
            raise BackupError(
                f"This installation is not empty: it has {model._meta.verbose_name_plural}. Restore into an empty"
                " database and an empty DATA_DIR; nothing was changed."
            )


def _refuse_other_files(checked: Checked) -> None:
    for store, name, size, digest in checked.manifest["files"]:
        there = _digest(store, name)
        if there is not None and there != (size, digest):
            raise BackupError(f"There is another file {name} here already; nothing was changed.")


class _Files:
    """Puts files where they were. One that is there with the same content stays; half a one is replaced."""

    def __init__(self, checked: Checked) -> None:
        self._expected = {(store, name): (size, digest) for store, name, size, digest in checked.manifest["files"]}

    def put(self, section: Section) -> None:
        """Put one file."""
        store, name = section.head["store"], section.head["name"]
        if _digest(store, name) == self._expected[store, name]:
            return
        if store == DATA:
            _write_below(settings.DATA_DIR, name, section.frames)
        elif store == MEDIA:
            _save(name, section.frames)


def _save(name: str, frames: Iterator[bytes]) -> None:
    default_storage.delete(name)
    with tempfile.SpooledTemporaryFile(max_size=4 * FRAME, dir=settings.DATA_DIR) as spool:
        for frame in frames:
            spool.write(frame)
        spool.seek(0)
        saved = default_storage.save(name, File(spool, name=name))
    if saved != name:
        default_storage.delete(saved)
        raise BackupError(f"The storage does not take a file as {name}.")


def _write_below(folder: Path, name: str, frames: Iterator[bytes]) -> None:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BackupError(f"The backup has a file outside of its folder: {name}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for frame in frames:
            file.write(frame)


def _digest(store: str, name: str) -> tuple[int, str] | None:
    """Return size and SHA-256 of a file that is there; None when there is none."""
    if store == MEDIA and not default_storage.exists(name):
        return None
    if store == DATA and not (settings.DATA_DIR / name).is_file():
        return None
    digest, size = hashlib.sha256(), 0
    with default_storage.open(name) if store == MEDIA else (settings.DATA_DIR / name).open("rb") as file:
        while data := file.read(FRAME):
            digest.update(data)
            size += len(data)
    return size, digest.hexdigest()


def _finish() -> None:
    """Do what follows from the tables: newer migrations, triggers (after them), the search index, the error page."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("update_index", verbosity=0)
    for firm in FirmSettings.objects.all():
        remember(firm)
    BackupRun.objects.filter(state=BackupState.RUNNING).update(
        state=BackupState.FAILED, ended_at=timezone.now(), problem="It was running when the backup was made."
    )
