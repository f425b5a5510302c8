"""What pages keep in the cache of the catalog, and the word that ends it.

The small tables that every page needs are kept by themselves: the category tree, the option
values with the names of the brands, and the menus. Whole pages are kept by ``shop.page_cache``:
a page that lists is made of its place, and every page is made of the products it shows.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps

from inventory.availability import PRODUCT
from shop import cache
from shop.making import Version
from shop.models import Shown

NAMESPACE = "catalog"
TREE, BRANDS, MENUS = "tree", "brands", "menus"
#: What every page that lists products is made of, whatever else.
OF_LISTINGS: tuple[Version, ...] = tuple((NAMESPACE, key) for key in (TREE, BRANDS, MENUS))
#: Rows that arrive behind the models' back show after this at the latest.
LIFE_SECONDS = 60
#: Namespace of the places that list products: a category by its path, or any other by its id.
PLACE = "place"
#: Namespace of what carts hold of a product, and of where promotions find it: it outlives a change
#: of stock.
WARES = "wares"
#: The place of pages that list products from the whole shop.
EVERYWHERE = ""


def catalog_changed() -> None:
    """Forget the tree, option values, brands and menus; called in the transaction of a change."""
    cache.bump(NAMESPACE, TREE, BRANDS, MENUS)


def place(key: str) -> Version:
    """What a page that lists the products of a place is made of; see :data:`PLACE`."""
    return (PLACE, key)


def product_changed(*product_ids: Any) -> None:
    """End the pages that show these products, and the lists of their places.

    Called in the transaction of a change that no model tells of, such as one made in SQL.
    """
    cache.bump_versions(versions_of_products(product_ids))


def places_changed(*place_ids: Any) -> None:
    """End the lists of these places: ids of categories, of collections, of anything else."""
    cache.bump_versions([*_places(place_ids), *(place(str(one)) for one in place_ids)])


def versions_of_products(product_ids: Iterable[Any]) -> list[Version]:
    """The products and all places that list them. One query."""
    ids = set(product_ids)
    if not ids:
        return []
    links = apps.get_model("catalog", "ProductCategory").objects.filter(product__in=ids)
    return [
        *((PRODUCT, one) for one in ids),
        *((WARES, one) for one in ids),
        place(EVERYWHERE),
        *_places(links.values("category")),
    ]


def versions_of_links(rows: Sequence[dict[str, Any]]) -> list[Version]:
    """What shows products placed in categories, where they were and where they are."""
    places = _places({row["category_id"] for row in rows})
    return [*versions_of_products({row["product_id"] for row in rows}), *places]


def versions_of_pictures(media_ids: Iterable[Any]) -> list[Version]:
    """What shows these pictures, on products, in their reviews or in the menu. Few queries."""
    ids = set(media_ids)
    links = apps.get_model("catalog", "ProductMedia").objects.filter(media__in=ids).order_by()
    photos = apps.get_model("catalog", "ReviewPhoto").objects.filter(media__in=ids).order_by()
    versions = versions_of_products(
        links.values_list("product_id", flat=True).union(
            photos.values_list("review__product_id", flat=True)
        )
    )
    if apps.get_model("catalog", "Category").objects.filter(image__in=ids).exists():
        versions.append((NAMESPACE, TREE))
    return versions


def _places(category_ids: Any) -> list[Version]:
    """The categories and all above them."""
    categories = apps.get_model("catalog", "Category").all_objects.filter(pk__in=category_ids)
    paths = set()
    for path in categories.order_by().values_list("path", flat=True):
        steps = path.split("/")
        paths |= {"/".join(steps[: count + 1]) for count in range(len(steps))}
    return [place(path) for path in sorted(paths)]


class Announced(Shown):
    """A table whose rows are kept in the cache: each write shows at once, on every page."""

    class Meta:
        abstract = True

    @classmethod
    def versions_of(cls, rows: Sequence[dict[str, Any]]) -> Iterable[Version]:
        return [(NAMESPACE, key) for key in (TREE, BRANDS, MENUS)]


class OfProduct(Shown):
    """A table whose rows belong to a product (``product_id``) and show on its pages."""

    class Meta:
        abstract = True

    @classmethod
    def versions_of(cls, rows: Sequence[dict[str, Any]]) -> Iterable[Version]:
        return versions_of_products({row["product_id"] for row in rows})
