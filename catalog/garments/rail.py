"""The home picture: garments on a rail in window light, and the edge along its foot."""

from dataclasses import dataclass

from catalog.garments.notation import coordinates
from catalog.garments.palette import BY_SLUG, THREAD, WHITE, tones
from catalog.garments.shapes import FRONTS
from catalog.garments.views import document, front


@dataclass(frozen=True)
class Room:
    """Paint of the room in one theme; opacities are 0 to 1."""

    wall: str
    floor: str
    light: float
    disc: float
    rail: str
    ecru: str
    desk: str


DAY = Room(
    "#DDE3F0", "#C7CFE2", light=0.35, disc=0.45, rail="#474D66", ecru="#F4F1E8", desk="#D9C4A2"
)
NIGHT = Room(
    "#23294A", "#171B33", light=0.08, disc=0.25, rail="#9AA1B9", ecru="#E9E3D2", desk="#9A8A76"
)
SUN = "#F0C35A"
WOOD = "#8A6A44"

# What hangs, left to right: garment, color.
HANGING = (("chore", "workwear"), ("shirt", "sky"), ("coat", "camel"), ("jumper", "mustard"))
FOLDED = ("sage", "claret", "oat", "indigo")


def hook(x: int, y: int, color: str, width: int = 5, reach: int = 58, drop: int = 38) -> str:
    """A hanger whose shoulders meet at ``x``, ``y``; its hook rises 27 above them."""
    return (
        f'<path d="M{x - reach} {y + drop}L{x} {y}L{x + reach} {y + drop}M{x} {y}'
        f"C{x - 2} {y - 12} {x + 13} {y - 10} {x + 12} {y - 20}"
        f'C{x + 11} {y - 30} {x} {y - 28} {x} {y - 19}" fill="none" stroke="{color}" '
        f'stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round"/>'
    )


def hung(garment: str, color: str, x: int, neckline: int, scale: float, prefix: str) -> str:
    """The front of a garment with the middle at ``x`` and its neck points at ``neckline``."""
    neck = coordinates(FRONTS[garment][0].path)[1][0]
    place = f"translate({x - 200 * scale:g} {neckline - neck * scale:g}) scale({scale:g})"
    return f'<g transform="{place}">{front(garment, color, prefix=prefix)}</g>'


def folded(x: int, y: int, color: str) -> str:
    """A folded piece of 170 by 32, its upper left corner at ``x``, ``y``."""
    dye = tones(BY_SLUG[color].hex)
    return (
        f'<rect x="{x}" y="{y}" width="170" height="32" rx="14" fill="{dye.base}" '
        f'stroke="{dye.line}" stroke-width="3"/>'
        f'<path d="M{x + 16} {y + 22}H{x + 140}" stroke="{dye.seam}" stroke-width="1.8" '
        f'stroke-dasharray="6 4"/>'
    )


def edge(width: int, y: int, room: Room) -> str:
    """The signature band, 12 high, along the foot of a picture."""
    return (
        f'<path d="M0 {y}H{width}V{y + 12}H0Z" fill="{room.ecru}"/>'
        f'<path d="M0 {y + 6}H{width}" stroke="{THREAD}" stroke-width="3" stroke-dasharray="14 6"/>'
    )


def _frame(room: Room, left: int, right: int, foot: int) -> str:
    """Rail at y 96 between two posts standing 20 inside its ends."""
    posts = "".join(f"M{x} 96V{foot}M{x - 30} {foot}H{x + 30}" for x in (left + 20, right - 20))
    return (
        f'<path d="M{left} 96H{right}{posts}" fill="none" stroke="{room.rail}" '
        f'stroke-width="8" stroke-linecap="round"/>'
    )


def _stool(x: int, y: int) -> str:
    return (
        f'<path d="M{x + 20} {y + 12}V{y + 86}M{x + 210} {y + 12}V{y + 86}" stroke="{WOOD}" '
        f'stroke-width="10"/><rect x="{x}" y="{y}" width="230" height="12" rx="4" fill="{WOOD}"/>'
    )


def wide(room: Room) -> str:
    """The rail for screens from 768 wide, 1440 by 640; text lies over its left 580."""
    garments = "".join(
        hook(x, 112, room.rail) + hung(garment, color, x, 128, 0.6, prefix="abcd"[index])
        for index, ((garment, color), x) in enumerate(
            zip(HANGING, (745, 927, 1109, 1291), strict=True)
        )
    )
    pile = "".join(folded(420, 398 + 34 * level, color) for level, color in enumerate(FOLDED))
    return document(
        "0 0 1440 640",
        f'<path d="M0 0H1440V640H0Z" fill="{room.wall}"/>'
        f'<path d="M620 0H1180L980 520H420Z" fill="{WHITE}" fill-opacity="{room.light}"/>'
        f'<path d="M0 520H1440V640H0Z" fill="{room.floor}"/>'
        f'<circle cx="1100" cy="300" r="190" fill="{SUN}" fill-opacity="{room.disc}"/>'
        f"{_frame(room, 640, 1400, 560)}{garments}{_stool(390, 534)}{pile}"
        f"{edge(1440, 628, room)}",
    )


def narrow(room: Room) -> str:
    """The rail for small screens, 780 by 720, two garments and no text over it."""
    chosen = (HANGING[0], HANGING[2])
    garments = "".join(
        hook(x, 114, room.rail, reach=60, drop=36) + hung(*piece, x, 136, 0.78, prefix="ab"[index])
        for index, (piece, x) in enumerate(zip(chosen, (240, 540), strict=True))
    )
    return document(
        "0 0 780 720",
        f'<path d="M0 0H780V720H0Z" fill="{room.wall}"/>'
        f'<path d="M180 0H620L400 590H-40Z" fill="{WHITE}" fill-opacity="{room.light}"/>'
        f'<path d="M0 590H780V720H0Z" fill="{room.floor}"/>'
        f'<circle cx="520" cy="340" r="210" fill="{SUN}" fill-opacity="{room.disc}"/>'
        f"{_frame(room, 30, 750, 640)}{garments}{edge(780, 708, room)}",
    )
