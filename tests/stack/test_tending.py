"""What tends the stack leaves nothing behind, even when it is killed."""

import os
import subprocess
import sys
from pathlib import Path

from tests.stack.running import ROOT, wait_until

TEND = """
import runpy, sys, time
stack = runpy.run_path("deploy/stack.py")
(stack["FOLDER"] / "logs").mkdir()
service = stack["Service"]("sleeper", ["sleep", "600"])
service.start()
sys.stdout.write(f"{service.process.pid}\\n")
sys.stdout.flush()
time.sleep(600)
"""


def test_who_is_tended_ends_with_whoever_tends_it(tmp_path):
    environment = os.environ | {"STACK_DIR": str(tmp_path)}
    command = [sys.executable, "-c", TEND]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as tending:
        sleeper = Path("/proc", tending.stdout.readline().strip())
        assert sleeper.joinpath("comm").read_text().strip() == "sleep"
        tending.kill()
    wait_until(lambda: not sleeper.exists() or "(zombie)" in sleeper.joinpath("status").read_text(), 10)
