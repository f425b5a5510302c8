"""Rows a second of a product import, and whether its memory depends on the size of the file."""

import csv
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.figures import Figure, at_most, skipped, times
from tests.bench.options import Options
from tests.bench.shops import PROJECT, BenchFailed, Shop

COMMAND = "import_products"
#: The large file against one of a tenth of it; what the interpreter itself wavers by.
MOST_TIMES = 1.1
HEADER = (
    "product",
    "title",
    "status",
    "sku",
    "primary",
    "option:color",
    "option:size",
    "price",
    "stock",
)
SIZES = ("s", "m", "l", "xl")


def measure(shop: Shop, options: Options) -> list[Figure]:
    """Two files of new products: a small one for comparison, then the one that is reported."""
    if not shop.has(COMMAND):
        return [skipped("import", f"there is no command {COMMAND} yet", goal="reported")]
    shop.prepare(1)
    _seconds, small = _import(shop, options.rows // 10, "small")
    seconds, large = _import(shop, options.rows, "large")
    megabytes = 1024 * 1024
    return [
        Figure(
            f"import of {options.rows:,} rows",
            value=options.rows / seconds,
            unit="rows/s",
            goal="reported",
        ),
        Figure(
            "its largest memory",
            value=large / megabytes,
            unit="MB",
            baseline=f"{options.rows // 10:,} rows: {small / megabytes:.0f} MB",
            ratio=times(large / small),
            goal=f"≤ {MOST_TIMES} ×",
            met=at_most(large / small, MOST_TIMES),
        ),
    ]


def _import(shop: Shop, rows: int, name: str) -> tuple[float, int]:
    """Seconds and the most memory, in bytes, of importing so many new variants."""
    file = shop.data_dir / f"{name}.csv"
    write_products(file, rows, name)
    started = time.monotonic()
    with (shop.data_dir / "import.log").open("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", COMMAND, str(file)],
            cwd=PROJECT,
            env=shop.environment(debug=False),
            stdout=log,
            stderr=log,
        )
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            log.seek(0)
            raise BenchFailed(f"{COMMAND}: {log.read()[-600:]}")
    return time.monotonic() - started, usage.ru_maxrss * 1024


def write_products(file: Path, rows: int, name: str) -> None:
    """A CSV with one variant a line and as many variants to a product as there are sizes."""
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        for number in range(rows):
            product, place = divmod(number, len(SIZES))
            slug, size = f"{name}-tee-{product}", SIZES[place]
            sku, primary = f"{slug}-{size}".upper(), "no" if place else "yes"
            row = [slug, f"Tee {product}", "ACTIVE", sku, primary, "navy", size, "39.00", 10]
            writer.writerow(row)
