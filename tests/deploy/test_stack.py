"""The stack of one machine: the configuration of nginx is valid, and nothing outlives the supervisor."""

import json
import os
import select
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager

import pytest
from django.conf import settings

from deploy.stack import setup

SECONDS = 60
PROGRAM = """
import sys
from deploy.stack import __main__ as stack
from deploy.stack.services import Service

SLEEP = "import time; print('up', flush=True); time.sleep(600)"
stack.stores = lambda known: [Service("postgresql", [sys.executable, "-c", SLEEP])]
stack.servers = lambda known: [Service("worker", [sys.executable, "-c", SLEEP])]
stack.prepare = lambda *given: None
stack.answers = stack.listens = lambda port: True
for name in ("logs", "hold"):
    (stack.FOLDER / name).mkdir(parents=True)
stack.run()
"""


def test_nginx_takes_its_configuration(tmp_path, monkeypatch):
    nginx = setup.program("nginx")
    if nginx is None:
        pytest.skip("nginx is not installed")
    monkeypatch.setattr(setup, "FOLDER", tmp_path)
    ports = {name: setup.free_port() for name in ("port", "plain", "server-1", "server-2")}
    setup.write_nginx(ports)
    command = [nginx, "-t", "-e", "stderr", "-c", str(tmp_path / "nginx" / "nginx.conf")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (done.returncode, "[warn]" in done.stderr) == (0, False), done.stderr
    assert "${" not in (tmp_path / "nginx" / "firm.conf").read_text()


@contextmanager
def supervised(folder):
    """A stack of two processes that do nothing; yields the supervisor, and the ids of the two when both run."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "STACK_DIR": str(folder)},
        stderr=subprocess.PIPE,
    )
    try:
        running = folder / "running.json"
        while not running.exists():
            assert process.poll() is None, process.stderr.read()
            select.select([], [], [], 0.05)
        yield process, json.loads(running.read_text())
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_stack_ends_with_its_supervisor(tmp_path, number):
    with supervised(tmp_path / "stack") as (process, running), ExitStack() as opened:
        assert set(running) == {"postgresql", "worker"}
        ends = [os.pidfd_open(pid) for pid in running.values()]
        for end in ends:
            opened.callback(os.close, end)
        process.send_signal(number)
        assert process.wait(SECONDS) == (0 if number == signal.SIGTERM else -number)
        for end in ends:
            assert select.select([end], [], [], SECONDS)[0], "it outlives the stack"
        assert (tmp_path / "stack" / "ready").exists() == (number == signal.SIGKILL)
