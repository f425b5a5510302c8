"""Every composed picture by name."""

from collections.abc import Callable

from catalog.garments import bench, folded, rail, spots, washing_line
from catalog.garments.shapes import FRONTS

_DRAWN_BY: dict[str, Callable[[], str]] = {
    "rail": lambda: rail.wide(rail.DAY),
    "rail-dark": lambda: rail.wide(rail.NIGHT),
    "rail-mobile": lambda: rail.narrow(rail.DAY),
    "rail-mobile-dark": lambda: rail.narrow(rail.NIGHT),
    "workbench": lambda: bench.workbench(rail.DAY),
    "workbench-dark": lambda: bench.workbench(rail.NIGHT),
    "line": lambda: washing_line.line(rail.DAY),
    "line-dark": lambda: washing_line.line(rail.NIGHT),
    "spot-cart": spots.cart,
    "spot-search": spots.search,
    "spot-404": spots.not_found,
    "spot-500": spots.server_error,
    "spot-bookings": spots.bookings,
    "spot-orders": spots.orders,
    "gift-card": spots.gift_card,
}

SCENES = (
    *_DRAWN_BY,
    *(f"fold-{thread}" for thread in folded.FOLDS),
    *(f"category-{garment}" for garment in FRONTS),
)


def draw_scene(name: str) -> str:
    """The SVG of a scene. Raises KeyError for a name that is not in SCENES."""
    kind, _, subject = name.partition("-")
    if kind == "fold":
        return folded.fold(subject)
    if kind == "category":
        return spots.category(subject)
    return _DRAWN_BY[name]()
