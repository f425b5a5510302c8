"""Goods come another day than was promised: so does their order, and of a delay one is told."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from inventory import backorders
from orders import lines
from orders.models import Order, OrderItem, OrderNote
from orders.placed import lifecycle, notes
from orders.shipping import delivery


def put_off(*, order_id: UUID, promised: Mapping[UUID, date], key: UUID) -> None:
    """Let the order arrive later and write to its customer, once for each ``key``.

    ``promised`` says when what comes later leaves, by variant. Nothing for an order that waits for
    none of it any more. Joins the caller's transaction and locks the order.
    """
    order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
    waiting = backorders.waiting_of([order.pk]).get(order.pk, Counter())
    late = {variant_id: day for variant_id, day in promised.items() if variant_id in waiting}
    if not late:
        return
    _arrive_later(order, max(backorders.promises_of(order.pk, waiting).values()))
    with translation.override(order.language or settings.LANGUAGE_CODE):
        text = _words(order, late)
    notes.write(order_id=order.pk, kind=OrderNote.Kind.CUSTOMER, text=text, key=key)


def bring_forward(order_id: UUID) -> None:
    """Let the order arrive as soon as one whose goods are here, once it waits for nothing more.

    Joins the caller's transaction and locks the order.
    """
    order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
    method, until = order.shipping_method, order.delivery_until
    if method is None or until is None or backorders.waiting_of([order.pk]):
        return
    arrival = delivery.option_of(method, order.subtotal)
    if order.status == Order.Status.PAID and arrival.arrives_until < until:
        _arrive(order, arrival)


def _arrive_later(order: Order, leaves_on: date) -> None:
    if order.shipping_method is None or order.delivery_until is None:
        return
    arrival = delivery.option_of(order.shipping_method, order.subtotal, leaves_on=leaves_on)
    if arrival.arrives_until > order.delivery_until:
        _arrive(order, arrival)


def _arrive(order: Order, arrival: delivery.DeliveryOption) -> None:
    order.delivery_from, order.delivery_until = arrival.arrives_from, arrival.arrives_until
    order.save(update_fields=["delivery_from", "delivery_until"])


def _words(order: Order, late: Mapping[UUID, date]) -> str:
    items = OrderItem.objects.filter(order=order, variant__in=late)
    told = [
        _("%(title)s: ships by %(day)s.")
        % {"title": lines.title(item), "day": date_format(late[item.variant_id])}
        for item in items
    ]
    parts = [_("We are sorry: some of your order comes later than we said."), "\n".join(told)]
    if lifecycle.is_cancelable_by_customer(order, order.shipments.all()):
        parts.append(_("If that is too late, you can cancel the order on its page."))
    return "\n\n".join(parts)
