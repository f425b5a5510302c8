"""Products as listings sort, filter and count them; derived from the rest and kept by triggers."""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField, BigIntegerRangeField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

#: The place that holds every published product.
EVERYWHERE = uuid.UUID(int=0)
#: From the lowest to the highest price of a listed product, both included; and that they differ.
PRICES = Func(
    "price_low",
    "price_high",
    Value("[]"),
    function="int8range",
    output_field=BigIntegerRangeField(),
)
HAS_PRICES = Q(price_low__lt=F("price_high"))


def listing_triggers(
    *,
    key: str = "",
    watched: str = "",
    inserts: str = "",
    updates: str = "",
    deletes: str = "",
) -> list[pgtrigger.Trigger]:
    """Triggers that list the products which a statement touched, whoever wrote it.

    ``key`` names the column that holds the product; a row counts as updated when one of the
    ``watched`` columns, SQL over ``t``, changed. ``inserts``, ``updates`` and ``deletes`` replace
    what these would select: SQL that gives ids of products from ``new_rows`` and ``old_rows``.
    """
    if key:
        # Names of columns, from the models.
        inserts = f"SELECT {key} FROM new_rows"  # noqa: S608
        deletes = f"SELECT {key} FROM old_rows"  # noqa: S608
        updates = f"""
            SELECT t.{key} FROM (
                (SELECT t.{key}, {watched} FROM new_rows t EXCEPT
                 SELECT t.{key}, {watched} FROM old_rows t)
                UNION ALL
                (SELECT t.{key}, {watched} FROM old_rows t EXCEPT
                 SELECT t.{key}, {watched} FROM new_rows t)
            ) t"""  # noqa: S608
    acts = (
        ("insert", pgtrigger.Insert, {"new": "new_rows"}, inserts),
        ("update", pgtrigger.Update, {"old": "old_rows", "new": "new_rows"}, updates),
        ("delete", pgtrigger.Delete, {"old": "old_rows"}, deletes),
    )
    return [
        pgtrigger.Trigger(
            name=f"list_after_{act}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=pgtrigger.Referencing(**tables),
            func=f"PERFORM catalog_list_products(ARRAY({products})); RETURN NULL;",
        )
        for act, operation, tables, products in acts
        if products
    ]


class ListedProduct(models.Model):
    """A published product in a place: a category above it, a collection, its brand, or the shop.

    One row per product and place, so that every sort of every place is a range of an index.
    ``place_id`` is the id of the category, collection or brand, or :data:`EVERYWHERE`. The
    database derives the rows (function ``catalog_list_products``); nothing else writes them.

    ``terms`` are what filters ask for, such as ``size:m``, ``color:navy``, ``brand:northmill``,
    ``in:women/tops``, ``sale``, ``rating:4``. Prices in minor units, of live variants.
    """

    is_derived = True

    pk = models.CompositePrimaryKey("place_id", "product_id")
    place_id = models.UUIDField(_("place"))
    product_id = models.UUIDField(_("product"))
    #: Minus the position that staff gave it there, so that every sort runs in one direction.
    precedence = models.IntegerField(_("precedence"))
    published_at = models.DateTimeField(_("published"))
    price_low = models.BigIntegerField(_("lowest price"))
    price_high = models.BigIntegerField(_("highest price"))
    rating = models.DecimalField(_("rating"), max_digits=3, decimal_places=2)
    units_sold = models.PositiveIntegerField(_("units sold"))
    terms = ArrayField(models.TextField(), verbose_name=_("terms"))

    class Meta:
        verbose_name = _("listed product")
        verbose_name_plural = _("listed products")
        indexes = [
            # Sorts of a listing: featured, newest, price up and down, rating, best-selling. What
            # they include tells ranges of prices, so that rows outside are passed over unread.
            models.Index(
                fields=["place_id", "-precedence", "-published_at", "-product_id"],
                include=["price_low", "price_high"],
                name="listed_featured",
            ),
            models.Index(
                fields=["place_id", "-published_at", "-product_id"],
                include=["price_low", "price_high"],
                name="listed_newest",
            ),
            models.Index(fields=["place_id", "price_low", "product_id"], name="listed_price"),
            models.Index(
                fields=["place_id", "-rating", "-published_at", "-product_id"],
                include=["price_low", "price_high"],
                name="listed_rating",
            ),
            models.Index(
                fields=["place_id", "-units_sold", "-published_at", "-product_id"],
                include=["price_low", "price_high"],
                name="listed_sold",
            ),
            # Rare filters of a large place.
            GinIndex(fields=["terms"], name="listed_terms"),
            # Collections by rule, whose terms are asked of each product once.
            GinIndex(fields=["terms"], name="listed_rules", condition=Q(place_id=EVERYWHERE)),
            # Ranges of prices that begin between two prices of a product.
            GistIndex(F("place_id"), PRICES, name="listed_price_span", condition=HAS_PRICES),
            # Rewriting the rows of a product.
            models.Index(fields=["product_id"], name="listed_product"),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} / {self.product_id}"


class ListedCount(models.Model):
    """How many products a place holds, and how many of them each term meets.

    Counted by a job soon after a change; term "" is the place's total.
    """

    is_derived = True

    pk = models.CompositePrimaryKey("place_id", "term")
    place_id = models.UUIDField(_("place"))
    term = models.TextField(_("term"))
    products = models.PositiveIntegerField(_("products"))

    class Meta:
        verbose_name = _("count of a listing")
        verbose_name_plural = _("counts of listings")

    def __str__(self) -> str:
        return f"{self.term}: {self.products}"


class StalePlace(models.Model):
    """A place whose counts are to be made anew; written by trigger, read and removed by the job."""

    is_derived = True

    id = models.BigAutoField(primary_key=True)
    place_id = models.UUIDField(_("place"))

    class Meta:
        verbose_name = _("place to count again")
        verbose_name_plural = _("places to count again")
        indexes = [
            # Listings ask whether the counts of their place still hold.
            models.Index(fields=["place_id"], name="stale_place"),
        ]

    def __str__(self) -> str:
        return str(self.place_id)
