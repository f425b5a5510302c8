"""Figures, what they are compared with, and the table that shows them."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass

COLUMNS = {
    "figure": "figure",
    "measured": "measured",
    "spread": "spread",
    "cpu": "CPU ms app+pg+redis",
    "sql": "SQL",
    "redis": "Redis",
    "baseline": "baseline",
    "ratio": "ratio",
    "cpu_ratio": "by CPU",
    "goal": "goal",
    "met": "met",
}


@dataclass(frozen=True)
class Figure:
    """One line of the table; texts are ready to print, empty where they do not apply.

    ``value`` is the bare number in ``unit``, for those who compare runs by program.
    """

    figure: str
    value: float | None = None
    unit: str = ""
    spread: str = ""
    cpu: str = ""
    sql: str = ""
    redis: str = ""
    baseline: str = ""
    ratio: str = ""
    cpu_ratio: str = ""
    goal: str = ""
    met: str = ""

    @property
    def measured(self) -> str:
        return f"{number(self.value)} {self.unit}".strip() if self.value is not None else ""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def number(value: float) -> str:
    """Three digits are more than a shared machine can tell."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def times(ratio: float) -> str:
    return f"{ratio:.2f} ×"


def spread(values: Sequence[float]) -> float:
    """(max − min) / median."""
    return (max(values) - min(values)) / statistics.median(values)


def share(ratio: float) -> str:
    return f"{ratio:.0%}"


def verdict(**conditions: bool) -> str:
    """ "yes", or "no" with the names of the conditions that do not hold."""
    failed = [name.replace("_", " ") for name, holds in conditions.items() if not holds]
    return f"no: {', '.join(failed)}" if failed else "yes"


def skipped(figure: str, why: str, goal: str = "") -> Figure:
    """A line for what could not be measured."""
    return Figure(figure, goal=goal, met=f"skipped: {why}")


def at_most(value: float, most: float) -> str:
    return "yes" if value <= most else "no"


def table(figures: Sequence[Figure]) -> str:
    """The figures in aligned columns; a column that nothing uses is left out."""
    rows = [[str(getattr(figure, name)) for name in COLUMNS] for figure in figures]
    rows.insert(0, list(COLUMNS.values()))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    used = [any(row[index] for row in rows[1:]) for index in range(len(COLUMNS))]
    rows.insert(1, ["-" * width for width in widths])
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width)
            for cell, width, is_used in zip(row, widths, used, strict=True)
            if is_used
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
