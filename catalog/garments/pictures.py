"""Pictures by name and by address: the door the rest of the shop uses."""

import re
from dataclasses import dataclass
from pathlib import Path

import resvg_py

from catalog.garments import views
from catalog.garments.cloth import PATTERNS
from catalog.garments.palette import BY_SLUG, COLORS, TILE_LIGHT
from catalog.garments.scenes import SCENES, draw_scene
from catalog.garments.shapes import FRONTS
from catalog.garments.views import VIEWS

__all__ = [
    "COLORS",
    "FILE_TYPES",
    "PATTERNS",
    "SCENES",
    "SUFFIXES",
    "TWINS",
    "TYPES",
    "VIEWS",
    "PictureName",
    "UnknownPicture",
    "draw",
    "draw_scene",
    "parse_path",
    "parse_scene_path",
    "path_of",
    "path_of_file",
    "path_of_scene",
    "picture_bytes",
    "render_png",
]

TYPES = tuple(FRONTS)

# Pixel twins for mail, structured data and social cards: width, height.
TWINS = {"480.png": (480, 600), "1200.png": (1200, 1500), "social.png": (1200, 630)}
SUFFIXES = ("svg", *TWINS)

SVG_TYPE = "image/svg+xml"
PNG_TYPE = "image/png"

# What comes with the drawings and is none: films, their captions, leaflets.
FILE_TYPES = {".pdf": "application/pdf", ".vtt": "text/vtt", ".webm": "video/webm"}
FILES = {
    file.name: file
    for file in (Path(__file__).parent / "files").iterdir()
    if file.suffix in FILE_TYPES
}
_OF_FILES = "img/files/"

PICTURE = re.compile(
    rf"img/g/(?P<garment>{'|'.join(TYPES)})/(?P<view>{'|'.join(VIEWS)})/"
    rf"(?P<color>{'|'.join(BY_SLUG)})(?:-(?P<pattern>{'|'.join(PATTERNS)}))?"
    rf"(?:\.(?P<vector>svg)|-(?P<twin>{'|'.join(map(re.escape, TWINS))}))"
)
SCENE = re.compile(rf"img/scenes/(?P<name>{'|'.join(SCENES)})\.svg")


class UnknownPicture(ValueError):
    """No such garment, view, color, pattern, suffix or scene; carries the name asked for."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class PictureName:
    """What one picture file shows: every part is known, ``suffix`` is one of ``SUFFIXES``."""

    garment: str
    view: str
    color: str
    pattern: str | None = None
    suffix: str = "svg"

    def __post_init__(self) -> None:
        known = (
            (self.garment, TYPES),
            (self.view, VIEWS),
            (self.color, BY_SLUG),
            (self.suffix, SUFFIXES),
        )
        for name, names in known:
            if name not in names:
                raise UnknownPicture(name)
        if self.pattern is not None and self.pattern not in PATTERNS:
            raise UnknownPicture(self.pattern)

    @property
    def path(self) -> str:
        """Address below the media root."""
        cloth = f"{self.color}-{self.pattern}" if self.pattern else self.color
        joint = "." if self.suffix == "svg" else "-"
        return f"img/g/{self.garment}/{self.view}/{cloth}{joint}{self.suffix}"


def draw(garment: str, view: str, color: str, pattern: str | None = None) -> str:
    """The SVG of one view of a garment. Raises UnknownPicture when a name is not ours."""
    PictureName(garment, view, color, pattern)
    return views.view(garment, view, color, pattern)


def path_of(
    garment: str, view: str, color: str, pattern: str | None = None, suffix: str = "svg"
) -> str:
    """Where the picture is kept below the media root. Raises UnknownPicture."""
    return PictureName(garment, view, color, pattern, suffix).path


def path_of_scene(name: str) -> str:
    """Where a scene is kept below the media root. Raises UnknownPicture."""
    if name not in SCENES:
        raise UnknownPicture(name)
    return f"img/scenes/{name}.svg"


def path_of_file(name: str) -> str:
    """Where a film or leaflet is kept below the media root. Raises UnknownPicture."""
    if name not in FILES:
        raise UnknownPicture(name)
    return f"{_OF_FILES}{name}"


def parse_path(path: str) -> PictureName | None:
    """The picture kept at ``path``, or None for anything that is not exactly one of ours."""
    found = PICTURE.fullmatch(path)
    if found is None:
        return None
    suffix = found["vector"] or found["twin"]
    return PictureName(found["garment"], found["view"], found["color"], found["pattern"], suffix)


def parse_scene_path(path: str) -> str | None:
    """The name of the scene kept at ``path``, or None."""
    found = SCENE.fullmatch(path)
    return found["name"] if found else None


def render_png(svg: str, width: int, height: int, ground: str | None) -> bytes:
    """The drawing as PNG, centred in ``width`` by ``height`` pixels on ``ground`` (#RRGGBB).

    Without a ground the PNG is transparent. Raises ValueError for text that is not SVG.
    """
    sized = re.sub(
        r' width="\d+" height="\d+"', f' width="{width}" height="{height}"', svg, count=1
    )
    return bytes(resvg_py.svg_to_bytes(svg_string=sized, background=ground, skip_system_fonts=True))


def picture_bytes(path: str) -> tuple[bytes, str] | None:
    """Content and MIME type of what we can draw or have, or None when ``path`` names none."""
    file = FILES.get(path.removeprefix(_OF_FILES)) if path.startswith(_OF_FILES) else None
    if file is not None:
        return file.read_bytes(), FILE_TYPES[file.suffix]
    scene = parse_scene_path(path)
    if scene is not None:
        return draw_scene(scene).encode(), SVG_TYPE
    name = parse_path(path)
    if name is None:
        return None
    svg = draw(name.garment, name.view, name.color, name.pattern)
    if name.suffix == "svg":
        return svg.encode(), SVG_TYPE
    width, height = TWINS[name.suffix]
    return render_png(svg, width, height, TILE_LIGHT), PNG_TYPE
