"""Small drawings for empty and error states, and the category tiles."""

from catalog.garments.palette import BY_SLUG, ECRU, INK, THREAD, TILE_LIGHT, mix, tones
from catalog.garments.rail import hook
from catalog.garments.views import document, extent, front

STEEL_LINE = "#474D66"
GLASS = "#A9C3E2"
GROUND = "#C7CFE2"

# Lines of a garment reduced to a third stay as strong as those of the objects beside it.
WEIGHT = 2.0

TINTS = {"sage": "#6F8F7A", "sky": "#A9C3E2", "rose": "#DDA9A6", "mustard": "#D8B24A"}
# Category tile: color of the garment, tint of the ground.
CATEGORIES = {
    "tee": ("white", "rose"),
    "breton": ("white", "sky"),
    "shirt": ("sky", "mustard"),
    "polo": ("bottle", "sage"),
    "jumper": ("mustard", "sky"),
    "cardigan": ("claret", "rose"),
    "hoodie": ("ash", "mustard"),
    "chore": ("workwear", "sky"),
    "coat": ("camel", "sage"),
    "jeans": ("indigo", "mustard"),
    "chinos": ("sand", "sage"),
    "shorts": ("sage", "mustard"),
    "skirt": ("plum", "rose"),
    "dress": ("rust", "rose"),
    "beanie": ("madder", "sky"),
    "tote": ("oat", "sage"),
}


def category(garment: str) -> str:
    """One garment on a tinted ground, 400 by 500, larger than the tile and cut by its edge."""
    color, tint = CATEGORIES[garment]
    ground = mix(TILE_LIGHT, TINTS[tint], 0.35)
    _, top, _, bottom = extent(garment)
    margin = max(56, 260 - 1.15 * (bottom - top) / 2)
    place = f"translate(-30 {round(margin - 1.15 * top)}) scale(1.15)"
    return document(
        "0 0 400 500",
        f'<path d="M0 0H400V500H0Z" fill="{ground}"/>'
        f'<g transform="{place}">{front(garment, color)}</g>',
    )


def _spot(content: str) -> str:
    ground = f'<ellipse cx="100" cy="147" rx="78" ry="7" fill="{GROUND}" fill-opacity="0.6"/>'
    return document("0 0 200 160", f"{ground}{content}")


def _small(garment: str, color: str, x: int, y: int, scale: float, turn: int = 0) -> str:
    """A garment with its canvas corner at ``x``, ``y``."""
    turned = f" rotate({turn} 200 250)" if turn else ""
    drawn = front(garment, color, weight=WEIGHT)
    return f'<g transform="translate({x} {y}) scale({scale}){turned}">{drawn}</g>'


def cart() -> str:
    """An empty tote."""
    return _spot(_small("tote", "oat", 34, 1, 0.33))


def search() -> str:
    """A tee under a magnifier."""
    return _spot(
        _small("tee", "loomstate", 14, -18, 0.4)
        + f'<path d="M149 117L170 138" stroke="{STEEL_LINE}" stroke-width="9" '
        f'stroke-linecap="round"/>'
        f'<circle cx="128" cy="96" r="26" fill="{GLASS}" fill-opacity="0.55" '
        f'stroke="{STEEL_LINE}" stroke-width="4"/>'
        '<path d="M114 88Q118 80 127 79" fill="none" stroke="#FFFFFF" stroke-width="3" '
        'stroke-linecap="round"/>'
    )


def not_found() -> str:
    """A jumper whose loose thread leaves the frame."""
    yarn = tones(BY_SLUG["mustard"].hex)
    loose = "M127 143C146 156 152 124 166 131C180 138 160 150 176 152C187 153 192 142 204 140"
    return _spot(
        _small("jumper", "mustard", 16, -17, 0.4) + '<g fill="none" stroke-linecap="round">'
        f'<path d="{loose}" stroke="{yarn.line}" stroke-width="4.6"/>'
        f'<path d="{loose}" stroke="{yarn.base}" stroke-width="2.4"/></g>'
    )


def server_error() -> str:
    """A chore jacket slipping off a fallen hanger."""
    return _spot(
        _small("chore", "workwear", 6, -6, 0.36, turn=14)
        + f'<g transform="rotate(-16 158 126)">{hook(158, 122, STEEL_LINE, 4, 32, 20)}</g>'
    )


def bookings() -> str:
    """Jeans with a needle and its thread."""
    return _spot(
        _small("jeans", "indigo", 6, -2, 0.31)
        + f'<path d="M80 84C104 60 118 112 134 82C142 66 152 62 160 40" fill="none" '
        f'stroke="{THREAD}" stroke-width="2" stroke-linecap="round"/>'
        f'<path d="M138 124L157 44Q160 34 164 40Q167 44 163 50Z" fill="#9AA1B9" '
        f'stroke="{STEEL_LINE}" stroke-width="1.6" stroke-linejoin="round"/>'
    )


def orders() -> str:
    """A parcel with a folded piece on it, tied with the thread."""
    card = tones(BY_SLUG["camel"].hex)
    sage = tones(BY_SLUG["sage"].hex)
    return _spot(
        f'<rect x="58" y="44" width="84" height="20" rx="9" fill="{sage.base}" '
        f'stroke="{sage.line}" stroke-width="2"/>'
        f'<path d="M68 58H120" stroke="{sage.seam}" stroke-width="1.6" stroke-dasharray="5 3"/>'
        f'<path d="M44 64H156V146H44Z" fill="{card.base}" stroke="{card.line}" stroke-width="2" '
        'stroke-linejoin="round"/>'
        f'<path d="M130 65H155V145H124Z" fill="{INK}" fill-opacity="0.16"/>'
        f'<path d="M44 64L54 80H146L156 64" fill="{card.light}" stroke="{card.line}" '
        'stroke-width="2" stroke-linejoin="round"/>'
        f'<path d="M60 104H88V128H60Z" fill="{ECRU}" stroke="{card.line}" stroke-width="1.6"/>'
        f'<path d="M65 121H83" stroke="{THREAD}" stroke-width="2" stroke-dasharray="5 2"/>'
        f'<path d="M100 64V146" stroke="{THREAD}" stroke-width="2"/>'
        f'<path d="M100 64C88 46 78 58 100 64C112 46 122 58 100 64" fill="none" '
        f'stroke="{THREAD}" stroke-width="2" stroke-linejoin="round"/>'
    )


def gift_card() -> str:
    """A card tied with the thread, upright on a light ground like the garments."""
    blue = tones(BY_SLUG["indigo"].hex)
    return document(
        "0 0 400 500",
        f'<path d="M0 0H400V500H0Z" fill="{TILE_LIGHT}"/>'
        '<g transform="rotate(-6 200 250)">'
        f'<rect x="58" y="166" width="284" height="178" rx="14" fill="{INK}" fill-opacity="0.14"/>'
        f'<rect x="54" y="158" width="284" height="178" rx="14" fill="{blue.base}" '
        f'stroke="{blue.line}" stroke-width="3"/>'
        f'<path d="M54 214H338M124 158V336" stroke="{THREAD}" stroke-width="5"/>'
        f'<path d="M124 214C92 176 82 200 96 208C108 215 118 214 124 214C156 176 166 200 152 208'
        f'C140 215 130 214 124 214L104 246M124 214L146 244" fill="none" stroke="{THREAD}" '
        'stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/>'
        f'<path d="M196 300H306" stroke="{ECRU}" stroke-width="5" stroke-linecap="round" '
        'stroke-dasharray="20 10"/></g>',
    )
