"""The production shape on one machine: PostgreSQL, two application servers, a worker, and nginx in front, all on
loopback. ``python -m deploy.stack up``, ``down``, ``status``; ``stop NAME`` and ``start NAME`` stop and start
one of them.

Options are variables: ``STACK_DIR`` (where everything is stored; ``var/stack``), ``STACK_PORT`` (https; 8080),
``STACK_DEMO=no`` (leave the site empty). Started by root, PostgreSQL and nginx run under their own accounts.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from deploy.stack.services import HOLD, STOP_TIMEOUT, Service, servers, stores, wait_for
from deploy.stack.setup import (
    FOLDER,
    ROOT,
    STATE,
    fail,
    install_missing,
    manage,
    program,
    say,
    settle,
    write_nginx,
)

READY, PID = FOLDER / "ready", FOLDER / "pid"


def listens(port: int) -> bool:
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
    wait_for(lambda: subprocess.run(ready, check=False).returncode == 0, database)
    manage(known, "migrate", "--no-input", "-v", "0")
    manage(known, "collectstatic", "--no-input", "-v", "0")
    if os.environ.get("STACK_DEMO") != "no":
        manage(known, "load_demo", "-v", "0")
    for name in ("media", "mail"):
        (FOLDER / "data" / name).mkdir(parents=True, exist_ok=True)
    write_nginx(known)


def run() -> None:
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
            wait_for(lambda name=name: stopped or answers(known[name]), *everything)
        wait_for(lambda: stopped or listens(known["port"]), *everything)
        READY.touch()
        while not stopped:
            for service in everything:
                service.supervise()
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
    """Return the id of the process that supervises this stack; None when there is none."""
    try:
        number = int(PID.read_text())
        os.kill(number, 0)
        return number if b"deploy.stack" in Path(f"/proc/{number}/cmdline").read_bytes() else None
    except (OSError, ValueError):
        return None


def up() -> None:
    """Start the stack in the background, and wait until it is ready."""
    install_missing()
    if supervisor():
        return greet()
    for name in ("logs", "data", "hold"):
        (FOLDER / name).mkdir(parents=True, exist_ok=True)
    for path in (READY, *HOLD.iterdir()):
        path.unlink(missing_ok=True)
    known = settle()
    if listens(known["port"]):
        fail(f"port {known['port']} is taken. Try: make stack STACK_PORT=8090")
    with (FOLDER / "logs" / "stack.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.stack", "run"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    PID.write_text(str(process.pid))
    while not READY.exists():
        if process.poll() is not None:
            fail(f"it did not start:\n{(FOLDER / 'logs' / 'stack.log').read_text()[-3000:]}")
        time.sleep(0.1)
    greet()


def greet() -> None:
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
    """Stop a service, or let it start again."""
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
