"""What an order costs: its transaction beside pgbench, and the whole purchase of a guest."""

import json
import statistics
from collections import defaultdict
from pathlib import Path

from tests.bench.driver import Request
from tests.bench.facts import Facts
from tests.bench.figures import Figure, number, share, spread, times, verdict
from tests.bench.options import Options
from tests.bench.pgbench import scripts_per_second
from tests.bench.sampling import Site, sample, warm_up
from tests.bench.shopper import WAYS, Ware, shop_around
from tests.bench.shops import BenchFailed, Cost, Shop, Web

VISITORS = 8
#: CPU milliseconds of application and database for one order.
MOST_MILLISECONDS = 18
MOST_STATEMENTS = 25
#: Until each connection has planned its statements and each worker has shown most of the wares.
WARM_UP_SECONDS = 12
#: Size of the page from Redis beside it, which tells how fast this machine is.
PAGE_BYTES = 16_000
#: Orders of one sample, and the most statements that each may take.
ORDERS = 400
STATEMENTS_TO_PLACE = 12
LEAST_SPREAD = 0.25
LEAST_HOT = 0.3
LEAST_HOT_OF_SPREAD = 0.8


def measure(shop: Shop, options: Options) -> list[Figure]:
    """Orders of three lines on four connections, then guests who buy one piece each, either way."""
    facts = shop.prepare(options.products)
    placed = _placed(shop, options)
    # The baseline answers where no page cache stands before it.
    with shop.open() as web, shop.open(page_cache=False) as plain:
        page = Site("(b) page from Redis", plain, Request(f"/bench/redis/{PAGE_BYTES}/"))
        warm_up(page)
        bought = [_purchases(web, page, facts, options, way) for way in WAYS]
    return [*placed, *bought, page.figure()]


def _placed(shop: Shop, options: Options) -> list[Figure]:
    rates: dict[str, list[float]] = defaultdict(list)
    limits: dict[str, list[float]] = defaultdict(list)
    kinds = {"spread": [], "hot": ["--hot"]}
    scripts, statements = {}, {}
    for kind, words in kinds.items():
        folder = shop.data_dir / f"scripts-{kind}"
        told = json.loads(_bench_orders(shop, "--scripts", str(folder), *words))
        scripts[kind], statements[kind] = sorted(folder.iterdir()), told["statements"]
    oversold = 0
    for _number in range(options.repeats):
        for kind, words in kinds.items():
            done = json.loads(_bench_orders(shop, "--orders", str(ORDERS), *words))
            oversold += done["oversold"]
            rates[kind].append(done["orders"] / done["seconds"])
            limits[kind].append(_limit(shop, scripts[kind], options))
    against = {
        kind: statistics.median(
            mine / its for mine, its in zip(rates[kind], limits[kind], strict=True)
        )
        for kind in kinds
    }
    share_of_spread = statistics.median(
        hot / cold for hot, cold in zip(rates["hot"], rates["spread"], strict=True)
    )

    def figure(kind: str, name: str, goal: str, **conditions: bool) -> Figure:
        few = statements[kind] <= STATEMENTS_TO_PLACE
        return Figure(
            name,
            value=statistics.median(rates[kind]),
            unit="orders/s",
            spread=share(spread(rates[kind])),
            sql=str(statements[kind]),
            baseline=f"(p) {number(statistics.median(limits[kind]))} tps",
            ratio=times(against[kind]),
            goal=f"{goal}, ≤ {STATEMENTS_TO_PLACE} SQL, 0 oversold",
            met=verdict(**conditions, SQL=few, oversold=not oversold),
        )

    return [
        figure(
            "spread",
            "place-order, spread SKUs, 3 lines, 4 connections",
            f"≥ {LEAST_SPREAD} × (p)",
            rate=against["spread"] >= LEAST_SPREAD,
        ),
        figure(
            "hot",
            f"place-order, one hot SKU: {times(share_of_spread)} spread",
            f"≥ {LEAST_HOT} × (p), ≥ {LEAST_HOT_OF_SPREAD} × spread",
            rate=against["hot"] >= LEAST_HOT,
            of_spread=share_of_spread >= LEAST_HOT_OF_SPREAD,
        ),
    ]


def _bench_orders(shop: Shop, *words: str) -> str:
    # With DEBUG on nothing would be prepared, and every statement planned anew.
    return shop.manage("bench_orders", *words, debug=False)


def _limit(shop: Shop, scripts: list[Path], options: Options) -> float:
    return scripts_per_second(shop.data_dir, scripts, seconds=options.seconds)


def _purchases(web: Web, page: Site, facts: Facts, options: Options, way: str) -> Figure:
    wares = [Ware(**ware) for ware in facts.wares]
    counted = shop_around(web.port, wares, seconds=0, visitors=1, counts=True, way=way)
    shop_around(web.port, wares, seconds=WARM_UP_SECONDS, visitors=VISITORS, way=way)
    rates, costs, ratios = [], [], []
    for _number in range(options.repeats):
        before = web.cost()
        done = shop_around(web.port, wares, seconds=2 * options.seconds, visitors=VISITORS, way=way)
        if done.refused:
            raise BenchFailed(f"purchases were refused: {done.refused}")
        rates.append(done.orders / done.seconds)
        costs.append(web.cost().since(before, done.orders))
        sample([page], repeats=1, seconds=options.seconds, connections=VISITORS)
        ratios.append(costs[-1].total / page.samples[-1].cost.total)
    cpu = _median(costs)
    milliseconds = (cpu.app + cpu.postgres) * 1000
    return Figure(
        f"guest purchase, {way}, {counted.requests} requests, {VISITORS} visitors",
        value=statistics.median(rates),
        unit="orders/s",
        spread=share(spread(rates)),
        cpu="+".join(number(seconds * 1000) for seconds in (cpu.app, cpu.postgres, cpu.redis)),
        sql=str(counted.sql),
        baseline=page.name.partition(" ")[0],
        cpu_ratio=times(statistics.median(ratios)),
        goal=f"≤ {MOST_MILLISECONDS} ms CPU, ≤ {MOST_STATEMENTS} SQL",
        met=verdict(CPU=milliseconds <= MOST_MILLISECONDS, SQL=counted.sql <= MOST_STATEMENTS),
    )


def _median(costs: list[Cost]) -> Cost:
    names = ("app", "postgres", "redis")
    return Cost(*(statistics.median(getattr(cost, name) for cost in costs) for name in names))
