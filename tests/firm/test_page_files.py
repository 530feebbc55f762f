"""Finished pages as files: which, where, by whom, and what holds of them."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import OperationalError

from firm import page_files, standard_headers
from firm.middleware import scheme_reader
from firm.page_cache.invalidation import Watch
from firm.page_cache.middleware import Address, KeptAnswers, Shelf
from firm.page_cache.stored_response import Answer
from firm.page_files import PageFiles, state_folder
from firm.page_keeper import Keeper, only_one, slot_name
from tests.firm.page_cache import test_middleware
from tests.firm.page_cache.test_middleware import Reply, Site

pytestmark = pytest.mark.usefixtures("open_connection")

HERE = Address("http", "testserver", "/about/")
BODY = b"<!doctype html><p>What every visitor reads.</p>" * 20


@pytest.fixture(autouse=True)
def _fresh_names(settings):
    standard_headers.page_headers.cache_clear()
    page_files.release.cache_clear()
    yield
    standard_headers.page_headers.cache_clear()
    page_files.release.cache_clear()


@pytest.fixture
def files(tmp_path):
    return PageFiles(tmp_path, most=10**9)


def standard(body: bytes = BODY) -> Answer:
    return Answer.of(standard_headers.page_headers(), body)


def environ_of(path: str, **headers) -> dict:
    return test_middleware.environ_of(path, **{"HTTP_HOST": "testserver"} | headers)


def every_file(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*.html.*"))


# --- Which pages, and where -----------------------------------------------------------------------


def test_what_is_written_is_read_by_another_process(files, tmp_path):
    answer = standard()
    files.write(HERE, "s1", answer)
    found = PageFiles(tmp_path, most=10**9).read(HERE, "s1")
    assert (found.bodies, found.tag, dict(found.headers)) == (answer.bodies, answer.tag, dict(answer.headers))


def test_the_file_stands_where_nginx_looks(files, tmp_path):
    files.write(Address("http", "testserver", "/blog/", 3), "s1", standard())
    folder = state_folder(tmp_path, "s1") / standard_headers.digest() / "testserver" / "blog"
    assert sorted(path.name for path in folder.iterdir()) == ["index.page-3.html.br", "index.page-3.html.gz"]


def test_time_and_size_make_the_tag(files):
    answer = standard()
    files.write(HERE, "s1", answer)
    for encoding, suffix in page_files.SUFFIXES.items():
        told = os.stat(f"{files.path(HERE, 's1')}{suffix}")
        assert answer.tag_in(encoding) == f'"{int(told.st_mtime):x}-{told.st_size:x}"'


def test_another_body_has_another_tag():
    assert standard(b"one").tag != standard(b"two").tag


def test_another_state_has_none(files):
    files.write(HERE, "s1", standard())
    assert files.read(HERE, "s2") is None


def test_another_release_has_none(files, settings):
    files.write(HERE, "s1", standard())
    settings.SITE_URL = "http://localhost"
    page_files.release.cache_clear()
    assert files.read(HERE, "s1") is None


@pytest.mark.parametrize(
    "address",
    [
        Address("https", "testserver", "/about/"),
        Address("http", "elsewhere", "/about/"),
        Address("http", "testserver:81", "/about/"),
        Address("http", "", "/about/"),
        Address("http", "..", "/about/"),
        Address("http", "testserver", "/../about/"),
        Address("http", "testserver", "//about/"),
        Address("http", "testserver", "/./"),
        Address("http", "testserver", "/about"),
        Address("http", "testserver", "/sitemap.xml"),
        Address("http", "testserver", "/é/"),
        Address("http", "testserver", "/a\n/"),
        Address("http", "testserver", "/about/\n"),
        Address("http", "testserver", "/" + "a" * 101 + "/"),
        Address("http", "testserver", "/a" * 9 + "/"),
        Address("http", "testserver", ""),
    ],
)
def test_an_odd_address_has_no_file(files, tmp_path, address):
    files.write(address, "s1", standard())
    with files.held(address, "s1") as found:
        assert found is None
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda headers: [*headers, ("Content-Language", "en")],
        lambda headers: headers[1:],
        lambda headers: [(name, "text/plain" if name == "Content-Type" else value) for name, value in headers],
        lambda headers: [(name, "public, max-age=60" if name == "Cache-Control" else value) for name, value in headers],
        lambda headers: [(name, f"{value}, Origin" if name == "Vary" else value) for name, value in headers],
    ],
)
def test_a_page_with_headers_of_its_own_has_no_file(files, tmp_path, change):
    files.write(HERE, "s1", Answer.of(change(list(standard_headers.page_headers())), BODY))
    assert every_file(tmp_path) == []


def test_there_is_a_bound(tmp_path):
    files = PageFiles(tmp_path, most=20 * 1024)
    for number in range(40):
        files.write(Address("http", "testserver", f"/p{number}/"), "s1", standard())
    assert 2 <= len(every_file(tmp_path)) <= 8
    files.write(HERE, "s2", standard())
    assert files.read(HERE, "s2")


def test_a_folder_that_cannot_be_written_costs_nobody_an_answer(tmp_path):
    (tmp_path / "states").write_text("a file stands in the way")
    (tmp_path / "locks").write_text("here, too")
    files = PageFiles(tmp_path, most=10**9)
    files.write(HERE, "s1", standard())
    with files.held(HERE, "s1") as found:
        assert found is None


def test_half_a_page_is_none(files):
    files.write(HERE, "s1", standard())
    os.unlink(f"{files.path(HERE, 's1')}.gz")
    assert files.read(HERE, "s1") is None


# --- The site with files --------------------------------------------------------------------------


class Host:
    """Several processes of one host: each has a memory of its own, all have one folder."""

    def __init__(self, root: Path, processes: int = 2) -> None:
        self.site = Site()
        inner, clock = self.site.application.application, iter(range(10**6))
        self.processes = [
            KeptAnswers(
                inner,
                scheme_of=scheme_reader(),
                watch=Watch(clock=lambda: next(clock)),
                shelf=Shelf(),
                files=PageFiles(root, most=10**9),
            )
            for _ in range(processes)
        ]

    def get(self, number: int, path: str, **headers) -> Reply:
        return Reply(self.processes[number], environ_of(path, **headers))


@pytest.fixture
def host(home, tmp_path):
    return Host(tmp_path)


def test_a_page_is_made_once_for_all_processes(host):
    first, second = host.get(0, "/", HTTP_ACCEPT_ENCODING="br"), host.get(1, "/", HTTP_ACCEPT_ENCODING="br")
    assert host.site.made == ["/"]
    assert first.body == second.body
    assert first.headers == second.headers


def test_a_file_that_is_lost_is_written_again(host, tmp_path):
    host.get(0, "/")
    for path in tmp_path.rglob("*.html.*"):
        path.unlink()
    host.get(0, "/")
    assert every_file(tmp_path) == ["index.html.br", "index.html.gz"]
    assert host.site.made == ["/"]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {"HTTP_COOKIE": "sessionid=abc"}),
        ("/", {"HTTP_COOKIE": "messages=abc"}),
        ("/", {"HTTP_AUTHORIZATION": "Basic abc"}),
        ("/?q=1", {}),
        ("/nowhere/", {}),
        ("/search/?q=bail", {}),
        ("/search/", {}),
        ("/sitemap.xml", {}),
        ("/admin/", {}),
        ("/", {"HTTP_HOST": "testserver:99"}),
        ("/", {"HTTP_HOST": "elsewhere"}),
    ],
)
def test_what_never_becomes_a_file(host, tmp_path, path, headers):
    host.get(0, path, **headers)
    assert every_file(tmp_path) == []


def made_by(root: Path, application) -> KeptAnswers:
    """Return another process of the host, around an application."""
    return KeptAnswers(
        application,
        scheme_of=lambda environ: "http",
        watch=Watch(lambda: "s1"),
        shelf=Shelf(),
        files=PageFiles(root, most=10**9),
    )


def slowly(made: list, *, status: str = "200 OK", mark: bool = True):
    def application(environ, start_response):
        made.append(environ["PATH_INFO"])
        time.sleep(0.1)
        if mark:
            environ["firm.page_cache.stored_response"] = BODY
        start_response(status, list(standard_headers.page_headers()))
        return [BODY]

    return application


def test_four_processes_at_once_make_it_once(tmp_path):
    made, begun = [], threading.Barrier(12)
    processes = [made_by(tmp_path, slowly(made)) for _ in range(4)]

    def ask(number):
        begun.wait()
        return Reply(processes[number % 4], environ_of("/about/")).text

    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(ask, range(12))) == [BODY.decode()] * 12
    assert made == ["/about/"]


def test_who_waits_for_another_process_that_fails_makes_it(tmp_path):
    made, tries = [], []

    def failing(environ, start_response):
        tries.append(1)
        time.sleep(0.2)
        raise RuntimeError("broken")

    processes = [made_by(tmp_path, failing), made_by(tmp_path, slowly(made))]
    with ThreadPoolExecutor(2) as pool:
        broken = pool.submit(Reply, processes[0], environ_of("/about/"))
        while not tries:
            time.sleep(0.01)
        assert pool.submit(Reply, processes[1], environ_of("/about/")).result().status == 200
        assert isinstance(broken.exception(), RuntimeError)
    assert made == ["/about/"]


# --- The keeper -----------------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Asked:
    """What the database says, by turns."""

    def __init__(self, *answers) -> None:
        self.answers = list(answers)

    def __call__(self):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def links(root: Path) -> dict[str, str]:
    return {path.name: os.readlink(path) for path in (root / "at").iterdir()}


def kept(root: Path, *answers) -> tuple[Keeper, Clock]:
    clock = Clock()
    keeper = Keeper(root, read=Asked(*answers), clock=clock)
    keeper.begin()
    return keeper, clock


def test_this_half_second_and_the_next_lead_to_the_state(tmp_path):
    keeper, clock = kept(tmp_path, "s1")
    clock.now += 0.6
    keeper.turn()
    name = state_folder(tmp_path, "s1").name
    assert links(tmp_path) == {"1000000.5": f"../states/{name}", "1000001.0": f"../states/{name}"}


def test_a_change_turns_both_links(tmp_path):
    keeper, _ = kept(tmp_path, "s1", "s2")
    keeper.turn()
    keeper.turn()
    assert set(links(tmp_path).values()) == {f"../states/{state_folder(tmp_path, 's2').name}"}


def test_what_is_past_has_no_link(tmp_path):
    keeper, clock = kept(tmp_path, "s1")
    for _ in range(8):
        keeper.turn()
        clock.now += 0.5
    assert sorted(links(tmp_path)) == ["1000003.5", "1000004.0"]


def test_an_answer_that_comes_late_is_for_a_time_that_is_past(tmp_path):
    """A keeper that was held up between asking and linking must not give its old answer to a new second."""
    clock = Clock()

    def slow():
        clock.now += 5
        return "s1"

    keeper = Keeper(tmp_path, read=slow, clock=clock)
    keeper.begin()
    keeper.turn()
    assert sorted(links(tmp_path)) == ["1000000.0", "1000000.5"]


def test_what_was_known_holds_while_the_database_is_away(tmp_path):
    keeper, clock = kept(tmp_path, "s1", OperationalError())
    keeper.turn()
    clock.now += 1
    keeper.turn()
    assert links(tmp_path)["1000001.0"].endswith(state_folder(tmp_path, "s1").name)


@pytest.mark.parametrize("unknown", [None, OperationalError()])
def test_nothing_holds_while_nobody_knows(tmp_path, unknown):
    keeper, _ = kept(tmp_path, unknown)
    keeper.turn()
    assert links(tmp_path) == {}


def test_a_keeper_begins_with_nothing(tmp_path, files):
    keeper, _ = kept(tmp_path, "s1")
    keeper.turn()
    files.write(HERE, "s1", standard())
    kept(tmp_path, "s1")
    assert links(tmp_path) == {}
    assert every_file(tmp_path) == []


def test_old_states_go_and_the_present_one_stays(tmp_path, files):
    keeper, _ = kept(tmp_path, "s2")
    keeper.turn()
    for state in ("s1", "s2", "s3"):
        files.write(HERE, state, standard())
    long_ago = time.time() - 60
    for state in ("s1", "s2"):
        os.utime(state_folder(tmp_path, state), (long_ago, long_ago))
    keeper.clear()
    assert [bool(files.read(HERE, state)) for state in ("s1", "s2", "s3")] == [False, True, True]


def test_a_keeper_that_stops_takes_its_links_along(tmp_path):
    stopped = threading.Event()
    keeper = Keeper(tmp_path, read=lambda: "s1")
    running = threading.Thread(target=keeper.run, args=(stopped,))
    running.start()
    deadline = time.monotonic() + 10
    while not (tmp_path / "at").is_dir() or not os.listdir(tmp_path / "at"):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    stopped.set()
    running.join(5)
    assert links(tmp_path) == {}


def test_a_second_keeper_stands_by(tmp_path):
    stopped = threading.Event()
    lock = only_one(tmp_path, stopped)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(only_one, tmp_path, stopped)
        time.sleep(0.3)
        assert not waiting.done()
        os.close(lock)
        taken = waiting.result(5)
    assert taken is not None
    os.close(taken)


@pytest.mark.parametrize(("number", "name"), [(0, "0.0"), (1, "0.5"), (2_000_003, "1000001.5")])
def test_the_name_of_a_half_second(number, name):
    assert slot_name(number) == name
