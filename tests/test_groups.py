"""The tests of a group run in one process: they build on each other, or share what takes long to make."""

import os

import pytest


@pytest.mark.xdist_group("example")
def test_the_scheduler_knows_the_groups(request):
    """It reads a group's name off a test's address. A release of pytest that it does not know leaves it out unseen."""
    expected = "@example" if "PYTEST_XDIST_WORKER" in os.environ else "_groups"
    assert request.node.nodeid.endswith(expected)
