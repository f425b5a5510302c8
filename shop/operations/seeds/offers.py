"""Coupons and promotions of the demo shop as unsaved rows."""

from datetime import datetime

from catalog.models import Category
from orders.models import Coupon, Promotion
from shop.operations.seeds.base import CURRENCY

#: Last part of the categories whose goods are three for two.
THREE_FOR_TWO = "t-shirts"


def coupons(since: datetime) -> list[Coupon]:
    """A welcome for new customers, and free delivery that goes with everything."""
    return [
        Coupon(
            code="WELCOME10",
            name="10 % off your first order",
            kind=Coupon.Kind.PERCENTAGE,
            value=1000,
            currency=CURRENCY,
            maximum_discount=5000,
            first_order_only=True,
            per_person_limit=1,
            skips_sale_items=True,
            starts_at=since,
        ),
        Coupon(
            code="FREESHIP",
            name="Free delivery from 40.00",
            kind=Coupon.Kind.FREE_SHIPPING,
            currency=CURRENCY,
            minimum_order=4000,
            stacking=Coupon.Stacking.COMBINABLE,
            starts_at=since,
        ),
    ]


def promotions(since: datetime) -> list[Promotion]:
    """Three T-shirts for the price of two."""
    kinds = Category.objects.filter(slug=THREE_FOR_TWO).order_by("path")
    return [
        Promotion(
            name="T-shirts: 3 for 2",
            kind=Promotion.Kind.CHEAPEST_OFF,
            value=10_000,
            currency=CURRENCY,
            group_size=3,
            group_discounted=1,
            category_ids=list(kinds.values_list("pk", flat=True)),
            starts_at=since,
        )
    ]
