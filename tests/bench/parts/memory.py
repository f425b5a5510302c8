"""What a worker holds in memory after many mixed requests, and whether it keeps growing."""

from tests.bench.driver import DriveFailed, Request, drive
from tests.bench.facts import Facts
from tests.bench.figures import Figure, at_most, share, times
from tests.bench.options import Options
from tests.bench.shops import Shop, Web

MOST_TIMES = 1.6
MOST_GROWTH = 0.02
CONSTANT = Request("/bench/constant/60000/")


def measure(shop: Shop, options: Options) -> list[Figure]:
    """A fresh server each: one for mixed requests, one that only ever answers with (a)."""
    facts = shop.prepare(options.products)
    with shop.open(page_cache=False) as web:
        _baseline_half, baseline = _bytes_after(web, [CONSTANT], options.requests)
    with shop.open() as web:
        half, mixed = _bytes_after(web, mixture(facts), options.requests)
    ratio, growth = mixed / baseline, mixed / half - 1
    megabytes = 1024 * 1024
    return [
        Figure(
            f"worker after {options.requests:,} mixed requests",
            value=mixed / megabytes,
            unit="MB",
            baseline=f"(a) {baseline / megabytes:.0f} MB",
            ratio=times(ratio),
            goal=f"≤ {MOST_TIMES} ×",
            met=at_most(ratio, MOST_TIMES),
        ),
        Figure(
            "its growth in the second half",
            value=growth * 100,
            unit="%",
            baseline=f"{half / megabytes:.0f} MB",
            goal=f"≤ {share(MOST_GROWTH)}",
            met=at_most(growth, MOST_GROWTH),
        ),
    ]


def mixture(facts: Facts) -> list[Request]:
    """Pages of many products, the others, signed in and not, and carts being filled."""
    requests = []
    for number, slug in enumerate(facts.slugs):
        requests += [
            Request(f"/p/{slug}/"),
            Request(list(facts.pages.values())[number % len(facts.pages)]),
            facts.as_customer(f"/p/{slug}/"),
            Request(f"{facts.category}?sort=newest&page={number % 5 + 1}"),
            facts.add_to_cart() if number % 4 == 0 else facts.as_customer("/cart/"),
        ]
    return requests


def _bytes_after(web: Web, requests: list[Request], count: int) -> tuple[int, int]:
    """Memory of a worker after half of the requests and after all; raises DriveFailed."""
    readings = []
    for _half in range(2):
        load = drive(web.port, requests, count=count // 2)
        if load.unexpected:
            raise DriveFailed(f"mixed requests were answered with {load.unexpected}")
        readings.append(web.worker_bytes())
    return readings[0], readings[1]
