"""The washing line, for sale and content pages."""

from catalog.garments.rail import SUN, WOOD, Room
from catalog.garments.views import document, front

SCALE = 0.72

# What dries on the line: garment, color, middle; then where its pegs hold it, in its own units:
# distance from the middle, height.
DRYING = (
    ("breton", "white", 150, 64, 104),
    ("skirt", "rose", 390, 48, 76),
    ("polo", "sage", 620, 60, 104),
    ("shorts", "sky", 850, 74, 105),
    ("tee", "mustard", 1060, 60, 100),
)


def line(room: Room) -> str:
    """Five garments on a washing line, 1200 by 440, before two flat bands of sky."""
    hanging = "".join(_pegged(*piece, prefix="abcde"[i]) for i, piece in enumerate(DRYING))
    return document(
        "0 0 1200 440",
        f'<path d="M0 0H1200V440H0Z" fill="{room.wall}"/>'
        f'<circle cx="985" cy="250" r="150" fill="{SUN}" fill-opacity="{room.disc}"/>'
        f'<path d="M0 372Q300 332 600 362T1200 342V440H0Z" fill="{room.floor}"/>'
        f'<path d="M0 64Q600 180 1200 64" fill="none" stroke="{room.rail}" stroke-width="4"/>'
        f"{hanging}",
    )


def _line_at(x: int) -> int:
    """Height of the line above ``x``."""
    part = x / 1200
    return round(64 + 232 * part * (1 - part))


def _pegged(garment: str, color: str, x: int, spread: int, held: int, prefix: str) -> str:
    y = _line_at(x)
    place = f"translate({x - 200 * SCALE:g} {y - held * SCALE + 2:g}) scale({SCALE})"
    pegs = "".join(
        f'<rect x="{x + side * round(spread * SCALE) - 4}" y="{y - 16}" width="8" height="34" '
        f'rx="3" fill="{WOOD}" stroke="#46372F" stroke-width="1.6"/>'
        for side in (-1, 1)
    )
    return f'<g transform="{place}">{front(garment, color, prefix=prefix)}</g>{pegs}'
