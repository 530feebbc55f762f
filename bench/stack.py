"""The stack of ``make stack``, in a folder and at ports of the bench's own."""

import contextlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.demo_site import ROOT
from bench.measuring import Options, say
from bench.running import environment, last_line
from bench.table import CannotMeasure

#: Seconds that the first start may take: it makes a database and loads the demo.
STARTS = 600


@dataclass(frozen=True)
class Stack:
    """Its https address and certificate, the port where a proxy that ends TLS asks, and the URL of its database."""

    address: str
    certificate: Path
    plain: int
    database: str


@contextlib.contextmanager
def stack(options: Options) -> Iterator[Stack]:
    """Have ``make stack`` run until the block ends."""
    folder, port = options.folder / "stack", options.port + 20
    folder.mkdir(parents=True, exist_ok=True)
    env = environment(STACK_DIR=str(folder), STACK_PORT=str(port), DEMO_PASSWORD="only-to-measure")
    command = [shutil.which("make") or "make", "-o", ".venv/servers.stamp", "stack"]
    log = folder / "make.log"
    say("starting the stack")
    try:
        with log.open("wb") as output:
            up = subprocess.run(
                command, cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT, timeout=STARTS, check=False
            )
        if up.returncode:
            raise CannotMeasure(f"`make stack` ended with {up.returncode}: {last_line(log)}")
        known = json.loads((folder / "stack.json").read_text())
        database = f"postgres://firm@127.0.0.1:{known['database']}/postgres"
        yield Stack(f"https://127.0.0.1:{port}", folder / "nginx" / "certificate.pem", known["plain"], database)
    except subprocess.TimeoutExpired:
        raise CannotMeasure(f"`make stack` was not ready within {STARTS} s ({log})") from None
    finally:
        down = [sys.executable, "-m", "deploy.stack", "down"]
        subprocess.run(down, cwd=ROOT, env=env, capture_output=True, check=False)
