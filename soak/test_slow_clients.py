"""Slow, greedy and broken clients slow nobody else down: the form answers within a second throughout."""

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
def descriptors():
    """Enough descriptors for the clients."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, before[1]), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture(params=["embedded", "stack"])
def site(request):
    """The server of `make run`, or nginx in front of the stack's; its processes are compared before and after."""
    found = request.getfixturevalue(request.param).front
    before = found.processes()
    yield found
    assert found.processes() == before


def get(site, path: str, more: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {site.host}\r\n{more}\r\n".encode()


def post(site, length: int, more: str = "") -> bytes:
    kind = "Content-Type: application/x-www-form-urlencoded\r\n"
    head = f"POST /free-consultation/ HTTP/1.1\r\nHost: {site.host}\r\n{kind}{more}"
    return f"{head}Content-Length: {length}\r\n\r\n".encode()


def connect(site, window: int = 0) -> socket.socket:
    one = socket.socket()
    if window:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    one.settimeout(20)
    one.connect(("127.0.0.1", site.port))
    return one


def assert_quick(site) -> None:
    """Ask for the form again and again."""
    for _ in range(LOOKS):
        begun = time.monotonic()
        with connect(site) as one:
            one.sendall(get(site, FORM, "Connection: close\r\n"))
            got = b""
            while part := one.recv(65536):
                got += part
        assert got.startswith(b"HTTP/1.1 200"), got[:200]
        assert time.monotonic() - begun < LIMIT
        time.sleep(0.1)


@contextlib.contextmanager
def limited(processes: list[int], kind: int):
    """Within the block, each of the processes may have 1,024 of a resource."""
    before = {pid: resource.prlimit(pid, kind) for pid in processes}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, kind, (1024, hard))
    try:
        yield
    finally:
        for pid, limits in before.items():
            resource.prlimit(pid, kind, limits)


@contextlib.contextmanager
def visitors(site, number: int, sent: bytes, *, then: bytes = b"", reads: int = 0, window: int = 0):
    """Have so many clients send the same; then each sends or reads a little every half second."""
    stopped = threading.Event()
    with contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(connect(site, window)) for _ in range(number)]

        def go_on() -> None:
            while not stopped.wait(0.5):
                for one in crowd:
                    with contextlib.suppress(OSError):
                        one.send(then) if then else one.recv(reads)

        for one in crowd:
            one.settimeout(2)
            with contextlib.suppress(OSError):
                one.sendall(sent)
        if reads:  # that so many ask at once is another matter: it begins when all are being answered
            for one in crowd:
                one.settimeout(60)
                one.recv(1, socket.MSG_PEEK)
                one.settimeout(2)
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
def test_two_hundred_slow_senders(site, kind):
    sent = {"heads": get(site, "/")[:-2] + b"X-Slow: ", "bodies": post(site, 900_000) + b"message="}[kind]
    with visitors(site, 200, sent, then=b"a"):
        assert_quick(site)


@pytest.mark.parametrize("path", ["/", "/search/?q=post"])
def test_two_hundred_slow_readers_of_pages(site, path):
    with visitors(site, 200, get(site, path), reads=100, window=4096):
        assert_quick(site)


@pytest.fixture
def large_file(site):
    """The address of an upload of 600 KB."""
    folder = site.media / "images"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "large.png").write_bytes(bytes(600_000))
    return "/media/images/large.png"


def test_sixteen_who_never_read_a_large_file(site, large_file):
    with visitors(site, 16, get(site, large_file), window=4096):
        assert_quick(site)


@pytest.mark.parametrize("path", ["/", "/search/?q=post", "/media/images/large.png"])
def test_twenty_who_pipeline_and_never_read(site, large_file, path):
    with visitors(site, 20, get(site, path) * 500, window=4096):
        assert_quick(site)


def test_more_connections_than_a_process_has_descriptors(site):
    """The stack was started with this limit, so nginx has it, too."""
    with limited(site.answering(), resource.RLIMIT_NOFILE), visitors(site, 1300, b""):
        assert_quick(site)
    assert_quick(site)


def test_resets_in_every_state(site):
    chance, stopped = Random(3), threading.Event()
    states = [
        b"", b"G", get(site, "/")[:20], get(site, "/"), get(site, "/search/?q=a") * 3,
        post(site, 1000), post(site, 1000) + b"abc", post(site, 1000, "Expect: 100-continue\r\n"),
        get(site, "/", f"Content-Length: {'9' * 4400}\r\n"),
        get(site, "/", "Transfer-Encoding: chunked\r\n") + b"ffffffffffffffff\r\n",
    ]  # fmt: skip

    def reset() -> None:
        while not stopped.is_set():
            with contextlib.suppress(OSError), connect(site) as one:
                one.sendall(chance.choice(states))
                time.sleep(chance.random() * 0.02)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    threads = [threading.Thread(target=reset) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        assert_quick(site)
    finally:
        stopped.set()
        for thread in threads:
            thread.join()
    assert_quick(site)


def test_a_full_folder_for_temporary_files(site):
    """No process can write a file: requests are read all the same, and an upload harms nobody."""
    with limited(site.answering(), resource.RLIMIT_FSIZE), site.without_temporary_files():
        with connect(site) as one:
            body = b"message=" + b"a" * 900_000
            one.sendall(post(site, len(body)) + body)
            assert one.recv(100).startswith(b"HTTP/1.1 403")  # without its token
        with connect(site) as one, contextlib.suppress(OSError):
            one.sendall(post(site, 5_000_000).replace(b"/free-consultation/", b"/admin/") + bytes(5_000_000))
            one.recv(100)
        assert_quick(site)
