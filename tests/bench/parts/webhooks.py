"""What it costs to answer a provider's notice: its signature checked, stored, and a job left."""

import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from tests.bench.driver import Request, drive
from tests.bench.figures import Figure, times, verdict
from tests.bench.options import Options
from tests.bench.sampling import Sample, Site
from tests.bench.shops import BenchFailed, Shop, Web

PATH = "/webhooks/sandbox/"
BASELINE = Request("/bench/constant/0/")
#: Notices of one sample; each comes from another address, which the limit of one is not for.
NOTICES = 600
MOST_SECONDS = 0.5
MOST_STATEMENTS = 5
#: The least share of the requests a second of the constant view.
LEAST = 0.12
#: Notices before the first that is measured.
WARM_UP = 50
#: Providers send a few at once.
CONNECTIONS = 4


class Sender:
    """The sandbox, as it signs."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._numbers = count(1)

    def notice(self, event_id: str = "") -> Request:
        """Of a payment that nobody made; without ``event_id`` a new one."""
        number_of_all = next(self._numbers)
        body = json.dumps(
            {
                "id": event_id or f"event_{secrets.token_hex(16)}",
                "type": "payment.authorized",
                "created": datetime.now(UTC).isoformat(),
                "charge": {
                    "id": "",
                    "key": secrets.token_hex(16),
                    "amount": 3490,
                    "currency": "EUR",
                },
            }
        )
        moment = int(time.time())
        signature = hmac.new(self._secret, f"{moment}.{body}".encode(), "sha256").hexdigest()
        return Request(
            PATH,
            method="POST",
            body=body,
            headers=(
                f"Sandbox-Signature: t={moment},v1={signature}",
                f"X-Forwarded-For: {_address(number_of_all)}",
            ),
        )


@dataclass
class Kind:
    """Notices of one kind, and the slowest answer to any of them, in seconds."""

    site: Site
    asked: Callable[[], list[Request]]
    slowest: float = 0.0

    def drive(self) -> None:
        """One sample; raises BenchFailed when a notice is refused."""
        requests, web = self.asked(), self.site.web
        before = web.cost()
        load = drive(web.port, requests, count=len(requests), connections=CONNECTIONS)
        if load.unexpected:
            raise BenchFailed(f"{self.site.name} is answered with {load.unexpected}")
        cost = web.cost().since(before, load.requests)
        self.site.samples.append(Sample(load.rate, load.p50, cost))
        self.slowest = max(self.slowest, load.slowest)

    def against(self, baseline: Site) -> Figure:
        ratio, sql = self.site.rate_against(baseline), self.site.counted.sql or 0
        return self.site.figure(
            baseline=f"(a), slowest {self.slowest * 1000:.0f} ms",
            ratio=times(ratio),
            cpu_ratio=times(self.site.cpu_against(baseline)),
            goal=f"≤ {MOST_SECONDS * 1000:.0f} ms each, ≤ {MOST_STATEMENTS} SQL, ≥ {LEAST} ×",
            met=verdict(
                slowest=self.slowest <= MOST_SECONDS,
                SQL=sql <= MOST_STATEMENTS,
                rate=ratio >= LEAST,
            ),
        )


def measure(shop: Shop, options: Options) -> list[Figure]:
    """New notices, those that came before, and a view that answers with nothing, in turns."""
    shop.prepare(0)
    secret = secrets.token_hex(32)
    sender = Sender(secret)
    with shop.open(SANDBOX_WEBHOOK_SECRET=secret, TRUSTED_PROXIES="1") as web:
        new = _kind("notice stored", web, lambda: [sender.notice() for _ in range(NOTICES)])
        again = _kind(
            "the same notice again", web, lambda: [sender.notice("event") for _ in range(NOTICES)]
        )
        baseline = _kind("(a) constant view, empty", web, lambda: [BASELINE] * NOTICES)
        for _number in range(options.repeats):
            for kind in (new, again, baseline):
                kind.drive()
    return [new.against(baseline.site), again.against(baseline.site), baseline.site.figure()]


def _kind(name: str, web: Web, asked: Callable[[], list[Request]]) -> Kind:
    requests = asked()
    drive(web.port, requests[:WARM_UP], count=WARM_UP, connections=CONNECTIONS)
    return Kind(Site(name, web, requests[0], web.ask(requests[WARM_UP])), asked)


def _address(number_of_all: int) -> str:
    """Of a net that is nobody's."""
    return f"10.{number_of_all >> 16 & 255}.{number_of_all >> 8 & 255}.{number_of_all & 255}"
