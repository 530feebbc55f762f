"""The production shape on one machine: PostgreSQL, Redis, two application servers, a worker, the keeper of the pages,
and nginx in front, all on loopback. ``stack.py up``, ``down``, ``status``; ``stop NAME`` and ``start NAME`` take one
away and give it back.

Options are variables: ``STACK_DIR`` (where everything is kept; ``var/stack``), ``STACK_PORT`` (https; 8080),
``STACK_DEMO=no`` (leave the site empty). Started by root, PostgreSQL, Redis and nginx run under their own accounts.
"""

import base64
import ctypes
import datetime
import ipaddress
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from string import Template

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ROOT = Path(__file__).resolve().parents[1]
NGINX = ROOT / "deploy" / "nginx"
FOLDER = Path(os.environ.get("STACK_DIR") or ROOT / "var" / "stack").resolve()
IS_ROOT = os.getuid() == 0
PROGRAMS = {"nginx": "nginx", "redis-server": "redis-server", "initdb": "postgresql"}
READY, PID, STATE, HOLD = FOLDER / "ready", FOLDER / "pid", FOLDER / "stack.json", FOLDER / "hold"
START_TIMEOUT, STOP_TIMEOUT = 300, 40
PR_SET_PDEATHSIG = 1


def say(text: str) -> None:
    """Print a line for the operator."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def fail(text: str) -> None:
    """End with status 1 and a line on stderr."""
    raise SystemExit(f"stack: {text}")


# --- What has to be there --------------------------------------------------------------------------


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


# --- What is made once -----------------------------------------------------------------------------


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
    for name in ("plain", "database", "redis", "server-1", "server-2"):
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
        "REDIS_URL": f"redis://127.0.0.1:{known['redis']}/0",
        "EMAIL_URL": f"filemail:///{FOLDER / 'data' / 'mail'}",
        "DEFAULT_FROM_EMAIL": "website@example.com",
        "TRUSTED_PROXIES": "127.0.0.1",
        "DATA_DIR": str(FOLDER / "data"),
        "PAGES_DIR": str(FOLDER / "pages"),
        "DEMO_PASSWORD": known["password"],
        "REQUIRE_SECOND_FACTOR": "no",  # the demo's staff
        "PYTHONUNBUFFERED": "1",
    }


def write_nginx(known: dict) -> None:
    """Fill in the files of ``deploy/nginx`` for this stack."""
    folder = FOLDER / "nginx"
    for name in ("firm", "extra", "temporary"):
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
        "PAGES_DIR": FOLDER / "pages",
        "STATIC_PARENT": FOLDER / "data",
        "MEDIA_PARENT": FOLDER / "data",
        "HEADERS": folder / "headers.conf",
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
    printed = manage(known, "print_nginx", capture=True)
    (folder / "headers.conf").write_text(printed)


MAIN = """# Made by deploy/stack.py around deploy/nginx/firm.conf.
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


def manage(known: dict, *arguments: str, capture: bool = False) -> str:
    """Run a command of the site; return what it prints."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(known),
        text=True,
        stdout=subprocess.PIPE if capture else None,
        check=True,
    )
    return done.stdout or ""


# --- The services ----------------------------------------------------------------------------------


class Service:
    """A process that is started again when it ends, unless it is held."""

    def __init__(
        self, name: str, command: list[str], *, account: str = "", env: dict | None = None, end=signal.SIGTERM
    ):
        self.name, self.command, self.env, self.end = name, command, env, end
        self.account = {"user": account, "group": account, "extra_groups": []} if account and IS_ROOT else {}
        self.process: subprocess.Popen | None = None
        self.not_before = 0.0

    def start(self) -> None:
        """Start it, its output going to a log."""
        with (FOLDER / "logs" / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT if self.env else "/",
                env=self.env or dict(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=self._end_with_us,
                **self.account,
            )

    def _end_with_us(self) -> None:
        """In the new process: ask Linux to end it when whoever tends it is killed."""
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, self.end)

    @property
    def is_running(self) -> bool:
        """True until it has ended."""
        return self.process is not None and self.process.poll() is None

    def tend(self) -> None:
        """Start it again half a second after its end; end it while it is held."""
        if (HOLD / self.name).exists():
            self.stop()
        elif not self.is_running and time.monotonic() > self.not_before:
            self.not_before = time.monotonic() + 0.5
            self.start()

    def stop(self) -> None:
        """End it and all that it has started."""
        if self.process is None:
            return
        if self.is_running:
            self.process.send_signal(self.end)
            try:
                self.process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process = None


def stores(known: dict) -> list[Service]:
    """Return PostgreSQL and Redis, the folder of the first made at need."""
    data = FOLDER / "postgresql"
    if not (data / "PG_VERSION").exists():
        data.mkdir(mode=0o700, exist_ok=True)
        account = {"user": "postgres", "group": "postgres", "extra_groups": []} if IS_ROOT else {}
        if IS_ROOT:
            shutil.chown(data, "postgres", "postgres")
        command = [program("initdb"), "-D", str(data), "-U", "firm", "-A", "trust", "-E", "UTF8", "--locale=C"]
        done = subprocess.run([*command, "--no-sync"], cwd="/", capture_output=True, text=True, **account)
        if done.returncode:
            fail(f"PostgreSQL cannot keep its data in {data} (STACK_DIR names another place): {done.stderr.strip()}")
    options = {"port": known["database"], "listen_addresses": "127.0.0.1", "unix_socket_directories": str(data)}
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    redis = [program("redis-server"), "--port", str(known["redis"]), "--bind", "127.0.0.1", "--save", ""]
    return [
        Service("postgresql", [program("postgres"), "-D", str(data), *settings], account="postgres", end=signal.SIGINT),
        Service("redis", [*redis, "--appendonly", "no", "--dir", "/tmp"], account="redis"),  # noqa: S108
    ]


def servers(known: dict) -> list[Service]:
    """Return the processes of the site and nginx."""
    env = environment(known)
    web, web_env = [sys.executable, "manage.py", "run_web"], env | {"DATABASE_STATEMENT_SECONDS": "30"}
    return [
        *(Service(name, [*web, "--port", str(known[name])], env=web_env) for name in ("server-1", "server-2")),
        Service("worker", [sys.executable, "manage.py", "run_worker"], env=env),
        Service("keeper", [sys.executable, "manage.py", "keep_pages"], env=env),
        Service("nginx", [program("nginx"), "-c", str(FOLDER / "nginx" / "nginx.conf")]),
    ]


# --- Up and down -----------------------------------------------------------------------------------


def wait_for(what: str, check, *services: Service) -> None:
    """Wait until ``check()`` is true; fail when it takes too long."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if check():
            return
        for service in services:
            service.tend()
        time.sleep(0.1)
    fail(f"{what} did not start; see {FOLDER / 'logs'}")


def listens(port: int) -> bool:
    """True when somebody listens at the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(port: int) -> bool:
    """True when the application's server answers there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
            return True
    except OSError:
        return False


def prepare(known: dict, database: Service) -> None:
    """Bring database, static files and content up to date."""
    ready = [program("pg_isready"), "-q", "-d", f"postgres://firm@127.0.0.1:{known['database']}/postgres"]
    wait_for("PostgreSQL", lambda: subprocess.run(ready, check=False).returncode == 0, database)
    manage(known, "migrate", "--no-input", "-v", "0")
    manage(known, "collectstatic", "--no-input", "-v", "0")
    if os.environ.get("STACK_DEMO") != "no":
        manage(known, "load_demo", "-v", "0")
    for name in ("media", "mail"):
        (FOLDER / "data" / name).mkdir(parents=True, exist_ok=True)
    write_nginx(known)


def run() -> None:
    """Start everything and tend it until told to stop."""
    known = settle()
    stopped = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *given: stopped.append(1))
    everything = stores(known)
    try:
        for service in everything:
            service.start()
        prepare(known, everything[0])
        rest = servers(known)
        everything += rest
        for service in rest:
            service.start()
        for name in ("server-1", "server-2"):
            wait_for(name, lambda name=name: stopped or answers(known[name]), *everything)
        wait_for("nginx", lambda: stopped or listens(known["port"]), *everything)
        READY.touch()
        while not stopped:
            for service in everything:
                service.tend()
            running = {service.name: service.process.pid for service in everything if service.is_running}
            _write(FOLDER / "running.json", json.dumps(running))
            time.sleep(0.2)
    finally:
        READY.unlink(missing_ok=True)
        for service in reversed(everything):
            service.stop()
        PID.unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    passing = path.with_suffix(".new")
    passing.write_text(text)
    passing.replace(path)


def supervisor() -> int | None:
    """Return the number of the process that tends this stack; None when there is none."""
    try:
        number = int(PID.read_text())
        os.kill(number, 0)
        return number if b"stack.py" in Path(f"/proc/{number}/cmdline").read_bytes() else None
    except (OSError, ValueError):
        return None


def up() -> None:
    """Start the stack in the background, and wait until it is ready."""
    install_missing()
    if supervisor():
        return greet()
    for name in ("logs", "data", "pages", "hold"):
        (FOLDER / name).mkdir(parents=True, exist_ok=True)
    for path in (READY, *HOLD.iterdir()):
        path.unlink(missing_ok=True)
    known = settle()
    if listens(known["port"]):
        fail(f"port {known['port']} is taken. Try: make stack STACK_PORT=8090")
    with (FOLDER / "logs" / "stack.log").open("wb") as log:
        tending = subprocess.Popen(
            [sys.executable, __file__, "run"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    PID.write_text(str(tending.pid))
    deadline = time.monotonic() + START_TIMEOUT
    while not READY.exists():
        if tending.poll() is not None or time.monotonic() > deadline:
            fail(f"it did not start:\n{(FOLDER / 'logs' / 'stack.log').read_text()[-3000:]}")
        time.sleep(0.1)
    greet()


def greet() -> None:
    """Print the addresses and logins."""
    known = json.loads(STATE.read_text())
    site = f"https://127.0.0.1:{known['port']}"
    say(f"\n  Site        {site}/  (a certificate of its own: browsers ask once)")
    say(f"  Staff       {site}/admin/")
    if os.environ.get("STACK_DEMO") != "no":
        say(f"  Logins      owner, publisher, editor, intake, intake_manager\n  Password    {known['password']}")
    say(f"  Behind TLS  http://127.0.0.1:{known['plain']}/  (as a proxy that ends TLS would ask)")
    say(f"  Servers     http://127.0.0.1:{known['server-1']}/  http://127.0.0.1:{known['server-2']}/")
    say(f"  State       {FOLDER}\n  Stop        make stack-down\n")


def down() -> None:
    """End the stack."""
    number = supervisor()
    if number is None:
        return say("  The stack is not running.")
    os.kill(number, signal.SIGTERM)
    deadline = time.monotonic() + 2 * STOP_TIMEOUT
    while supervisor() and time.monotonic() < deadline:
        time.sleep(0.1)
    say("  The stack is down." if not supervisor() else "  The stack does not end; see its logs.")


def status() -> None:
    """Print what runs; status 1 when not everything does."""
    running = json.loads((FOLDER / "running.json").read_text()) if supervisor() else {}
    for name, number in running.items():
        say(f"  {name:12} {number}")
    if not running or not READY.exists():
        fail("not running")


def hold(name: str, is_held: bool) -> None:
    """Take a service away, or let it come back."""
    (HOLD / name).touch() if is_held else (HOLD / name).unlink(missing_ok=True)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    match sys.argv[1:]:
        case ["up"]:
            up()
        case ["run"]:
            run()
        case ["down"]:
            down()
        case ["status"]:
            status()
        case ["stop" | "start" as what, name]:
            hold(name, what == "stop")
        case _:
            fail("use up, down, status, stop NAME or start NAME")
