"""An order with all that the page of thanks shows, in one statement."""

from typing import Any

from orders.models import Invoice, Order, OrderAddress, OrderItem, Shipment
from shop.json_rows import bring_along, rows_as_json
from shop.prepared import Given, Rows

#: What comes along, and the columns that order it.
_RELATED: dict[str, tuple[Any, tuple[str, ...]]] = {
    "items": (OrderItem._meta.get_field("order"), ("created_at", "sku")),
    "addresses": (OrderAddress._meta.get_field("order"), ("revision",)),
    "invoices": (Invoice._meta.get_field("order"), ("issued_at DESC", "id DESC")),
    "shipments": (Shipment._meta.get_field("order"), ("created_at", "id")),
}

_ORDERS: Rows[Order] = Rows(
    lambda: (
        Order.objects.filter(token=Given("token"))
        .select_related("cart")
        .annotate(
            **{f"{name}_rows": rows_as_json(field, *by) for name, (field, by) in _RELATED.items()}
        )
    )
)


def find(token: str) -> Order | None:
    """The order that has this token, with its cart, items, addresses, invoices and shipments."""
    order = next(iter(_ORDERS.read(token=token)), None)
    if order is not None:
        for name in _RELATED:
            bring_along(order, name, getattr(order, f"{name}_rows"))
    return order
