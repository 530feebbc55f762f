"""What has to be there before anything is started: programs, secrets, ports, a certificate, nginx's files."""

import base64
import datetime
import ipaddress
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from string import Template

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ROOT = Path(__file__).resolve().parents[2]
NGINX = ROOT / "deploy" / "nginx"
FOLDER = Path(os.environ.get("STACK_DIR") or ROOT / "var" / "stack").resolve()
IS_ROOT = os.getuid() == 0
PROGRAMS = {"nginx": "nginx", "initdb": "postgresql"}
STATE = FOLDER / "stack.json"


def say(text: str) -> None:
    """Print a line for the operator."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def fail(text: str) -> None:
    """End with status 1 and a line on stderr."""
    raise SystemExit(f"stack: {text}")


def program(name: str) -> str | None:
    """Return the path of a program of Debian's packages."""
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = newest[-1] if newest else shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return str(found) if found else None


def missing_packages() -> list[str]:
    """Return the packages whose programs are not here."""
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
    """Return a port that nobody listens at."""
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
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    hosts = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=1))
    builder = builder.not_valid_after(now + datetime.timedelta(days=365))
    certificate = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False).sign(key, hashes.SHA256())
    (folder / "key.pem").touch(mode=0o600)
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def environment(known: dict) -> dict:
    """Return the environment of the application: production settings, nothing of the caller's."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TZ", "TMPDIR"}}
    return kept | {
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
    for source in (NGINX / "firm.conf", *(NGINX / "firm").glob("*.conf")):
        text = source.read_text()
        for name, value in values.items():
            text = text.replace(f"${{{name}}}", str(value))
        (folder / source.relative_to(NGINX)).write_text(text)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    (folder / "nginx.conf").write_text(
        Template(MAIN).substitute(
            user="user www-data;" if IS_ROOT else "",
            folder=folder,
            paths="\n    ".join(f"{kind}_temp_path {folder}/temporary/{kind};" for kind in kinds),
        )
    )


MAIN = """# Made by deploy/stack around deploy/nginx/firm.conf.
$user
daemon off;
pid $folder/nginx.pid;
worker_processes auto;
error_log stderr warn;
pcre_jit on;
events { worker_connections 4096; multi_accept on; }
http {
    access_log off;
    $paths
    include firm.conf;
    include extra/*.conf;
}
"""


def manage(known: dict, *arguments: str) -> None:
    """Run a command of the site."""
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment(known), check=True)
