"""The least that a shelf needs: a product with one variant, a location, units."""

from django.db import transaction

from catalog.models import Product, ProductVariant
from inventory.models import Location, Reservation, Stock
from shop.tests.numbering import Numbers

_numbers = Numbers()


def variant(*, price=4990, policy="TRACK", tax_class="STANDARD", weight_grams=300):
    """A published product's only variant; price in minor units."""
    number = next(_numbers)
    with transaction.atomic():
        product = Product.objects.create(
            title=f"Overshirt {number}",
            slug=f"overshirt-{number}",
            status="ACTIVE",
            price=price,
            inventory_policy=policy,
            tax_class=tax_class,
        )
        return ProductVariant.objects.create(
            product=product,
            sku=f"OVR-{number}",
            title="M",
            option_values={"size": "m"},
            price=price,
            weight_grams=weight_grams,
            is_primary=True,
        )


def location(code="main", **fields):
    return Location.objects.get_or_create(code=code, defaults={"name": code, **fields})[0]


def shelf(of, units, *, at="main", **fields):
    """Stock of variant ``of`` with ``units`` on it."""
    row = Stock.objects.create(variant=of, location=location(at, **fields), opening_balance=units)
    row = Stock.objects.get(pk=row.pk)
    assert row.on_hand == units
    return row


def counters(stock):
    """(on hand, reserved) as the database has them now."""
    return Stock.objects.values_list("on_hand", "reserved").get(pk=stock.pk)


def statuses(**which):
    """Statuses of the reservations that match, sorted."""
    return sorted(Reservation.objects.filter(**which).values_list("status", flat=True))
