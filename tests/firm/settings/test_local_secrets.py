import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from firm.settings.environment import Environment
from firm.settings.local_secrets import local_secrets

AT_ONCE = 8


@pytest.fixture(autouse=True)
def data_dir(tmp_path, monkeypatch):
    """A folder for state that does not exist yet."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


def test_the_file_is_for_its_owner_alone(data_dir):
    local_secrets()
    assert (data_dir / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_a_second_reading_gives_the_same():
    assert local_secrets() == local_secrets()


def test_what_is_made_passes_the_check_of_secrets(monkeypatch):
    monkeypatch.setenv("SAMPLE", local_secrets()["SECRET_KEY"])
    assert len(Environment().secret("SAMPLE")) >= 50


def test_two_installations_have_different_secrets(tmp_path, monkeypatch):
    first = local_secrets()
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "other"))
    assert not set(first.values()) & set(local_secrets().values())


def test_nothing_else_is_left_in_the_folder(data_dir):
    local_secrets()
    assert [path.name for path in data_dir.iterdir()] == ["secrets.json"]


def test_one_that_comes_second_takes_the_first_ones(data_dir, monkeypatch):
    """The other process finishes between the look for the file and the writing of it."""
    theirs = {"SECRET_KEY": "theirs", "FIELD_ENCRYPTION_KEYS": "theirs"}
    link = os.link

    def late(source, target, **kwargs):
        target.write_text(json.dumps(theirs))
        return link(source, target, **kwargs)

    monkeypatch.setattr(os, "link", late)
    assert local_secrets() == theirs


def test_processes_that_start_at_once_agree(data_dir):
    code = "import json; from firm.settings.local_secrets import local_secrets; print(json.dumps(local_secrets()))"
    processes = [
        subprocess.Popen([sys.executable, "-c", code], cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True)
        for _ in range(AT_ONCE)
    ]
    answers = {process.communicate(timeout=60)[0] for process in processes}
    assert len(answers) == 1
    assert set(json.loads(answers.pop())) == {"SECRET_KEY", "FIELD_ENCRYPTION_KEYS"}
