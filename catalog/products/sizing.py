"""Sizes: the chart as a table, the size that fits a body, and the size a person usually keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from catalog.models import Purchase, SizeChart
from catalog.products.choices import Choices
from catalog.reviewing.purchases import of_person
from catalog.reviewing.review_rows import FitVotes
from shop.accounts.models import User

UNIT_COOKIE: Final = "unit"
UNITS: Final = ("cm", "in")
MM_OF_UNIT: Final = {"cm": 10.0, "in": 25.4}
#: The measurements that decide about a size, by the part of the body they are taken from.
BODY = ("chest", "waist", "hip")
#: Where the drawn figure shows the tape: its numbers.
ON_FIGURE = {"chest": 1, "waist": 2, "hip": 3, "inseam": 4, "sleeve": 5}


@dataclass(frozen=True)
class Measurement:
    """A row of the table: how one thing is measured, and its words for each size."""

    key: str
    name: str
    how: str
    cells: list[str]

    @property
    def number(self) -> int | None:
        """Its number on the figure; None where the figure does not show it."""
        return ON_FIGURE.get(self.key)


@dataclass(frozen=True)
class ChartTable:
    """A size chart in ``unit``: names of the sizes in order, and the rows below them."""

    chart: SizeChart
    unit: str
    sizes: list[str]
    systems: list[tuple[str, list[str]]] = field(default_factory=list)
    body: list[Measurement] = field(default_factory=list)
    garment: list[Measurement] = field(default_factory=list)


@dataclass(frozen=True)
class Advice:
    """A size by slug and name, and why; ``size`` is "" when nothing can be said."""

    size: str
    name: str
    reason: str


@dataclass(frozen=True)
class Body:
    """What somebody told the size finder; millimeters, None where nothing was said.

    ``usual`` is the size in another system, such as "EU:38".
    """

    height: int | None = None
    usual: str = ""
    measures: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_told(self) -> bool:
        return bool(self.height or self.usual or self.measures)


def unit_of(request: HttpRequest) -> str:
    """ "cm" or "in": as the address says, else as the visitor chose before."""
    unit = request.GET.get("unit") or request.COOKIES.get(UNIT_COOKIE, "")
    return unit if unit in UNITS else UNITS[0]


def chosen_unit(request: HttpRequest) -> str:
    """The unit that the visitor's cookie names, of the few that pages can differ by."""
    unit = request.COOKIES.get(UNIT_COOKIE, "")
    return unit if unit in UNITS else UNITS[0]


def table_of(chart: SizeChart, choices: Choices, unit: str) -> ChartTable:
    """The chart as pages show it; a size that a measurement has no number for gets a dash."""
    sizes = list(chart.sizes)
    return ChartTable(
        chart=chart,
        unit=unit,
        sizes=[choices.get("size", size).name for size in sizes],
        systems=[
            (system, ["–".join(_ends(names.get(size))) or "–" for size in sizes])
            for system, names in chart.systems.items()
        ],
        body=_rows(chart, "body", unit),
        garment=_rows(chart, "garment", unit),
    )


def find_size(chart: SizeChart, choices: Choices, body: Body) -> Advice:
    """The size of ``chart`` for ``body``, with the reason.

    Measurements of the body decide, the one that needs the largest size first; without them the
    usual size of another system; then the height. Somebody taller than the size found is made
    for gets one size more.
    """
    sizes = list(chart.sizes)
    place, reason = _by_measures(chart, sizes, body)
    if place is None and body.usual:
        place, reason = _by_system(chart, sizes, body.usual)
    by_height = _place_in(chart.heights, sizes, body.height) if body.height else None
    if place is None:
        place, reason = by_height, gettext("going by your height")
    elif _is_taller(chart, sizes, place, body.height):
        place += 1
        reason = gettext("%(reason)s, and one size up for your height") % {"reason": reason}
    if place is None:
        return Advice("", "", gettext("Tell us a little more: a measurement, or your usual size."))
    name = choices.get("size", sizes[place]).name
    words = gettext("Take %(size)s, %(reason)s.") % {"size": name, "reason": reason}
    return Advice(sizes[place], name, words)


def usual_size(user: User, chart: SizeChart, choices: Choices, votes: FitVotes) -> Advice | None:
    """The size for a person, from what they kept and sent back of the same chart. One query.

    ``votes`` are of the product at hand: one that runs small asks for the next size. None when
    the person has not bought anything of the chart, or nothing that tells.
    """
    sizes = list(chart.sizes)
    pieces = of_person(user).filter(variant__product__size_chart=chart).order_by("-delivered_at")
    rows = pieces.values_list("variant__option_values__size", "returned_at", "return_reason")
    base = _best_place([row for row in rows if row[0] in sizes], sizes)
    if base is None:
        return None
    place, reason = base
    lean = _lean(votes)
    if lean and 0 <= place + lean < len(sizes):
        place += lean
        reason += gettext("; this one runs small") if lean > 0 else gettext("; this one runs large")
    name = choices.get("size", sizes[place]).name
    reason = reason % {"size": choices.get("size", sizes[base[0]]).name}
    words = gettext("%(reason)s: take %(size)s.") % {"reason": reason, "size": name}
    return Advice(sizes[place], name, words)


def fit_note(votes: FitVotes) -> str:
    """The verdict on the fit for the buy box; "" from too few votes."""
    return votes.words if votes.is_telling else ""


def usual_choices(chart: SizeChart) -> list[tuple[str, list[tuple[str, str]]]]:
    """What the finder offers as usual sizes: value and label, grouped by system."""
    groups = []
    for system, names in chart.systems.items():
        every = dict.fromkeys(name for size in chart.sizes for name in names.get(size, []))
        groups.append((system, [(f"{system}:{name}", f"{system} {name}") for name in every]))
    return groups


def _best_place(
    pieces: Sequence[tuple[str, datetime | None, str]], sizes: Sequence[str]
) -> tuple[int, str] | None:
    """Place of the size that most of a person's pieces speak for, and why, with %(size)s open.

    A piece that was kept speaks for its size, one that came back for the next one. ``pieces`` are
    size, time and reason of the return, the latest first: they decide between equals.
    """
    steps = {Purchase.ReturnReason.TOO_SMALL: 1, Purchase.ReturnReason.TOO_LARGE: -1}
    spoken: dict[int, list[int]] = {}
    for size, returned_at, reason in pieces:
        step = steps.get(Purchase.ReturnReason(reason), 0) if returned_at and reason else 0
        place = sizes.index(size) + step
        if (step or returned_at is None) and 0 <= place < len(sizes):
            spoken.setdefault(place, []).append(step)
    if not spoken:
        return None
    place = max(spoken, key=lambda place: len(spoken[place]))
    kept = spoken[place].count(0)
    if kept:
        words = ngettext(
            "You kept %%(size)s in %(count)d similar piece",
            "You kept %%(size)s in %(count)d similar pieces",
            kept,
        )
        return place, words % {"count": kept}
    told = gettext("too small") if spoken[place][0] > 0 else gettext("too large")
    return place, gettext("A similar piece was %(told)s") % {"told": told}


def _lean(votes: FitVotes) -> int:
    """A size up for what runs small, one down for what runs large, by more than half the votes."""
    if not votes.is_telling:
        return 0
    return int(votes.small * 2 > votes.total) - int(votes.large * 2 > votes.total)


def _rows(chart: SizeChart, kind: str, unit: str) -> list[Measurement]:
    return [
        Measurement(
            key=row["key"],
            name=row["name"],
            how=row.get("how", ""),
            cells=[_amount(row[kind].get(size), unit) for size in chart.sizes],
        )
        for row in chart.measurements
        if row.get(kind)
    ]


def _amount(value: Any, unit: str) -> str:
    """Millimeters, one number or a range, in ``unit``: whole centimeters, half inches."""
    steps = 2 if unit == "in" else 1
    ends = [
        number_format(round(end / MM_OF_UNIT[unit] * steps) / steps).removesuffix(".0")
        for end in _numbers(value)
    ]
    return "–".join(dict.fromkeys(ends)) or "–"


def _numbers(value: Any) -> list[float]:
    values = value if isinstance(value, list) else [value]
    return [float(one) for one in values if isinstance(one, int | float)]


def _ends(names: list[str] | None) -> list[str]:
    """The first and the last of some names."""
    return list(dict.fromkeys([names[0], names[-1]])) if names else []


def _by_measures(chart: SizeChart, sizes: Sequence[str], body: Body) -> tuple[int | None, str]:
    found = [
        (place, str(row["name"]).lower())
        for row in chart.measurements
        if row["key"] in body.measures and row.get("body")
        if (place := _place_in(row["body"], sizes, body.measures[row["key"]])) is not None
    ]
    if not found:
        return None, ""
    place, name = max(found, key=lambda one: one[0])
    return place, gettext("going by your measurement: %(name)s") % {"name": name}


def _by_system(chart: SizeChart, sizes: Sequence[str], usual: str) -> tuple[int | None, str]:
    system, _colon, name = usual.partition(":")
    names = chart.systems.get(system, {})
    places = [place for place, size in enumerate(sizes) if name in names.get(size, [])]
    words = gettext("which is %(system)s %(name)s") % {"system": system, "name": name}
    return (places[0], words) if places else (None, "")


def _place_in(ranges: Mapping[str, Any], sizes: Sequence[str], value: int) -> int | None:
    """The first size whose range reaches ``value``; the last one for what is beyond all."""
    last = None
    for place, size in enumerate(sizes):
        numbers = _numbers(ranges.get(size))
        if not numbers:
            continue
        if value <= numbers[-1]:
            return place
        last = place
    return last


def _is_taller(chart: SizeChart, sizes: Sequence[str], place: int, height: int | None) -> bool:
    """Whether ``height`` is more than the size is made for, and there is a larger one."""
    numbers = _numbers(chart.heights.get(sizes[place]))
    return bool(height and numbers and height > numbers[-1] and place + 1 < len(sizes))
