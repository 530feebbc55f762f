"""Measures a kept page through a running stack against the same file as a plain static one of the same nginx.

``STACK_DIR=… .venv/bin/python bench/nginx_pages.py [--path /] [--turns 5] [--seconds 4] [--connections 32,128]``. All
are asked by wrk in turns, without TLS: the page, the file alone, and the file with the page's headers. Besides the
requests a second it prints how long a processor worked in nginx for one, which other work on the machine disturbs less.
"""

import argparse
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--path", default="/")
parser.add_argument("--turns", type=int, default=5)
parser.add_argument("--seconds", type=int, default=4)
parser.add_argument("--connections", default="32,128")
parser.add_argument("--port", type=int, default=8599)
options = parser.parse_args()

folder = Path(os.environ.get("STACK_DIR") or Path(__file__).resolve().parents[1] / "var" / "stack")
known = json.loads((folder / "stack.json").read_text())
HOST = f"127.0.0.1:{known['port']}"
PLAIN = """server {
    listen 127.0.0.1:%(port)d;
    server_tokens off;
    sendfile on;
    tcp_nopush on;
    location = /page { root %(folder)s; default_type "text/html; charset=utf-8"; add_header Content-Encoding br; }
}
"""


def fetch() -> bytes:
    """Return the packed page through the stack."""
    headers = {"Host": HOST, "Accept-Encoding": "br"}
    request = urllib.request.Request(f"http://127.0.0.1:{known['plain']}{options.path}", headers=headers)
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def rate(url: str, connections: int) -> float:
    """Return the requests a second that wrk counts; end when any of them failed."""
    command = [shutil.which("wrk"), "-t1", f"-c{connections}", f"-d{options.seconds}s"]
    command += ["-H", f"Host: {HOST}", "-H", "Accept-Encoding: gzip, deflate, br, zstd", url]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in printed or "Socket errors" in printed:
        sys.exit(printed)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1])


def worked() -> float:
    """Return for how many seconds the processors have worked for nginx."""
    total = 0
    for process in Path(f"/proc/{master}/task/{master}/children").read_text().split():
        parts = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(parts[11]) + int(parts[12])
    return total / os.sysconf("SC_CLK_TCK")


extra = folder / "nginx" / "extra"
(extra / "page").write_bytes(fetch())
(extra / "measure.conf").write_text(PLAIN % {"port": options.port, "folder": extra})
master = json.loads((folder / "running.json").read_text())["nginx"]
os.kill(master, signal.SIGHUP)
time.sleep(2)
try:
    sides = {
        "page": f"http://127.0.0.1:{known['plain']}{options.path}",
        "file": f"http://127.0.0.1:{options.port}/page",
        "file with headers": f"http://127.0.0.1:{options.port}/with/page",
    }
    lines = [f"{len(fetch())} bytes; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"]
    for connections in map(int, options.connections.split(",")):
        told: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
        for _ in range(options.turns):
            for name, url in sides.items():
                before = worked()
                a_second = rate(url, connections)
                told[name].append((a_second, (worked() - before) / (a_second * options.seconds) * 1e6))
        for name, turns in told.items():
            a_second, cost = (statistics.median(values) for values in zip(*turns, strict=True))
            lines.append(f"{connections:4} connections  {name:18} {a_second:9,.0f}/s  {cost:6.1f} µs of nginx")
    sys.stdout.write("\n".join(lines) + "\n")
finally:
    (extra / "measure.conf").unlink()
    os.kill(master, signal.SIGHUP)
