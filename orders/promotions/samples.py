"""Trying offers on a cart that is nobody's."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from catalog.models import ProductVariant
from orders.models import CartItem, Coupon, Promotion
from orders.prices import pricing
from orders.prices.pricing import Totals
from orders.promotions.buyer import Buyer
from orders.promotions.reckoning import discounts_of


@dataclass(frozen=True)
class Sample:
    """What a sample cart costs, and the SKUs that nobody knows."""

    totals: Totals
    unknown: list[str]


def price_sample(
    row: Coupon | Promotion, quantities: Mapping[str, int], *, email: str = ""
) -> Sample:
    """Price ``quantities`` (units by SKU) with ``row`` from its first moment on; writes nothing."""
    terms = row.terms if isinstance(row, Coupon) else row
    variants = ProductVariant.objects.filter(sku__in=quantities).select_related("product")
    items = [CartItem(variant=variant, quantity=quantities[variant.sku]) for variant in variants]
    buyer = Buyer((row.code,) if isinstance(row, Coupon) else (), email=email)
    now = max(timezone.now(), terms.starts_at)
    found = discounts_of(items, currency=row.currency, buyer=buyer, now=now)
    known = {item.variant.sku for item in items}
    return Sample(
        pricing.totals(items, currency=row.currency, discounts=found),
        [sku for sku in quantities if sku not in known],
    )
