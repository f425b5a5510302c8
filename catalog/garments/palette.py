"""The colors garments come in, and the tones a drawing derives from each of them."""

from dataclasses import dataclass

INK = "#14182B"
WHITE = "#FFFFFF"
ECRU = "#F4F1E8"
THREAD = "#B3203A"
CONTRAST_STITCH = "#D9A24A"
TILE_LIGHT = "#E9ECF1"
TILE_DARK = "#D9DDE5"

# Relative luminance under which a cloth counts as dark, over which as pale.
DARK_BELOW = 0.06
PALE_ABOVE = 0.70


@dataclass(frozen=True)
class Color:
    """A dye: its shown name, its name in addresses, its value and the color facet it is under."""

    name: str
    slug: str
    hex: str
    family: str


FAMILIES = {
    "white": "White and neutral",
    "brown": "Brown",
    "black": "Black and grey",
    "blue": "Blue",
    "green": "Green",
    "yellow": "Yellow",
    "orange": "Orange",
    "red": "Red",
    "pink": "Pink",
    "purple": "Purple",
}

COLORS = (
    Color("White", "white", "#FFFFFF", "white"),
    Color("Loomstate", "loomstate", "#F3F1EA", "white"),
    Color("Oat", "oat", "#E7DFCC", "white"),
    Color("Stone", "stone", "#C9C3B6", "white"),
    Color("Sand", "sand", "#C9B48C", "brown"),
    Color("Camel", "camel", "#B58A5C", "brown"),
    Color("Tobacco", "tobacco", "#7A5230", "brown"),
    Color("Black", "black", "#1C1D22", "black"),
    Color("Charcoal", "charcoal", "#3E4249", "black"),
    Color("Ash", "ash", "#9CA3AE", "black"),
    Color("Navy", "navy", "#1E2C4F", "blue"),
    Color("Indigo", "indigo", "#2E3F66", "blue"),
    Color("Workwear", "workwear", "#2F4A8A", "blue"),
    Color("Sky", "sky", "#A9C3E2", "blue"),
    Color("Teal", "teal", "#2C6E73", "green"),
    Color("Bottle", "bottle", "#1F5B4A", "green"),
    Color("Sage", "sage", "#6F8F7A", "green"),
    Color("Olive", "olive", "#6B6B3A", "green"),
    Color("Mustard", "mustard", "#D8B24A", "yellow"),
    Color("Rust", "rust", "#C8553D", "orange"),
    Color("Madder", "madder", "#B3203A", "red"),
    Color("Claret", "claret", "#8E2F4B", "red"),
    Color("Rose", "rose", "#DDA9A6", "pink"),
    Color("Plum", "plum", "#7A4E86", "purple"),
)

BY_SLUG = {color.slug: color for color in COLORS}


@dataclass(frozen=True)
class Tones:
    """Everything one drawing is painted with, derived from the cloth color alone."""

    base: str
    shade: str
    shade_opacity: float
    deep: str
    line: str
    seam: str
    light: str
    cuff: str


def channels(value: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255, of ``#RRGGBB``."""
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


def mix(first: str, second: str, part: float) -> str:
    """``first`` with ``part`` (0 to 1) of ``second`` stirred in, byte by byte."""
    pairs = zip(channels(first), channels(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02X}" for a, b in pairs)


def luminance(value: str) -> float:
    """Relative luminance, 0 (black) to 1 (white), as WCAG 2 defines it."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in channels(value))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Contrast ratio, 1 to 21, of two colors."""
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def is_dark(base: str) -> bool:
    """Whether lines on this cloth have to be lighter than the cloth to be seen."""
    return luminance(base) < DARK_BELOW


def tones(base: str) -> Tones:
    """The tones of a garment whose cloth is ``base`` (``#RRGGBB``)."""
    dark = is_dark(base)
    part = 0.40 if dark else 0.09 if luminance(base) > PALE_ABOVE else 0.16
    return Tones(
        base=base,
        shade=mix(base, INK, part),
        shade_opacity=part,
        deep=mix(base, INK, 0.62 if dark else 0.30),
        line=mix(base, WHITE, 0.36) if dark else mix(base, INK, 0.58),
        seam=mix(base, WHITE, 0.24) if dark else mix(base, INK, 0.40),
        light=mix(base, WHITE, 0.14 if dark else 0.30),
        cuff=mix(base, WHITE, 0.62),
    )
