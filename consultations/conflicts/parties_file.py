"""Imports a CSV file of known parties. No message or error contains a name."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from consultations.conflicts.matching.companies import is_company
from consultations.conflicts.matching.compare import plain
from consultations.conflicts.register import save_new_parties, save_party
from consultations.models.parties import Party, PartyKind, PartyRole, PartySource
from firm.encryption.blind_index import digest, digests_for_lookup

REQUIRED, COLUMNS = ("name", "role"), ("name", "role", "aliases", "kind", "matter", "note")
MAY_CHANGE = ("aliases", "kind", "note")
PURPOSE = "party line"
BATCH = 500
MAX_NAME, MAX_MATTER, MAX_TEXT = 200, 200, 5000


class NotAPartiesFile(Exception):
    """No line of the file can be read; the message says why."""


@dataclass
class Outcome:
    """Counts of an import or a dry run; ``refused`` holds line numbers with reasons."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    erased: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


class _Refused(Exception):
    pass


@sensitive_variables()
def import_parties(path: Path, *, is_dry_run: bool = False) -> Outcome:
    """Import the parties of a file, all good lines in one transaction.

    A known party is recognized by name, role and matter; its other columns are then updated. Raises `NotAPartiesFile`
    when no line can be read.
    """
    lines = _lines(path)
    outcome = Outcome()
    with transaction.atomic():
        batch: dict[str, dict] = {}
        seen: set[str] = set()
        for number, line in lines:
            try:
                values = _values(line)
            except _Refused as reason:
                outcome.refused.append((number, str(reason)))
                continue
            line_key = "\n".join((plain(values["name"]), values["role"], plain(values["matter"])))
            if line_key in seen:
                outcome.unchanged += 1
                continue
            seen.add(line_key)
            batch[line_key] = values
            if len(batch) == BATCH:
                _bring(batch, outcome, is_dry_run)
                batch = {}
        _bring(batch, outcome, is_dry_run)
    if outcome.refused and not (outcome.added or outcome.changed or outcome.unchanged or outcome.erased):
        raise NotAPartiesFile(
            "No line could be read. " + "; ".join(f"line {n}: {why}" for n, why in outcome.refused[:5])
        )
    return outcome


@sensitive_variables()
def _bring(batch: dict[str, dict], outcome: Outcome, is_dry_run: bool) -> None:
    meant = {number: line for line in batch for number in digests_for_lookup(line, PURPOSE)}
    known = {
        meant[party.import_key]: party for party in Party.objects.select_for_update().filter(import_key__in=list(meant))
    }
    new = []
    for line, values in batch.items():
        party, key = known.get(line), digest(line, PURPOSE)
        if party is None:
            new.append(Party(**values, source=PartySource.IMPORT, import_key=key))
            outcome.added += 1
        elif party.is_buried:
            outcome.erased += 1
        elif all(getattr(party, name) == value for name, value in values.items() if name in MAY_CHANGE):
            outcome.unchanged += 1
            if party.import_key != key and not is_dry_run:
                Party.objects.filter(pk=party.pk).update(import_key=key)
        else:
            outcome.changed += 1
            if not is_dry_run:
                for name in MAY_CHANGE:
                    setattr(party, name, values[name])
                party.import_key = key
                save_party(party)
    if not is_dry_run:
        save_new_parties(new)


@sensitive_variables()
def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise NotAPartiesFile(f"The file cannot be read: {problem.strerror}.") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    if "\0" in text:
        raise NotAPartiesFile("This is not a text file.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=False)
    header = [name.strip().casefold() for name in next(reader, [])]
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise NotAPartiesFile(f"The first line must name the columns; missing: {', '.join(missing)}.")
    return _rows(reader, header)


def _rows(reader, header: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    while True:
        try:
            before = reader.line_num
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield before + 1, {}
            continue
        if any(cell.strip() for cell in cells):
            yield before + 1, {name: cell.strip() for name, cell in zip(header, cells, strict=False) if name in COLUMNS}


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


@sensitive_variables()
def _values(line: dict[str, str]) -> dict[str, str]:
    """Return the fields of a party. Raises `_Refused` with a message that shows no value."""
    name = " ".join(line.get("name", "").split())
    if not plain(name):
        raise _Refused("no name")
    role = _choice(PartyRole, line.get("role", ""))
    if role is None:
        raise _Refused("role must be one of " + ", ".join(PartyRole.values))
    guess = PartyKind.ORGANISATION if is_company(name) else PartyKind.PERSON
    kind = _choice(PartyKind, line["kind"]) if line.get("kind") else guess
    if kind is None:
        raise _Refused("kind must be person or organisation")
    aliases = [alias.strip() for alias in line.get("aliases", "").replace("|", ";").split(";") if alias.strip()]
    matter, note = line.get("matter", ""), line.get("note", "")
    if len(name) > MAX_NAME or len(matter) > MAX_MATTER or max(len(note), len("".join(aliases))) > MAX_TEXT:
        raise _Refused("a value is too long")
    return {
        "name": name,
        "role": str(role),
        "aliases": "\n".join(dict.fromkeys(aliases)),
        "kind": str(kind),
        "matter": matter,
        "note": note,
    }


def _choice(choices, text: str):
    """Return the choice with this value or label, ignoring case and separators."""
    wanted = plain(text.replace("_", " ").replace("-", " "))
    for value, label in choices.choices:
        if wanted and wanted in (plain(value.replace("_", " ")), plain(label.replace("-", " "))):
            return value
    return "organisation" if choices is PartyKind and wanted in ("organization", "company") else None
