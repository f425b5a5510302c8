"""Draws the garment pictures into the media folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.console import Console
from rich.progress import track

from catalog.garments import pictures
from shop.whole_files import put


class Command(BaseCommand):
    help = "Draw every garment picture and scene; files that are already right are left alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, help="folder to draw into, default MEDIA_ROOT")
        parser.add_argument(
            "--png", action="store_true", help="also the pixel twins of the fronts (slow)"
        )
        parser.add_argument("--only", choices=pictures.TYPES, help="one garment, no scenes")

    def handle(self, *args: Any, **options: Any) -> None:
        root: Path = options["to"] or Path(settings.MEDIA_ROOT)
        paths = list(_paths(options["only"], with_png=options["png"]))
        console = Console(stderr=True, quiet=options["verbosity"] == 0)
        drawn = sum(
            _changed(root / path, _content(path))
            for path in track(paths, _("Drawing garments"), console=console, transient=True)
        )
        summary = ngettext("%(drawn)d picture drawn", "%(drawn)d pictures drawn", drawn)
        self.stdout.write(
            f"{summary}, %(kept)d unchanged, in %(root)s."
            % {"drawn": drawn, "kept": len(paths) - drawn, "root": root}
        )


def _paths(only: str | None, *, with_png: bool) -> Iterator[str]:
    """Addresses of all views in all colors without patterns; patterns are drawn when asked for."""
    for garment in [only] if only else pictures.TYPES:
        for color in pictures.COLORS:
            for view in pictures.VIEWS:
                yield pictures.path_of(garment, view, color.slug)
            if with_png:
                for suffix in pictures.TWINS:
                    yield pictures.path_of(garment, "front", color.slug, suffix=suffix)
    if not only:
        yield from map(pictures.path_of_scene, pictures.SCENES)


def _content(path: str) -> bytes:
    picture = pictures.picture_bytes(path)
    if picture is None:
        raise pictures.UnknownPicture(path)
    return picture[0]


def _changed(target: Path, content: bytes) -> bool:
    """Keep ``content`` at ``target``; False if it was there already."""
    if target.is_file() and target.read_bytes() == content:
        return False
    put(target, [content])
    return True
