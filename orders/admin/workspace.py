"""What the page of one order shows to staff, in a fixed number of statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.admin import AdminSite
from django.db import models
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from audit import history
from audit.admin import amounts_on
from audit.models import AuditLog
from catalog.products.choices import read_choices
from orders import lines
from orders.admin.chronicle import Shown, chronicle
from orders.admin.edits import MAY_EDIT, refusal_words
from orders.admin.forms import NoteForm
from orders.admin.moves import FULFILL, Move, of_parcel, offered
from orders.edits import differences
from orders.models import (
    Order,
    OrderAddress,
    OrderEvent,
    OrderItem,
    OrderNote,
    OrderStatusChange,
    Shipment,
)
from orders.placed import addresses, order_page, queues
from orders.prices.reasons import reasons_of_order
from shop.accounts.masking import sees_people
from shop.back_office import badge

#: Audit entries shown on the page of an order; its History page has all.
LATEST = 10
_PARCEL_KINDS = {
    Shipment.Status.PACKED: ("info", "box"),
    Shipment.Status.SHIPPED: ("info", "truck"),
    Shipment.Status.DELIVERED: ("ok", "check"),
    Shipment.Status.CANCELED: ("", "close"),
}


@dataclass(frozen=True)
class Units:
    """Units of a line, all of it or what lies in a parcel."""

    item: OrderItem
    choice: str
    quantity: int


@dataclass(frozen=True)
class Awaited:
    """Units of a line that have still to come, and the day that was promised for them."""

    item: OrderItem
    choice: str
    quantity: int
    promised_on: date | None


@dataclass(frozen=True)
class Parcel:
    """A parcel with what lies in it and what can be done with it."""

    number: int
    shipment: Shipment
    badge: SafeString
    units: list[Units]
    moves: list[Move]


def readable(rows: "QuerySet[Order]") -> "QuerySet[Order]":
    """Orders with all that their page shows."""
    people: list[Any] = [
        Prefetch("status_changes", queryset=OrderStatusChange.objects.select_related("actor")),
        Prefetch("events", queryset=OrderEvent.objects.select_related("actor")),
        Prefetch("notes", queryset=OrderNote.objects.select_related("author")),
    ]
    return rows.select_related("customer", "shipping_method").prefetch_related(
        "items",
        "addresses",
        "payments__transactions",
        "payments__disputes",
        "refunds__lines",
        "refunds__parts",
        "refunds__actor",
        "returns__status_changes__actor",
        "shipments__items",
        "backorders",
        "tags",
        "invoices",
        "edits__actor",
        "mails",
        *people,
    )


def shown(request: HttpRequest, order: Any, site: AdminSite) -> dict[str, Any]:
    """Context of the page of an order that was read by :func:`readable`."""
    choices = read_choices()
    units = [
        Units(item, lines.choice(item.option_values, choices), item.quantity)
        for item in order.items.all()
    ]
    parcels = _parcels(request, order, units)
    to_come = _to_come(order, units)
    moves, refused = offered(request, order)
    changes = history.entries_of([order, *order.payments.all(), *order.refunds.all()]).exclude(
        action=AuditLog.Action.VIEW
    )
    asked = request.GET.get("show", "")
    wanted = asked if asked in Shown.values else ""
    before, after = queues.neighbors(order)
    return {
        "items": [(row.item, row.choice) for row in units],
        "reasons": reasons_of_order(
            order,
            order.items.all(),
            names=[lines.title(item, choices) for item in order.items.all()],
            for_staff=True,
        ),
        "parcels": parcels,
        "to_pack": _to_pack(order, units, parcels, to_come),
        "to_come": to_come,
        "awaited": order_page.awaited_of(order),
        "addresses": list(addresses.newest(order.addresses.all()).values()),
        "flags": _flags(order),
        "tags": [tag.name for tag in order.tags.all()],
        "invoices": list(order.invoices.all()),
        "returns": list(order.returns.all()),
        "steps": chronicle(order, wanted, viewer=request.user),
        "shown": wanted,
        "shown_choices": Shown.choices,
        "composer": NoteForm() if request.user.has_perm(FULFILL) else None,
        "moves": moves,
        "may_edit": request.user.has_perm(MAY_EDIT),
        "edit_refusal": refusal_words(order),
        "refused": refused,
        "previous": before,
        "next": after,
        # Each value there was, so also names and addresses.
        "entries": history.told(changes[:LATEST], amounts_on(site))
        if sees_people(request.user)
        else None,
    }


def slip(order: Any, parcel: Any) -> dict[str, Any]:
    """Context of the packing slip of one parcel."""
    choices = read_choices()
    units = [
        Units(item, lines.choice(item.option_values, choices), item.quantity)
        for item in order.items.all()
    ]
    newest = addresses.newest(order.addresses.all())
    return {
        "parcel": parcel,
        "units": _inside(parcel, units),
        "address": newest.get(OrderAddress.Type.SHIPPING),
    }


def history_objects(order: Order) -> Iterable[models.Model]:
    """The rows whose changes belong to the history of ``order``."""
    row: Any = order
    return [
        order,
        *row.status_changes.all(),
        *row.payments.all(),
        *row.refunds.all(),
        *row.shipments.all(),
        *row.addresses.all(),
        *row.notes.all(),
        *row.tags.all(),
        *row.invoices.all(),
        *row.returns.all(),
    ]


def _parcels(request: HttpRequest, order: Any, units: list[Units]) -> list[Parcel]:
    found = []
    for number, shipment in enumerate(order.shipments.all(), start=1):
        # Known already: its steps ask for it.
        shipment.order = order
        status = Shipment.Status(shipment.status)
        shown_as = badge(shipment.get_status_display(), *_PARCEL_KINDS[status])
        moves = of_parcel(request, shipment)
        found.append(Parcel(number, shipment, shown_as, _inside(shipment, units), moves))
    return found


def _inside(shipment: Any, units: list[Units]) -> list[Units]:
    by_item = {row.item.pk: row for row in units}
    return [
        Units(by_item[row.item_id].item, by_item[row.item_id].choice, row.quantity)
        for row in shipment.items.all()
    ]


def _to_come(order: Any, units: list[Units]) -> list[Awaited]:
    """What was sold before it was there and has not come."""
    waiting = {row.variant_id: row for row in order.backorders.all() if row.waiting}
    return [
        Awaited(row.item, row.choice, found.waiting, found.promised_on)
        for row in units
        if (found := waiting.get(row.item.variant_id))
    ]


def _to_pack(
    order: Order, units: list[Units], parcels: list[Parcel], to_come: list[Awaited]
) -> list[Units]:
    """What is here and lies in no parcel yet, of an order that is to be packed."""
    if order.status not in (Order.Status.PENDING, Order.Status.PAID):
        return []
    left = {row.item.pk: row.quantity for row in units}
    for awaited in to_come:
        left[awaited.item.pk] -= awaited.quantity
    for parcel in parcels:
        if parcel.shipment.status != Shipment.Status.CANCELED:
            for row in parcel.units:
                left[row.item.pk] -= row.quantity
    return [Units(row.item, row.choice, left[row.item.pk]) for row in units if left[row.item.pk]]


def _flags(order: Any) -> list[SafeString]:
    """What staff should know before they pack."""
    flags = []
    known = list(order.addresses.all())
    newest = addresses.newest(known)
    if queues.is_late(order):
        flags.append(badge(gettext("Late"), "danger", "alert"))
    if any(row.waiting for row in order.backorders.all()):
        flags.append(badge(gettext("Waits for goods"), "warn", "clock"))
    if differences.lapsed(order):
        flags.append(badge(gettext("Authorization lapsed"), "danger", "alert"))
    if differences.awaited(order):
        flags.append(badge(gettext("Difference unpaid"), "warn", "clock"))
    if any(row.revision > 1 for row in known):
        flags.append(badge(gettext("Address edited"), "warn", "pin"))
    if len({str(row.country) for row in newest.values()}) > 1:
        flags.append(badge(gettext("Billed to another country"), "warn", "alert"))
    person = Q(email=order.email)
    if order.customer_id:
        person |= Q(customer=order.customer_id)
    if not Order.objects.filter(person, placed_at__lt=order.placed_at).exists():
        flags.append(badge(gettext("First order"), "info", "star"))
    return flags
