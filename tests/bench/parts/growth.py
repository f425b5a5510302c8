"""Answer times of a large shop beside those of a small one."""

import dataclasses

from tests.bench.driver import Request
from tests.bench.facts import Facts
from tests.bench.figures import Figure, at_most, share, skipped, spread, times
from tests.bench.options import Options
from tests.bench.sampling import Site, sample, warm_up
from tests.bench.shops import Shop, Web, new_shop

#: The most that the median answer time may grow from 10,000 to 1,000,000 products.
GOALS = {
    "category, page 1": 1.15,
    "product": 1.15,
    "category, page 500": 1.3,
    "search, 2 words": 3,
    "search, 1 common word": 3,
    "admin, products": 1.5,
}


def measure(shop: Shop, options: Options) -> list[Figure]:
    """Both shops are open at once, without page cache, and are asked in turn."""
    name = f"p50 at {options.large:,} against {options.small:,} products"
    if not shop.has("generate_load"):
        return [skipped(name, "there is no command generate_load yet")]
    # The kept folder, if any, holds the large shop: it is the one that takes long to fill.
    large_facts = shop.prepare(options.large)
    with new_shop(None) as small_shop:
        small_facts = small_shop.prepare(options.small)
        with shop.open(page_cache=False) as large, small_shop.open(page_cache=False) as small:
            pairs = list(zip(_sites(large, large_facts), _sites(small, small_facts), strict=True))
            sites = [site for pair in pairs for site in pair]
            for site in sites:
                warm_up(site)
            # One visitor at a time: the answer's own time, not that of a queue.
            sample(sites, repeats=options.repeats, seconds=options.seconds, connections=1)
    return [_row(*pair) for pair in pairs]


def _sites(web: Web, facts: Facts) -> list[Site]:
    requests = [
        Request(facts.category),
        Request(facts.product),
        Request(f"{facts.category}?page=500"),
        Request(facts.search_page(facts.search)),
        Request(facts.search_page(facts.common_word)),
        facts.as_staff("/admin/catalog/product/"),
    ]
    return [Site(name, web, request) for name, request in zip(GOALS, requests, strict=True)]


def _row(large: Site, small: Site) -> Figure:
    ratio = large.p50_against(small)
    return dataclasses.replace(
        large.figure(
            baseline=f"{small.p50 * 1000:.1f} ms",
            ratio=times(ratio),
            cpu_ratio=times(large.cpu_against(small)),
            goal=f"≤ {GOALS[large.name]:g} ×",
            met=at_most(ratio, GOALS[large.name]),
        ),
        value=large.p50 * 1000,
        unit="ms",
        spread=share(spread([taken.p50 for taken in large.samples])),
    )
