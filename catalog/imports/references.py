"""Rows that cells refer to by a key: found for a whole chunk with one query for each table."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.imports import fetching
from catalog.models import Brand, Category, Collection, ImportPicture, Media, OptionValue, SizeChart
from inventory.models import Location


@dataclass(frozen=True)
class Found:
    """A row by its canonical key."""

    key: str
    id: UUID | None
    name: str = ""


@dataclass(frozen=True)
class Reference:
    """A table that cells refer to."""

    missing: str | Promise
    find: Callable[[Iterable[str]], dict[str, Found]]


def _brands(texts: Iterable[str]) -> dict[str, Found]:
    wanted = set(texts)
    lowered = {text.lower() for text in wanted}
    rows = Brand.objects.annotate(lowered=Lower("name")).filter(
        Q(slug__in=wanted) | Q(lowered__in=lowered)
    )
    by_name: dict[str, Found] = {}
    by_slug: dict[str, Found] = {}
    for row in rows:
        by_slug[row.slug] = by_name[row.name.lower()] = Found(row.slug, row.pk)
    found = {text: by_slug.get(text) or by_name.get(text.lower()) for text in wanted}
    return {text: row for text, row in found.items() if row}


def _size_charts(texts: Iterable[str]) -> dict[str, Found]:
    rows = SizeChart.objects.filter(slug__in=set(texts)).values_list("slug", "pk")
    return {slug: Found(slug, pk) for slug, pk in rows}


def _categories(texts: Iterable[str]) -> dict[str, Found]:
    paths = {text: text.strip("/ ") for text in set(texts)}
    rows = Category.objects.filter(path__in=set(paths.values())).values_list("path", "pk")
    ids = dict(rows)
    return {text: Found(path, ids[path]) for text, path in paths.items() if path in ids}


def _collections(texts: Iterable[str]) -> dict[str, Found]:
    """Those chosen by hand; who belongs to the others their rule says."""
    rows = Collection.objects.filter(slug__in=set(texts), kind=Collection.Kind.MANUAL)
    return {slug: Found(slug, pk) for slug, pk in rows.values_list("slug", "pk")}


def fetched_before(urls: Iterable[str]) -> dict[str, str]:
    """Asset ids of the pictures that earlier imports fetched from these addresses."""
    wanted = set(urls)
    if not wanted:
        return {}
    rows = ImportPicture.objects.filter(url__in=wanted, status=ImportPicture.Status.FETCHED)
    return dict(rows.order_by("id").values_list("url", "asset_id"))


def _media(texts: Iterable[str]) -> dict[str, Found]:
    texts = set(texts)
    before = fetched_before(text for text in texts if text.startswith("https://"))
    wanted = texts | set(before.values())
    pictures = Media.objects.filter(kind=Media.Kind.IMAGE)
    rows = pictures.filter(Q(asset_id__in=wanted) | Q(file__in=wanted) & ~Q(file=""))
    # A picture that is to be fetched has no id yet; its address stands for it.
    found = {url: Found(url, None) for url in wanted if fetching.is_allowed(url)}
    for row in rows.order_by("pk").only("asset_id", "file"):
        found[row.asset_id] = Found(row.asset_id, row.pk)
        found.setdefault(row.file, Found(row.asset_id, row.pk))
    known = {text: found.get(before.get(text, "")) or found.get(text) for text in texts}
    return {text: row for text, row in known.items() if row}


def _locations(texts: Iterable[str]) -> dict[str, Found]:
    rows = Location.objects.filter(code__in=set(texts)).values_list("code", "pk")
    return {code: Found(code, pk) for code, pk in rows}


def _options(texts: Iterable[str]) -> dict[str, Found]:
    """Option values by ``color:Navy`` or ``color:navy``."""
    wanted = set(texts)
    found: dict[str, Found] = {}
    for row in OptionValue.objects.all():
        made = Found(row.slug, row.pk, row.name)
        found.setdefault(f"{row.option}:{row.name.lower()}", made)
        found[f"{row.option}:{row.slug.lower()}"] = made
    return {text: found[text.lower()] for text in wanted if text.lower() in found}


REFERENCES = {
    "brand": Reference(_("there is no brand %s"), _brands),
    "size_chart": Reference(_("there is no size chart %s"), _size_charts),
    "category": Reference(_("there is no category %s"), _categories),
    "collection": Reference(_("there is no collection by hand %s"), _collections),
    "media": Reference(_("there is no picture %s"), _media),
    "location": Reference(_("there is no location %s"), _locations),
    "option": Reference(_("there is no option value %s"), _options),
}


def ids_of(name: str, keys: Iterable[Any]) -> dict[str, UUID]:
    """The ids of rows by canonical key; no query without keys."""
    wanted = {key for key in keys if key}
    if not wanted:
        return {}
    found = REFERENCES[name].find(wanted)
    return {text: row.id for text, row in found.items() if row.id}
