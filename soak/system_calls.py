"""The system calls of a traced server in their order, parsed from strace's lines."""

import re
from dataclasses import dataclass
from pathlib import Path

#: The program, with its children: what is received and sent, written and synced; files by their names.
STRACE = ("strace", "-f", "-y", "-s", "40", "-e", "trace=recvfrom,sendto,write,writev,pwrite64,fsync,fdatasync")
_CALL = re.compile(r"^(\d+) +(\w+)\((.*)")
_RESUMED = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>(.*)")


@dataclass(frozen=True)
class Event:
    """One call: on what, with which beginning of a text. ``begun`` and ``ended`` are places in the order of all."""

    call: str
    file: str
    text: str
    begun: int
    ended: int
    failed: bool


def read(path: Path) -> list[Event]:
    """Return the calls in the order in which they ended."""
    events, open_calls = [], {}
    for place, line in enumerate(path.read_text(errors="replace").splitlines()):
        if found := _RESUMED.match(line):
            begun, call, first = open_calls.pop((found[1], found[2]), (None, "", ""))
            if begun is not None:
                events.append(_event(call, first + found[3], begun, place))
        elif found := _CALL.match(line):
            if "<unfinished ...>" in line:
                open_calls[found[1], found[2]] = place, found[2], found[3].replace("<unfinished ...>", "")
            else:
                events.append(_event(found[2], found[3], place, place))
    return events


def _event(call: str, rest: str, begun: int, ended: int) -> Event:
    file = re.match(r"\d+<(.*?)>\s*[,)]", rest + ",")
    text = re.search(r'"((?:[^"\\]|\\.)*)"', rest)
    return Event(call, file[1] if file else "", text[1] if text else "", begun, ended, " = -1 " in rest)


def synced_before_answer(events: list[Event], asked: str, answered: str, log: str) -> bool:
    """True when the file whose name ends with ``log`` was written after the question had come, and all that was written
    was on the disk before the answer began to be sent.

    Raises AssertionError when question or answer cannot be found.
    """
    receipt = next((one for one in events if one.call == "recvfrom" and one.text.startswith(asked)), None)
    assert receipt, f"{asked} was not received"
    later = (one for one in events if one.begun > receipt.ended and one.call != "recvfrom")
    answer = next((one for one in later if one.text.startswith(answered)), None)
    assert answer, f"{answered} was not sent"
    between = [one for one in events if one.file.endswith(log) and receipt.ended < one.begun < answer.begun]
    writes = [one for one in between if one.call in {"pwrite64", "write", "writev"} and not one.failed]
    syncs = [one for one in between if one.call in {"fsync", "fdatasync"} and not one.failed]
    if not writes:
        return False
    last = max(one.ended for one in writes)
    return any(one.begun > last and one.ended < answer.begun for one in syncs)
