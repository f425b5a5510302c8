"""The gallery of a product in one color: views in their order, one of them in front, then films."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.core.files.storage import default_storage
from django.utils.http import urlencode
from django.utils.translation import gettext

from catalog.garments.pictures import parse_path, path_of
from catalog.goods import Goods
from catalog.products.choices import Choices
from catalog.products.files import Film
from catalog.tree import Picture

#: Width of the largest copy that the gallery asks for, in pixels.
GALLERY_WIDEST = 1920


@dataclass(frozen=True)
class View:
    """A picture of the gallery. ``url`` is the page with this view in front; ``place`` from 1.

    ``previous`` and ``next`` are the names of the pictures beside it, in a circle.
    """

    name: str
    label: str
    picture: Picture
    url: str
    place: int
    previous: str = ""
    next: str = ""


@dataclass(frozen=True)
class Slide:
    """A place in the strip: a view, or a film. Its neighbors are named in a circle."""

    name: str
    label: str
    place: int
    view: View | None = None
    film: Film | None = None
    previous: str = ""
    next: str = ""


def slides_of(views: Sequence[View], films: Sequence[Film]) -> list[Slide]:
    """The strip: ``views`` as they come, then ``films``."""
    slides = [Slide(view.name, view.label, view.place, view=view) for view in views]
    slides += [
        Slide(film.name, film.label, place, film=film)
        for place, film in enumerate(films, start=len(views) + 1)
    ]
    names = [slide.name for slide in sorted(slides, key=lambda slide: slide.place)]
    return [
        replace(slide, previous=names[slide.place - 2], next=names[slide.place % len(names)])
        for slide in slides
    ]


def views_of(goods: Goods, choices: Choices, color: str, first: str = "") -> list[View]:
    """The views of a color in their order; ``first`` is put in front of them, if it is there."""
    labels = _labels()
    color_name = choices.get("color", color).name if color else ""
    shots = goods.shots_of(color)
    names = [shot.view or str(place) for place, shot in enumerate(shots, start=1)]
    views = []
    for index, shot in enumerate(shots):
        name = names[index]
        label = labels.get(name, gettext("View %(place)d") % {"place": index + 1})
        alt = shot.media.alt_text or ", ".join(
            filter(None, (goods.product.title, color_name, label.lower()))
        )
        query = urlencode({"color": color, "view": name} if color else {"view": name})
        views.append(
            View(
                name=name,
                label=label,
                picture=Picture.of(shot.media, alt, widest=GALLERY_WIDEST),
                url=f"{goods.product.get_absolute_url()}?{query}",
                place=index + 1,
                previous=names[index - 1],
                next=names[(index + 1) % len(names)],
            )
        )
    return sorted(views, key=lambda view: view.name != first) if first else views


def social_picture(goods: Goods, color: str) -> str:
    """Address of a picture that other sites can show; they draw no SVG."""
    shots = goods.shots_of(color)
    if not shots:
        return ""
    name = parse_path(shots[0].media.file)
    if name is None:
        return shots[0].media.url
    path = path_of(name.garment, name.view, name.color, name.pattern, "social.png")
    return default_storage.url(path)


def _labels() -> dict[str, str]:
    return {
        "front": gettext("Front"),
        "back": gettext("Back"),
        "detail": gettext("Detail"),
        "fabric": gettext("Fabric"),
        "flatlay": gettext("Laid out"),
    }
