"""A plain Wagtail site of the demo's content, made from Wagtail's start template: what the site is compared with."""

import contextlib
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.demo_site import POST, DemoSite
from bench.measuring import Options, say
from bench.plain_content import content
from bench.running import environment, last_line, running
from bench.table import CannotMeasure

SOURCES = Path(__file__).parent / "plain"
NAME = "plain"
#: The pages that both sites are compared by.
PAGES = {"post": POST, "home": "/"}
#: What an operator has to add to the start template before it serves with DEBUG off.
LOCAL = """SECRET_KEY = "only-to-measure-0123456789-abcdefghijklmnopqrstuvwxyz"
ALLOWED_HOSTS = ["127.0.0.1"]
TIME_ZONE = "America/New_York"
"""


@dataclass(frozen=True)
class PlainSite:
    """The site in ``folder``; its texts and pictures are those of ``demo``."""

    folder: Path
    port: int
    demo: DemoSite

    @property
    def address(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What every process of it runs with."""
        return environment(DJANGO_SETTINGS_MODULE=f"{NAME}.settings.production")

    def prepare(self) -> None:
        """Make it, unless it is there. Raises `CannotMeasure` when it cannot be made."""
        self.demo.prepare()
        given = json.dumps(content(self.demo.folder / "media"), indent=1)
        stamp, current = self.folder / "plain.stamp", fingerprint(given)
        if stamp.exists() and stamp.read_text() == current:
            return
        say(f"making the plain site in {self.folder}")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._run(sys.executable, "-c", "from wagtail.bin.wagtail import main; main()", "start", NAME, ".")
        self._add_pages()
        (self.folder / "content.json").write_text(given)
        (self.folder / NAME / "settings" / "local.py").write_text(LOCAL)
        for command in (
            ("makemigrations", "home"),
            ("migrate",),
            ("collectstatic", "--no-input"),
            ("fill", "content.json"),
        ):
            self._run(sys.executable, "manage.py", *command)
        stamp.write_text(current)

    def _add_pages(self) -> None:
        """Put models, templates and the command that fills the site into the start template's app."""
        home = self.folder / "home"
        shutil.copy(SOURCES / "models.py", home / "models.py")
        shutil.copytree(SOURCES / "templates", home / "templates", dirs_exist_ok=True)
        commands = home / "management" / "commands"
        commands.mkdir(parents=True)
        shutil.copy(SOURCES / "fill.py", commands / "fill.py")

    def _run(self, *command: str) -> None:
        log = self.folder / "build.log"
        with log.open("ab") as output:
            done = subprocess.run(
                command, cwd=self.folder, env=self.environment, stdout=output, stderr=subprocess.STDOUT, check=False
            )
        if done.returncode:
            raise CannotMeasure(f"the plain site could not be made: {last_line(log)}")

    @contextlib.contextmanager
    def served(self) -> Iterator[subprocess.Popen]:
        """Serve it by the same server with as many processes and threads as the site has, DEBUG off."""
        self.prepare()
        command = [sys.executable, "-m", "gunicorn", f"{NAME}.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        command += ["--workers", "2", "--threads", "4", "--worker-class", "gthread", "--keep-alive", "15"]
        command += ["--preload", "--log-level", "warning"]
        log = self.folder / "server.log"
        with running(command, log=log, cwd=self.folder, env=self.environment, address=f"{self.address}/") as process:
            yield process


def fingerprint(given: str) -> str:
    """Return a digest of what the site is made from."""
    digest = hashlib.sha256(given.encode())
    for path in sorted(path for path in [Path(__file__), *SOURCES.rglob("*")] if path.is_file()):
        if "__pycache__" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def sides(options: Options) -> tuple[DemoSite, PlainSite]:
    """Return the site with its demo and nothing more, and the plain site of the same content."""
    ours = DemoSite(options.folder / "site", options.port)
    return ours, PlainSite(options.folder / "plain", options.port + 1, ours)
