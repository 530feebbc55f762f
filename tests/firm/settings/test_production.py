"""A server starts with everything it needs, or ends at once and names the variable at fault."""

import base64
import hashlib
import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

SAFE = {
    "SECRET_KEY": "k3J-91xYzQ0pLmNvB7cDfGhT5rEw2uIoS8aX-4tRfVbN6mQ-7yHuJ",
    "FIELD_ENCRYPTION_KEYS": base64.urlsafe_b64encode(hashlib.sha256(b"A server in tests").digest()).decode(),
    "SITE_URL": "https://law.example",
    "ALLOWED_HOSTS": "law.example",
    "DATABASE_URL": "postgres://user:password@localhost/law",
    "EMAIL_URL": "smtp://localhost:25",
    "DEFAULT_FROM_EMAIL": "desk@law.example",
}


def start(code: str, tmp_path, **changed: str | None) -> subprocess.CompletedProcess:
    """Run ``code`` in a process with the safe environment, changed: None takes a variable away."""
    values = SAFE | {"DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"]} | changed
    return subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", code],
        env={name: value for name, value in values.items() if value is not None},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def assert_refused(process: subprocess.CompletedProcess, name: str) -> None:
    """The process ended in error, with one line that names the variable and no traceback."""
    assert process.returncode == 1, process.stderr
    assert name in process.stderr
    assert len(process.stderr.strip().splitlines()) == 1, process.stderr


@pytest.mark.parametrize("name", sorted(SAFE))
def test_a_missing_variable_ends_the_process(tmp_path, name):
    assert_refused(start("import firm.settings.production", tmp_path, **{name: None}), name)


@pytest.mark.parametrize("name", sorted(SAFE))
def test_an_empty_variable_ends_the_process(tmp_path, name):
    assert_refused(start("import firm.settings.production", tmp_path, **{name: " "}), name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", SAFE["SECRET_KEY"][:49]),
        ("SECRET_KEY", "x" * 60),
        ("SITE_URL", "http://law.example"),
        ("SITE_URL", "law.example"),
        ("SITE_URL", "ftp://law.example"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "law.example,*"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "oracle://host/name"),
        ("DATABASE_URL", "postgres://user:password@host:port/name"),
        ("EMAIL_URL", "pigeon://roof"),
        ("TRUSTED_PROXIES", "proxy.example"),
        ("SITE_URL", "https://[law.example"),
        ("SITE_URL", "https://law.example:port"),
        ("DATABASE_STATEMENT_SECONDS", "-1"),
        ("DEFAULT_FROM_EMAIL", "nobody"),
        ("DEFAULT_FROM_EMAIL", "desk@law.example, other@law.example"),
        ("SENTRY_DSN", "https://[x"),
        ("BACKUP_TIME", "3 am"),
        ("LOG_FORMAT", "xml"),
        ("CDN", "unknown"),
    ],
)
def test_an_unsafe_variable_ends_the_process(tmp_path, name, value):
    assert_refused(start("import firm.settings.production", tmp_path, **{name: value}), name)


def test_an_address_of_the_storage_that_is_none_ends_the_process(tmp_path):
    given = {"S3_BUCKET": "pictures", "S3_PUBLIC_URL": "https://[x"}
    assert_refused(start("import firm.settings.production", tmp_path, **given), "S3_PUBLIC_URL")


def test_all_that_is_missing_or_unsafe_is_named_at_once(tmp_path):
    unsafe = {
        "TRUSTED_PROXIES": "proxy.example",
        "STAFF_IDLE_MINUTES": "soon",
        "LOG_FORMAT": "xml",
        "METRICS_TOKEN": "x",
    }
    process = start("import firm.settings.production", tmp_path, **dict.fromkeys(SAFE), **unsafe)
    lines = process.stderr.strip().splitlines()
    assert process.returncode == 1
    assert sorted(line.split()[2] for line in lines) == sorted([*SAFE, *unsafe])
    assert all(line.startswith("Configuration error: ") for line in lines)


def test_the_wsgi_application_ends_the_process_too(tmp_path):
    assert_refused(start("import firm.wsgi", tmp_path, SECRET_KEY=None), "SECRET_KEY")


@pytest.fixture(scope="module")
def in_force(tmp_path_factory) -> dict:
    """The settings that a complete environment results in."""
    names = [
        "DEBUG",
        "SECURE_SSL_REDIRECT",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "SECURE_HSTS_SECONDS",
        "SECURE_CONTENT_TYPE_NOSNIFF",
        "ALLOWED_HOSTS",
    ]
    code = f"import json, firm.settings.production as s; print(json.dumps({{n: getattr(s, n) for n in {names}}}))"
    process = start(code, tmp_path_factory.mktemp("data"))
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


def test_a_complete_environment_starts(in_force):
    assert in_force["ALLOWED_HOSTS"] == ["law.example"]


def test_debugging_is_off(in_force):
    assert in_force["DEBUG"] is False


@pytest.mark.parametrize("name", ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY"])
def test_cookies_are_for_https_and_not_for_scripts(in_force, name):
    assert in_force[name] is True


def test_plain_http_is_redirected(in_force):
    assert in_force["SECURE_SSL_REDIRECT"] is True


def test_browsers_keep_to_https_for_two_years(in_force):
    assert in_force["SECURE_HSTS_SECONDS"] == 2 * 365 * 24 * 3600
