"""Time that passes for an order of the demo shop: what happened to it lies further back.

The acts that make an order write down the present, so the past is moved instead. Each move is an
update in the audit log, like any other. The ledger of the shelves stays as it was written.
"""

from datetime import timedelta

import pgtrigger
from django.db import models
from django.db.models import F, QuerySet

from catalog.models import Purchase
from orders.models import (
    Cart,
    Checkout,
    Order,
    OrderEvent,
    OrderNote,
    OrderStatusChange,
    Shipment,
)
from payments.models import Payment, PaymentTransaction

#: Rows that tell of what has happened; nobody but a seed may move them.
_WRITTEN_FOR_EVER = [
    f"{model._meta.label}:append_only"
    for model in (OrderStatusChange, OrderEvent, OrderNote, PaymentTransaction)
]


def pass_time(order: Order, time: timedelta) -> Order:
    """Let all that happened to ``order`` have happened ``time`` earlier; returns it as it is."""
    days = order.placed_at.date() - (order.placed_at - time).date()
    for field in _times(Order):
        moment = getattr(order, field)
        setattr(order, field, moment and moment - time)
    for day in ("delivery_from", "delivery_until"):
        promised = getattr(order, day)
        setattr(order, day, promised and promised - days)
    order.save()
    with pgtrigger.ignore(*_WRITTEN_FOR_EVER):
        for rows in _rows_about(order):
            rows.update(**{field: F(field) - time for field in _times(rows.model)})
    return order


def _rows_about(order: Order) -> list["QuerySet[models.Model]"]:
    return [
        Cart.objects.filter(order=order),
        Checkout.objects.filter(cart__order=order),
        OrderStatusChange.objects.filter(order=order),
        OrderEvent.objects.filter(order=order),
        OrderNote.objects.filter(order=order),
        Shipment.objects.filter(order=order),
        Payment.objects.filter(order=order),
        PaymentTransaction.objects.filter(payment__order=order),
        Purchase.objects.filter(order_number=order.number),
    ]


def _times(model: type[models.Model]) -> list[str]:
    """Columns that say when something happened."""
    return [
        field.attname
        for field in model._meta.concrete_fields
        if isinstance(field, models.DateTimeField) and field.name != "updated_at"
    ]
