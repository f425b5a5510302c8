"""Charts drawn on the server: numbers become rectangles and paths of an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 200
#: Bars of a chart of kinds at most; the table has all.
MOST_BARS = 12
#: Width of a chart that stands beside others, and can still be read on a phone.
NARROW = 360
_ROW, _GAP = 26, 6
#: Where bars begin beside their names, how long these may be, and room for an amount.
_NAMES, _LETTERS, _AMOUNT = 220, 28, 80
#: A bar below its name: the height of both, that of the bar, and letters of name and amount.
_STACK, _SLIM, _LINE = 42, 12, 44


@dataclass(frozen=True)
class Bar:
    """A rectangle, what it stands for, and the same before as a mark across it."""

    x: float
    y: float
    width: float
    height: float
    label: str
    words: str
    mark: float | None = None


@dataclass(frozen=True)
class Chart:
    """See ``templates/admin/reports/_columns.html`` and ``_bars.html``."""

    width: int
    height: int
    bars: list[Bar]
    line: str = ""


def columns(values: Sequence[int], before: Sequence[int], labels: Sequence[str]) -> Chart:
    """A column for each value, and what there was before as a line."""
    highest = max([*values, *before, 1])
    step = WIDTH / max(len(values), 1)
    bars = [
        Bar(
            x=round(place * step + step * 0.1, 1),
            y=round(HEIGHT - _part(value, highest, HEIGHT), 1),
            width=round(step * 0.8, 1),
            height=round(_part(value, highest, HEIGHT), 1),
            label=label,
            words=label,
        )
        for place, (value, label) in enumerate(zip(values, labels, strict=True))
    ]
    return Chart(WIDTH, HEIGHT, bars, _path(before[: len(values)], highest, step))


def across(values: Sequence[int], labels: Sequence[str], words: Sequence[str]) -> Chart:
    """A bar across the page for each of the largest values, with its name before it."""
    shown = list(zip(values, labels, words, strict=True))[:MOST_BARS]
    highest = max([value for value, _label, _words in shown] + [1])
    bars = [
        Bar(
            x=_NAMES,
            y=place * (_ROW + _GAP),
            width=round(_part(value, highest, WIDTH - _NAMES - _AMOUNT), 1),
            height=_ROW,
            label=_short(label, _LETTERS),
            words=said,
        )
        for place, (value, label, said) in enumerate(shown)
    ]
    return Chart(WIDTH, max(len(bars), 1) * (_ROW + _GAP), bars)


def stacked(values: Sequence[int], labels: Sequence[str], words: Sequence[str]) -> Chart:
    """A narrow chart: each bar lies below its name and amount, which share a line."""
    highest = max([*values, 1])
    bars = [
        Bar(
            x=0,
            y=place * _STACK + _STACK - _SLIM - _GAP,
            width=round(_part(value, highest, NARROW), 1),
            height=_SLIM,
            label=_short(label, _LINE - len(said)),
            words=said,
        )
        for place, (value, label, said) in enumerate(zip(values, labels, words, strict=True))
    ]
    return Chart(NARROW, max(len(bars), 1) * _STACK, bars)


def sparkline(values: Sequence[int], *, width: int = 120, height: int = 28) -> str:
    """The path of a small line."""
    if len(values) < 2:
        return ""
    highest, step = max([*values, 1]), width / (len(values) - 1)
    points = (
        f"{place * step:.1f} {height - 2 - _part(value, highest, height - 4):.1f}"
        for place, value in enumerate(values)
    )
    return "M" + "L".join(points)


def _part(value: int, highest: int, size: float) -> float:
    return max(value, 0) * size / highest


def _path(values: Sequence[int], highest: int, step: float) -> str:
    if len(values) < 2:
        return ""
    points = (
        f"{place * step + step / 2:.1f} {HEIGHT - _part(value, highest, HEIGHT):.1f}"
        for place, value in enumerate(values)
    )
    return "M" + "L".join(points)


def _short(label: str, most: int) -> str:
    return label if len(label) <= most else f"{label[: most - 1]}…"
