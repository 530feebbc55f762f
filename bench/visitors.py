"""Visitors who send the form as a browser without JavaScript does, each from an address of its own."""

import http.client
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

FORM = "/free-consultation/"
#: How many are on the line at once, at most.
HANDS = 64
#: Seconds for which one waits for an answer, and after which one whose turn is long past does not send any more.
PATIENCE = 20


class Fields(HTMLParser):
    """What the page's form sends without being touched: its hidden fields, and the values of its ticks by name."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.ticks: dict[str, str] = {}
        self.action, self._is_within = "", False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        """Note a field."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_within = given.get("method", "").lower() == "post"
            self.action = given.get("action", "") if self._is_within else self.action
        elif tag == "input" and self._is_within and "name" in given:
            kept = {"hidden": self.hidden, "checkbox": self.ticks}.get(given.get("type", "text"))
            if kept is not None:
                kept[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag):
        """Leave the form."""
        if tag == "form":
            self._is_within = False


@dataclass
class Visitor:
    """One who has opened the form."""

    number: int
    host: str
    name: str
    cookies: str = ""
    fields: dict | None = None
    action: str = FORM
    began: float = 0.0
    seconds: float = 0.0
    status: int = 0

    @property
    def address(self) -> str:
        """The address it comes from: one of a network that is set aside for measuring (RFC 2544)."""
        return f"198.{18 + self.number // 65536 % 2}.{self.number // 256 % 256}.{self.number % 256}"

    def open(self) -> None:
        """Read the page with the form."""
        status, headers, body = self._ask("GET", FORM)
        if status != 200:
            raise RuntimeError(f"the form answered {status}")
        page = Fields(body.decode())
        self.cookies = "; ".join(value.split(";")[0] for name, value in headers if name.lower() == "set-cookie")
        self.action = urljoin(FORM, page.action)
        self.fields = page.hidden | {
            "full_name": self.name,
            "phone": f"212-555-01{self.number % 100:02d}",
            "email": f"visitor-{self.number}@example.com",
            "preferred_contact": "phone",
            "relationship": "self",
            "message": f"My brother was arrested this morning, and we do not know what to do. Case {self.number}.",
            "acknowledge": page.ticks["acknowledge"],
        }

    def send(self) -> None:
        """Send the form, and read the page that it leads to."""
        self.began = time.perf_counter()
        status, headers, _ = self._ask("POST", self.action, urlencode(self.fields))
        self.seconds, self.status = time.perf_counter() - self.began, status
        if status == 303:
            target = next(value for name, value in headers if name.lower() == "location")
            more = [value.split(";")[0] for name, value in headers if name.lower() == "set-cookie"]
            self.cookies = "; ".join([self.cookies, *more])
            self._ask("GET", urlsplit(target).path)

    def _ask(self, method: str, path: str, body: str | None = None):
        headers = {"X-Forwarded-For": self.address, "Accept-Encoding": "identity", "Cookie": self.cookies}
        headers["User-Agent"] = "Mozilla/5.0"
        if body is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"http://{self.host}",
                "Referer": f"http://{self.host}{FORM}",
            }
        connection = http.client.HTTPConnection(self.host, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()


def _invented() -> str:
    """Return a name that is like no other: of letters alone, so that a hundred bits of chance are in two."""
    return uuid.uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))[:13].title()


def visitors(count: int, host: str) -> list[Visitor]:
    """Return as many who have the form open, with names that nobody had in an earlier run."""
    found = [Visitor(number, host, f"{_invented()} {_invented()}") for number in range(count)]
    with ThreadPoolExecutor(8) as hands:
        list(hands.map(Visitor.open, found))
    return found


def send_steadily(found: list[Visitor], rate: float) -> list[str]:
    """Have them send at ``rate`` a second, each when its turn is, whether those before are done or not.

    Returns what went wrong, in words; a visitor who got no answer has status 0.
    """
    start, troubles, lock = time.perf_counter() + 0.1, [], threading.Lock()

    def take_turn(place: int) -> None:
        left = start + place / rate - time.perf_counter()
        time.sleep(max(0.0, left))
        try:
            if left < -PATIENCE:
                raise TimeoutError("the server was so late that this one was not sent")
            found[place].send()
        except Exception as error:
            with lock:
                troubles.append(f"{type(error).__name__}: {error}")

    with ThreadPoolExecutor(HANDS) as hands:
        list(hands.map(take_turn, range(len(found))))
    return troubles
