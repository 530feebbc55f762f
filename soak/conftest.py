"""Fixtures: a real stack (nginx, two servers, PostgreSQL, a worker) with a small site."""

import os
import resource
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.stack.setup import missing_packages
from soak.embedded import Embedded
from soak.running import ROOT, Stack, wait_until


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _limit_descriptors() -> None:
    """In a new process: limit it to the 1,024 descriptors that most systems allow."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


@pytest.fixture(scope="package")
def running_stack():
    """The stack of these tests, outside of pytest's folders, which only their owner may enter."""
    if missing := missing_packages():
        pytest.skip(f"Not installed: {', '.join(missing)}")
    folder = Path(f"/tmp/firm-stack-{os.getpid()}")
    given = {"STACK_DIR": str(folder), "STACK_PORT": str(_free_port()), "STACK_DEMO": "no"}
    environment = os.environ | given

    def order(*words) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "deploy.stack", *words],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            preexec_fn=_limit_descriptors,
        )
        assert done.returncode == 0, done.stderr + done.stdout

    folder.mkdir(parents=True)
    try:
        order("up")
        stack = Stack(folder, order)
        stack.tell("fill", password=stack.known["password"])
        yield stack
        stack.close()
    finally:
        order("down")
        subprocess.run(["rm", "-rf", str(folder)], check=True)


@pytest.fixture
def stack(running_stack):
    """The stack with everything running."""
    running_stack.bring_back()
    return running_stack


@pytest.fixture(scope="package")
def running_embedded(tmp_path_factory):
    """The embedded server of these tests."""
    one = Embedded(tmp_path_factory.mktemp("embedded"), _free_port())
    try:
        one.start()
        yield one
    finally:
        one.close()


@pytest.fixture
def embedded(running_embedded):
    """The embedded server, running and healthy."""
    wait_until(running_embedded.is_ready, 60)
    return running_embedded


@pytest.fixture(scope="session")
def django_db_setup():
    """No database of the tests' own: each server brings its own."""
