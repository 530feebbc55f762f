"""Chains the entries of the trail, and finds where the chain is broken.

Whoever acts only writes an entry with its seal (`consultations.trail_seal`), and waits for nobody. The worker chains
what has been committed, in batches: each line's HMAC covers the entry, its place and the line before. What is not
chained yet is the newest quarter of a minute, and is told. A change, a removal, an insertion, another order is found by
the chain; a cut end by the number of lines, which is sealed; an older state of everything, put back as a whole, by a
fingerprint that was written down (`verify_trail --expect`), for no program can tell that from within the database.
"""

import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef
from django.utils import timezone

from consultations.models import AuditEntry, TrailKey, TrailLine
from consultations.trail_seal import content, is_ours

BATCH = 1000
#: Entries so far before the last chained one are looked for each time; those that committed later still, once a night.
WINDOW = 5000
#: So long after the chain was begun, a release from before may still write entries without a seal.
UPGRADE = timedelta(hours=1)


class Broken(Exception):
    """The trail is not as the site has left it; says which line."""


@dataclass(frozen=True)
class Report:
    """What a verification has found: how long the chain is, what is not chained yet, and the first thing wrong."""

    lines: int
    unsealed: int
    fingerprint: str
    problem: str = ""


def chain_new(*, whole: bool = False, now: datetime | None = None) -> int:
    """Chain what is new, and return how much that was; with ``whole``, look for old entries that came late, too."""
    total = 0
    while chained := _chain_batch(whole=whole, now=now or timezone.now()):
        total += chained
    return total


@transaction.atomic
def _chain_batch(*, whole: bool, now: datetime) -> int:
    held = _locked_key(now)
    head, key = held.head, bytes.fromhex(held.key)
    is_beginning = now < datetime.fromisoformat(head["since"]) + UPGRADE
    last = TrailLine.objects.order_by("-entry_id").values_list("entry_id", flat=True).first() or 0
    entries = _unchained().filter(pk__gt=0 if whole else last - WINDOW).order_by("pk")
    number, mac, lines = head["lines"], head["mac"], []
    for entry in entries[:BATCH]:
        if is_ours(entry) or (entry.seal is None and is_beginning):
            number += 1
            mac = _mac(key, number, entry, mac)
            lines.append(TrailLine(number=number, entry_id=entry.pk, mac=mac))
    if lines:
        TrailLine.objects.bulk_create(lines)
        held.head = head | {"lines": number, "mac": mac}
        held.save(update_fields=["head"])
    return len(lines)


def _locked_key(now: datetime) -> TrailKey:
    """Return the key, locked, so that one worker chains at a time; make it for a trail that has no chain yet."""
    held = TrailKey.objects.select_for_update().first()
    if held is None and TrailLine.objects.exists():
        raise Broken("the key of the chain is gone")
    if held is None:
        head = {"lines": 0, "mac": "", "since": now.astimezone(UTC).isoformat()}
        TrailKey.objects.get_or_create(pk=1, defaults={"key": secrets.token_hex(32), "head": head})
        held = TrailKey.objects.select_for_update().get()  # another worker may have been quicker
    return held


def _unchained():
    return AuditEntry.objects.filter(~Exists(TrailLine.objects.filter(entry_id=OuterRef("pk"))))


def _mac(key: bytes, number: int, entry: AuditEntry, before: str) -> str:
    message = b"\0".join([str(number).encode(), str(entry.pk).encode(), content(entry), (entry.seal or "").encode()])
    return hmac.digest(key, message + b"\0" + before.encode(), "sha256").hex()


def fingerprint_of(lines: int, mac: str) -> str:
    """Return what one can write down of a chain: its length, and the beginning of its last HMAC."""
    return f"{lines}-{mac[:12]}"


def fingerprint() -> str:
    """Return the present fingerprint; empty when there is no chain yet."""
    held = TrailKey.objects.first()
    return fingerprint_of(held.head["lines"], held.head["mac"]) if held else ""


def verify(expected: str = "") -> Report:
    """Go through the whole chain, and then through what is not chained yet. Stops at the first thing that is wrong."""
    held = TrailKey.objects.first()
    if held is None:
        gone = TrailLine.objects.exists() or expected
        return Report(0, _unchained().count(), "", "the key of the chain is gone" if gone else "")
    head = held.head
    try:
        _follow(bytes.fromhex(held.key), head, expected)
        _look_at_the_rest(head)
    except Broken as error:
        problem = str(error)
    else:
        problem = ""
    return Report(head["lines"], _unchained().count(), fingerprint_of(head["lines"], head["mac"]), problem)


def _follow(key: bytes, head: dict, expected: str) -> None:
    """Compute the chain anew up to its head."""
    mac, wanted, number = "", expected.partition("-"), 0
    for number, (line, entry) in enumerate(_chained(head["lines"]), 1):
        if line.number != number:
            raise Broken(f"line {number} of the chain is missing")
        if entry is None:
            raise Broken(f"line {number}: entry {line.entry_id} is gone")
        mac = _mac(key, number, entry, mac)
        if not hmac.compare_digest(mac, line.mac):
            raise Broken(f"line {number}: entry {line.entry_id} is not as it was written, or not in its place")
        if str(number) == wanted[0] and not mac.startswith(wanted[2]):
            raise Broken(f"line {number} is not the one that was written down")
    if number < head["lines"] or mac != head["mac"]:
        raise Broken(f"line {number + 1}: the end is cut off; {head['lines']} lines were chained")
    if expected and not (wanted[0].isdigit() and wanted[2] and int(wanted[0]) <= number):
        raise Broken(f"line {number + 1}: the chain is shorter than what was written down, {expected}")


def _chained(last: int) -> Iterator[tuple[TrailLine, AuditEntry | None]]:
    """Yield lines with their entries, in the order of the chain."""
    reached = 0
    while lines := list(TrailLine.objects.filter(number__gt=reached, number__lte=last).order_by("number")[:BATCH]):
        entries = AuditEntry.objects.in_bulk([line.entry_id for line in lines])
        for line in lines:
            yield line, entries.get(line.entry_id)
        reached = lines[-1].number


def _look_at_the_rest(head: dict) -> None:
    """Refuse entries that the site has not written, and copies of those that it has."""
    is_beginning = timezone.now() < datetime.fromisoformat(head["since"]) + UPGRADE
    for entry in _unchained().order_by("pk").iterator(BATCH):
        if not is_ours(entry) and not (entry.seal is None and is_beginning):
            raise Broken(f"entry {entry.pk} was not written by the site")
    seals = AuditEntry.objects.exclude(seal=None).order_by().values("seal")
    copies = seals.annotate(number=Count("pk"), copy=Max("pk")).filter(number__gt=1).order_by("copy")
    for copy in copies.values_list("copy", flat=True)[:1]:
        raise Broken(f"entry {copy} is a copy of another one")
