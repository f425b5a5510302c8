"""Lets the crowds in, again and again, and prints how they fared."""

import signal
import statistics
from argparse import ArgumentParser
from collections import defaultdict
from dataclasses import replace
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from tests.bench.__main__ import end_orderly
from tests.faults import scenarios
from tests.faults.killed import r5_killed
from tests.faults.opening import open_shop
from tests.faults.scenarios import Result, Scenario, Size, deadlocks

SCENARIOS: dict[str, tuple[Scenario, ...]] = {
    "R1": (
        scenarios.r1_crowd,
        scenarios.r1_crossed,
        scenarios.r1_restock,
        scenarios.r1_unguarded,
    ),
    "R2": (scenarios.r2_coupon,),
    "R3": (scenarios.r3_same_checkout,),
    "R5": (r5_killed,),
}

COLUMNS = (
    "scenario",
    "runs",
    "buyers",
    "paid",
    "sold out",
    "code gone",
    "errors",
    "seconds",
    "met",
)


class Command(BaseCommand):
    help = "Let crowds buy over HTTP; exit status 1 when anything is not as it has to be."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("goals", nargs="*", metavar="GOAL", help=", ".join(SCENARIOS))
        parser.add_argument("--repeats", type=int, default=1, help="runs of each scenario")
        parser.add_argument("--buyers", type=int, default=Size.buyers, help="of each crowd of R1")
        parser.add_argument("--units", type=int, default=Size.units, help="that R1 has of a SKU")

    def handle(
        self,
        *args: Any,
        goals: list[str],
        repeats: int,
        buyers: int,
        units: int,
        **options: Any,
    ) -> None:
        signal.signal(signal.SIGTERM, end_orderly)
        if unknown := set(goals) - SCENARIOS.keys():
            raise CommandError(f"There is no {', '.join(sorted(unknown))}.")
        size = replace(Size(), buyers=buyers, units=units, unguarded_units=units)
        wanted = [one for goal in goals or SCENARIOS for one in SCENARIOS[goal]]
        runs: dict[str, list[Result]] = defaultdict(list)
        with open_shop(unguarded="R1" in (goals or SCENARIOS)) as ports:
            for number in range(1, repeats + 1):
                for scenario in wanted:
                    result = scenario(ports, size)
                    runs[result.scenario].append(result)
                    self._tell(number, result)
        # Only now have all connections handed in what they counted.
        ended = deadlocks()
        self._show(runs)
        self.stdout.write(f"Deadlocks that the database ended, and nobody met: {ended}")
        if missed := sum(bool(result.misses) for results in runs.values() for result in results):
            raise CommandError(f"{missed} runs are not as they have to be.")

    def _tell(self, number: int, result: Result) -> None:
        verdict = "; ".join(result.misses) or "met"
        self.stdout.write(f"{number:3} {result.scenario}, {result.seconds:.1f} s: {verdict}")
        self.stdout.flush()

    def _show(self, runs: dict[str, list[Result]]) -> None:
        table = Table()
        for title in COLUMNS:
            table.add_column(title, justify="left" if title == COLUMNS[0] else "right")
        for name, results in runs.items():
            met = sum(not result.misses for result in results)
            table.add_row(
                name,
                str(len(results)),
                _range(result.buyers for result in results),
                _range(result.paid for result in results),
                _range(result.told.sold_out for result in results),
                _range(result.told.code_gone for result in results),
                str(sum(result.told.failed.total() for result in results)),
                f"{statistics.median(result.seconds for result in results):.1f}",
                f"{met} of {len(results)}",
            )
        Console(file=self.stdout, width=110).print(table)  # type: ignore[arg-type]


def _range(numbers: Any) -> str:
    """A number, or the least and the most of several."""
    found = sorted(set(numbers))
    return str(found[0]) if len(found) == 1 else f"{found[0]}–{found[-1]}"
