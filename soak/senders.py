"""Visitors who send the consultation form, again and again until it is acknowledged."""

import contextlib
import http.client
import itertools
import re
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

from soak.running import Reply

FORM = "/free-consultation/"
#: The cookie that names the reference, but for its prefix.
COOKIE = "consultation"
#: What somebody may see while parts are being killed: nobody there, or an honest "not saved".
HONEST = {502, 503, 504}
#: Every so many gives an e-mail address, and is sent a receipt.
WITH_EMAIL = 5
#: Visitors at a time, and seconds between one's forms.
HANDS, PAUSE = 6, 0.2


@dataclass
class Sent:
    """An acknowledged form: the reference in the response, and how often it was sent."""

    token: str
    reference: str
    tries: int
    has_email: bool


class Visitor:
    """One browser with the form open. ``port`` is where requests go, ``site`` the site's address."""

    def __init__(self, port: int, site: str) -> None:
        self.port, self.site, self.cookies, self.hidden = port, site, "", {}

    def ask(
        self, method: str = "GET", path: str = FORM, body: bytes | None = None, seconds: float = 40, **headers
    ) -> Reply:
        """Send one request over its own connection. Raises what `http.client` raises."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        sent = {"Host": self.site.split("//")[1], "X-Forwarded-Proto": self.site.split(":")[0]} | headers
        with contextlib.closing(connection):
            connection.request(method, path, body, sent)
            return Reply(connection.getresponse())

    def open(self) -> None:
        """Open the form."""
        page = self.ask()
        assert page.status == 200, page.status
        self.cookies = "; ".join(cookie.split(";")[0] for cookie in page.cookies)
        self.hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)"[^>]*?value="([^"]*)"', page.text))

    def send(self, token: str, *, address: str = "198.18.0.1", seconds: float = 40, **typed) -> Reply:
        """Send the form once."""
        given = {
            "full_name": "Jo Doe",
            "phone": "(212) 555-0142",
            "relationship": "self",
            "preferred_contact": "phone",
            "acknowledge": "on",
        }
        headers = {
            "Cookie": self.cookies,
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": self.site,
            "X-Forwarded-For": address,
        }
        body = urlencode(self.hidden | given | typed | {"form_token": token, "form_rendered": ""}).encode()
        return self.ask("POST", FORM, body, seconds, **headers)


def reference_of(reply: Reply) -> str:
    """Return the reference that the thank-you page will show."""
    [value] = [cookie.split("=", 1)[1] for cookie in reply.cookies if cookie.split("=", 1)[0].endswith(COOKIE)]
    return value.strip('"').split(":")[0]


def send_until_acknowledged(visitor: Visitor, number: int, timeout: float) -> Sent:
    """Send one form until it is acknowledged; fail when a response says neither that nor honestly that it was not."""
    token, chance, deadline = str(uuid.uuid4()), Random(number), time.monotonic() + timeout
    typed = {"message": f"Please call about matter {number}."}
    if number % WITH_EMAIL == 0:
        typed["email"] = f"visitor-{number}@example.com"
    for tries in itertools.count(1):
        try:
            reply = visitor.send(token, address=f"198.18.{number // 250}.{number % 250}", **typed)
        except (OSError, http.client.HTTPException):
            reply = None
        if reply and reply.status == 303:
            return Sent(token, reference_of(reply), tries, "email" in typed)
        if reply:
            assert reply.status in HONEST, (reply.status, reply.text[:2000])
            assert reply.status != 503 or typed["message"] in reply.text, reply.text[:2000]
        assert time.monotonic() < deadline, "Nobody takes the form any more"
        time.sleep(chance.uniform(0.05, 0.4))
    raise AssertionError("unreachable")


def crowd(port: int, site: str, least: int, kills) -> list[Sent]:
    """Have visitors send forms, at least so many, until all of ``kills`` have been called; return what was sent."""
    visitor, numbers, sent, is_over = Visitor(port, site), itertools.count(), [], threading.Event()
    chance = Random(len(site))
    visitor.open()

    def go_on_sending() -> None:
        while not is_over.is_set() or len(sent) < least:
            sent.append(send_until_acknowledged(visitor, next(numbers), 120))
            time.sleep(PAUSE if len(sent) < least else 4 * PAUSE)

    with ThreadPoolExecutor(HANDS) as pool:
        sending = [pool.submit(go_on_sending) for _ in range(HANDS)]
        try:
            for kill in kills:
                time.sleep(chance.uniform(0.2, 1.2))
                kill()
        finally:
            is_over.set()
    for one in sending:
        one.result()
    return sent
