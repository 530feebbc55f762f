"""A public page that is kept, through ``make stack``, against nginx that serves the same compressed bytes from disk."""

import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench import sides, wrk
from bench.demo_site import ROOT
from bench.measuring import Options, in_turns, median_ratio, say, spread
from bench.running import environment, get, last_line, running
from bench.table import CannotMeasure, Figure

TITLE = "public page, cached, through `make stack`"
LEAST = 0.85
PROGRAM = ROOT / "deploy" / "stack" / "__main__.py"
#: Seconds that the first start of the stack may take: it makes a database and loads the demo.
STARTS = 600
#: How often a page is asked for before it is measured, half a second apart.
VISITS = 4
CONFIGURATION = """
worker_processes auto;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 4096; multi_accept on; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    tcp_nodelay on;
    keepalive_timeout 65;
    keepalive_requests 100000000;
    open_file_cache max=1000 inactive=1h;
    open_file_cache_valid 1h;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl http2 reuseport;
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_session_cache shared:bench:10m;
        root {folder}/files;
        location / {{
            default_type "text/html; charset=utf-8";
            add_header Content-Encoding {encoding};
            add_header Vary Accept-Encoding;
        }}
    }}
}}
"""


def measure(options: Options) -> Iterator[Figure]:
    """Yield a line for a post and for home."""
    if not PROGRAM.exists():
        raise CannotMeasure("`make stack` is not there: deploy/stack is missing")
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not nginx:
        raise CannotMeasure("nginx is not installed (Debian: apt-get install nginx-light)")
    port = options.port + 20
    with _stack(options.folder / "stack", port) as (stack, certificate):
        for name, (path, _) in sides.PAGES.items():
            for _ in range(VISITS):  # the first have it made and filed
                accepted = {"Accept-Encoding": "gzip, deflate, br, zstd"}
                status, headers, body = get(stack + path, accepted, certificate=certificate)
                time.sleep(0.5)
            encoding = headers.get("content-encoding", "identity")
            if status != 200 or encoding == "identity":
                raise CannotMeasure(f"the stack answered {path} with {status}, encoding {encoding}")
            folder = options.folder / "files"
            with _files(nginx, folder, port + 30, body, encoding, certificate) as disk:
                say(f"stack: {name}, {options.turns} turns of {options.seconds:g} s each side")
                rates = in_turns(
                    options.turns,
                    {"ours": lambda url=stack + path: _rate(url, options), "disk": lambda: _rate(disk, options)},
                )
            yield _line(name, rates, f"{len(body):,} bytes of {encoding}", options)


@contextlib.contextmanager
def _stack(folder: Path, port: int) -> Iterator[tuple[str, Path]]:
    """Have ``make stack`` run until the block ends; yields its address, and the certificate that it has made."""
    folder.mkdir(parents=True, exist_ok=True)
    env = environment(STACK_DIR=str(folder), STACK_PORT=str(port), DEMO_PASSWORD="only-to-measure")
    command = [shutil.which("make") or "make", "-o", ".venv/servers.stamp", "stack", f"STACK_PORT={port}"]
    log = folder / "make.log"
    say("stack: starting it")
    try:
        with log.open("wb") as output:
            up = subprocess.run(
                command, cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT, timeout=STARTS, check=False
            )
        if up.returncode:
            raise CannotMeasure(f"`make stack` ended with {up.returncode}: {last_line(log)}")
        yield f"https://127.0.0.1:{port}", next(folder.rglob("certificate.pem"))
    except subprocess.TimeoutExpired:
        raise CannotMeasure(f"`make stack` was not ready within {STARTS} s ({log})") from None
    finally:
        subprocess.run(
            [sys.executable, "-m", "deploy.stack", "down"], cwd=ROOT, env=env, capture_output=True, check=False
        )


@contextlib.contextmanager
def _files(nginx: str, folder: Path, port: int, body: bytes, encoding: str, certificate: Path) -> Iterator[str]:
    """Serve a body from disk with the usual best settings, and with the certificate of the stack."""
    (folder / "files").mkdir(parents=True, exist_ok=True)
    (folder / "files" / "page").write_bytes(body)
    settings = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    tls = {"certificate": certificate, "key": certificate.with_name("key.pem")}
    settings.write_text(user + CONFIGURATION.format(folder=folder, port=port, encoding=encoding, **tls))
    command = [nginx, "-c", str(settings), "-p", str(folder), "-g", "daemon off;"]
    address, log = f"https://127.0.0.1:{port}/page", folder / "nginx.log"
    with running(command, log=log, cwd=folder, env=environment(), address=address, seconds=10, certificate=certificate):
        yield address


def _rate(url: str, options: Options) -> float:
    return wrk.load(url, connections=options.connections, seconds=options.seconds).rate


def _line(name: str, rates: dict[str, list[float]], size: str, options: Options) -> Figure:
    ratio = median_ratio(rates["ours"], rates["disk"])
    both = {side: f"{statistics.median(found):,.0f} a second ({spread(found)})" for side, found in rates.items()}
    return Figure(
        "stack", f"{TITLE}: {name}", f"≥ {LEAST:.0%} of nginx with the same file", f"{ratio:.0%}", ratio >= LEAST,
        f"{both['ours']} against {both['disk']}; {size}, {options.connections} connections",
    )  # fmt: skip
