"""The order that sends what was chosen in exchange: it costs nothing and is paid at once."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from audit import recording
from inventory import reservations
from orders import lines
from orders.models import Order, OrderAddress, OrderItem, Return
from orders.placed import addresses, announcements, lifecycle
from orders.returns import requesting
from shop.accounts.forms import PARTS


def place(asked: Return, *, units: Mapping[UUID, int]) -> Order:
    """Make the order for ``units`` (by variant) of a return that its caller has locked.

    What the return held becomes the order's. Raises :class:`~inventory.errors.OutOfStock` before
    anything is written. Joins the caller's transaction; locks stock rows in key order.
    """
    with recording.batch():
        until = requesting.hold(asked, units)
        order = _write(asked, units)
        reservations.hold(owner=asked.owner, quantities=dict(units), until=until, order_id=order.pk)
        announcements.announce(order, "placed")
        return lifecycle.mark_paid(order.pk)


def _write(asked: Return, units: Mapping[UUID, int]) -> Order:
    before: Any = asked.order
    rows: Any = asked.items.select_related("exchange_variant__product")
    variants = {
        row.exchange_variant_id: row.exchange_variant for row in rows if row.exchange_variant_id
    }
    goods = sum(variants[variant_id].price * count for variant_id, count in units.items())
    now = timezone.now()
    order: Order = Order.objects.create(
        customer_id=before.customer_id,
        email=before.email,
        language=before.language,
        currency=before.currency,
        prices_include_tax=before.prices_include_tax,
        subtotal=goods,
        discount=goods,
        total=0,
        shipping_method_id=before.shipping_method_id,
        shipping_name=before.shipping_name,
        pick_up_point_id=before.pick_up_point_id,
        pick_up_address=before.pick_up_address,
        metadata={"exchange": asked.number},
        placed_at=now,
        payment_due_at=now,
    )
    OrderAddress.objects.bulk_create(
        OrderAddress(order=order, type=kind, **{name: getattr(row, name) for name in PARTS})
        for kind, row in addresses.newest(before.addresses.all()).items()
    )
    pictures = lines.pictures(variants.values())
    OrderItem.objects.bulk_create(
        OrderItem(
            order=order,
            variant=variants[variant_id],
            sku=variants[variant_id].sku,
            title=variants[variant_id].product.title,
            option_values=variants[variant_id].option_values,
            picture=pictures[variant_id].path if variant_id in pictures else "",
            quantity=count,
            unit_price=variants[variant_id].price,
            discount=variants[variant_id].price * count,
            line_total=0,
        )
        for variant_id, count in sorted(units.items())
    )
    return order
