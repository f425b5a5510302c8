"""The five pictures of one product: front, back, detail, fabric and flat-lay."""

from collections.abc import Callable

from catalog.garments import cloth
from catalog.garments.backs import back_layers
from catalog.garments.drawing import Drawing
from catalog.garments.notation import coordinates
from catalog.garments.palette import BY_SLUG, ECRU, INK, THREAD, tones
from catalog.garments.shapes import FRONTS

VIEWS = ("front", "back", "detail", "fabric", "flatlay")

WHOLE = "0 0 400 500"
# The part a close look shows, all 4:5: collars and necks, waistbands, the turn-up, the label.
DETAILS = {
    "tee": "110 60 180 225",
    "breton": "110 60 180 225",
    "shirt": "110 60 180 225",
    "polo": "110 60 180 225",
    "jumper": "110 60 180 225",
    "cardigan": "110 60 180 225",
    "hoodie": "110 55 180 225",
    "chore": "110 60 180 225",
    "coat": "110 35 180 225",
    "jeans": "92 340 128 160",
    "chinos": "110 30 180 225",
    "shorts": "110 80 180 225",
    "skirt": "130 50 180 225",
    "dress": "110 35 180 225",
    "beanie": "150 230 160 200",
    "tote": "110 140 180 225",
}

# What lies beside a garment in its flat-lay: two others that go with it.
COMPANIONS = {
    "tee": (("jeans", "indigo"), ("beanie", "mustard")),
    "breton": (("chinos", "sand"), ("tote", "oat")),
    "shirt": (("jeans", "indigo"), ("beanie", "claret")),
    "polo": (("shorts", "stone"), ("tote", "oat")),
    "jumper": (("skirt", "plum"), ("tote", "oat")),
    "cardigan": (("dress", "rust"), ("beanie", "oat")),
    "hoodie": (("jeans", "indigo"), ("beanie", "rust")),
    "chore": (("chinos", "sand"), ("beanie", "madder")),
    "coat": (("jumper", "oat"), ("beanie", "bottle")),
    "jeans": (("breton", "white"), ("beanie", "madder")),
    "chinos": (("shirt", "sky"), ("tote", "oat")),
    "shorts": (("tee", "white"), ("tote", "oat")),
    "skirt": (("breton", "loomstate"), ("tote", "oat")),
    "dress": (("cardigan", "oat"), ("tote", "sky")),
    "beanie": (("coat", "camel"), ("jumper", "oat")),
    "tote": (("breton", "white"), ("shorts", "sage")),
}

# Corner and turn of the product and its two companions at .55, the farthest back first.
LYING = ((176, -6, 4), (182, 226, 0), (0, 106, -6))
LYING_SCALE = 0.55

# A mirrored piece that comes this far across belongs to the trunk; sleeves end well before.
REACHES_MIDDLE = 190


def extent(garment: str) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a garment without its sleeves, on the 400 by 500 canvas."""
    xs: list[float] = []
    ys: list[float] = []
    for layer in FRONTS[garment]:
        if layer.code not in {"B", "strapB"}:
            continue
        layer_xs, layer_ys = coordinates(layer.path)
        if max(layer_xs) > REACHES_MIDDLE:
            xs += layer_xs + ([400 - x for x in layer_xs] if layer.is_mirrored else [])
            ys += layer_ys
    return int(min(xs)), int(min(ys)), int(max(xs)), int(max(ys))


def document(view_box: str, content: str) -> str:
    """A whole SVG file around ``content``, as large as its view box."""
    width, height = view_box.split()[2:]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="{view_box}">{content}</svg>\n'
    )


def front(
    garment: str, color: str, pattern: str | None = None, prefix: str = "", weight: float = 1.0
) -> str:
    """The front as a group of elements, to stand alone or in a scene. Names must be known."""
    worn = pattern or cloth.USUAL_PATTERN.get(garment)
    drawing = Drawing(tones(BY_SLUG[color].hex), worn, prefix, weight)
    return drawing.markup(FRONTS[garment])


def back(garment: str, color: str, pattern: str | None = None) -> str:
    """The back as a group of elements."""
    worn = pattern or cloth.USUAL_PATTERN.get(garment)
    return Drawing(tones(BY_SLUG[color].hex), worn).markup(back_layers(garment))


def fabric(garment: str, color: str, pattern: str | None = None) -> str:
    """A cut piece of the cloth from close by: weave, two soft folds, pinked edge, woven label."""
    cloth_tones = tones(BY_SLUG[color].hex)
    weave = cloth.definition(pattern or cloth.CLOSE_UP[garment], "w", cloth_tones, scale=3)
    teeth = "".join(f"L{x - 10} 456L{x - 20} 440" for x in range(400, 0, -20))
    piece = f"M0 0H400V440{teeth}Z"
    shade = f'fill="{INK}" fill-opacity="{cloth_tones.shade_opacity * 0.8:.3g}"'
    light = f'fill="{cloth_tones.light}" fill-opacity="0.5"'
    return (
        f'<defs>{weave}<clipPath id="c"><path d="{piece}"/></clipPath></defs>'
        f'<path d="{piece}" fill="{cloth_tones.base}"/><path d="{piece}" fill="url(#w)"/>'
        f'<g clip-path="url(#c)">'
        f'<path d="M64 0C108 120 72 300 128 456C148 300 92 150 132 0Z" {shade}/>'
        f'<path d="M132 0C92 150 148 300 128 456C164 300 112 150 148 0Z" {light}/>'
        f'<path d="M330 456C288 340 348 170 286 0C322 170 276 330 268 456Z" {shade}/>'
        f'<path d="M330 456C288 340 348 170 286 0C364 170 306 340 348 456Z" {light}/></g>'
        f'<path d="M400 440{teeth}" fill="none" stroke="{cloth_tones.line}" stroke-width="2.5" '
        f'stroke-linejoin="round"/>'
        f'<path d="M232 344H336V396H232Z" fill="{ECRU}" stroke="{cloth_tones.line}" '
        f'stroke-width="2"/>'
        f'<path d="M242 386H326" stroke="{THREAD}" stroke-width="3" stroke-dasharray="10 4"/>'
        f'<path d="M238 344V396M330 344V396" fill="none" stroke="{cloth_tones.seam}" '
        f'stroke-width="1.8" stroke-dasharray="6 4"/>'
    )


def _shadow(garment: str) -> str:
    """A soft ellipse a little below and right of the garment, sized by what it covers."""
    left, top, right, bottom = extent(garment)
    x, y = (left + right) // 2 + 10, (top + bottom) // 2 + 12
    across, along = (right - left) * 11 // 25 + 14, (bottom - top) // 2 + 6
    paint = f'fill="{INK}" fill-opacity="0.08"'
    return f'<ellipse cx="{x}" cy="{y}" rx="{across}" ry="{along}" {paint}/>'


def flatlay(garment: str, color: str, pattern: str | None = None) -> str:
    """The product laid out with two that go with it, each on a soft shadow."""
    beside = [(name, dye, None) for name, dye in COMPANIONS[garment]]
    placed = []
    for index, (name, dye, weave) in enumerate((*beside, (garment, color, pattern))):
        x, y, turn = LYING[index]
        placed.append(
            f'<g transform="translate({x} {y}) scale({LYING_SCALE}) rotate({turn} 200 250)">'
            f"{_shadow(name)}"
            f"{front(name, dye, weave, prefix='abc'[index])}</g>"
        )
    return "".join(placed)


def view(garment: str, name: str, color: str, pattern: str | None = None) -> str:
    """One view as a whole SVG file. Names must be known."""
    if name == "detail":
        return document(DETAILS[garment], front(garment, color, pattern))
    makers: dict[str, Callable[[str, str, str | None], str]] = {
        "front": front,
        "back": back,
        "fabric": fabric,
        "flatlay": flatlay,
    }
    return document(WHOLE, makers[name](garment, color, pattern))
