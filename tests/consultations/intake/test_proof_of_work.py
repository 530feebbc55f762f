import base64
import hashlib
import json
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from consultations.intake import proof_of_work
from consultations.intake.proof_of_work import HIGHEST_NUMBER, LIFETIME, LONGEST, is_solved, new_challenge

TOKEN = uuid.UUID(int=7)


def packed(values) -> str:
    return base64.b64encode(json.dumps(values).encode()).decode()


def solve(task: str, **changed) -> str:
    """Do what the browser does; the arguments replace parts of the solution."""
    given = json.loads(task)
    number = next(
        number
        for number in range(given["maxNumber"] + 1)
        if hashlib.sha256(f"{given['salt']}{number}".encode()).hexdigest() == given["challenge"]
    )
    solution = {name: given[name] for name in ("algorithm", "challenge", "salt", "signature")} | {"number": number}
    return packed(solution | changed)


@pytest.fixture
def task(monkeypatch):
    """A task that is quickly solved."""
    monkeypatch.setattr(proof_of_work, "HIGHEST_NUMBER", 50)
    return new_challenge(TOKEN)


NO_SOLUTIONS = {
    "empty": "",
    "letter": "x",
    "padding": "====",
    "half a pair": "\ud800",
    "long": "x" * 100_000,
    "no parts": packed({}),
    "list": packed([]),
    "names": packed(["algorithm", "challenge", "number", "salt", "signature"]),
    "number": packed(7),
    "null": packed(None),
    "bytes": base64.b64encode(b"\xff\xfe").decode(),
    "deep": base64.b64encode(b"[" * 700).decode(),
    "large number": base64.b64encode(b'{"number":' + b"9" * 700 + b"}").decode(),
}


@pytest.mark.parametrize("name", NO_SOLUTIONS)
def test_what_is_no_solution_is_none(name):
    assert not is_solved(NO_SOLUTIONS[name], TOKEN)


@pytest.mark.parametrize(
    "changed",
    [
        {"number": -1},
        {"number": 51},
        {"number": True},
        {"number": "1"},
        {"number": 1.0},
        {"number": None},
        {"salt": None},
        {"salt": ["x"]},
        {"salt": "\ud800"},
        {"salt": f"x?token={TOKEN.hex}&"},
        {"signature": "0" * 64},
        {"signature": None},
        {"challenge": "0" * 64},
        {"algorithm": "SHA-1"},
        {"algorithm": "MD5"},
        {"algorithm": {}},
    ],
    ids=str,
)
def test_a_solution_with_a_changed_part_is_none(task, changed):
    assert not is_solved(solve(task, **changed), TOKEN)


def test_a_solution_for_another_form_is_none(task):
    assert not is_solved(solve(task), uuid.UUID(int=8))


def test_a_token_cannot_be_added(task):
    given = json.loads(task)
    longer = f"{given['salt']}token={uuid.UUID(int=8).hex}&"
    assert not is_solved(solve(task, salt=longer), uuid.UUID(int=8))


def test_a_solution_comes_too_late(task, time_machine):
    time_machine.move_to(timezone.now() + LIFETIME + timedelta(seconds=2), tick=False)
    assert not is_solved(solve(task), TOKEN)


def test_a_solution_under_another_key_is_none(task, settings):
    settings.SECRET_KEY = "another-secret-key-that-nobody-has-given-out-yet"
    assert not is_solved(solve(task), TOKEN)


def test_a_solution_is_one(task):
    assert is_solved(solve(task), TOKEN)


def test_a_solution_is_good_until_the_end(task, time_machine):
    time_machine.move_to(timezone.now() + LIFETIME - timedelta(seconds=60), tick=False)
    assert is_solved(solve(task), TOKEN)


def test_a_solution_of_the_largest_task_fits_the_field():
    given = json.loads(new_challenge(TOKEN))
    assert given.pop("maxNumber") == HIGHEST_NUMBER
    assert len(packed(given | {"number": HIGHEST_NUMBER})) < LONGEST


def test_no_two_tasks_are_alike():
    assert json.loads(new_challenge(TOKEN))["salt"] != json.loads(new_challenge(TOKEN))["salt"]


def test_the_key_is_not_the_site_s(settings):
    assert settings.SECRET_KEY not in proof_of_work._key()
    assert len(proof_of_work._key()) == 64
