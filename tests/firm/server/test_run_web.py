"""The web server of an installation on servers, as a process of its own: it ends, or it loses nothing."""

import os
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.management import call_command
from wagtail.models import Site

from firm.management.commands import run_web
from firm.server.processes import Supervisor
from tests.factories import FirmSettingsFactory
from tests.firm.settings.test_production import SAFE

COMMAND = f"exec {sys.executable} manage.py run_web"


def environment(folder, **changed) -> dict:
    values = SAFE | {
        "DJANGO_SETTINGS_MODULE": "firm.settings.production",
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "DATA_DIR": str(folder),
        "PATH": os.environ["PATH"],
        "WEB_CONCURRENCY": "1",
    }
    return values | changed


@contextmanager
def listening():
    """A socket that outlives the servers, as systemd keeps one."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield listener


@pytest.mark.parametrize(
    ("changed", "said"), [({"SECRET_KEY": "short"}, "SECRET_KEY"), ({"WEB_CONCURRENCY": "0"}, "WEB_CONCURRENCY")]
)
def test_a_wrong_setting_ends_it_before_it_listens(tmp_path, changed, said):
    process = subprocess.run(
        ["sh", "-c", f"{COMMAND} --port 1"],
        env=environment(tmp_path, **changed),
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert process.returncode == 1
    assert said in process.stderr.splitlines()[-1]


def test_a_taken_port_ends_it(tmp_path):
    with listening() as listener:
        process = subprocess.run(
            ["sh", "-c", f"{COMMAND} --port {listener.getsockname()[1]}"],
            env=environment(tmp_path),
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert process.returncode == 1
    assert "taken" in process.stderr


@pytest.mark.parametrize("missing", [True, False])
def test_the_error_page_is_noted_on_this_machine(db, settings, tmp_path, monkeypatch, missing):
    settings.DATA_DIR = tmp_path
    if not missing:
        FirmSettingsFactory(site=Site.objects.get(is_default_site=True), firm_name="Here & Now")
        (tmp_path / "error-page.json").unlink(missing_ok=True)
    for name in ("preload", "start_web_servers"):
        monkeypatch.setattr(run_web, name, lambda *given: None)
    monkeypatch.setattr(Supervisor, "watch", lambda self: None)
    call_command("run_web", "--port", "0")
    assert (tmp_path / "error-page.json").exists() is not missing
