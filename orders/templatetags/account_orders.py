"""What the account's first page tells of its orders."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.core.files.storage import default_storage
from django.db.models import OuterRef

from inventory import backorders
from orders.models import Order, Shipment
from orders.placed import order_page
from shop.accounts.models import User

register = template.Library()


@dataclass(frozen=True)
class LatestOrder:
    order: Order
    words: str
    #: URL of the picture of its first line, or "".
    picture: str


@register.simple_tag
def latest_order(user: User) -> LatestOrder | None:
    """The order placed last and how far it is; None for who has not ordered. Four queries."""
    mine = Order.objects.filter(customer=user).order_by("-placed_at", "-pk")
    rows = mine.annotate(waits=backorders.waits(OuterRef("pk")))
    order: Any = rows.prefetch_related("items", "shipments__items").first()
    if order is None:
        return None
    parcels = [row for row in order.shipments.all() if row.status != Shipment.Status.CANCELED]
    items = list(order.items.all())
    pictures = [default_storage.url(item.picture) for item in items if item.picture]
    words = order_page.words_of(order, items, parcels, waits=order.waits)
    return LatestOrder(order, words, next(iter(pictures), ""))
