"""Films and documents of a product: shown on its page beside the pictures, read with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext

from catalog.goods import Goods
from catalog.models import Media, ProductMedia
from catalog.models.media import CAPTIONS
from catalog.models.products import ProductQuerySet

_READ = (
    "kind",
    "provider",
    "file",
    "remote_url",
    "mime_type",
    "size_bytes",
    "alt_text",
    "caption",
)


@dataclass(frozen=True)
class Captions:
    """Words to what is heard in a film. ``code`` is their language as HTML has it, or ""."""

    url: str
    code: str
    label: str


@dataclass(frozen=True)
class Film:
    """A film of the gallery; ``alt`` says what it shows.

    ``poster`` is the address of the picture that stands there until the film is played.
    """

    name: str
    label: str
    alt: str
    url: str
    mime_type: str
    poster: str
    captions: tuple[Captions, ...] = ()


@dataclass(frozen=True)
class Document:
    """A file to take along, such as a leaflet. ``suffix`` is in capitals, ``size`` in bytes."""

    label: str
    url: str
    suffix: str
    size: int


def with_files(products: ProductQuerySet) -> ProductQuerySet:
    """Let ``products`` bring along what :func:`films_of` and :func:`documents_of` need."""
    files = (
        ProductMedia.objects.filter(product=OuterRef("pk"))
        .exclude(media__kind=Media.Kind.IMAGE)
        .order_by("position", "created_at")
        .values(
            data=JSONObject(
                options="option_values",
                view="view_name",
                **{name: f"media__{name}" for name in _READ},
            )
        )
    )
    return products.annotate(file_rows=ArraySubquery(files))


def films_of(goods: Goods, color: str) -> list[Film]:
    """The films that show the product in ``color`` or whatever its color, in their order.

    Captions belong to the film before them in the order of the product's files.
    """
    shots = goods.shots_of(color)
    poster = shots[0].media.fallback_url() if shots else ""
    films: list[Film] = []
    for row in _rows(goods, color):
        media = _media(row)
        if media.kind == Media.Kind.VIDEO:
            number = len(films) + 1
            label = row["view"] or _numbered(number)
            alt = media.alt_text or f"{goods.product.title}, {label.lower()}"
            films.append(Film(f"film-{number}", label, alt, media.url, media.mime_type, poster))
        elif media.mime_type == CAPTIONS and films:
            said = Captions(media.url, *_language_of(row["view"]))
            films[-1] = replace(films[-1], captions=(*films[-1].captions, said))
    return films


def documents_of(goods: Goods, color: str) -> list[Document]:
    """What there is to read about the product in ``color`` or whatever its color, in order."""
    return [
        Document(
            label=media.alt_text or media.caption or gettext("Document"),
            url=media.url,
            suffix=media.file.rpartition(".")[2].upper(),
            size=media.size_bytes,
        )
        for media in map(_media, _rows(goods, color))
        if media.kind == Media.Kind.DOCUMENT and media.mime_type != CAPTIONS
    ]


def _rows(goods: Goods, color: str) -> list[Mapping[str, Any]]:
    product: Any = goods.product
    rows: Sequence[Mapping[str, Any]] = product.file_rows
    return [row for row in rows if row["options"].get("color", color) == color]


def _numbered(number: int) -> str:
    return gettext("Film") if number == 1 else gettext("Film %(number)d") % {"number": number}


def _media(row: Mapping[str, Any]) -> Media:
    return Media(**{name: row[name] for name in _READ})


def _language_of(view: str) -> tuple[str, str]:
    """Code and name of a language of the shop, where the place of captions names one."""
    names = dict(settings.LANGUAGES)
    return (view, str(names[view])) if view in names else ("", view or gettext("Captions"))
