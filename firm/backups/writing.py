"""Makes a backup of the installation as it is at one moment."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import BinaryIO

from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from firm.backups import contents
from firm.backups.columns import Column, comparable, dump_row
from firm.backups.sealed_file import SealedWriter
from firm.backups.sections import FRAME, Tally, packed, write_section
from firm.backups.snapshot import Rows, snapshot

FORMAT = 1
MEDIA, DATA = "media", "data"


@dataclass
class Written:
    """What a backup holds. ``file_key`` opens this one file, and is kept nowhere."""

    manifest: dict
    file_key: bytes = field(repr=False)
    unknown_tables: list[str]

    @property
    def missing(self) -> list[str]:
        """Files that the database names and the storage does not have."""
        return self.manifest["missing"]


def write_backup(file: BinaryIO, recipients: list[bytes]) -> Written:
    """Write a backup that the secret keys of ``recipients`` open. Nothing is stopped or locked for those who write."""
    stream = SealedWriter(file, recipients)
    manifest = {"kind": "manifest", "tables": {}, "files": [], "missing": [], "sealed_with": {}}
    with snapshot() as rows:
        start, columns = _start(rows)
        write_section(stream, start)
        names = contents.file_columns(start["migrations"])
        named: set[str] = set()
        for table in sorted(columns):
            table_writer = _Table(table, columns[table], names.get(table, []))
            write_section(stream, {"kind": "table", "name": table}, packed(table_writer.lines(rows)))
            manifest["tables"][table] = {"rows": table_writer.tally.rows, "digest": table_writer.tally.digest}
            named |= table_writer.named
            for key, count in table_writer.sealed_with.items():
                manifest["sealed_with"][key] = manifest["sealed_with"].get(key, 0) + count
        manifest["last_numbers"] = rows.last_numbers(columns)
    _write_files(stream, manifest, named)
    manifest["ended_at"] = timezone.now().isoformat()
    write_section(stream, manifest)
    stream.close()
    return Written(manifest, stream.file_key, start["unknown_tables"])


def _start(rows: Rows) -> tuple[dict, dict[str, list[Column]]]:
    migrations = sorted([list(row) for row in rows.all("SELECT DISTINCT app, name FROM django_migrations")])
    columns = contents.tables_at(migrations)
    unknown = [name for name in rows.hold(columns) if name not in contents.left_out_tables()]
    return {
        "kind": "start",
        "format": FORMAT,
        "made_at": timezone.now().isoformat(),
        "database": connection.vendor,
        "releases": {name: version(name) for name in ("django", "wagtail")},
        "migrations": migrations,
        "tables": columns,
        "unknown_tables": unknown,
    }, columns


class _Table:
    """Writes one table, and notes on the way what it holds."""

    def __init__(self, name: str, columns: list[Column], file_columns: list[str]) -> None:
        self.name, self.columns = name, columns
        self.tally, self.named, self.sealed_with = Tally(), set(), {}
        self._files = [at for at, column in enumerate(columns) if column.name in file_columns]
        self._sealed = [at for at, column in enumerate(columns) if column.place]

    def lines(self, rows: Rows) -> Iterator[bytes]:
        """Yield the rows as they are written."""
        same = comparable(self.columns)
        for row in rows.rows(self.name, self.columns):
            self.tally.add(same(row))
            self.named.update(row[at] for at in self._files if row[at])
            for at in self._sealed:
                if row[at]:
                    key = key_of(row[at])
                    self.sealed_with[key] = self.sealed_with.get(key, 0) + 1
            yield dump_row(row)


def key_of(token: str) -> str:
    """Return the id of the key that a sealed text names (`firm.encryption.cipher`)."""
    return token.split(".", 2)[1] if token.count(".") == 2 else "?"


def _write_files(stream: SealedWriter, manifest: dict, named: set[str]) -> None:
    """Write the files of the storage, then those of the folders. What has gone since the snapshot is noted."""
    for name in sorted(named):
        try:
            file = default_storage.open(name)
        except (FileNotFoundError, IsADirectoryError, SuspiciousOperation, ValueError):
            manifest["missing"].append(name)
            continue
        with file:
            _write_file(stream, manifest, MEDIA, name, file)
    for name, path in contents.folder_files():
        try:
            file = path.open("rb")
        except FileNotFoundError:
            manifest["missing"].append(name)
            continue
        with file:
            _write_file(stream, manifest, DATA, name, file)


def _write_file(stream: SealedWriter, manifest: dict, store: str, name: str, file) -> None:
    digest, size = hashlib.sha256(), 0

    def frames() -> Iterator[bytes]:
        nonlocal size
        while data := file.read(FRAME):
            digest.update(data)
            size += len(data)
            yield data

    write_section(stream, {"kind": "file", "store": store, "name": name}, frames())
    manifest["files"].append([store, name, size, digest.hexdigest()])
