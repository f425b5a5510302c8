"""How long ``manage.py up`` takes from its start to the first page, when all is prepared."""

import statistics
import sys

from shop import embedded
from tests.bench.figures import Figure, at_most, share, spread
from tests.bench.options import Options
from tests.bench.shops import Shop, free_port, running, wait_for

SECONDS = 6


def measure(shop: Shop, options: Options) -> list[Figure]:
    """Each start boots PostgreSQL and Redis too: nothing of the shop runs before it."""
    shop.prepare(1)
    # As `make up` runs it: DEBUG on, the shop's own settings.
    environment = shop.environment(debug=True, DJANGO_SETTINGS_MODULE="shop.settings")
    embedded.detach(shop.data_dir)
    times = []
    for _number in range(options.repeats):
        port = free_port()
        command = [sys.executable, "manage.py", "up", "--port", str(port)]
        with running(command, environment, shop.data_dir / "up.log"):
            times.append(wait_for(port, "/"))
    seconds = statistics.median(times)
    return [
        Figure(
            "second start to first page",
            value=seconds,
            unit="s",
            spread=share(spread(times)),
            goal=f"≤ {SECONDS} s",
            met=at_most(seconds, SECONDS),
        )
    ]
