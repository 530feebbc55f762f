"""Reads a backup through, and says whether all of it is there and as it was written."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from uuid import UUID

from firm.backups.columns import Column, comparable
from firm.backups.problems import BackupError, Damaged
from firm.backups.sealed_file import SealedReader
from firm.backups.sections import Section, Tally, read_sections, unpacked
from firm.backups.writing import FORMAT, key_of
from firm.encryption.cipher import Place, Unreadable, unseal
from firm.encryption.keyring import keyring

#: So many sealed values of each key and place are opened.
SAMPLE = 3


@dataclass
class Checked:
    """A backup that is whole. ``start`` and ``manifest`` are its own words about itself."""

    id: str
    start: dict
    manifest: dict
    file_key: bytes = field(repr=False)
    samples: list[tuple[Place, str]] = field(repr=False)

    @property
    def columns(self) -> dict[str, list[Column]]:
        """The tables with their columns."""
        return {name: [Column(*column) for column in columns] for name, columns in self.start["tables"].items()}

    @property
    def rows(self) -> int:
        """How many rows there are in all tables."""
        return sum(table["rows"] for table in self.manifest["tables"].values())

    def refuse_without_keys(self) -> None:
        """Raise `BackupError` when the keys of this installation do not open what is sealed in the backup."""
        counts = self.manifest["sealed_with"]
        missing = [f"{key} ({count:,} values)" for key, count in counts.items() if keyring().find(key) is None]
        if missing:
            raise BackupError(
                f"FIELD_ENCRYPTION_KEYS lacks the key {' and '.join(sorted(missing))}: what clients wrote under it"
                " could not be read. Add the key, or accept the loss with --accept-unreadable."
            )
        for place, token in self.samples:
            try:
                unseal(token, place)
            except Unreadable as error:
                raise BackupError(f"A sealed value does not open: {error}") from None


def check(file: BinaryIO, open_key: Callable[[list[dict]], bytes]) -> Checked:
    """Read all of a backup; return what it says it holds. Raises `Damaged` or `BackupError`, and changes nothing."""
    stream = SealedReader(file, open_key)
    sections = read_sections(stream)
    start = read_start(sections)
    checked = Checked(stream.id, start, {}, stream.file_key, [])
    tables, files = {}, []
    for section in sections:
        if checked.manifest:
            raise Damaged("The backup is damaged: something follows its end.")
        match section.head.get("kind"):
            case "table":
                tables[section.head["name"]] = _table(section, checked)
            case "file":
                files.append(_file(section))
            case "manifest":
                checked.manifest = section.head
            case _:
                raise Damaged("The backup is damaged: it has a section of no known kind.")
    if not checked.manifest:
        raise Damaged("The backup is damaged: it has no end.")
    if tables != checked.manifest["tables"] or files != checked.manifest["files"]:
        raise Damaged("The backup is damaged: its content is not what its manifest says.")
    return checked


def read_start(sections: Iterator[Section]) -> dict:
    """Return the first section's line; raise `BackupError` when it is of another format."""
    first = next(sections, None)
    if first is None or first.head.get("kind") != "start":
        raise Damaged("The backup is damaged: it has no beginning.")
    if first.head["format"] != FORMAT:
        raise BackupError(f"The backup has the format {first.head['format']}; this release reads {FORMAT}.")
    return first.head


def _table(section: Section, checked: Checked) -> dict:
    columns = checked.columns[section.head["name"]]
    tally, same = Tally(), comparable(columns)
    sealed = [(at, column.place) for at, column in enumerate(columns) if column.place]
    seal_id = next((at for at, column in enumerate(columns) if column.name == "seal_id"), None)
    taken: dict[tuple, int] = {}
    for line in unpacked(section.frames):
        row = json.loads(line)
        tally.add(same(row))
        for at, place in sealed:
            if row[at] and taken.get(which := (place, key_of(row[at])), 0) < SAMPLE:
                taken[which] = taken.get(which, 0) + 1
                checked.samples.append((Place(place, UUID(row[seal_id])), row[at]))
    return {"rows": tally.rows, "digest": tally.digest}


def _file(section: Section) -> list:
    digest, size = hashlib.sha256(), 0
    for frame in section.frames:
        digest.update(frame)
        size += len(frame)
    return [section.head["store"], section.head["name"], size, digest.hexdigest()]
