"""A cached public page through ``make stack``, against nginx that serves the same compressed bytes from disk."""

import contextlib
import os
import shutil
import statistics
from collections.abc import Iterator
from pathlib import Path

from bench import wrk
from bench.measuring import Options, in_turns, median_ratio, say, spread
from bench.plain_site import PAGES
from bench.running import environment, get, running
from bench.stack import stack
from bench.table import CannotMeasure, Figure

TITLE = "public page, cached, through `make stack`"
LEAST = 0.85
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
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not nginx:
        raise CannotMeasure("nginx is not installed (Debian: apt-get install nginx-light)")
    with stack(options) as site:
        for name, path in PAGES.items():
            accepted = {"Accept-Encoding": "gzip, deflate, br, zstd"}
            status, headers, body = get(site.address + path, accepted, certificate=site.certificate)
            encoding = headers.get("content-encoding", "identity")
            if status != 200 or encoding == "identity":
                raise CannotMeasure(f"the stack answered {path} with {status}, encoding {encoding}")
            folder = options.folder / "files"
            with _files(nginx, folder, options.port + 50, body, encoding, site.certificate) as disk:
                say(f"stack: {name}, {options.turns} turns of {options.seconds:g} s each side")
                rates = in_turns(
                    options.turns,
                    {"ours": lambda url=site.address + path: _rate(url, options), "disk": lambda: _rate(disk, options)},
                )
            yield _line(name, rates, f"{len(body):,} bytes of {encoding}", options)


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
