"""Sites measured in turn, several times, so that a busy minute falls on all of them alike."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench.driver import CONNECTIONS, Request, drive
from tests.bench.figures import Figure, number, share, spread
from tests.bench.shops import Answer, BenchFailed, Cost, Web

WARM_UP_SECONDS = 0.4


@dataclass(frozen=True)
class Sample:
    """Requests a second, median answer time in seconds, CPU seconds of one request."""

    rate: float
    p50: float
    cost: Cost


@dataclass
class Site:
    """One request of one server, and how it went each time."""

    name: str
    web: Web
    request: Request
    #: What one request costs in statements and round trips.
    counted: Answer | None = None
    samples: list[Sample] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(sample.rate for sample in self.samples)

    @property
    def p50(self) -> float:
        return statistics.median(sample.p50 for sample in self.samples)

    @property
    def cpu(self) -> float:
        """CPU seconds of one request, all servers together."""
        return statistics.median(sample.cost.total for sample in self.samples)

    def rate_against(self, other: "Site") -> float:
        """The median ratio of samples that were taken one after the other."""
        pairs = zip(self.samples, other.samples, strict=True)
        return statistics.median(mine.rate / its.rate for mine, its in pairs)

    def p50_against(self, other: "Site") -> float:
        pairs = zip(self.samples, other.samples, strict=True)
        return statistics.median(mine.p50 / its.p50 for mine, its in pairs)

    def cpu_against(self, other: "Site") -> float:
        pairs = zip(self.samples, other.samples, strict=True)
        return statistics.median(mine.cost.total / its.cost.total for mine, its in pairs)

    def figure(self, **texts: str) -> Figure:
        """Its line, by requests a second; ``texts`` are the columns about its baseline."""
        middle = [
            statistics.median(getattr(sample.cost, name) for sample in self.samples)
            for name in ("app", "postgres", "redis")
        ]
        counted = self.counted
        return Figure(
            figure=self.name,
            value=self.rate,
            unit="req/s",
            spread=share(spread([sample.rate for sample in self.samples])),
            cpu="+".join(number(seconds * 1000) for seconds in middle),
            sql="" if counted is None or counted.sql is None else str(counted.sql),
            redis="" if counted is None or counted.redis is None else str(counted.redis),
            **texts,
        )


def warm_up(site: Site) -> None:
    """Fill the caches on its way and count it; raises BenchFailed when it does not answer."""
    drive(site.web.port, [site.request], seconds=WARM_UP_SECONDS)
    site.counted = site.web.count(site.request)
    if site.counted.status != site.request.status:
        raise BenchFailed(f"{site.request.path} answers with status {site.counted.status}")


def sample(
    sites: Sequence[Site], *, repeats: int, seconds: float, connections: int = CONNECTIONS
) -> None:
    """Measure all sites ``repeats`` times, each time beginning with another one.

    Raises BenchFailed when an answer is not what was asked for.
    """
    for number_of_round in range(repeats):
        first = number_of_round * len(sites) // repeats
        for site in [*sites[first:], *sites[:first]]:
            before = site.web.cost()
            load = drive(site.web.port, [site.request], seconds=seconds, connections=connections)
            if load.unexpected:
                raise BenchFailed(f"{site.request.path} answers with {load.unexpected}")
            cost = site.web.cost().since(before, load.requests)
            site.samples.append(Sample(load.rate, load.p50, cost))
