"""Categories, collections and pictures of products, brought in line with what a file says."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Max

from catalog.imports import writing
from catalog.imports.held import scope_of
from catalog.imports.references import ids_of
from catalog.models import Collection, CollectionProduct, Media, ProductCategory, ProductMedia

#: What is arranged together: a product, and the color its pictures show or a collection.
Place = tuple[UUID, str]


def arrange_categories(wanted: dict[UUID, list[str]]) -> None:
    """Put each product into the categories of these paths, the first of them primary."""
    ids = ids_of("category", (path for paths in wanted.values() for path in paths))
    held: dict[Place, list[Any]] = defaultdict(list)
    rows = ProductCategory.objects.filter(product__in=wanted).select_for_update(no_key=True)
    for link in rows.order_by("pk"):
        held[link.product_id, ""].append(link)
    targets = {
        (product, ""): [ids[path] for path in paths if path in ids]
        for product, paths in wanted.items()
    }
    _arrange(ProductCategory, "category_id", held, targets)


def arrange_collections(wanted: dict[UUID, list[str]]) -> None:
    """Put each product into the collections of these slugs and out of all others chosen by hand.

    A product that comes in stands at the end. Locks the collections in key order.
    """
    ids = ids_of("collection", (slug for slugs in wanted.values() for slug in slugs))
    held: dict[Place, CollectionProduct] = {}
    links = CollectionProduct.objects.filter(
        product__in=wanted,
        collection__kind=Collection.Kind.MANUAL,
        collection__deleted_at=None,
    )
    for link in links.order_by("pk").select_for_update(of=("self",), no_key=True):
        held[link.product_id, str(link.collection_id)] = link
    targets = {
        (product, str(ids[slug])): ids[slug]
        for product, slugs in wanted.items()
        for slug in slugs
        if slug in ids
    }
    if gone := [link for place, link in held.items() if place not in targets]:
        writing.remove(CollectionProduct, gone)
    if new := {place: pk for place, pk in targets.items() if place not in held}:
        writing.create(CollectionProduct, _at_the_end(new))


def _at_the_end(places: dict[Place, UUID]) -> Iterator[CollectionProduct]:
    collections = Collection.objects.filter(pk__in=set(places.values())).order_by("pk")
    # One after the other, so that no two products get the same position.
    next_position = {row.pk: 0 for row in collections.select_for_update(no_key=True)}
    links = CollectionProduct.objects.filter(collection__in=next_position).order_by()
    for pk, last in links.values_list("collection").annotate(last=Max("position")):
        next_position[pk] = last + 1
    for (product, _collection), pk in places.items():
        yield CollectionProduct(product_id=product, collection_id=pk, position=next_position[pk])
        next_position[pk] += 1


def arrange_pictures(wanted: dict[Place, list[str]]) -> None:
    """Give each product the pictures of these asset ids for a color, the first of them primary."""
    ids = ids_of("media", (asset for assets in wanted.values() for asset in assets))
    held: dict[Place, list[Any]] = defaultdict(list)
    products = {product for product, _color in wanted}
    # Films and documents have places of their own, which no file tells.
    rows = ProductMedia.objects.filter(product__in=products, media__kind=Media.Kind.IMAGE)
    for link in rows.select_for_update(of=("self",), no_key=True).order_by("pk"):
        place = (link.product_id, scope_of(link.option_values))
        if place in wanted and set(link.option_values) <= {"color"}:
            held[place].append(link)
    targets = {
        place: [ids[asset] for asset in assets if asset in ids] for place, assets in wanted.items()
    }
    _arrange(ProductMedia, "media_id", held, targets)


def _arrange(
    model: Any, target: str, held: dict[Place, list[Any]], wanted: dict[Place, list[UUID]]
) -> None:
    gone: list[Any] = []
    made: list[Any] = []
    locked: dict[UUID, Any] = {}
    changes: dict[UUID, writing.Values] = {}
    for place, targets in wanted.items():
        links = {getattr(link, target): link for link in held.get(place, [])}
        gone += [link for pk, link in links.items() if pk not in targets]
        for position, pk in enumerate(targets):
            values = {"position": position, "is_primary": position == 0}
            link = links.get(pk)
            if link is None:
                made.append(
                    model(product_id=place[0], **{target: pk}, **_shows(model, place), **values)
                )
            elif any(getattr(link, name) != value for name, value in values.items()):
                locked[link.pk] = link
                changes[link.pk] = values
    if gone:
        writing.remove(model, gone)
    # The database refuses two primary ones even for a moment.
    for is_primary in (False, True):
        part = {pk: row for pk, row in changes.items() if row["is_primary"] is is_primary}
        writing.change(model, locked, part)
    if made:
        writing.create(model, made)


def _shows(model: Any, place: Place) -> dict[str, Any]:
    if model is ProductMedia:
        return {"option_values": {"color": place[1]} if place[1] else {}}
    return {}
