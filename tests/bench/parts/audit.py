"""What the chain of seals costs those who write, and how fast it is read again."""

import json
import statistics

from tests.bench.figures import Figure, at_most, share, spread, times
from tests.bench.options import Options
from tests.bench.shops import Shop

#: The most CPU that a write may cost while somebody seals, as a multiple; and no write waits.
MOST_CPU = 1.1
#: The most memory that verifying may take, whatever the number of rows, in MB.
MOST_MEMORY = 32


def measure(shop: Shop, options: Options) -> list[Figure]:
    """Audited writes with and without a process that seals five times a second, in turns.

    Requests a second say little on two cores, one of which the sealer takes: what counts is the
    CPU of who writes, and that nobody is ever seen to wait for a lock.
    """
    shop.prepare(0)
    words = ("--seconds", str(options.seconds), "--repeats", str(options.repeats))
    printed = shop.manage("bench_audit", *words, "--rows", str(options.large), debug=False)
    told = json.loads(printed.splitlines()[-1])
    rounds = list(zip(told["plain"], told["sealed"], strict=True))
    rates = [sealed["rate"] / plain["rate"] for plain, sealed in rounds]
    costs = [sealed["cpu"] / plain["cpu"] for plain, sealed in rounds]
    blocked = sum(sealed["blocked"] for _plain, sealed in rounds)
    cost, grown = statistics.median(costs), told["grown"] / 2**20
    return [
        Figure(
            "audited writes, sealed five times a second",
            value=statistics.median(one["rate"] for one in told["sealed"]),
            unit="writes/s",
            spread=share(spread([one["rate"] for one in told["sealed"]])),
            baseline=f"{statistics.median(one['rate'] for one in told['plain']):,.0f} unsealed",
            ratio=times(statistics.median(rates)),
            goal="reported",
        ),
        Figure(
            "CPU of a write, sealed against unsealed",
            value=cost,
            unit="×",
            spread=share(spread(costs)),
            goal=f"≤ {MOST_CPU} ×",
            met=at_most(cost, MOST_CPU),
        ),
        Figure(
            "writers seen waiting for a lock while sealing",
            value=blocked,
            goal="0",
            met=at_most(blocked, 0),
        ),
        Figure("rows sealed", value=told["sealed_rate"], unit="rows/s", goal="reported"),
        Figure(
            f"rows verified, of {told['rows']:,}",
            value=told["verified"],
            unit="rows/s",
            goal="reported",
        ),
        Figure(
            "memory that verifying took",
            value=grown,
            unit="MB",
            goal=f"≤ {MOST_MEMORY} MB",
            met=at_most(grown, MOST_MEMORY),
        ),
    ]
