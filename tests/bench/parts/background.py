"""How many small jobs one background worker does in a second."""

import json

from tests.bench.figures import Figure, share, spread
from tests.bench.options import Options
from tests.bench.shops import BenchFailed, Shop


def measure(shop: Shop, options: Options) -> list[Figure]:
    """The jobs wait in the queue; a worker starts, does them all, and ends."""
    shop.prepare(0)
    rates = []
    for _number in range(options.repeats):
        printed = shop.manage("bench_jobs", "--jobs", str(options.jobs), debug=False)
        done = json.loads(printed.splitlines()[-1])
        if done["done"] != options.jobs:
            raise BenchFailed(f"only {done['done']} of {options.jobs} jobs were done")
        rates.append(done["done"] / done["seconds"])
    rates.sort()
    return [
        Figure(
            f"jobs of one worker, {options.jobs:,} queued",
            value=rates[len(rates) // 2],
            unit="jobs/s",
            spread=share(spread(rates)),
            goal="reported",
        )
    ]
