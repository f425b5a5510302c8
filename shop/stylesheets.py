"""Joins the style sources under ``static/css/`` into the few sheets that pages link.

A page links one sheet: ``static/build/site.css`` in the shop, ``static/build/admin.css`` in the
back office. The cascade layer of a rule is the place of its file, so the sources carry no
``@layer`` of their own. Hashing and compressing belong to the static files storage.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import rcssmin

from shop import whole_files

LAYERS = ("reset", "tokens", "base", "layout", "components", "pages", "utilities")

#: Components of the shop that the back office shows too.
ADMIN_COMPONENTS = ("badge", "edge", "icon", "timeline", "wordmark")

#: At-rules that a layer may not hold, or that need none.
_UNLAYERED = ("fonts.css", "transitions.css")


@dataclass(frozen=True)
class Sheet:
    """A built sheet: where it lies, its size in bytes, and whether its text changed."""

    path: Path
    size: int
    changed: bool


def build(static: Path) -> list[Sheet]:
    """Build both sheets from ``static/css`` into ``static/build``.

    A sheet whose text did not change keeps its file untouched, so that nothing is collected or
    compressed again. Raises ``FileNotFoundError`` when a layer's source is missing.
    """
    target = static / "build"
    return [
        _write(target / "site.css", site_css(static / "css")),
        _write(target / "admin.css", admin_css(static / "css")),
    ]


def site_css(sources: Path) -> str:
    """The minified sheet of the shop, layers in the order of ``LAYERS``."""
    parts = [f"@layer {','.join(LAYERS)};"]
    parts += [(sources / name).read_text() for name in _UNLAYERED]
    for layer in LAYERS:
        text = "\n".join(source.read_text() for source in _sources_of(layer, sources))
        parts.append(f"@layer {layer} {{\n{text}\n}}")
    return _minify(parts)


def admin_css(sources: Path) -> str:
    """The minified sheet of the back office: tokens, shared components, and Django's admin in them.

    It stays outside the layers: Django's own sheets have none and would win over any layer.
    """
    names = ["fonts.css", "tokens.css", "admin.css"]
    names += [f"components/{name}.css" for name in ADMIN_COMPONENTS]
    paths = [sources / name for name in names] + sorted((sources / "admin").glob("*.css"))
    return _minify(path.read_text() for path in paths)


def _sources_of(layer: str, sources: Path) -> list[Path]:
    folder = sources / layer
    return sorted(folder.glob("*.css")) if folder.is_dir() else [sources / f"{layer}.css"]


def _minify(parts: Iterable[str]) -> str:
    return str(rcssmin.cssmin("\n".join(parts)))


def _write(path: Path, text: str) -> Sheet:
    data = text.encode()
    changed = not path.is_file() or path.read_bytes() != data
    if changed:
        whole_files.put(path, [data])
    return Sheet(path=path, size=len(data), changed=changed)
