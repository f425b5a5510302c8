"""Reads the compact notation of ``shapes`` and ``backs`` into layers.

Codes: ``P`` inside, ``B`` cloth piece, ``K`` knitted neck seen from behind, ``C`` ``E`` ``I``
turned cuff, selvedge strip and thread, ``S`` shade, ``H`` light, ``R`` ``Rb`` ``R2`` rib, button
band and sleeve trim, ``s`` ``t`` ``T`` seam, stitch and contrast stitch, ``rib`` rib lines, ``f``
fold, ``b`` buttons, ``cord`` ``strap`` ``strapB`` drawstring and handles, ``lab`` label,
``stripe`` and ``cable`` repeats of one type.
"""

import re
from dataclasses import dataclass

LAYER = re.compile(r"(?P<code>[A-Za-z][A-Za-z0-9]*)(?P<twice>²?)(?P<back>[+-]?)(?: (?P<path>.+))?")


@dataclass(frozen=True)
class Layer:
    """One step of a drawing: what kind of thing it is, where, and whether it has a mirror twin."""

    code: str
    path: str
    is_mirrored: bool
    on_back: bool | None = None
    """True or False where the table says so, None where the general rule decides."""


def layer(text: str) -> Layer:
    """One layer from its line; ValueError when the line is not in the notation."""
    found = LAYER.fullmatch(text)
    if found is None:
        raise ValueError(text)
    path = re.sub(r" (?=[MLCQHV])", "", found["path"] or "")
    on_back = {"+": True, "-": False}.get(found["back"])
    return Layer(found["code"], path, bool(found["twice"]), on_back)


def table(text: str) -> dict[str, tuple[Layer, ...]]:
    """All garments of a table: ``# name: title`` opens one, every line below it is a layer."""
    garments: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.strip().splitlines():
        if line.startswith("# "):
            lines = garments.setdefault(line[2:].partition(":")[0], [])
        elif line.startswith(" "):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
    return {name: tuple(map(layer, rows)) for name, rows in garments.items()}


def coordinates(path: str) -> tuple[list[float], list[float]]:
    """All x and all y values named in an absolute path, control points included."""
    xs: list[float] = []
    ys: list[float] = []
    for command, listed in re.findall(r"([MLCQHVZ])([^MLCQHVZ]*)", path):
        numbers = [float(number) for number in listed.split()]
        if command == "H":
            xs += numbers
        elif command == "V":
            ys += numbers
        else:
            xs += numbers[::2]
            ys += numbers[1::2]
    return xs, ys
