"""Visitors who buy: each opens a product, fills the forms as a browser would, and pays.

They run in a process of their own, a thread each, and keep their connection as browsers do.
"""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.cookies import SimpleCookie
from itertools import count
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.bench.driver import HOST, SILENCE_SECONDS

ADDRESS = {
    "country": "DE",
    "full_name": "Ada Bench",
    "line1": "Lindenstr. 4",
    "postal_code": "10969",
    "city": "Berlin",
    "phone": "",
}
CARD = {"number": "4242 4242 4242 4242", "expiry": "12/30", "security_code": "123"}
#: A shopper who has followed so many redirects goes in a circle.
REDIRECTS = 5


class PurchaseFailed(Exception):
    """A page was not what a shopper needs to go on."""


@dataclass(frozen=True)
class Ware:
    """What a visitor buys: a product page and the choices made there."""

    page: str
    slug: str
    options: dict[str, str]


@dataclass(frozen=True)
class Purchases:
    """How it went: ``sql`` and ``requests`` are those of the last purchase that was counted."""

    orders: int
    seconds: float
    requests: int
    sql: int
    refused: dict[str, int] = field(default_factory=dict)


@dataclass
class Form:
    """A form as a browser would send it untouched."""

    action: str
    values: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """The POST forms of a page with what stands in their controls."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._in_form = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._in_form = named.get("method", "").lower() == "post"
            if self._in_form:
                self.found.append(Form(named.get("action", "")))
        elif tag == "input" and self._in_form and named.get("name"):
            is_choice = named.get("type") in ("radio", "checkbox")
            if named.get("type") != "submit" and ("checked" in named or not is_choice):
                unnamed = "on" if is_choice else ""
                self.found[-1].values[named["name"]] = named.get("value", unnamed)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in_form = False


class Visitor:
    """A browser with cookies on one connection; counts what it asks for."""

    def __init__(self, port: int, *, counts: bool = False) -> None:
        self.wire = HTTPConnection(HOST, port, timeout=SILENCE_SECONDS)
        self.origin = f"https://{HOST}:{port}"
        self.cookies: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        self.counts = counts
        self.requests = self.sql = 0
        self.path = ""
        self.page = ""

    def open(self, path: str) -> None:
        self._ask("GET", path)

    def send(self, action: str, *, to: str = "", **typed: str) -> None:
        """Send the page's form with this action, typed over where names are given.

        A button that sends it elsewhere is pressed with ``to``.
        """
        for form in Forms(self.page).found:
            if (form.action or self.path) == action:
                self._ask("POST", to or action, urlencode({**form.values, **typed}))
                return
        raise PurchaseFailed(f"{self.path} has no form for {action}")

    def _ask(self, method: str, path: str, body: str = "") -> None:
        for _step in range(REDIRECTS):
            answer = self._exchange(method, path, body)
            self.page = answer.read().decode()
            self.path = urlsplit(path).path
            if answer.status == 200:
                return
            if answer.status not in (302, 303):
                raise PurchaseFailed(f"{method} {self.path} answers {answer.status}")
            method, path, body = "GET", str(answer.headers["Location"]), ""
        raise PurchaseFailed(f"{path} leads in a circle")

    def _exchange(self, method: str, path: str, body: str) -> HTTPResponse:
        headers = {"Accept": "text/html", "X-Forwarded-Proto": "https", "Origin": self.origin}
        headers |= self.headers
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={text}" for name, text in self.cookies.items())
        if self.counts:
            headers["X-Bench-Count"] = "1"
        self.wire.request(method, path, body or None, headers)
        answer = self.wire.getresponse()
        self.requests += 1
        self.sql += int(answer.headers.get("X-Bench-SQL", 0))
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer


def buy(visitor: Visitor, ware: Ware, email: str) -> None:
    """From the product page to the confirmation as a guest; raises PurchaseFailed."""
    visitor.open(ware.page)
    visitor.send("/cart/add/", **ware.options)
    visitor.send("/cart/checkout/")
    visitor.send("/checkout/", email=email, **ADDRESS)
    visitor.send("/checkout/delivery/")
    visitor.send("/checkout/payment/", **CARD)
    visitor.send("/checkout/review/")
    if not visitor.path.endswith("/thanks/"):
        raise PurchaseFailed(f"the purchase ended at {visitor.path}")


def buy_now(visitor: Visitor, ware: Ware, email: str) -> None:
    """The short way, with all answers on one page; raises PurchaseFailed."""
    visitor.open(ware.page)
    visitor.send("/cart/add/", to="/cart/express/", **ware.options)
    visitor.send("/checkout/express/", email=email, **ADDRESS, **CARD)
    if not visitor.path.endswith("/thanks/"):
        raise PurchaseFailed(f"the purchase ended at {visitor.path}")


#: The ways from a product page to the confirmation.
WAYS = {"steps": buy, "express": buy_now}


def shop_around(
    port: int,
    wares: Sequence[Ware],
    *,
    seconds: float,
    visitors: int,
    counts: bool = False,
    way: str = "steps",
) -> Purchases:
    """``visitors`` buy one order after the other for ``seconds``, from a process of their own.

    With ``counts`` visitors buy one piece of each ware and look at it again, as in a shop that is
    open; then the statements of one more purchase are counted.
    Raises PurchaseFailed when nothing at all could be bought.
    """
    job = {
        "port": port,
        "wares": [asdict(ware) for ware in wares],
        "seconds": seconds,
        "visitors": visitors,
        "counts": counts,
        "way": way,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.shopper"],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PurchaseFailed(done.stderr.strip().rpartition("\n")[2])
    return Purchases(**json.loads(done.stdout))


class Crowd:
    """Threads that buy until the time is over."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.port: int = job["port"]
        self.counts: bool = job["counts"]
        self.buy = WAYS[job["way"]]
        self.wares = [Ware(**ware) for ware in job["wares"]]
        self.turns = count()
        self.lock = threading.Lock()
        self.orders = self.requests = self.sql = 0
        self.refused: Counter[str] = Counter()

    def one(self) -> None:
        """One purchase by a new visitor."""
        turn = next(self.turns)
        visitor = Visitor(self.port, counts=self.counts)
        email = f"bench-{time.time_ns()}-{turn}@selvedge.example"
        why = ""
        try:
            self.buy(visitor, self.wares[turn % len(self.wares)], email)
        except (PurchaseFailed, HTTPException, OSError) as error:
            why = str(error) or type(error).__name__
        visitor.wire.close()
        with self.lock:
            if why:
                self.refused[why] += 1
            else:
                self.orders += 1
                self.requests, self.sql = visitor.requests, visitor.sql

    def until(self, deadline: float) -> None:
        while time.perf_counter() < deadline:
            self.one()


def run(job: dict[str, Any]) -> Purchases:
    """Do the job in this process; raises PurchaseFailed."""
    crowd = Crowd(job)
    started = time.perf_counter()
    if job["counts"]:
        for _ware in crowd.wares:
            crowd.one()
        for ware in crowd.wares:
            visitor = Visitor(crowd.port)
            visitor.open(ware.page)
            visitor.wire.close()
        crowd.one()
    else:
        deadline = started + job["seconds"]
        _all(threading.Thread(target=crowd.until, args=[deadline]) for _ in range(job["visitors"]))
    ended = time.perf_counter()
    if not crowd.orders:
        raise PurchaseFailed(f"nobody could buy: {dict(crowd.refused.most_common(3))}")
    return Purchases(crowd.orders, ended - started, crowd.requests, crowd.sql, dict(crowd.refused))


def _all(threads: Iterable[threading.Thread]) -> None:
    running = list(threads)
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


if __name__ == "__main__":
    print(json.dumps(asdict(run(json.load(sys.stdin)))))
