"""Orders that have arrived, and returns in the state a test needs."""

from datetime import timedelta

from django.utils import timezone

from catalog.models import OptionValue, ProductVariant
from inventory.tests import builders
from orders.models import Order, Return, Shipment
from orders.placed import lifecycle
from orders.returns import inspection, requesting
from orders.returns.inspection import Verdict
from orders.returns.requesting import Wanted
from orders.tests.factories import paid_order, variant_in_stock
from shop.models import new_id


def arrived_order(*lines, user=None, days_ago=0):
    """An order whose only parcel arrived ``days_ago``; without lines, two of one garment."""
    order = shipped_order(*(lines or [(variant_in_stock(), 2)]), user=user)
    lifecycle.mark_delivered(order.pk)
    if days_ago:
        age(order, days_ago)
    return Order.objects.get(pk=order.pk)


def shipped_order(*lines, user=None):
    """An order whose only parcel is on its way."""
    order = paid_order(*lines, user=user)
    lifecycle.mark_fulfilled(order.pk)
    return lifecycle.mark_shipped(order.pk)


def age(order, days):
    """Let the parcels of ``order`` have arrived ``days`` ago."""
    then = timezone.now() - timedelta(days=days)
    Order.objects.filter(pk=order.pk).update(
        placed_at=then, paid_at=then, fulfilled_at=then, shipped_at=then, delivered_at=then
    )
    Shipment.objects.filter(order=order).update(shipped_at=then, delivered_at=then)


def ask(order, quantities=None, *, outcome="REFUND", reason="TOO_SMALL", variant=None, **fields):
    """A return of ``quantities`` by line; without them, of one unit of the first line."""
    quantities = quantities or {order.items.first(): 1}
    return requesting.request(
        order_id=order.pk,
        lines={
            item.pk: Wanted(units, reason, variant_id=variant.pk if variant else None)
            for item, units in quantities.items()
        },
        outcome=outcome,
        key=fields.pop("key", None) or new_id(),
        **fields,
    )


def inspected(asked, *, accepted=None, disposition="RESTOCK", answer="It was worn."):
    """The return is here and was looked at; ``accepted`` units of each line, or all."""
    inspection.receive(return_id=asked.pk)
    verdicts = {
        row.pk: Verdict(row.quantity if accepted is None else accepted, disposition)
        for row in asked.items.all()
    }
    return inspection.inspect(return_id=asked.pk, verdicts=verdicts, answer=answer)


def other_size(variant, *, size="l", price=None, units=5):
    """Another size of the product of ``variant``, with ``units`` on the shelf."""
    OptionValue.objects.get_or_create(option="size", slug=size, defaults={"name": size.upper()})
    made = ProductVariant.objects.create(
        product=variant.product,
        sku=f"{variant.sku}-{size}",
        title=size,
        option_values={"size": size},
        price=variant.price if price is None else price,
    )
    builders.shelf(made, units)
    return made


def status_of(asked):
    return Return.objects.get(pk=asked.pk).status
