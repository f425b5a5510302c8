"""Requests a second and CPU of the pages that shoppers see, beside baselines of their size."""

import statistics
from dataclasses import dataclass, field

from tests.bench.driver import Request
from tests.bench.facts import BARE
from tests.bench.figures import Figure, share, spread, times, verdict
from tests.bench.options import Options
from tests.bench.pgbench import transactions_per_second
from tests.bench.sampling import Site, sample, warm_up
from tests.bench.shops import Shop, Web


@dataclass(frozen=True)
class Goal:
    """``rate`` is the least share of the baseline's requests a second, ``cpu`` the most CPU."""

    baseline: str
    rate: float = 0.0
    cpu: float = 0.0
    sql: int | None = None
    redis: int | None = None
    is_aim: bool = False

    def text(self) -> str:
        parts = [f"≥ {self.rate:g} ×"] if self.rate else [f"CPU ≤ {self.cpu:g} ×"]
        if self.sql is not None:
            parts.append(f"≤ {self.sql} SQL" if self.sql else "0 SQL")
        if self.redis is not None:
            parts.append(f"{self.redis} Redis")
        return ("aim " if self.is_aim else "") + ", ".join(parts)


#: What (c) asks the database.
SELECT = "SELECT title FROM catalog_product WHERE id = :id AND deleted_at IS NULL LIMIT 21;"
#: What a page owes, by its state and kind.
WARM = (Goal("b", rate=1.0, sql=0, redis=1), Goal("a", rate=1.0, is_aim=True))
SIGNED_IN = (Goal("b", rate=0.4, sql=2),)
UNCACHED = {
    "category": (Goal("a", cpu=10, sql=6),),
    "product": (Goal("c", rate=0.25, sql=6),),
    "search": (Goal("c", rate=0.15, sql=5),),
}
ADD_TO_CART = (Goal("c", rate=0.15, sql=6),)


@dataclass
class Baselines:
    """The sites to compare with, one of each kind and size, made when first asked for."""

    web: Web
    product_id: str
    sites: dict[tuple[str, int], Site] = field(default_factory=dict)

    def of(self, kind: str, size: int) -> Site:
        """The baseline of a page of about ``size`` bytes."""
        size = round(size, -3)
        if (kind, size) not in self.sites:
            name, path = self._describe(kind, size)
            self.sites[kind, size] = Site(name, self.web, Request(path))
            warm_up(self.sites[kind, size])
        return self.sites[kind, size]

    def _describe(self, kind: str, size: int) -> tuple[str, str]:
        kilobytes = f"{size / 1000:.0f} kB"
        return {
            "a": (f"(a) constant view, {kilobytes}", f"/bench/constant/{size}/"),
            "b": (f"(b) page from Redis, {kilobytes}", f"/bench/redis/{size}/"),
            "c": (
                f"(c) one indexed SELECT, {kilobytes}",
                f"/bench/select/{size}/{self.product_id}/",
            ),
            "bare": (f"(a) before all middleware, {kilobytes}", f"{BARE}{size}"),
        }[kind]


def measure(shop: Shop, options: Options) -> list[Figure]:
    """The rows of quality.md about pages, then the baselines they were compared with."""
    facts = shop.prepare(options.products)
    with shop.open() as warm, shop.open(page_cache=False) as plain:
        # Baselines answer where no page cache stands before them.
        baselines = Baselines(plain, facts.product_id)
        owed: list[tuple[Site, tuple[Goal, ...]]] = []
        for page, path in facts.pages.items():
            owed.append((Site(f"{page}, warm", warm, Request(path)), WARM))
            owed.append((Site(f"{page}, signed in", warm, facts.as_customer(path)), SIGNED_IN))
            if page in UNCACHED:
                name = f"{page}, uncached, {facts.products:,} products"
                owed.append((Site(name, plain, Request(path)), UNCACHED[page]))
        owed.append((Site("add to cart, fresh visitor", warm, facts.add_to_cart()), ADD_TO_CART))
        for site, goals in owed:
            warm_up(site)
            for goal in goals:
                baselines.of(goal.baseline, site.counted.size)
        largest = max(site.counted.size for site, _goals in owed)
        baselines.of("bare", largest)
        sites = [site for site, _goals in owed]
        sample(
            [*sites, *baselines.sites.values()],
            repeats=options.repeats,
            seconds=options.seconds,
        )
        selects = [
            transactions_per_second(
                shop.data_dir, SELECT, seconds=options.seconds, id=facts.product_id
            )
            for _number in range(options.repeats)
        ]
    rows = [
        judged(site, goal, baselines.of(goal.baseline, site.counted.size))
        for site, goals in owed
        for goal in goals
    ]
    limit = Figure(
        "(p) the SELECT of (c) from pgbench",
        value=statistics.median(selects),
        unit="tps",
        spread=share(spread(selects)),
    )
    return [*rows, *(site.figure() for site in baselines.sites.values()), limit]


def judged(site: Site, goal: Goal, baseline: Site) -> Figure:
    """The line of ``site`` against one baseline: requests a second and CPU must both agree."""
    rate = site.rate_against(baseline)
    cpu = site.cpu_against(baseline)
    conditions = {
        "req/s": not goal.rate or rate >= goal.rate,
        "CPU": cpu <= (goal.cpu or 1 / goal.rate),
        "SQL": goal.sql is None or (site.counted.sql is not None and site.counted.sql <= goal.sql),
        "Redis": goal.redis is None or site.counted.redis == goal.redis,
    }
    return site.figure(
        baseline=baseline.name.partition(",")[0],
        ratio=times(rate),
        cpu_ratio=times(cpu),
        goal=goal.text(),
        met=verdict(**conditions),
    )
