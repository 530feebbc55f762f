"""Chains the entries of a trail, and finds where the chain is broken.

Whoever acts only writes an entry with its seal (`firm.audit_chain.entry_mac`), and waits for nobody. The worker chains
what has been committed, in batches: each line's HMAC covers the entry, its place and the line before. What is not
chained yet is the newest quarter of a minute, and is told. A change, a removal, an insertion, another order is found by
the chain; a cut end by the number of lines, which is sealed; an older state of everything, put back as a whole, by a
fingerprint that was written down (`verify_trail --expect`), for no program can tell that from within the database.

A trail may forget its oldest entries: their lines go with them, and where the chain begins since then is sealed, too.
"""

import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, Max, Model, OuterRef, QuerySet

from firm.audit_chain.entry_mac import Seal
from firm.models.chains import ChainKey, ChainLine

BATCH = 1000
#: Entries so far before the last chained one are looked for each time; those that committed later still, once a night.
WINDOW = 5000


class Broken(Exception):
    """The trail is not as the site has left it; says which line."""


@dataclass(frozen=True)
class Report:
    """What a verification has found: how many lines there were, what is not chained yet, the first thing wrong."""

    lines: int
    unsealed: int
    fingerprint: str
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Chain:
    """The chain over one trail: the models of its entries, lines and key, and the seal of its entries."""

    entries: type[Model]
    lines: type[ChainLine]
    keys: type[ChainKey]
    seal: Seal

    # --- Chaining ---------------------------------------------------------------------------------

    def chain_new(self, *, whole: bool = False) -> int:
        """Chain what is new, and return how much that was; with ``whole``, look for old entries that came late, too."""
        total = 0
        while chained := self._chain_batch(whole=whole):
            total += chained
        return total

    @transaction.atomic
    def _chain_batch(self, *, whole: bool) -> int:
        held = self._locked_key()
        head, key = held.head, bytes.fromhex(held.key)
        last = self.lines.objects.order_by("-entry_id").values_list("entry_id", flat=True).first() or 0
        entries = self._unchained().filter(pk__gt=0 if whole else last - WINDOW).order_by("pk")
        number, mac, lines = head["lines"], head["mac"], []
        for entry in entries[:BATCH]:
            if self.seal.is_ours(entry):
                number += 1
                mac = self._mac(key, number, entry, mac)
                lines.append(self.lines(number=number, entry_id=entry.pk, mac=mac))
        if lines:
            self.lines.objects.bulk_create(lines)
            held.head = head | {"lines": number, "mac": mac}
            held.save(update_fields=["head"])
        return len(lines)

    def _locked_key(self) -> ChainKey:
        """Return the key, locked, so that one worker chains at a time; make it for a trail that has no chain yet."""
        is_begun = self.lines.objects.exists()  # asked first: another worker may be making key and lines just now
        held = self.keys.objects.select_for_update().first()
        if held is None and is_begun:
            raise Broken("the key of the chain is gone")
        if held is None:
            head = {"lines": 0, "mac": ""}
            self.keys.objects.get_or_create(pk=1, defaults={"key": secrets.token_hex(32), "head": head})
            held = self.keys.objects.select_for_update().get()  # another worker may have been quicker
        return held

    def _unchained(self) -> QuerySet:
        return self.entries.objects.filter(~Exists(self.lines.objects.filter(entry_id=OuterRef("pk"))))

    def _mac(self, key: bytes, number: int, entry: Model, before: str) -> str:
        told = [str(number).encode(), str(entry.pk).encode(), self.seal.content(entry), (entry.seal or "").encode()]
        return hmac.digest(key, b"\0".join([*told, before.encode()]), "sha256").hex()

    # --- Forgetting -------------------------------------------------------------------------------

    def forget(self, before: datetime) -> int:
        """Delete the oldest entries from before a time, with their lines; return how many those were.

        Ends at the first that is younger, or that is not as it was written: what is wrong stays until it was found.
        """
        total = 0
        while forgotten := self._forget_batch(before):
            total += forgotten
        return total

    @transaction.atomic
    def _forget_batch(self, before: datetime) -> int:
        held = self._locked_key()
        head, key = held.head, bytes.fromhex(held.key)
        began, mac = _start(head)
        number = began
        for line, entry in self._chained(began, min(began + BATCH, head["lines"])):
            if line.number != number + 1 or entry is None or entry.at >= before:
                break
            found = self._mac(key, line.number, entry, mac)
            if not hmac.compare_digest(found, line.mac):
                break
            number, mac = line.number, found
        if number > began:
            lines = self.lines.objects.filter(number__gt=began, number__lte=number)
            self.entries.objects.filter(pk__in=lines.values("entry_id")).delete()
            lines.delete()
            held.head = head | {"start": number, "start_mac": mac}
            held.save(update_fields=["head"])
        return number - began

    # --- Verifying --------------------------------------------------------------------------------

    def fingerprint(self) -> str:
        """Return the present fingerprint; empty when nothing is chained yet."""
        held = self.keys.objects.first()
        return _fingerprint(held.head) if held else ""

    def verify(self, expected: str = "") -> Report:
        """Go through the whole chain, then through what is not chained yet. Stops at the first thing that is wrong.

        A fingerprint of lines that are forgotten by now says nothing more, and is not wrong.
        """
        is_begun = self.lines.objects.exists()  # asked first, as in `_locked_key`
        held = self.keys.objects.first()
        if held is None:
            gone = is_begun or expected
            return Report(0, self._unchained().count(), "", "the key of the chain is gone" if gone else "")
        head = held.head
        try:
            self._follow(bytes.fromhex(held.key), head, expected)
            self._look_at_the_rest(head)
        except Broken as error:
            problem = str(error)
            now = self.keys.objects.first()
            if now is not None and _start(now.head) != _start(head):  # the oldest were forgotten meanwhile
                return self.verify(expected)
        else:
            problem = ""
        return Report(head["lines"], self._unchained().count(), _fingerprint(head), problem)

    def _follow(self, key: bytes, head: dict, expected: str) -> None:
        """Compute the chain anew, from where it begins up to its head."""
        wanted = expected.partition("-")
        began, mac = _start(head)
        _compare(wanted, began, mac)
        number = began
        for number, (line, entry) in enumerate(self._chained(began, head["lines"]), began + 1):
            if line.number != number:
                raise Broken(f"line {number} of the chain is missing")
            if entry is None:
                raise Broken(f"line {number}: entry {line.entry_id} is gone")
            mac = self._mac(key, number, entry, mac)
            if not hmac.compare_digest(mac, line.mac):
                raise Broken(f"line {number}: entry {line.entry_id} is not as it was written, or not in its place")
            _compare(wanted, number, mac)
        if number < head["lines"] or mac != head["mac"]:
            raise Broken(f"line {number + 1}: the end is cut off; {head['lines']} lines were chained")
        if expected and not (wanted[0].isdigit() and wanted[2] and int(wanted[0]) <= number):
            raise Broken(f"line {number + 1}: the chain is shorter than what was written down, {expected}")

    def _chained(self, after: int, last: int) -> Iterator[tuple[ChainLine, Model | None]]:
        """Yield lines with their entries, in the order of the chain."""
        while lines := list(self.lines.objects.filter(number__gt=after, number__lte=last).order_by("number")[:BATCH]):
            entries = self.entries.objects.in_bulk([line.entry_id for line in lines])
            for line in lines:
                yield line, entries.get(line.entry_id)
            after = lines[-1].number

    def _look_at_the_rest(self, head: dict) -> None:
        """Refuse lines from before the chain, entries that the site has not written, and copies of those it has."""
        if self.lines.objects.filter(number__lte=_start(head)[0]).exists():
            raise Broken("there are lines from before the beginning of the chain")
        for entry in self._unchained().order_by("pk").iterator(BATCH):
            if not self.seal.is_ours(entry):
                raise Broken(f"entry {entry.pk} was not written by the site")
        seals = self.entries.objects.exclude(seal=None).order_by().values("seal")
        copies = seals.annotate(number=Count("pk"), copy=Max("pk")).filter(number__gt=1).order_by("copy")
        for copy in copies.values_list("copy", flat=True)[:1]:
            raise Broken(f"entry {copy} is a copy of another one")


def _start(head: dict) -> tuple[int, str]:
    """Return the number and the HMAC of the last line that was forgotten."""
    return head.get("start", 0), head.get("start_mac", "")


def _fingerprint(head: dict) -> str:
    """Return what one can write down of a chain: its length, and the beginning of its last HMAC. Empty: nothing yet."""
    return f"{head['lines']}-{head['mac'][:12]}" if head["lines"] else ""


def _compare(wanted: tuple[str, str, str], number: int, mac: str) -> None:
    if str(number) == wanted[0] and not mac.startswith(wanted[2]):
        raise Broken(f"line {number} is not the one that was written down")
