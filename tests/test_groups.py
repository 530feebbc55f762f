"""The tests of a group run in one process: they build on each other, or share a slow setup."""

import os

import pytest


@pytest.mark.xdist_group("example")
def test_the_scheduler_knows_the_groups(request):
    """The scheduler reads the group off a test's id; another release of pytest might ignore it silently."""
    expected = "@example" if "PYTEST_XDIST_WORKER" in os.environ else "_groups"
    assert request.node.nodeid.endswith(expected)
