"""Turns the layers of a garment into SVG elements.

Every cloth piece is first stroked, both halves, then filled, so that the fill hides the inner half
of the outline and the join in the middle. Later pieces lie over earlier ones.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from catalog.garments import cloth
from catalog.garments.notation import Layer
from catalog.garments.palette import (
    CONTRAST_STITCH,
    ECRU,
    INK,
    THREAD,
    Tones,
    luminance,
)

MIRROR = "matrix(-1 0 0 1 400 0)"
OUTLINE = 5.0
STRIPE_ON_LIGHT = "#26347C"
STRIPE_ON_DARK = "#F3F1EA"
BODY_STRIPES = "".join(f"M80 {y}Q200 {y + 8} 320 {y}" for y in range(176, 366, 21))
SLEEVE_STRIPES = "".join(f"M10 {y - 20}L150 {y + 16}" for y in range(180, 370, 21))
CABLES = "".join(
    f"M{x} {y}C{x + turn} {y + 8} {x + turn} {y + 20} {x} {y + 28}"
    for x in (162, 200, 238)
    for y in range(160, 329, 28)
    for turn in (14, -14)
)


@dataclass
class Drawing:
    """A garment being drawn. ``prefix`` keeps ids apart when several share one file.

    ``weight`` multiplies the width of lines, for pictures that show the garment much reduced.
    """

    tones: Tones
    pattern: str | None = None
    prefix: str = ""
    weight: float = 1.0
    _definitions: list[str] = field(default_factory=list)
    _elements: list[str] = field(default_factory=list)
    _pieces: list[Layer] = field(default_factory=list)
    _clips: list[str] = field(default_factory=list)
    _has_stripes: bool = False
    _shade_clip: str = ""
    _count: int = 0

    def markup(self, layers: Iterable[Layer]) -> str:
        """The garment as one group, preceded by the definitions it refers to."""
        listed = tuple(layers)
        self._has_stripes = self.pattern is None and any(each.code == "stripe" for each in listed)
        if self.pattern:
            identity = f"{self.prefix}w"
            self._definitions.append(cloth.definition(self.pattern, identity, self.tones))
        for each in listed:
            self._painters()[each.code](each)
        definitions = f"<defs>{''.join(self._definitions)}</defs>" if self._definitions else ""
        elements = "".join(self._elements)
        return f'{definitions}<g fill="none" stroke-linejoin="round">{elements}</g>'

    def _painters(self) -> dict[str, Callable[[Layer], None]]:
        return {
            "P": lambda layer: self._outlined(layer, self.tones.deep),
            "B": self._cloth,
            "K": lambda layer: self._outlined(layer, self.tones.shade),
            "C": lambda layer: self._outlined(layer, self.tones.cuff),
            "E": lambda layer: self._group(layer, fill=ECRU),
            "I": lambda layer: self._stroke(layer, THREAD, 2),
            "S": self._shade,
            "H": lambda layer: self._group(layer, fill=self.tones.light, fill_opacity=0.6),
            "R": lambda layer: self._band(layer, 14, 9),
            "Rb": lambda layer: self._band(layer, 18, 13),
            "R2": lambda layer: self._stroke(layer, self.tones.shade, 8),
            "s": lambda layer: self._stroke(layer, self.tones.seam, 2),
            "t": lambda layer: self._stitch(layer, self.tones.seam),
            "T": lambda layer: self._stitch(layer, CONTRAST_STITCH),
            "rib": lambda layer: self._stroke(layer, self.tones.seam, 1.6, stroke_opacity=0.6),
            "f": lambda layer: self._stroke(layer, self.tones.shade, 4, stroke_linecap="round"),
            "b": self._buttons,
            "cord": lambda layer: self._cord(layer, 6, 3.4, self.tones.light, "round"),
            "strap": lambda layer: self._cord(layer, 17, 12, self.tones.base, "round"),
            "strapB": lambda layer: self._cord(layer, 17, 12, self.tones.deep, "butt"),
            "lab": self._label,
            "stripe": lambda layer: None,
            "cable": self._cables,
        }

    def _next_id(self) -> str:
        self._count += 1
        return f"{self.prefix}{self._count}"

    def _both(self, layer: Layer, identity: str) -> str:
        """The path called ``identity`` and, if the layer has one, its twin in the mirror."""
        if not layer.is_mirrored:
            return f'<path d="{layer.path}"/>'
        twin = f'<use href="#{identity}" transform="{MIRROR}"/>'
        return f'<path id="{identity}" d="{layer.path}"/>{twin}'

    def _group(self, layer: Layer, **paint: str | float) -> None:
        identity = self._next_id() if layer.is_mirrored else ""
        self._elements.append(f"<g{attributes(paint)}>{self._both(layer, identity)}</g>")

    def _stroke(self, layer: Layer, color: str, width: float, **paint: str | float) -> None:
        width *= self.weight
        self._group(layer, stroke=color, stroke_width=width, **paint)

    def _stitch(self, layer: Layer, color: str) -> None:
        self._stroke(layer, color, 1.8, stroke_dasharray="6 4")

    def _define(self, layer: Layer) -> str:
        """Keep the piece under an id, both halves, so that it can be painted more than once."""
        half, whole = self._next_id(), self._next_id()
        self._definitions.append(f'<g id="{whole}">{self._both(layer, half)}</g>')
        return whole

    def _outlined(self, layer: Layer, fill: str) -> None:
        if layer.is_mirrored:
            whole = self._define(layer)
            outline = attributes({"stroke": self.tones.line, "stroke_width": OUTLINE * self.weight})
            self._elements.append(
                f'<use href="#{whole}"{outline}/><use href="#{whole}" fill="{fill}"/>'
            )
        else:
            self._group(
                layer,
                fill=fill,
                stroke=self.tones.line,
                stroke_width=OUTLINE * self.weight,
                paint_order="stroke",
            )

    def _clip(self, layers: Iterable[Layer]) -> str:
        """A clip path over the union of pieces; it takes paths only, so halves are written out."""
        paths = []
        for layer in layers:
            paths.append(f'<path d="{layer.path}"/>')
            if layer.is_mirrored:
                paths.append(f'<path d="{layer.path}" transform="{MIRROR}"/>')
        identity = self._next_id()
        self._definitions.append(f'<clipPath id="{identity}">{"".join(paths)}</clipPath>')
        return identity

    def _cloth(self, layer: Layer) -> None:
        self._outlined(layer, self.tones.base)
        if self._shade_clip:
            return
        self._pieces.append(layer)
        if self.pattern:
            self._elements.append(
                f'<path d="M0 0H400V500H0Z" fill="url(#{self.prefix}w)" '
                f'clip-path="url(#{self._clip([layer])})"/>'
            )
        elif self._has_stripes:
            self._stripes(layer)

    def _stripes(self, layer: Layer) -> None:
        color = STRIPE_ON_DARK if luminance(self.tones.base) < 0.3 else STRIPE_ON_LIGHT
        is_sleeve = len(self._pieces) == 1
        lines = Layer("stripe", SLEEVE_STRIPES if is_sleeve else BODY_STRIPES, is_sleeve)
        clip = f"url(#{self._clip([layer])})"
        self._group(lines, stroke=color, stroke_width=7, clip_path=clip)

    def _shade(self, layer: Layer) -> None:
        if not self._shade_clip:
            self._shade_clip = f"url(#{self._clip(self._pieces)})"
        opacity = self.tones.shade_opacity
        self._group(layer, fill=INK, fill_opacity=opacity, clip_path=self._shade_clip)

    def _band(self, layer: Layer, outer: float, inner: float) -> None:
        identity = self._next_id()
        both = self._both(layer, self._next_id())
        self._definitions.append(f'<g id="{identity}">{both}</g>')
        for color, width in ((self.tones.line, outer), (self.tones.shade, inner)):
            self._elements.append(
                f'<use href="#{identity}" stroke="{color}" stroke-width="{width:g}"/>'
            )

    def _cord(self, layer: Layer, outer: float, inner: float, fill: str, cap: str) -> None:
        for color, width in ((self.tones.line, outer), (fill, inner)):
            self._group(layer, stroke=color, stroke_width=width, stroke_linecap=cap)

    def _buttons(self, layer: Layer) -> None:
        circles = "".join(
            '<circle cx="{}" cy="{}" r="5"/>'.format(*centre.split())
            for centre in layer.path.split(",")
        )
        paint = attributes(
            {
                "fill": self.tones.light,
                "stroke": self.tones.line,
                "stroke_width": 1.6 * self.weight,
            }
        )
        self._elements.append(f"<g{paint}>{circles}</g>")

    def _label(self, layer: Layer) -> None:
        width = 1.6 * self.weight
        self._group(layer, fill=ECRU, stroke=self.tones.line, stroke_width=width)

    def _cables(self, layer: Layer) -> None:
        twists = Layer(layer.code, CABLES, is_mirrored=False)
        self._stroke(twists, self.tones.seam, 2, stroke_opacity=0.7)


def attributes(paint: dict[str, str | float]) -> str:
    """Presentation attributes, each after a space; numbers lose needless zeros."""
    return "".join(
        f' {name.replace("_", "-")}="{value if isinstance(value, str) else format(value, "g")}"'
        for name, value in paint.items()
    )
