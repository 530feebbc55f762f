"""Finds what was changed in an audit trail behind the site's back.

Once a night a trail is hashed in order, each link over the link before, the entry, its id and its MAC; where that ended
is recorded as the head, which is encrypted and so cannot be made up without a field key. A verification computes the
links again: a change, removal, insertion or another order of what the head covers leads to another digest. Of what is
newer the MACs find a change, an insertion and a copy, not a removal. An older state of everything, head included, is
found only by a fingerprint from outside the database.

The oldest entries can be deleted: the link that they end with is recorded as the base, where the chain begins then.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Max, Model
from django.utils import timezone

from firm.audit_chain.entry_mac import EntryMac
from firm.encryption.cipher import Unreadable
from firm.models import TrailHead

#: A head covers entries of this age: until then, a transaction may still commit one with a smaller id.
SETTLED_AFTER = timedelta(hours=1)
BATCH = 1000
_FINGERPRINT = re.compile(r"\d{1,18}-[0-9a-f]{12}")


class Broken(Exception):
    """The trail is not as the site has written it; says where."""


class Link(NamedTuple):
    """A place in the chain: how many entries it covers since the trail began, the id of the last, and the digest."""

    count: int = 0
    entry_id: int = 0
    digest: str = ""

    @property
    def fingerprint(self) -> str:
        """What can be written down: the count and the first 48 bits of the digest; empty for an empty trail."""
        return f"{self.count}-{self.digest[:12]}" if self.count else ""


@dataclass(frozen=True)
class Report:
    """The result of a verification: how many entries there ever were, the link to record, the first problem."""

    entries: int
    settled: Link
    problem: str = ""


@dataclass(frozen=True)
class AuditChain:
    """The chain over the trail ``name``, of the entries of one model."""

    name: str
    entries: type[Model]
    mac: EntryMac

    def verify(self, expected: str = "", *, needs_head: bool = False) -> Report:
        """Read the whole trail; report the first problem. With ``needs_head``, not to have one is a problem, too.

        ``expected`` is a fingerprint of any time; one of deleted entries is ignored.
        """
        row = self.recorded()
        try:
            if row is None and needs_head:
                raise Broken("its recorded head is gone")
            base, head = _bounds(row) if row else (Link(), Link())
            return self._verify(base, head, expected)
        except Broken as error:
            now = self.recorded()
            if row and now and now.base_encrypted != row.base_encrypted:  # the oldest entries were deleted meanwhile
                return self.verify(expected, needs_head=needs_head)
            return Report(0, Link(), str(error))

    def record(self, head: Link) -> None:
        """Store the head that the next verification compares with."""
        values = {"head": list(head), "recorded_at": timezone.now()}
        TrailHead.objects.update_or_create(
            trail=self.name, defaults=values, create_defaults=values | {"base": list(Link())}
        )

    def recorded(self) -> TrailHead | None:
        return TrailHead.objects.filter(trail=self.name).first()

    def fingerprint(self) -> str:
        """Return the fingerprint of the recorded head; empty when there is none."""
        row = self.recorded()
        with suppress(Broken):
            return _bounds(row)[1].fingerprint if row else ""
        return ""

    @transaction.atomic
    def delete_before(self, before: datetime) -> int:
        """Delete the oldest entries that the head covers; return their number.

        Stops at the first that is younger than ``before`` or not as it was written: evidence is not deleted.
        """
        row = TrailHead.objects.select_for_update().filter(trail=self.name).first()
        try:
            base, head = _bounds(row) if row else (Link(), Link())
        except Broken:  # the verification reports it
            return 0
        end = base
        for link, entry in self._links(base):
            if link.entry_id > head.entry_id or entry.at >= before or self.mac.check(entry) is False:
                break
            end = link
        if end != base:
            self.entries.objects.filter(pk__gt=base.entry_id, pk__lte=end.entry_id).delete()
            row.base = list(end)
            row.save(update_fields=["base"])
        return end.count - base.count

    def _links(self, base: Link) -> Iterator[tuple[Link, Model]]:
        """Yield the entries after ``base`` in order, each with its link."""
        count, digest = base.count, base.digest
        for entry in self.entries.objects.filter(pk__gt=base.entry_id).order_by("pk").iterator(BATCH):
            content = b"\0".join([digest.encode(), str(entry.pk).encode(), entry.mac.encode(), self.mac.content(entry)])
            count, digest = count + 1, hashlib.sha256(content).hexdigest()
            yield Link(count, entry.pk, digest), entry

    def _verify(self, base: Link, head: Link, expected: str) -> Report:
        if expected and not _FINGERPRINT.fullmatch(expected):
            raise Broken(f"“{expected}” is no fingerprint, such as 1234-0f3a9c2b7d41")
        wanted_count, _, wanted_digest = expected.partition("-")
        last = covered = settled = base
        settled_before = timezone.now() - SETTLED_AFTER
        _compare(base, wanted_count, wanted_digest)
        for last, entry in self._links(base):
            is_covered = entry.pk <= head.entry_id
            is_valid = self.mac.check(entry)
            if is_valid is False or (is_valid is None and not is_covered):
                raise Broken(f"entry {entry.pk} is not as the site has written it")
            if is_covered:
                covered = last
            if entry.at < settled_before:
                settled = last
            _compare(last, wanted_count, wanted_digest)
        _compare_head(covered, head)
        if expected and int(wanted_count) > last.count:
            raise Broken(f"there are {last.count:,} entries, fewer than when {expected} was written down")
        self._look_for_strangers(base)
        return Report(last.count, max(settled, head), "")

    def _look_for_strangers(self, base: Link) -> None:
        """Refuse entries from before the chain's base, and copies of entries."""
        if self.entries.objects.filter(pk__lte=base.entry_id).exists():
            raise Broken("there are entries from before its beginning")
        macs = self.entries.objects.order_by().values("mac").annotate(number=Count("pk"), copy=Max("pk"))
        for copy in macs.filter(number__gt=1).order_by("copy").values_list("copy", flat=True)[:1]:
            raise Broken(f"entry {copy} is a copy of another one")


def _bounds(row: TrailHead) -> tuple[Link, Link]:
    """Return base and head as they were recorded."""
    try:
        return Link(*row.base), Link(*row.head)
    except (Unreadable, TypeError):  # the latter for NULL
        raise Broken("its recorded head was changed") from None


def _compare(link: Link, wanted_count: str, wanted_digest: str) -> None:
    if str(link.count) == wanted_count and not link.digest.startswith(wanted_digest):
        raise Broken(f"the first {link.count:,} entries are not those that were there when that was written down")


def _compare_head(covered: Link, head: Link) -> None:
    until = f"up to entry {head.entry_id}, which were recorded"
    if covered.count < head.count:
        raise Broken(f"{head.count - covered.count:,} of the {head.count:,} entries {until}, are gone")
    if covered.count > head.count:
        raise Broken(f"there are {covered.count - head.count:,} more entries than the {head.count:,} {until}")
    if covered != head:
        raise Broken(f"the {head.count:,} entries {until}, are not the same, or not in the same order")
