"""A form is not acknowledged before it is on the disk: the system calls in their order."""

import shutil
import uuid

import pytest

from soak.senders import Visitor
from soak.system_calls import STRACE, read, synced_before_answer

WAL, ASKED, ANSWERED = "-wal", "POST /free", "HTTP/1.1 303"
RECEIVED = '7 recvfrom(5<TCP:[1]>, "POST /free-consultation/ HTTP/1.1"..., 65536, 0, NULL, NULL) = 900'
WRITTEN = '8 pwrite64(9</d/db.sqlite3-wal>, "abc"..., 4096, 56) = 4096'
SYNCED = "8 fdatasync(9</d/db.sqlite3-wal>) = 0"
SENT = '8 sendto(5<TCP:[1]>, "HTTP/1.1 303 See Other"..., 900, 0, NULL, 0) = 900'
BEGUN, ENDED = "8 fdatasync(9</d/db.sqlite3-wal> <unfinished ...>", "8 <... fdatasync resumed>) = 0"
OTHER = "8 fdatasync(4</d/db.sqlite3>) = 0"
FAILED = "8 fdatasync(9</d/db.sqlite3-wal>) = -1 EIO (Input/output error)"


@pytest.mark.parametrize(
    ("lines", "is_synced"),
    [
        ([RECEIVED, WRITTEN, SYNCED, SENT], True),
        ([RECEIVED, WRITTEN, BEGUN, "9 write(2<pipe:[1]>, ) = 1", ENDED, SENT], True),
        ([RECEIVED, WRITTEN, SENT], False),
        ([RECEIVED, WRITTEN, SENT, SYNCED], False),
        ([RECEIVED, WRITTEN, BEGUN, SENT, ENDED], False),
        ([RECEIVED, SYNCED, WRITTEN, SENT], False),
        ([RECEIVED, WRITTEN, SYNCED, WRITTEN, SENT], False),
        ([RECEIVED, WRITTEN, OTHER, SENT], False),
        ([RECEIVED, WRITTEN, FAILED, SENT], False),
        ([WRITTEN, SYNCED, RECEIVED, SENT], False),
        ([RECEIVED, SENT], False),
    ],
)
def test_the_order_is_judged(tmp_path, lines, is_synced):
    (tmp_path / "calls").write_text("\n".join(lines))
    assert synced_before_answer(read(tmp_path / "calls"), ASKED, ANSWERED, WAL) is is_synced


@pytest.mark.parametrize("lines", [[], [RECEIVED], [SENT], [SENT, RECEIVED]])
def test_what_was_not_asked_or_not_answered_proves_nothing(tmp_path, lines):
    (tmp_path / "calls").write_text("\n".join(lines))
    with pytest.raises(AssertionError, match="was not"):
        synced_before_answer(read(tmp_path / "calls"), ASKED, ANSWERED, WAL)


def test_sqlite_has_it_on_the_disk_before_anybody_is_thanked(embedded, tmp_path):
    """Started as a child of strace, which then needs no right to trace other processes."""
    assert shutil.which("strace"), "strace is not installed: apt-get install strace"
    calls = tmp_path / "calls"
    with embedded.stopped():
        embedded.start(under=(*STRACE, "-o", str(calls)), command=("run_web",))
        try:
            visitor = Visitor(embedded.port, embedded.site)
            visitor.open()
            assert visitor.send(str(uuid.uuid4()), message="Please call.", seconds=120).status == 303
        finally:
            embedded.stop()
    assert synced_before_answer(read(calls), ASKED, ANSWERED, WAL)


def test_postgresql_is_told_to_wait_for_the_disk(stack):
    """The site's commits wait for the disk, even when the server is set to less."""
    assert stack.tell("durability") == {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
