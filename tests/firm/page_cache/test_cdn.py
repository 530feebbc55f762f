"""A CDN is told of every change: once, again until it takes it, and once more for what was on its way."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from django.http import HttpResponse

from firm.middleware import ResponseHeadersMiddleware
from firm.page_cache import cdn
from firm.page_cache.cdn import EVERY, PAUSE, SECOND, CloudflareByTag, Purger
from firm.page_cache.middleware import CDN_TAG, mark_cacheable
from firm.page_cache.state import read_state
from firm.settings.cdn import frontend_caches
from firm.settings.environment import Environment, SettingError
from tests import factories

CLOUDFLARE = {"CDN": "cloudflare", "CLOUDFLARE_ZONE_ID": "z1", "CLOUDFLARE_API_TOKEN": "secret-token"}
CLOUDFRONT = {"CDN": "cloudfront", "CLOUDFRONT_DISTRIBUTION_ID": "D1"}
NETWORKS = pytest.mark.parametrize("network", [CLOUDFLARE, CLOUDFRONT])


class Network(ThreadingHTTPServer):
    """Takes orders on loopback and records them; answers with what ``answers`` holds, then with success."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.orders, self.answers = [], []
        self.address = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.orders.append((self.path, dict(self.headers), body))
        status, answer = self.server.answers.pop(0) if self.server.answers else (200, b'{"success": true}')
        self.send_response(status)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with Network() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def use(settings, monkeypatch, server):
    """Configure the site for a network, as the environment does, whose orders go to our server."""

    def use(network: dict) -> None:
        for name, value in network.items():
            monkeypatch.setenv(name, value)
        settings.WAGTAILFRONTENDCACHE = frontend_caches(Environment())
        make = CloudflareByTag.__init__

        def make_here(self, params):
            make(self, params)
            path = self.cloudflare_purge_endpoint_url.removeprefix("https://api.cloudflare.com")
            self.cloudflare_purge_endpoint_url = server.address + path

        monkeypatch.setattr(CloudflareByTag, "__init__", make_here)
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFRONT", server.address)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")  # needed beside an address of our own only
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "k")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")

    return use


class Rig:
    """A purger with a clock and a state that the test sets."""

    def __init__(self) -> None:
        self.now, self.state, self.orders, self.failures, self.is_broken = 0.0, "a", 0, 0, False
        self.purger = Purger(purge=self._purge, read=lambda: self.state, clock=lambda: self.now)

    def _purge(self) -> None:
        if self.is_broken:
            raise requests.ConnectionError
        self.orders += 1

    def run(self, seconds: int) -> int:
        """Look as the worker does; return how many orders that made."""
        before = self.orders
        for _ in range(0, seconds, EVERY):
            self.now += EVERY
            try:
                self.purger.check()
            except requests.ConnectionError:
                self.failures += 1
        return self.orders - before


@pytest.fixture
def rig():
    return Rig()


@pytest.fixture
def settled(rig):
    rig.run(SECOND * 3)
    return rig


def test_nothing_is_ordered_while_nothing_changes(settled):
    assert settled.run(500) == 0


def test_a_worker_that_starts_does_not_know_and_so_orders(rig):
    assert rig.run(EVERY) == 1


def test_a_change_is_told_at_the_next_look_and_once_more_for_what_was_on_its_way(settled):
    settled.state = "b"
    assert settled.run(EVERY) == 1
    assert settled.run(SECOND - EVERY) == 0
    assert settled.run(EVERY) == 1
    assert settled.run(500) == 0


def test_many_changes_between_two_looks_are_one_order(settled):
    for settled.state in "bcdef":
        pass
    assert settled.run(EVERY) == 1


def test_a_change_before_the_second_order_is_told_at_once_and_has_a_second_order_of_its_own(settled):
    settled.state = "b"
    settled.run(EVERY)
    settled.state = "c"
    assert settled.run(EVERY) == 1
    assert settled.run(SECOND) == 1


def test_an_order_that_is_not_taken_is_given_again_after_a_pause(settled):
    settled.is_broken, settled.state = True, "b"
    settled.run(3 * PAUSE)
    assert settled.failures == 3
    settled.is_broken = False
    assert settled.run(PAUSE) == 1
    assert settled.purger.purged == "b"


def test_a_change_during_a_failure_is_not_lost(settled):
    settled.is_broken, settled.state = True, "b"
    settled.run(EVERY)
    settled.state, settled.is_broken = "c", False
    assert settled.run(PAUSE) == 1
    assert settled.purger.purged == "c"


def test_a_change_of_the_site_reaches_the_network_however_it_comes_about(home, use, server):
    use(CLOUDFLARE)
    watcher = Purger()
    watcher.check()
    server.orders.clear()
    assert watcher.check() is False
    page = factories.StandardPageFactory()
    assert watcher.check()
    type(page).objects.filter(pk=page.pk).update(title="By a statement, without a signal")
    assert watcher.check()
    assert watcher.purged == read_state()
    assert len(server.orders) == 2


def test_cloudflare_purges_all_pages_by_their_tag_with_one_order(use, server):
    use(CLOUDFLARE)
    cdn.purge()
    [(path, headers, body)] = server.orders
    assert path == "/client/v4/zones/z1/purge_cache"
    assert headers["Authorization"] == "Bearer secret-token"
    assert json.loads(body) == {"tags": [CDN_TAG]}


@pytest.mark.parametrize("status", [403, 429, 500])
def test_what_cloudflare_does_not_take_is_an_error_that_names_no_key(use, server, status):
    use(CLOUDFLARE)
    server.answers = [(status, b'{"success": false}')]
    with pytest.raises(requests.RequestException) as refusal:
        cdn.purge()
    assert "secret-token" not in str(refusal.value)
    cdn.purge()


def test_cloudfront_purges_everything_with_one_order(use, server):
    use(CLOUDFRONT)
    server.answers = [(201, b"<Invalidation><Id>I1</Id></Invalidation>")]
    cdn.purge()
    [(path, _, body)] = server.orders
    assert "/distribution/D1/invalidation" in path
    assert b"<Path>/*</Path>" in body
    assert b"<Quantity>1</Quantity>" in body


# --- What pages say ----------------------------------------------------------------------------------


def test_without_a_cdn_pages_say_nothing_to_it(home, client):
    answer = client.get("/")
    assert "s-maxage=300" not in answer["Cache-Control"]
    assert "Cache-Tag" not in answer


@NETWORKS
def test_a_network_keeps_pages_and_browsers_ask_each_time(home, client, use, network):
    use(network)
    answer = client.get("/")
    assert answer["Cache-Control"] == "public, max-age=0, s-maxage=300, must-revalidate"
    assert answer["Cache-Tag"] == "pages"


@NETWORKS
def test_an_answer_with_a_rule_of_its_own_keeps_it(rf, use, network):
    use(network)
    own = {"Cache-Control": "public, max-age=60"}
    answer = ResponseHeadersMiddleware(lambda request: mark_cacheable(request, HttpResponse(headers=own)))(rf.get("/"))
    assert answer["Cache-Control"] == "public, max-age=60"
    assert "Cache-Tag" not in answer


@NETWORKS
@pytest.mark.parametrize("address", ["/free-consultation/", "/search/?q=a", "/admin/login/"])
def test_what_is_made_for_one_visitor_is_never_kept_by_it(demo_site, client, use, network, address):
    use(network)
    answer = client.get(address)
    assert answer.status_code == 200
    assert "s-maxage" not in answer.get("Cache-Control", "")
    assert "Cache-Tag" not in answer


# --- Configuration -----------------------------------------------------------------------------------


def test_without_the_variable_there_is_no_network():
    assert frontend_caches(Environment()) == {}


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"CDN": "akamai"}, "CDN"),
        ({"CDN": "cloudflare", "CLOUDFLARE_ZONE_ID": "z"}, "CLOUDFLARE_API_TOKEN"),
        ({"CDN": "cloudflare", "CLOUDFLARE_API_TOKEN": "t"}, "CLOUDFLARE_ZONE_ID"),
        ({"CDN": "cloudfront"}, "CLOUDFRONT_DISTRIBUTION_ID"),
    ],
)
def test_a_network_without_what_it_needs_is_refused(monkeypatch, values, name):
    for variable, value in values.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(SettingError, match=name):
        frontend_caches(Environment())
