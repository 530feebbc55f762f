"""What deploy/ and docs/operations.md name exists: commands, variables, folders, restrictions."""

import ast
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands, load_command_class

from firm.middleware import error_headers
from firm.server.web_server import GRACE
from firm.settings.cdn import NEEDED

ROOT = Path(settings.BASE_DIR)
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
#: Read by Python itself.
FOREIGN = {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
READERS = {
    "sender",
    "site",
    "text",
    "secret",
    "items",
    "networks",
    "keys",
    "number",
    "flag",
    "file",
    "time",
    "database",
    "email",
}
SITE_SERVICES = ("release", "web1", "web2", "worker")


def compose() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def objects() -> list[dict]:
    return [found for path in MANIFESTS for found in yaml.safe_load_all(path.read_text())]


def pods() -> list[tuple[str, dict]]:
    return [
        (found["metadata"]["name"], found["spec"]["template"]["spec"])
        for found in objects()
        if found["kind"] in {"Deployment", "Job"}
    ]


def variables_read() -> set[str]:
    """The names of all variables that the code reads from the environment."""
    names = set()
    for path in [ROOT / "manage.py", *(ROOT / "firm").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
                continue
            owner, first = ast.unparse(node.func.value), node.args[0]
            is_reader = node.func.attr in READERS and owner in {"env", "Environment()"}
            is_environ = owner == "os.environ" and node.func.attr in {"get", "setdefault"}
            if (is_reader or is_environ) and isinstance(first, ast.Constant):
                names.add(first.value)
    return names.union(*(needed.values() for needed in NEEDED.values()))


def variables_documented() -> set[str]:
    table = (ROOT / "docs" / "operations.md").read_text().split("## Every variable")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", row)}


def is_known(name: str) -> bool:
    return name.removesuffix("_FILE") in variables_documented() | FOREIGN


# --- Variables ---------------------------------------------------------------------------------------


def test_every_variable_that_is_read_is_in_the_table():
    assert len(variables_read()) > 25
    assert variables_read() - variables_documented() == set()


def test_every_variable_in_the_table_is_read():
    assert variables_documented() - variables_read() == set()


def test_containers_are_given_variables_that_there_are():
    given = set()
    for name in SITE_SERVICES:
        given |= set(compose()["services"][name]["environment"])
    given |= set(re.findall(r"^(?:ENV| +)\s*([A-Z_]+)=", (DEPLOY / "Containerfile").read_text(), re.MULTILINE))
    for _, spec in pods():
        given |= {entry["name"] for container in spec["containers"] for entry in container.get("env", [])}
    given |= set(next(found["data"] for found in objects() if found["kind"] == "ConfigMap"))
    assert len(given) > 15
    assert sorted(name for name in given if not is_known(name) and not name.startswith("PIP_")) == []


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_are_given_variables_that_there_are(path):
    given = re.findall(r"([A-Z_]+)=", " ".join(re.findall(r"^Environment=(.*)$", path.read_text(), re.MULTILINE)))
    assert "SECRET_KEY_FILE" in given
    assert [name for name in given if not is_known(name)] == []


def test_every_secret_that_is_read_from_a_file_is_given():
    services, declared = compose()["services"], set(compose()["secrets"])
    for name in SITE_SERVICES:
        files = {value for key, value in services[name]["environment"].items() if key.endswith("_FILE")}
        assert files == {f"/run/secrets/{secret}" for secret in services[name]["secrets"]}
    assert {secret for service in services.values() for secret in service.get("secrets", [])} == declared


# --- Commands and files ------------------------------------------------------------------------------


def commands_named() -> set[str]:
    services = compose()["services"]
    found = {services[name]["command"][0] for name in SITE_SERVICES if services[name].get("command")}
    for _, spec in pods():
        found |= {container["args"][0] for container in spec["containers"]}
    texts = [path.read_text() for path in [*UNITS, DEPLOY / "Containerfile"]]
    texts.append((ROOT / "docs" / "operations.md").read_text())
    found |= {name for text in texts for name in re.findall(r"manage\.py ([a-z_]+)", text)}
    return found | set(re.findall(r'^CMD \["([a-z_]+)"\]', (DEPLOY / "Containerfile").read_text(), re.MULTILINE))


def test_every_command_that_is_named_is_there():
    assert {"run_web", "run_worker", "migrate", "collectstatic"} <= commands_named()
    assert commands_named() - set(get_commands()) == set()


def test_the_servers_command_takes_what_it_is_given():
    load_command_class("firm", "run_web").create_parser("manage.py", "run_web").parse_args(
        ["--host", "::", "--port", "1"]
    )


def test_the_image_copies_what_there_is():
    own = re.findall(r"^COPY (?!--from)(.+)$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    sources = [source for line in own for source in line.split()[:-1]]
    assert sources
    ignored = (DEPLOY / "Containerfile.dockerignore").read_text().splitlines()
    for source in sources:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in ignored


def test_the_image_has_every_app():
    text = (DEPLOY / "Containerfile").read_text()
    ours = {name for name in settings.INSTALLED_APPS if (ROOT / name).is_dir()}
    assert ours
    assert [name for name in ours if f"COPY {name} {name}" not in text] == []


def test_the_image_ends_without_root_and_without_a_shell_before_the_server():
    last = (DEPLOY / "Containerfile").read_text().rsplit("\nFROM ", 1)[1]
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", last, re.MULTILINE)
    assert 'ENTRYPOINT ["python", "manage.py"]' in last
    assert "\nRUN " not in last


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-servers.txt", "requirements-dev.txt"])
def test_what_is_installed_is_pinned(name):
    lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    loose = [line for line in lines if line and not line.startswith(("-r ", "--hash")) and "==" not in line]
    assert loose == []


# --- Restrictions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*SITE_SERVICES, "nginx", "database"])
def test_a_container_can_do_no_more_than_it_must(name):
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "cpus", "pids_limit"} <= set(service)
    assert "privileged" not in service


def test_nginx_alone_can_be_reached_from_outside_and_the_database_reaches_nobody():
    services = compose()["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
    assert services["database"]["networks"] == ["inside"]
    assert compose()["networks"]["inside"]["internal"] is True


def test_the_servers_believe_nginx_s_address():
    services = compose()["services"]
    address = services["nginx"]["networks"]["inside"]["ipv4_address"]
    assert services["web1"]["environment"]["TRUSTED_PROXIES"] == address
    assert "outside" not in services["nginx"]["networks"]


def test_servers_wait_for_the_release():
    services = compose()["services"]
    for name in ("web1", "web2", "worker"):
        assert services[name]["depends_on"]["release"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_can_do_no_more_than_it_must(path):
    text = path.read_text()
    for line in (
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "CapabilityBoundingSet=",
        "User=firm",
    ):
        assert f"\n{line}\n" in text, line
    assert re.search(r"^MemoryMax=", text, re.MULTILINE)


@pytest.mark.parametrize(("name", "spec"), pods())
def test_a_pod_can_do_no_more_than_it_must(name, spec):
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    volumes = {volume["name"] for volume in spec["volumes"]}
    for container in spec["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"requests", "limits"} == set(container["resources"])
        assert {mount["name"] for mount in container["volumeMounts"]} == volumes


def test_the_objects_of_kubernetes_go_together():
    found = {(one["kind"], one["metadata"]["name"]): one for one in objects()}
    web = found["Deployment", "web"]["spec"]
    labels = web["template"]["metadata"]["labels"]
    assert web["selector"]["matchLabels"] == labels
    assert found["Service", "web"]["spec"]["selector"] == labels
    assert found["PodDisruptionBudget", "web"]["spec"]["selector"]["matchLabels"] == labels
    assert found["NetworkPolicy", "web"]["spec"]["podSelector"]["matchLabels"] == labels
    assert found["HorizontalPodAutoscaler", "web"]["spec"]["scaleTargetRef"]["name"] == "web"
    assert {one["metadata"]["namespace"] for one in objects() if one["kind"] != "Namespace"} == {"firm"}
    assert len({container["image"] for _, spec in pods() for container in spec["containers"]}) == 1


def test_a_server_has_longer_to_stop_than_its_requests_have():
    own = GRACE + 5  # after which the parent kills its children
    [web] = [spec for name, spec in pods() if name == "web"]
    assert web["terminationGracePeriodSeconds"] > own + 8
    assert int(compose()["services"]["web1"]["stop_grace_period"].removesuffix("s")) > own
    text = (DEPLOY / "systemd" / "firm-web.service").read_text()
    assert int(re.search(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)[1]) > own


# --- What runs in the container ----------------------------------------------------------------------


class _Site(BaseHTTPRequestHandler):
    """A server that is healthy at one address, when asked by the site's own name."""

    def do_GET(self):
        is_well = (self.path, self.headers["Host"]) == ("/healthz", "www.law.example")
        self.send_response(200 if is_well else 400)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.mark.parametrize(
    ("path", "site", "status"),
    [("/healthz", "https://www.law.example", 0), ("/readyz", "https://www.law.example", 1), ("/healthz", "", 1)],
)
def test_the_probe_asks_by_the_site_s_name_and_tells_an_answer_from_none(path, site, status):
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment = {"PORT": str(server.server_port), "SITE_URL": site, "PATH": os.environ["PATH"]}
        probe = [sys.executable, str(DEPLOY / "probe.py"), path]
        assert subprocess.run(probe, env=environment, check=False, timeout=30).returncode == status
        server.shutdown()
    assert subprocess.run(probe, env=environment, check=False, timeout=30).returncode == 1


# --- What nginx answers by itself ----------------------------------------------------------------------

ERRORS = (DEPLOY / "nginx" / "firm" / "errors.conf").read_text()


@pytest.mark.parametrize(
    "status", [400, 403, 404, 405, 408, 413, 414, 416, 431, 494, 497, 500, 501, 502, 503, 504, 505]
)
def test_nginx_s_own_errors_are_sent_with_the_headers(status):
    target = re.search(rf"^error_page {status} (?:=\d+ )?(/-error/\d+);$", ERRORS, re.MULTILINE)[1]
    assert f"location = {target} {{ internal; return " in ERRORS


def test_nginx_s_errors_have_the_headers_of_the_application_s(settings):
    settings.SECURE_HSTS_SECONDS = 63_072_000
    assert dict(re.findall(r'add_header (\S+) "(.*)" always;', ERRORS)) == dict(error_headers())
