"""The collection pictures: six folded pieces, sewn in the thread of the collection."""

from catalog.garments.palette import (
    BY_SLUG,
    ECRU,
    INK,
    TILE_LIGHT,
    WHITE,
    Tones,
    contrast,
    mix,
    tones,
)
from catalog.garments.views import document

# Thread and the six dyes of each folded collection, row by row.
FOLDS = {
    "madder": ("#B3203A", ("claret", "oat", "rose", "loomstate", "madder", "sand")),
    "weld": ("#D8A200", ("mustard", "camel", "oat", "tobacco", "loomstate", "olive")),
    "verdigris": ("#1B6B4C", ("sage", "loomstate", "bottle", "teal", "oat", "olive")),
    "woad": ("#2A429E", ("indigo", "sky", "white", "stone", "workwear", "navy")),
}


def fold(thread: str) -> str:
    """Six folded pieces in a collection's dyes, 1200 by 640, sewn in one color of thread."""
    color, dyes = FOLDS[thread]
    pieces = "".join(
        f'<g transform="translate({150 + 330 * (index % 3)} {64 + 272 * (index // 3)})">'
        f"{_folded_piece(tones(BY_SLUG[dye].hex), color, index)}</g>"
        for index, dye in enumerate(dyes)
    )
    return document("0 0 1200 640", f'<path d="M0 0H1200V640H0Z" fill="{TILE_LIGHT}"/>{pieces}')


def _folded_piece(dye: Tones, thread: str, index: int) -> str:
    """A piece of 240 by 232: shirt, jumper or trousers, turn by turn."""
    # The thread is paler on cloth of its own color, or it would not be seen.
    stitched = thread if contrast(thread, dye.base) > 1.6 else mix(thread, WHITE, 0.6)
    fronts = (_folded_shirt, _folded_jumper, _folded_trousers)
    body = "M14 20Q14 8 26 8H214Q226 8 226 20V204Q226 216 214 216H26Q14 216 14 204Z"
    return (
        f'<ellipse cx="124" cy="224" rx="116" ry="10" fill="{INK}" fill-opacity="0.08"/>'
        f'<g fill="{dye.base}" stroke="{dye.line}" stroke-width="2.5" stroke-linejoin="round">'
        f'<path d="M18 206H222Q230 206 230 214V216Q230 226 220 226H20Q10 226 10 216V214'
        f'Q10 206 18 206Z"/><path d="{body}"/></g>'
        f'<path d="M196 9H214Q226 9 226 20V204Q226 215 214 215H182C202 150 206 80 196 9Z" '
        f'fill="{INK}" fill-opacity="{dye.shade_opacity:g}"/>'
        f"{fronts[(index + index // 3) % 3](dye)}"
        f'<path d="M24 204H216" stroke="{stitched}" stroke-width="2.6" stroke-dasharray="10 4"/>'
    )


def _folded_shirt(dye: Tones) -> str:
    return (
        f'<g fill="{dye.base}" stroke="{dye.line}" stroke-width="2.5" stroke-linejoin="round">'
        f'<path d="M84 9Q120 2 156 9L120 44Z" fill="{dye.deep}"/>'
        '<path d="M84 6L120 42L98 68L66 20Z"/><path d="M156 6L120 42L142 68L174 20Z"/></g>'
        f'<path d="M108 54V194M132 54V194" stroke="{dye.seam}" stroke-width="2"/>'
        f'<g fill="{dye.light}" stroke="{dye.line}" stroke-width="1.6">'
        '<circle cx="120" cy="74" r="5"/><circle cx="120" cy="118" r="5"/>'
        '<circle cx="120" cy="162" r="5"/></g>'
    )


def _folded_jumper(dye: Tones) -> str:
    ribs = "".join(f"M{x} 176V194" for x in range(32, 212, 12))
    return (
        f'<path d="M74 8Q120 20 166 8Q152 48 120 48Q88 48 74 8Z" fill="{dye.deep}" '
        f'stroke="{dye.line}" stroke-width="2.5" stroke-linejoin="round"/>'
        f'<g fill="none"><path d="M76 8Q88 54 120 54Q152 54 164 8" stroke="{dye.line}" '
        f'stroke-width="14"/><path d="M76 8Q88 54 120 54Q152 54 164 8" stroke="{dye.shade}" '
        f'stroke-width="9"/><path d="M15 170H225" stroke="{dye.seam}" stroke-width="2"/>'
        f'<path d="{ribs}" stroke="{dye.seam}" stroke-width="1.6" stroke-opacity="0.6"/></g>'
    )


def _folded_trousers(dye: Tones) -> str:
    return (
        f'<path d="M14 46H226" stroke="{dye.line}" stroke-width="2.5"/>'
        f'<g fill="{dye.base}" stroke="{dye.line}" stroke-width="2.5" stroke-linejoin="round">'
        '<path d="M52 4H64V52H52ZM176 4H188V52H176Z"/>'
        '<path d="M76 78H164V150L120 172L76 150Z"/></g>'
        f'<path d="M76 90H164" stroke="{dye.seam}" stroke-width="1.8" stroke-dasharray="6 4"/>'
        f'<rect x="146" y="14" width="26" height="20" fill="{ECRU}" stroke="{dye.line}" '
        'stroke-width="1.6"/>'
    )
