"""Price history of the demo shop: what garments cost since they came in, and what is reduced."""

from collections.abc import Sequence
from datetime import timedelta

import pgtrigger

from catalog.models import PriceChange, PriceSchedule, Product, ProductVariant
from catalog.pricing.prices import set_price
from shop.operations.seeds.catalog import Plan
from shop.operations.seeds.planting import plant

#: A price that is to change, with its percentage.
PLANNED = ("shawl-weight-cardigan", 20)
STARTS_IN, LASTS = timedelta(days=10), timedelta(days=14)


def plant_variants(plan: Plan) -> int:
    """Insert the variants that are not stored yet, each at its price since it was published.

    The database would write their history as beginning now.
    """
    stored = ProductVariant.objects.filter(sku__in=[variant.sku for variant in plan.variants])
    known = set(stored.values_list("sku", flat=True))
    new = [variant for variant in plan.variants if variant.sku not in known]
    with pgtrigger.ignore("catalog.ProductVariant:first_price_is_kept"):
        added = plant(plan.variants)
    PriceChange.objects.bulk_create(
        PriceChange(
            variant=variant,
            new_price=variant.price,
            currency=variant.product.currency,
            changed_at=variant.product.published_at or plan.arrival,
        )
        for variant in new
    )
    _reduce(plan, new)
    return added


def planned_prices(plan: Plan) -> list[PriceSchedule]:
    """A price that changes in some days and goes back by itself."""
    slug, percent = PLANNED
    product = next(product for product in plan.products if product.slug == slug)
    starts_at = plan.arrival + STARTS_IN
    return [
        PriceSchedule(
            product=product, percent_off=percent, starts_at=starts_at, ends_at=starts_at + LASTS
        )
    ]


def _reduce(plan: Plan, new: Sequence[ProductVariant]) -> None:
    """Cut prices as staff do; the database then finds that the reduction may be announced."""
    for slug, price in plan.reductions.items():
        keys = [variant.pk for variant in new if variant.product.slug == slug]
        if keys:
            set_price(ProductVariant.objects.filter(pk__in=keys), price=price, by=None)
            Product.objects.filter(slug=slug).update(price=price)
