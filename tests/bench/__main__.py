"""``python -m tests.bench [PART …]``: measure and print the table."""

import json
import os
import signal
import sys
from argparse import ArgumentParser
from dataclasses import fields
from pathlib import Path
from types import FrameType

from tests.bench.driver import DriveFailed
from tests.bench.figures import Figure, table
from tests.bench.options import Options
from tests.bench.parts import (
    audit,
    background,
    growth,
    imports,
    memory,
    orders,
    pages,
    start,
    webhooks,
)
from tests.bench.shops import BenchFailed, new_shop

PARTS = {
    "pages": pages.measure,
    "start": start.measure,
    "memory": memory.measure,
    "growth": growth.measure,
    "import": imports.measure,
    "orders": orders.measure,
    "background": background.measure,
    "audit": audit.measure,
    "webhooks": webhooks.measure,
}
HELP = {
    "products": "products in the shop of pages and memory",
    "repeats": "samples of each site, at least 3",
    "seconds": "length of one sample",
    "small": "products in the smaller shop of growth",
    "large": "products in the larger shop of growth",
    "requests": "requests of memory",
    "rows": "rows of import",
    "jobs": "jobs of background",
    "data": "keep the shop in this folder and use it again",
    "json": "write the figures to this file too",
}


def parse(words: list[str]) -> tuple[list[str], Options]:
    parser = ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    defaults = Options()
    for option in fields(Options):
        value = getattr(defaults, option.name)
        kind = Path if value is None else type(value)
        parser.add_argument(f"--{option.name}", type=kind, default=value, help=HELP[option.name])
    chosen = vars(parser.parse_args(words))
    parts = chosen.pop("parts") or list(PARTS)
    if unknown := set(parts) - PARTS.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return parts, Options(**chosen)


def measure(part: str, options: Options) -> list[Figure]:
    """The figures of one part, in a shop of its own unless a folder is kept.

    Raises BenchFailed and DriveFailed, with what the web server said about it as a note.
    """
    with new_shop(options.data) as shop:
        try:
            return PARTS[part](shop, options)
        except (BenchFailed, DriveFailed) as error:
            # The folder with the log is gone when somebody wants to know why.
            error.add_note(shop.last_error())
            raise


def end_orderly(_signal: int, _frame: FrameType | None) -> None:
    """Let the blocks around the servers close them; being told again must not cut that short."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(128 + signal.SIGTERM)


def main(words: list[str]) -> int:
    """Measure and print; 1 when a part broke down. A goal that is missed is a result."""
    parts, options = parse(words)
    figures: dict[str, list[Figure]] = {}
    for part in parts:
        print(f"Measuring {part} …", file=sys.stderr, flush=True)
        try:
            figures[part] = measure(part, options)
        except (BenchFailed, DriveFailed) as error:
            print(f"{part} broke down: {error}", *error.__notes__, sep="\n", file=sys.stderr)
            continue
        load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
        print(f"\n{part} ({os.cpu_count()} cores, load {load})\n{table(figures[part])}", flush=True)
    if options.json:
        lines = {part: [figure.as_json() for figure in rows] for part, rows in figures.items()}
        options.json.write_text(json.dumps(lines, ensure_ascii=False, indent=2) + "\n")
    return int(len(figures) < len(parts))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end_orderly)
    sys.exit(main(sys.argv[1:]))
