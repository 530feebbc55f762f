"""What is asked, timed and counted in other processes."""

import os
import subprocess
import sys

import pytest

from bench.asking import asked
from bench.rows.start import descendants, held_below
from bench.running import environment, running
from bench.table import CannotMeasure

APPLICATION = """
def application(environ, start_response):
    found = environ["PATH_INFO"] != "/nowhere/"
    start_response("200 OK" if found else "404 Not Found", [("Content-Type", "text/plain")])
    print("a site may print")
    return [environ["PATH_INFO"].encode()]
"""


@pytest.fixture
def site(tmp_path):
    (tmp_path / "plain_application.py").write_text(APPLICATION)
    with asked("plain_application:application", cwd=tmp_path, env=environment(), log=tmp_path / "log") as found:
        yield found


def test_a_page_is_asked_for_as_often_as_ordered(site):
    times = site.times("/there/", 3, forget=False)
    assert {name: len(values) for name, values in times.items()} == {"wall": 3, "processor": 3}
    assert min(times["wall"]) > 0
    assert site.body("/there/?x=1") == "/there/"


def test_what_is_no_page_is_not_timed(site):
    with pytest.raises(CannotMeasure, match="/nowhere/ answered 404"):
        site.times("/nowhere/", 1, forget=False)


def test_site_that_does_not_load_says_why(tmp_path):
    with (
        asked("missing:application", cwd=tmp_path, env=environment(), log=tmp_path / "log") as found,
        pytest.raises(CannotMeasure, match="No module named 'missing'"),
    ):
        found.times("/", 1)


def test_server_that_ends_says_why(tmp_path):
    command, log = [sys.executable, "-c", "raise SystemExit('no such port')"], tmp_path / "log"
    with (
        pytest.raises(CannotMeasure, match="no such port"),
        running(command, log=log, cwd=tmp_path, env=environment(), address="http://127.0.0.1:9/"),
    ):
        pytest.fail("it does not answer")


def test_environment_of_the_caller_leads_nobody_astray(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/real")
    assert "DATABASE_URL" not in environment()
    assert environment(PORT="8600")["PORT"] == "8600"


def test_memory_is_that_of_the_processes_below():
    program = "import sys; held = bytes(b'x' * 8_000_000); print('up', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"up\n"
        assert process.pid in descendants(os.getpid())
        assert held_below(os.getpid()) > 8_000_000
        process.stdin.close()
        process.wait()
    assert process.pid not in descendants(os.getpid())
