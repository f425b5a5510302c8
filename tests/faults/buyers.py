"""Buyers over HTTP: processes of their own, a thread for each buyer who is in the shop just now."""

import json
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.bench.shopper import ADDRESS, CARD, REDIRECTS, Form, Forms, PurchaseFailed, Visitor, Ware

PROCESSES = 4
#: What each says first.
READY = "ready"
#: What a shopper reads where something is gone.
SOLD_OUT = ("is sold out.", " is left.", " are left.")
CODE_GONE = ("no longer counts.", "does not count.", "used as often as it may")
ADD, COUPON, REVIEW = "/cart/add/", "/cart/code/", "/checkout/review/"
#: The form that leads on from each page of a purchase.
WAY = {
    "/cart/": "/cart/checkout/",
    "/checkout/": "/checkout/",
    "/checkout/delivery/": "/checkout/delivery/",
    "/checkout/payment/": "/checkout/payment/",
    REVIEW: REVIEW,
}
FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
#: Pages with or without a refusal; any other status is an error.
READABLE = (200, 409, 422)
#: More pages than the longest purchase has.
MOST_PAGES = 12


@dataclass(frozen=True)
class Errand:
    """What one buyer wants: wares in the order in which they go into the cart, and a code.

    ``address`` is that of the buyer's browser: a crowd has more than one.
    """

    email: str
    address: str
    wares: list[Ware]
    code: str = ""


@dataclass
class Told:
    """How a crowd fared: the tokens of thanks pages, clear refusals, and what went wrong."""

    thanked: list[str] = field(default_factory=list)
    sold_out: int = 0
    code_gone: int = 0
    failed: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Told") -> None:
        self.thanked += other.thanked
        self.sold_out += other.sold_out
        self.code_gone += other.code_gone
        self.failed.update(other.failed)


class Gone(Exception):
    """A page said clearly that the shopper came too late; ``what`` is a field of Told."""

    def __init__(self, what: str) -> None:
        self.what = what


class Buyer(Visitor):
    """A visitor who reads refusals as they read other pages."""

    def __init__(self, port: int, errand: Errand) -> None:
        super().__init__(port)
        self.errand = errand
        self.payment = dict(CARD)
        self.headers["X-Forwarded-For"] = errand.address
        self.status = 0

    def buy(self) -> str:
        """From the product pages to the thanks; its token. Raises Gone and PurchaseFailed."""
        self.go_to_review()
        return self.go_on()

    def pay_with(self, typed: dict[str, str]) -> None:
        """Type this in the payment step, and no card."""
        self.payment = dict(typed)

    def go_to_review(self) -> None:
        """Fill the cart and the forms up to the page that asks for the last yes."""
        for ware in self.errand.wares:
            self.open(ware.page)
            if self.form(ADD) is None and "Sold out" in self.page:
                raise Gone("sold_out")
            self.send(ADD, **ware.options)
            if self.status == 409:
                self.refused(ADD)
        if self.errand.code:
            self.send(COUPON, code=self.errand.code)
            if self.status == 422:
                self.refused(COUPON)
        for _page in range(MOST_PAGES):
            if self.path == REVIEW:
                return
            self.go_on()
        raise PurchaseFailed("the purchase had no end")

    def go_on(self) -> str:
        """Send the form of this page; the order's token once there is one."""
        before = self.path
        if before not in WAY:
            raise PurchaseFailed(f"no way leads on from {before}")
        typed = {
            "/checkout/": {**ADDRESS, "email": self.errand.email},
            "/checkout/payment/": self.payment,
        }
        self.send(WAY[before], **typed.get(before, {}))
        if self.status != 200 or (self.path == "/cart/" and before != "/cart/"):
            self.refused(before)
        return self.token

    def refused(self, where: str) -> None:
        if self.reads(SOLD_OUT):
            raise Gone("sold_out")
        if self.errand.code and self.reads(CODE_GONE):
            raise Gone("code_gone")
        raise PurchaseFailed(f"{where} refused without a reason, status {self.status}")

    def form(self, action: str) -> Form | None:
        # The whole page takes its reader longer to parse than the shop to answer.
        forms = (form for text in FORM.findall(self.page) for form in Forms(text).found)
        return next((form for form in forms if (form.action or self.path) == action), None)

    def send(self, action: str, **typed: str) -> None:
        form = self.form(action)
        if form is None:
            raise PurchaseFailed(f"{self.path} has no form for {action}")
        self._ask("POST", action, urlencode({**form.values, **typed}))

    def reads(self, words: Iterable[str]) -> bool:
        return any(one in self.page for one in words)

    @property
    def token(self) -> str:
        return self.path.split("/")[2] if self.path.endswith("/thanks/") else ""

    def _ask(self, method: str, path: str, body: str = "") -> None:
        for _step in range(REDIRECTS):
            answer = self._exchange(method, path, body)
            self.page = answer.read().decode()
            self.path, self.status = urlsplit(path).path, answer.status
            if answer.status in READABLE:
                return
            if answer.status not in (302, 303):
                raise PurchaseFailed(f"{method} {self.path} answers {answer.status}")
            method, path, body = "GET", str(answer.headers["Location"]), ""
        raise PurchaseFailed(f"{path} leads in a circle")


def shop(port: int, errands: Sequence[Errand], *, at_once: int) -> Told:
    """All errands, ``at_once`` at a time, from several processes."""
    told = Told()
    share = max(1, at_once // PROCESSES)
    jobs = [
        {
            "port": port,
            "at_once": share,
            "errands": [asdict(one) for one in errands[first::PROCESSES]],
        }
        for first in range(PROCESSES)
    ]
    running = [_process() for _job in jobs]
    # A crowd comes at once: nobody buys while others are still on their way.
    for process in running:
        _wait_for(process)
    with ThreadPoolExecutor(PROCESSES) as waiting:
        for part in waiting.map(_answer, running, jobs):
            told.add(part)
    return told


def resend(port: int, errand: Errand, *, times: int, later: int) -> Told:
    """The last step of one purchase ``times`` times at once, and ``later`` times after that."""
    job = {"port": port, "errands": [asdict(errand)], "times": times, "later": later}
    return _answer(_process(), job)


def _process() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.buyers"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_for(process: "subprocess.Popen[str]") -> None:
    """Until it says that it is ready, or has ended."""
    if process.stdout is not None:
        process.stdout.readline()


def _answer(process: "subprocess.Popen[str]", job: dict[str, Any]) -> Told:
    printed, complaint = process.communicate(json.dumps(job))
    printed = printed.removeprefix(READY)
    if process.returncode != 0:
        return Told(failed=Counter({complaint.strip().rpartition("\n")[2]: len(job["errands"])}))
    read = json.loads(printed)
    return Told(**{**read, "failed": Counter(read["failed"])})


def _all(port: int, errands: Sequence[Errand], at_once: int) -> Told:
    told, lock = Told(), threading.Lock()

    def run(errand: Errand) -> None:
        buyer = Buyer(port, errand)
        own = Told()
        try:
            own.thanked.append(buyer.buy())
        except Gone as gone:
            setattr(own, gone.what, 1)
        except (PurchaseFailed, HTTPException, OSError) as error:
            own.failed[str(error) or type(error).__name__] += 1
        buyer.wire.close()
        with lock:
            told.add(own)

    with ThreadPoolExecutor(at_once) as crowd:
        list(crowd.map(run, errands))
    return told


def _again(port: int, errand: Errand, times: int, later: int) -> Told:
    buyer = Buyer(port, errand)
    buyer.go_to_review()
    form = buyer.form(REVIEW)
    if form is None:
        raise PurchaseFailed("the review page has no form")
    told, lock, gate = Told(), threading.Lock(), threading.Barrier(times)

    def send(number: int) -> None:
        tab = Buyer(port, errand)
        tab.cookies = dict(buyer.cookies)
        own = Told()
        try:
            if number < times:
                gate.wait(timeout=60)
            tab._ask("POST", REVIEW, urlencode(form.values))
            if not tab.token:
                raise PurchaseFailed(f"ended at {tab.path}, status {tab.status}")
            own.thanked.append(tab.token)
        except (PurchaseFailed, HTTPException, OSError) as error:
            own.failed[str(error) or type(error).__name__] += 1
        with lock:
            told.add(own)

    with ThreadPoolExecutor(times) as tabs:
        list(tabs.map(send, range(times)))
    for number in range(times, times + later):
        send(number)
    return told


def run(job: dict[str, Any]) -> Told:
    """Do the job in this process."""
    errands = [
        Errand(**{**one, "wares": [Ware(**ware) for ware in one["wares"]]})
        for one in job["errands"]
    ]
    if "times" in job:
        return _again(job["port"], errands[0], job["times"], job["later"])
    return _all(job["port"], errands, job["at_once"])


if __name__ == "__main__":
    print(READY, flush=True)
    print(json.dumps(vars(run(json.load(sys.stdin)))))
