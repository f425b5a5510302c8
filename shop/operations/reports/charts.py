"""Charts drawn on the server: numbers become rectangles and paths of an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 200
#: Bars of a chart of kinds at most; the table has all.
MOST_BARS = 12
#: Width of a chart that stands beside others, and can still be read on a phone.
NARROW = 360
_ROW, _GAP = 26, 6
#: Room for an amount, in the width of a chart, and letters of a name for each hundred of it.
_AMOUNT, _LETTERS = 80, 4.5


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


def across(
    values: Sequence[int], labels: Sequence[str], words: Sequence[str], *, width: int = WIDTH
) -> Chart:
    """A bar across the page for each of the largest values, with its name before it."""
    names = width * 11 // 32
    shown = list(zip(values, labels, words, strict=True))[:MOST_BARS]
    highest = max([value for value, _label, _words in shown] + [1])
    bars = [
        Bar(
            x=names,
            y=place * (_ROW + _GAP),
            width=round(_part(value, highest, width - names - _AMOUNT), 1),
            height=_ROW,
            label=_short(label, int(width * _LETTERS / 100)),
            words=said,
        )
        for place, (value, label, said) in enumerate(shown)
    ]
    return Chart(width, max(len(bars), 1) * (_ROW + _GAP), bars)


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
