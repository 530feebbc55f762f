"""A real stack: nginx, two servers, PostgreSQL, Redis, worker and keeper, with a small site in it."""

import importlib.util
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack.embedded import Embedded
from tests.stack.running import ROOT, Stack, wait_until


def pytest_collection_modifyitems(items):
    """Mark the tests of the stack, so that they can be left out."""
    for item in items:
        if "tests/stack/" in str(item.fspath):
            item.add_marker(pytest.mark.stack)


def _stack_program():
    spec = importlib.util.spec_from_file_location("stack", ROOT / "deploy" / "stack.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="package")
def running_stack():
    """The stack of these tests, kept outside of pytest's own folders, which only their owner may enter."""
    if missing := _stack_program().missing_packages():
        pytest.skip(f"Not installed: {', '.join(missing)}")
    folder = Path(f"/tmp/firm-stack-{os.getpid()}")
    given = {"STACK_DIR": str(folder), "STACK_PORT": str(_free_port()), "STACK_DEMO": "no"}
    environment = os.environ | given

    def order(*words) -> None:
        done = subprocess.run(
            [sys.executable, "deploy/stack.py", *words], cwd=ROOT, env=environment, capture_output=True, text=True
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
    """The embedded server, running and well."""
    wait_until(running_embedded.is_ready, 60)
    return running_embedded
