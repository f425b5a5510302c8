"""What the chain of seals costs those who write, and how fast it is read again."""

import json

from tests.bench.figures import Figure, share, spread
from tests.bench.options import Options
from tests.bench.shops import Shop


def measure(shop: Shop, options: Options) -> list[Figure]:
    """Audited writes with and without a process that seals five times a second, in turns."""
    shop.prepare(0)
    words = ("--seconds", str(options.seconds), "--repeats", str(options.repeats))
    printed = shop.manage("bench_audit", *words, debug=False)
    told = json.loads(printed.splitlines()[-1])
    plain, sealed = sorted(told["plain"]), sorted(told["sealed"])
    middle = len(plain) // 2
    return [
        Figure(
            "audited writes, nobody seals",
            value=plain[middle],
            unit="writes/s",
            spread=share(spread(plain)),
            goal="reported",
        ),
        Figure(
            "audited writes, sealed five times a second",
            value=sealed[middle],
            unit="writes/s",
            spread=share(spread(sealed)),
            goal="reported",
        ),
        Figure(
            "writes kept while sealing",
            value=sealed[middle] / plain[middle],
            unit="×",
            goal="≥ 0.8",
            met="yes" if sealed[middle] >= 0.8 * plain[middle] else "no",
        ),
        Figure(
            f"rows verified, of {told['rows']:,}",
            value=told["verified"],
            unit="rows/s",
            goal="reported",
        ),
    ]
