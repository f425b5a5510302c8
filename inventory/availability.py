"""What shoppers may buy now, in front of which stands Redis."""

from collections.abc import Container, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from inventory.models import Reservation, Stock
from shop import cache, closing, prepared
from shop.making import Version

NAMESPACE = "available"
#: A hold that runs out is counted again after this at the latest, in seconds.
LIFE_SECONDS = 15
#: Namespace of the products that pages show: what they say of one ends with its version.
PRODUCT = "product"
#: So many units are told from fewer; above that, pages show no numbers. No less than what the
#: catalog calls low.
PLENTY = 10
#: What a page is made of that tells what is in stock from what is not.
IN_STOCK: Version = (NAMESPACE, "in-stock")

# What _units() says, for many variants.
_UNITS = """
    SELECT stock.variant_id, sum(stock.available + coalesce((
        SELECT sum(held.quantity) FROM inventory_reservation held
        WHERE held.stock_id = stock.id AND held.status = 'ACTIVE'
            AND held.expires_at <= %s
    ), 0))::bigint
    FROM inventory_stock stock JOIN inventory_location place ON place.id = stock.location_id
    WHERE stock.variant_id = ANY(%s::uuid[]) AND place.can_ship
    GROUP BY stock.variant_id
"""


def available(variant_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Units of each variant a shopper may buy, over all locations that ship.

    Holds that ran out do not count, whether or not the job has released them. Every id asked for
    is in the answer. One query when the cache is cold; the number is a promise to nobody, only
    :func:`inventory.reservations.hold` is.
    """
    found = cache.read_many(NAMESPACE, variant_ids, _load, seconds=LIFE_SECONDS)
    return {variant_id: units or 0 for variant_id, units in found.items()}


def changed(variant_ids: Iterable[UUID]) -> None:
    """Forget cached numbers and pages; called in the transaction that changes stock.

    One query; who has locked the stock rows knows the products and calls :func:`products_changed`.
    """
    stocks = Stock.objects.filter(variant__in=list(variant_ids)).order_by()
    products = dict(stocks.values_list("variant_id", "variant__product_id"))
    products_changed(products, has_turned=True)


def products_changed(
    products: Mapping[UUID, UUID],
    *,
    has_turned: bool,
    plenty: Container[UUID] = (),
    is_written: bool = True,
) -> None:
    """The same for products by variant; ``has_turned`` when a shelf ran empty or was filled.

    Of the variants in ``plenty`` one shelf that ships had and has ``PLENTY`` units: what pages show
    of them stays as it is. Unless ``is_written``, the shelves are written at the end of the act.
    """
    versions: list[Version] = [(NAMESPACE, variant_id) for variant_id in products]
    versions += (
        (PRODUCT, product_id)
        for variant_id, product_id in products.items()
        if variant_id not in plenty
    )
    end = cache.bump_versions if is_written else closing.ends
    end([*versions, IN_STOCK] if has_turned else versions)


def units_of(variant: OuterRef) -> Subquery:
    """The same number as a column of a query whose rows have a ``variant``; NULL without a shelf.

    Exact at the moment of reading. Needs one look into the index of stocks for each row.
    """
    stocks = _units(Stock.objects.filter(variant=variant))
    return Subquery(stocks.values("units"))


def _load(variant_ids: list[UUID]) -> dict[UUID, int]:
    return dict(prepared.run(_UNITS, [timezone.now(), variant_ids]).fetchall())


def _units(stocks: Any) -> Any:
    """Rows of variant and units over the locations that ship."""
    lapsed = (
        Reservation.objects.filter(
            stock=OuterRef("pk"), status=Reservation.Status.ACTIVE, expires_at__lte=timezone.now()
        )
        .order_by()
        .values("stock")
        .annotate(units=Sum("quantity"))
        .values("units")
    )
    return (
        stocks.filter(location__can_ship=True)
        .order_by()
        .values("variant_id")
        .annotate(units=Sum(F("available") + Coalesce(Subquery(lapsed), 0)))
    )
