"""Suppliers and purchase orders in the state a test needs. Costs in minor units."""

from uuid import uuid4

from inventory import purchasing, receipts
from inventory.models import PurchaseOrder, PurchaseOrderLine, Supplier, SupplierItem
from inventory.receipts import Delivered
from inventory.tests.builders import location
from shop.tests.numbering import Numbers

_numbers = Numbers()


def supplier(**fields):
    return Supplier.objects.create(**{"name": f"Mill {next(_numbers)}", **fields})


def item(of, variant, cost=1500, **fields):
    return SupplierItem.objects.create(supplier=of, variant=variant, cost=cost, **fields)


def draft(*lines, of=None, **fields):
    """A purchase order of ``(variant, quantity, cost)`` lines."""
    of = of or supplier()
    order = PurchaseOrder.objects.create(
        supplier=of, location=location(), currency=of.currency, **fields
    )
    for variant, quantity, cost in lines:
        PurchaseOrderLine.objects.create(
            purchase_order=order, variant=variant, quantity=quantity, cost=cost
        )
    order.refresh_from_db()
    return order


def sent(*lines, **fields):
    return purchasing.send(draft(*lines, **fields).pk)


def receive(order, *units, key=None, **more):
    """Check in ``units`` of each line, as a number or as Delivered."""
    rows = [one if isinstance(one, Delivered) else Delivered(one) for one in units]
    lines = order.lines.order_by("created_at", "pk")
    return receipts.receive(
        purchase_order_id=order.pk,
        delivered={line.pk: one for line, one in zip(lines, rows, strict=True)},
        key=key or uuid4(),
        **more,
    )
