"""Slow, greedy and broken visitors of `make run` cost nobody else anything: the form answers in a second throughout."""

import contextlib
import resource
import socket
import struct
import threading
import time
from random import Random

import pytest

FORM = "/free-consultation/?fresh=1"
LIMIT, LOOKS = 1.0, 20


@pytest.fixture(autouse=True)
def _descriptors():
    """Enough descriptors on the side of the visitors."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, before[1]), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture
def unharmed(embedded):
    """Compares the processes before and after."""
    before = embedded.server_processes
    yield embedded
    assert embedded.server_processes == before


def get(embedded, path: str, more: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{embedded.port}\r\n{more}\r\n".encode()


def post(embedded, length: int, more: str = "") -> bytes:
    kind = "Content-Type: application/x-www-form-urlencoded\r\n"
    head = f"POST /free-consultation/ HTTP/1.1\r\nHost: 127.0.0.1:{embedded.port}\r\n{kind}{more}"
    return f"{head}Content-Length: {length}\r\n\r\n".encode()


def connect(embedded, window: int = 0) -> socket.socket:
    one = socket.socket()
    if window:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    one.settimeout(20)
    one.connect(("127.0.0.1", embedded.port))
    return one


def assert_quick(embedded) -> None:
    """Ask for the form again and again."""
    for _ in range(LOOKS):
        begun = time.monotonic()
        with connect(embedded) as one:
            one.sendall(get(embedded, FORM, "Connection: close\r\n"))
            got = b""
            while part := one.recv(65536):
                got += part
        assert got.startswith(b"HTTP/1.1 200"), got[:200]
        assert time.monotonic() - begun < LIMIT
        time.sleep(0.1)


@contextlib.contextmanager
def visitors(embedded, number: int, sent: bytes, *, then: bytes = b"", reads: int = 0, window: int = 0):
    """Have so many send the same; then each sends or reads a little every half second."""
    stopped = threading.Event()
    with contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(connect(embedded, window)) for _ in range(number)]

        def go_on() -> None:
            while not stopped.wait(0.5):
                for one in crowd:
                    with contextlib.suppress(OSError):
                        one.send(then) if then else one.recv(reads)

        for one in crowd:
            one.settimeout(2)
            with contextlib.suppress(OSError):
                one.sendall(sent)
        thread = threading.Thread(target=go_on)
        if then or reads:
            thread.start()
        time.sleep(1)
        try:
            yield
        finally:
            stopped.set()
            if thread.ident:
                thread.join()


@pytest.mark.parametrize("kind", ["heads", "bodies"])
def test_two_hundred_slow_senders(unharmed, kind):
    sent = {"heads": get(unharmed, "/")[:-2] + b"X-Slow: ", "bodies": post(unharmed, 900_000) + b"message="}[kind]
    with visitors(unharmed, 200, sent, then=b"a"):
        assert_quick(unharmed)


@pytest.mark.parametrize("path", ["/", "/search/?q=post"])
def test_two_hundred_slow_readers_of_pages(unharmed, path):
    with visitors(unharmed, 200, get(unharmed, path), reads=100, window=4096):
        assert_quick(unharmed)


@pytest.fixture
def large_file(unharmed):
    """The address of an upload of 600 KB."""
    folder = unharmed.folder / "media" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "large.png").write_bytes(bytes(600_000))
    return "/media/images/large.png"


def test_sixteen_who_never_read_a_large_file(unharmed, large_file):
    with visitors(unharmed, 16, get(unharmed, large_file), window=4096):
        assert_quick(unharmed)


@pytest.mark.parametrize("path", ["/", "/search/?q=post", "/media/images/large.png"])
def test_twenty_who_pipeline_and_never_read(unharmed, large_file, path):
    with visitors(unharmed, 20, get(unharmed, path) * 500, window=4096):
        assert_quick(unharmed)


def test_more_connections_than_a_process_has_descriptors(unharmed):
    before = {pid: resource.prlimit(pid, resource.RLIMIT_NOFILE) for pid in unharmed.server_processes}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (1024, hard))
    with visitors(unharmed, 1300, b""):
        assert_quick(unharmed)
    assert_quick(unharmed)
    for pid, limits in before.items():
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)


def test_resets_in_every_state(unharmed):
    chance, stopped = Random(3), threading.Event()
    states = [
        b"", b"G", get(unharmed, "/")[:20], get(unharmed, "/"), get(unharmed, "/search/?q=a") * 3,
        post(unharmed, 1000), post(unharmed, 1000) + b"abc", post(unharmed, 1000, "Expect: 100-continue\r\n"),
        get(unharmed, "/", f"Content-Length: {'9' * 4400}\r\n"),
        get(unharmed, "/", "Transfer-Encoding: chunked\r\n") + b"ffffffffffffffff\r\n",
    ]  # fmt: skip

    def reset() -> None:
        while not stopped.is_set():
            with contextlib.suppress(OSError), connect(unharmed) as one:
                one.sendall(chance.choice(states))
                time.sleep(chance.random() * 0.02)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    threads = [threading.Thread(target=reset) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        assert_quick(unharmed)
    finally:
        stopped.set()
        for thread in threads:
            thread.join()
    assert_quick(unharmed)


def test_a_full_folder_for_temporary_files(unharmed):
    """No process can write a file: what visitors send is read all the same, and an upload costs nobody anything."""
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in unharmed.server_processes}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1024, hard))
    try:
        with connect(unharmed) as one:
            body = b"message=" + b"a" * 900_000
            one.sendall(post(unharmed, len(body)) + body)
            assert one.recv(100).startswith(b"HTTP/1.1 403")  # without its token
        with connect(unharmed) as one, contextlib.suppress(OSError):
            one.sendall(post(unharmed, 5_000_000).replace(b"/free-consultation/", b"/admin/") + bytes(5_000_000))
            one.recv(100)
        assert_quick(unharmed)
    finally:
        for pid, limits in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
