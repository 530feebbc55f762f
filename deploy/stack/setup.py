"""Prepares the stack: programs, secrets, ports, a certificate, nginx's files."""

import base64
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
from pathlib import Path

STACK = Path(__file__).resolve().parent
ROOT = STACK.parents[1]
NGINX = ROOT / "deploy" / "nginx"
FOLDER = Path(os.environ.get("STACK_DIR") or ROOT / "var" / "stack").resolve()
IS_ROOT = os.getuid() == 0
PROGRAMS = {"nginx": "nginx", "initdb": "postgresql", "openssl": "openssl"}
STATE = FOLDER / "stack.json"


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def fail(text: str) -> None:
    """End with status 1 and a line on stderr."""
    raise SystemExit(f"stack: {text}")


def program(name: str) -> str | None:
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = newest[-1] if newest else shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return str(found) if found else None


def missing_packages() -> list[str]:
    return [package for name, package in PROGRAMS.items() if program(name) is None]


def install_missing() -> None:
    """Install what is missing, as root; else name it."""
    missing = missing_packages()
    if missing and not IS_ROOT:
        fail(f"not installed: {' '.join(missing)}. As root: apt-get install {' '.join(missing)}")
    if missing:
        say(f"  Installing {', '.join(missing)}…")
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)  # noqa: S607
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def settle() -> dict:
    """Return secrets and ports of this stack, made at its first start; the ports stay while they are free."""
    known = json.loads(STATE.read_text()) if STATE.exists() else {}
    known.setdefault("secret_key", secrets.token_urlsafe(48))
    known.setdefault("field_key", base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    known.setdefault("password", os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(12))
    known["port"] = int(os.environ.get("STACK_PORT") or known.get("port") or 8080)
    for name in ("plain", "database", "server-1", "server-2"):
        known.setdefault(name, free_port())
    STATE.touch(mode=0o600)
    STATE.write_text(json.dumps(known, indent=1))
    return known


def make_certificate(folder: Path) -> None:
    """Make a certificate of our own for loopback, unless there is one."""
    if (folder / "certificate.pem").exists():
        return
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    kind = ["-x509", "-days", "365", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run([program("openssl"), "req", *kind, *names, *files], check=True, capture_output=True)


def environment(known: dict) -> dict:
    """Return the environment of the application: production settings, nothing of the caller's."""
    inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TZ", "TMPDIR"}}
    return inherited | {
        "DJANGO_SETTINGS_MODULE": "firm.settings.production",
        "SECRET_KEY": known["secret_key"],
        "FIELD_ENCRYPTION_KEYS": known["field_key"],
        "SITE_URL": f"https://127.0.0.1:{known['port']}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "DATABASE_URL": f"postgres://firm@127.0.0.1:{known['database']}/postgres",
        "EMAIL_URL": f"filemail:///{FOLDER / 'data' / 'mail'}",
        "DEFAULT_FROM_EMAIL": "website@example.com",
        "TRUSTED_PROXIES": "127.0.0.1",
        "DATA_DIR": str(FOLDER / "data"),
        "DEMO_PASSWORD": known["password"],
        "REQUIRE_SECOND_FACTOR": "no",  # the demo's staff
        "PYTHONUNBUFFERED": "1",
    }


def write_nginx(known: dict) -> None:
    """Fill in the files of ``deploy/nginx`` for this stack."""
    folder = FOLDER / "nginx"
    for name in ("firm", "extra", "temporary", "cache"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    make_certificate(folder)
    addresses = [f"127.0.0.1:{known[name]}" for name in ("server-1", "server-2")]
    values = {
        "SITE_HOSTS": "127.0.0.1 localhost",
        "LISTEN": f"127.0.0.1:{known['port']}",
        "LISTEN_PLAIN": f"127.0.0.1:{known['plain']}",
        "CERTIFICATE": folder / "certificate.pem",
        "CERTIFICATE_KEY": folder / "key.pem",
        "SERVERS": " ".join(f"server {address} max_fails=1 fail_timeout=1s;" for address in addresses),
        "SERVERS_AGAIN": " ".join(f"server {address} max_fails=0 backup;" for address in addresses),
        "CACHE": folder / "cache",
        "INCLUDES": folder / "firm",
    }
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    values |= {
        "USER": "user www-data;" if IS_ROOT else "",
        "FOLDER": folder,
        "PATHS": "\n    ".join(f"{kind}_temp_path {folder}/temporary/{kind};" for kind in kinds),
    }
    sources = {path: path.relative_to(NGINX) for path in (NGINX / "firm.conf", *(NGINX / "firm").glob("*.conf"))}
    for source, name in (sources | {STACK / "nginx.conf": "nginx.conf"}).items():
        text = source.read_text()
        for placeholder, value in values.items():
            text = text.replace(f"${{{placeholder}}}", str(value))
        (folder / name).write_text(text)


def manage(known: dict, *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment(known), check=True)
