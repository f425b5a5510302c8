"""Putting prepared rows into the database, each once however often it is done."""

from collections.abc import Sequence
from typing import Any

from django.db import models

from catalog.models import (
    Brand,
    Category,
    Collection,
    CollectionProduct,
    ContentPage,
    Media,
    Menu,
    MenuItem,
    OptionValue,
    PriceSchedule,
    Product,
    ProductCategory,
    ProductLink,
    ProductMedia,
    ProductVariant,
    Purchase,
    Review,
    ReviewVote,
    SearchRedirect,
    SizeChart,
    Synonym,
)
from inventory.models import Location, Stock, Supplier, SupplierItem
from orders.models import Coupon, PickUpPoint, Promotion, ShippingMethod, ShippingZone, TaxRate

#: The columns by which a row is recognized; the first one narrows the search for it.
KEYS: dict[type[models.Model], tuple[str, ...]] = {
    OptionValue: ("slug", "option"),
    Location: ("code",),
    PickUpPoint: ("location_id",),
    ShippingZone: ("code",),
    ShippingMethod: ("code",),
    TaxRate: ("country", "state", "tax_class"),
    Brand: ("slug",),
    Media: ("asset_id",),
    Category: ("path",),
    SizeChart: ("slug",),
    Product: ("slug",),
    ProductCategory: ("product_id", "category_id"),
    ProductVariant: ("sku",),
    ProductMedia: ("product_id", "media_id"),
    PriceSchedule: ("product_id",),
    Collection: ("slug",),
    CollectionProduct: ("product_id", "collection_id"),
    ProductLink: ("product_id", "other_id", "kind"),
    Synonym: ("id",),
    SearchRedirect: ("term",),
    Purchase: ("id",),
    Review: ("product_id", "display_name"),
    ReviewVote: ("review_id", "voter"),
    ContentPage: ("slug",),
    Menu: ("slot",),
    MenuItem: ("menu_id", "label"),
    Stock: ("variant_id", "location_id"),
    Supplier: ("name",),
    SupplierItem: ("variant_id", "supplier_id"),
    Coupon: ("code",),
    Promotion: ("name",),
}


def plant(rows: Sequence[models.Model]) -> int:
    """Insert those of ``rows`` (all of one model) that are not stored yet; returns how many.

    Stored rows stay as people left them; their keys are taken over, so that rows planted later
    refer to them. Rows that others refer to have to be planted first.
    """
    model = type(rows[0])
    columns = KEYS[model]
    for row in rows:
        _follow(row)
    wanted = {getattr(row, columns[0]) for row in rows}
    stored = model._default_manager.filter(**{f"{columns[0]}__in": wanted})
    known = {tuple(key): pk for pk, *key in stored.values_list("pk", *columns)}
    missing = []
    for row in rows:
        pk = known.get(tuple(getattr(row, column) for column in columns))
        if pk is None:
            missing.append(row)
        else:
            row.pk = pk
    model._default_manager.bulk_create(missing)
    return len(missing)


def _follow(row: models.Model) -> None:
    """Point ``row`` at the keys its relatives have now."""
    for relation in row._meta.concrete_fields:
        if isinstance(relation, models.ForeignKey) and relation.is_cached(row):
            relative: Any = relation.get_cached_value(row)
            setattr(row, relation.attname, relative.pk if relative else None)
