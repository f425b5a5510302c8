"""Weaves and knits: tiles that fill cloth pieces."""

from dataclasses import dataclass

from catalog.garments.palette import Tones

PATTERNS = ("twill", "stripe", "gingham", "herringbone", "fleck")

# How a garment is woven when no pattern is asked for; the others are plain.
USUAL_PATTERN = {"jeans": "twill", "chore": "twill"}


@dataclass(frozen=True)
class Weave:
    """One repeat: size, its lines, their width, and how strongly they show (0 to 1).

    Lines of one path do not darken where they cross; separate paths do.
    """

    width: int
    height: int
    paths: tuple[str, ...]
    stroke: float
    opacity: float = 1.0


WEAVES = {
    "twill": Weave(6, 6, ("M-1 7L7 -1M-1 1L1 -1M5 7L7 5",), 1.2, 0.42),
    "stripe": Weave(16, 16, ("M4 0V16",), 3),
    "gingham": Weave(20, 20, ("M5 0V20", "M0 5H20"), 10, 0.5),
    "herringbone": Weave(16, 12, ("M0 12L8 4M0 6L8 -2M8 4L16 12M8 -2L16 6",), 1.4),
    "fleck": Weave(22, 22, ("M3 4H6M14 2L16 4M9 11H11M18 14L20 16M5 18L7 17",), 1.6),
    "plain": Weave(4, 4, ("M0 1H2M2 3H4",), 0.8, 0.35),
    "jersey": Weave(8, 6, ("M1 1L4 4L7 1",), 1.5, 0.26),
    "knit": Weave(14, 10, ("M2 1L7 6L12 1",), 3.4, 0.34),
    "rib": Weave(14, 6, ("M0 0V6M4 1L7 4L10 1",), 1.6, 0.42),
    "melton": Weave(12, 12, ("M1 3L3 2M8 1L9 3M5 7L7 6M10 9L11 10M2 10L4 11",), 0.9, 0.55),
}

KNITS = frozenset({"jersey", "knit", "rib"})

# What the fabric view shows of cloth without a pattern.
CLOSE_UP = {
    "tee": "jersey",
    "breton": "jersey",
    "shirt": "plain",
    "polo": "jersey",
    "jumper": "knit",
    "cardigan": "knit",
    "hoodie": "jersey",
    "chore": "twill",
    "coat": "melton",
    "jeans": "twill",
    "chinos": "twill",
    "shorts": "plain",
    "skirt": "plain",
    "dress": "plain",
    "beanie": "rib",
    "tote": "plain",
}


def definition(name: str, identity: str, tones: Tones, scale: int = 1) -> str:
    """A ``<pattern>`` element called ``identity`` that repeats the weave ``name``."""
    weave = WEAVES[name]
    ink = tones.line if name == "twill" else tones.seam
    lines = "".join(f'<path d="{path}"/>' for path in weave.paths)
    opacity = "" if weave.opacity == 1 else f' stroke-opacity="{weave.opacity}"'
    cap = "round" if name in KNITS else "butt"
    larger = "" if scale == 1 else f' patternTransform="scale({scale})"'
    return (
        f'<pattern id="{identity}" width="{weave.width}" height="{weave.height}" '
        f'patternUnits="userSpaceOnUse"{larger}>'
        f'<g fill="none" stroke="{ink}" stroke-width="{weave.stroke:g}" stroke-linecap="{cap}"'
        f"{opacity}>"
        f"{lines}</g></pattern>"
    )
