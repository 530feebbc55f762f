"""Finds parties with names similar to those of a new matter. See docs for what is found and what is not."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.views.decorators.debug import sensitive_variables

from consultations.conflicts.matching import blocking_keys
from consultations.conflicts.matching.compare import THRESHOLD, Explained, codes, explain, readings
from consultations.conflicts.matching.wording import sentence
from consultations.models.parties import Party, PartyEntry, names_in
from firm.encryption.blind_index import many_digests_for_lookup
from firm.encryption.cipher import Token, Unreadable

#: The most digests or ids in one query.
BATCH = 5000
#: Scores of a tombstone with the same whole name, of one that sounds the same, and of a row that cannot be decrypted.
ERASED_SAME, ERASED_ALIKE, UNREADABLE = 95, 80, THRESHOLD
_ENCRYPTED = [Party._meta.get_field(name) for name in ("name", "aliases")]


@dataclass(frozen=True)
class Hit:
    """A party with a name similar to ``asked``. ``found`` is empty when its data were erased or cannot be decrypted."""

    party_id: int
    asked: str
    found: str
    role: str
    score: int
    reasons: tuple[str, ...]


@sensitive_variables()
def find(names: Iterable[str], *, leave_out: Iterable[int] = ()) -> list[Hit]:
    """Return parties with names similar to these, best first, each party once per name.

    Parties of the requests with the ids ``leave_out`` are skipped. A party that cannot be decrypted is a hit, since it
    may be one.
    """
    asked = list(dict.fromkeys(name for name in map(str.strip, names) if name))
    shared = candidates(asked)
    hits, read = [], cache(readings)

    @cache
    @sensitive_variables()
    def compare(name: str, text: str) -> Explained | None:
        return explain(read(name), read(text))

    for party in _rows(shared, set(leave_out)):
        texts = None if party.buried_at else _texts(party)
        for name, purposes in shared[party.pk].items():
            if party.buried_at:
                hit = _erased(party, name, purposes)
            elif texts is None:
                hit = Hit(party.pk, name, "", party.role, UNREADABLE, ("unreadable",))
            else:
                hit = _best(party, name, texts, compare)
            if hit:
                hits.append(hit)
    return sorted(hits, key=lambda hit: (-hit.score, asked.index(hit.asked), hit.party_id))


def words(hit: Hit) -> str:
    return sentence(hit.asked, hit.found, hit.reasons)


def candidates(asked: list[str]) -> dict[int, dict[str, set[str]]]:
    """Return by id the parties that share a blocking key with a name: the names, with the keys' purposes."""
    meant: dict[int, list[tuple[str, str]]] = {}
    for name in asked:
        for purpose, values in blocking_keys.asked(name).items():
            for number in many_digests_for_lookup(values, purpose):
                meant.setdefault(number, []).append((name, purpose))
    found: dict[int, dict[str, set[str]]] = {}
    for batch in _batches(sorted(meant)):
        for row, number in PartyEntry.objects.filter(_is_one_of("digest", batch)).values_list("row_id", "digest"):
            for name, purpose in meant[number]:
                found.setdefault(row, {}).setdefault(name, set()).add(purpose)
    return found


class _Row(NamedTuple):
    """The columns that the search reads. Model instances would take several times as long."""

    pk: int
    row_uuid: UUID
    name: Token
    aliases: Token
    role: str
    buried_at: datetime | None
    request_id: int | None


def _rows(candidates: dict, leave_out: set[int]) -> Iterator[_Row]:
    for batch in _batches(sorted(candidates)):
        for row in map(_Row._make, Party.objects.filter(_is_one_of("id", batch)).values_list(*_Row._fields)):
            if row.request_id is None or row.request_id not in leave_out:
                yield row


def _is_one_of(column: str, numbers: list[int]) -> RawSQL:
    """Return an ``IN`` condition with literal numbers: thousands of parameters are slower."""
    listed = ",".join(str(int(number)) for number in numbers)
    return RawSQL(f"{column} IN ({listed})", (), BooleanField())  # noqa: S611


def _batches(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), BATCH):
        yield numbers[start : start + BATCH]


@sensitive_variables()
def _texts(party: _Row) -> list[str] | None:
    name, aliases = _ENCRYPTED
    try:
        return names_in(name.open(party.name, party.row_uuid), aliases.open(party.aliases, party.row_uuid))
    except Unreadable:
        return None


@sensitive_variables()
def _best(party: _Row, name: str, texts: list[str], compare: Callable[[str, str], Explained | None]) -> Hit | None:
    best = None
    for text in texts:
        found = compare(name, text)
        if found and found.match.score >= THRESHOLD and (best is None or found.match.score > best.score):
            best = Hit(party.pk, name, text, party.role, found.match.score, codes(found.match))
    return best


def _erased(party: _Row, name: str, purposes: set[str]) -> Hit | None:
    """Return the hit of a tombstone, which only whole names can match."""
    if blocking_keys.ALL in purposes:
        return Hit(party.pk, name, "", party.role, ERASED_SAME, ("erased", "same"))
    if blocking_keys.WHOLE in purposes:
        return Hit(party.pk, name, "", party.role, ERASED_ALIKE, ("erased", "sound"))
    return None
