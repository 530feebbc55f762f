"""A CDN is told of every change: once, again until it takes it, and once more for what was on its way."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.cache import cache
from django.db import OperationalError

from firm import cdn
from firm.cdn import PAUSES, SECOND, PurgeError, Purger
from firm.page_cache.invalidation import read_state
from firm.page_cache.stored_response import StoredResponse
from firm.settings.cdn import network
from firm.settings.environment import Environment, SettingError
from tests import factories

CLOUDFLARE = {"name": "cloudflare", "cloudflare_zone_id": "z1", "cloudflare_api_token": "secret-token"}
CLOUDFRONT = {"name": "cloudfront", "cloudfront_distribution_id": "D1"}


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
def cloudflare(settings, monkeypatch):
    settings.CDN = CLOUDFLARE
    with Network() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(cdn, "CLOUDFLARE", server.address)
        yield server
        server.shutdown()


class Rig:
    """A purger with a clock and a state that the test sets."""

    def __init__(self) -> None:
        self.now, self.state, self.orders, self.broken = 0.0, "a", 0, False
        self.purger = self.another()

    def another(self) -> Purger:
        return Purger(order=self._order, read=lambda: self.state, clock=lambda: self.now)

    def _order(self) -> None:
        if self.broken:
            raise PurgeError("away")
        self.orders += 1

    def run(self, seconds: int) -> int:
        """Look once a second; return how many orders that made."""
        before = self.orders
        for _ in range(seconds):
            self.now += 1
            self.purger.look()
        return self.orders - before


@pytest.fixture
def rig():
    return Rig()


@pytest.fixture
def settled(rig):
    rig.run(SECOND * 3)
    rig.orders = 0
    return rig


def test_nothing_is_ordered_while_nothing_changes(settled):
    assert settled.run(500) == 0


def test_a_worker_that_starts_does_not_know_and_so_orders(rig):
    assert rig.run(1) == 1


def test_a_change_is_told_within_a_second_and_once_more_for_what_was_on_its_way(settled):
    settled.state = "b"
    assert settled.run(1) == 1
    assert settled.run(SECOND - 1) == 0
    assert settled.run(2) == 1
    assert settled.run(500) == 0


def test_many_changes_between_two_looks_are_one_order(settled):
    for settled.state in "bcdef":
        pass
    assert settled.run(1) == 1


def test_an_order_that_is_not_taken_is_given_again_with_longer_pauses(settled, caplog):
    settled.broken, settled.state = True, "b"
    settled.run(sum(PAUSES) + 1)
    assert caplog.text.count("could not be told") == len(PAUSES) + 1
    settled.broken = False
    assert settled.run(PAUSES[-1]) == 1


def test_a_change_during_a_failure_is_not_lost(settled):
    settled.broken, settled.state = True, "b"
    settled.run(1)
    settled.state, settled.broken = "c", False
    assert settled.run(PAUSES[0]) == 1
    assert settled.purger.told == "c"


def test_of_two_workers_one_orders(settled):
    other = settled.another()
    other.told = settled.state
    settled.state = "b"
    settled.now += 1
    assert [settled.purger.look(), other.look()] == [True, False]
    assert settled.orders == 1


def test_a_worker_that_claims_and_dies_is_stood_in_for(settled):
    cache.add("cdn:b:False", 1, SECOND)
    settled.state = "b"
    assert settled.run(1) == 0
    assert settled.run(SECOND * 2) == 1


@pytest.mark.parametrize("answer", [False, OSError("gone")])
def test_a_cache_that_is_gone_stops_nothing(settled, monkeypatch, answer):
    def add(*args):
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(cache, "add", add, raising=False)
    settled.state = "b"
    assert settled.run(1) == 1


def test_a_database_that_is_gone_stops_nothing(settled, monkeypatch):
    def fail():
        raise OperationalError

    monkeypatch.setattr(cdn.connection, "close", lambda: None)
    settled.purger.read = fail
    assert settled.purger.look() is False


def test_a_change_of_the_site_reaches_the_network_however_it_comes_about(home, cloudflare):
    watcher = Purger()
    watcher.look()
    cloudflare.orders.clear()
    assert watcher.look() is False
    page = factories.StandardPageFactory()
    assert watcher.look()
    type(page).objects.filter(pk=page.pk).update(title="By a statement, without a signal")
    assert watcher.look()
    assert watcher.told == read_state()
    path, headers, body = cloudflare.orders[-1]
    assert path == "/zones/z1/purge_cache"
    assert headers["Authorization"] == "Bearer secret-token"
    assert json.loads(body) == {"tags": ["pages"]}
    assert len(cloudflare.orders) == 2


@pytest.mark.parametrize(
    "answer", [(200, b'{"success": false}'), (403, b"no"), (500, b""), (200, b"[]"), (429, b'{"success": false}')]
)
def test_what_is_not_taken_is_an_error_that_names_no_key(cloudflare, answer):
    cloudflare.answers = [answer]
    with pytest.raises(PurgeError) as refusal:
        cdn.purge()
    assert "secret-token" not in str(refusal.value)
    cdn.purge()


def test_a_network_that_is_away_is_an_error(settings, monkeypatch):
    settings.CDN = CLOUDFLARE
    monkeypatch.setattr(cdn, "CLOUDFLARE", "http://127.0.0.1:9")
    with pytest.raises(PurgeError):
        cdn.purge()


def test_cloudfront_drops_everything_with_one_order(settings, monkeypatch):
    settings.CDN = CLOUDFRONT
    with Network() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name, value in {
            "AWS_ENDPOINT_URL_CLOUDFRONT": server.address,
            "AWS_ACCESS_KEY_ID": "k",
            "AWS_SECRET_ACCESS_KEY": "s",
        }.items():
            monkeypatch.setenv(name, value)
        server.answers = [(201, b"<Invalidation><Id>I1</Id></Invalidation>"), (503, b"")]
        cdn.purge()
        with pytest.raises(PurgeError):
            cdn.purge()
        server.shutdown()
    path, _, body = server.orders[0]
    assert "/distribution/D1/invalidation" in path
    assert b"<Path>/*</Path>" in body
    assert b"<Quantity>1</Quantity>" in body


# --- What pages say ----------------------------------------------------------------------------------


def sent(*headers) -> dict:
    return dict(StoredResponse.of([("Content-Type", "text/html"), *headers], b"<p>").headers)


def test_without_a_cdn_everybody_asks_each_time(settings):
    settings.CDN = None
    assert sent()["Cache-Control"] == "public, max-age=0, s-maxage=1, must-revalidate"
    assert not {"CDN-Cache-Control", "Cache-Tag"} & set(sent())


def test_cloudflare_keeps_pages_and_browsers_ask_each_time(settings):
    settings.CDN = CLOUDFLARE
    assert sent()["Cache-Control"] == "public, max-age=0, s-maxage=1, must-revalidate"
    assert sent()["CDN-Cache-Control"].startswith("public, max-age=300,")
    assert sent()["Cache-Tag"] == "pages"


def test_cloudfront_keeps_pages_and_browsers_ask_each_time(settings):
    settings.CDN = CLOUDFRONT
    assert sent()["Cache-Control"] == "public, max-age=0, s-maxage=300, must-revalidate"


@pytest.mark.parametrize("given", [CLOUDFLARE, CLOUDFRONT])
def test_an_answer_with_a_rule_of_its_own_keeps_it(settings, given):
    settings.CDN = given
    assert sent(("Cache-Control", "public, max-age=60"))["Cache-Control"] == "public, max-age=60"
    assert "CDN-Cache-Control" not in sent(("Cache-Control", "public, max-age=60"))


@pytest.mark.parametrize("given", [CLOUDFLARE, CLOUDFRONT])
@pytest.mark.parametrize("address", ["/free-consultation/", "/search/?q=a", "/admin/login/"])
def test_what_is_made_for_one_visitor_is_never_kept_by_it(demo_site, client, settings, given, address):
    settings.CDN = given
    answer = client.get(address)
    assert answer.status_code == 200
    assert "s-maxage" not in answer.get("Cache-Control", "")
    assert "CDN-Cache-Control" not in answer


# --- Configuration -----------------------------------------------------------------------------------


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
        network(Environment())
