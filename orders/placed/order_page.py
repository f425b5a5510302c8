"""What the page of an order shows to whoever placed it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import OuterRef, Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory import backorders
from orders import summary
from orders.edits import differences
from orders.models import Invoice, Order, OrderAddress, OrderItem, OrderNote, Shipment
from orders.placed import addresses, collecting, lifecycle, refund_words
from orders.returns import return_page, windows

Status = Order.Status
_ENDED = (Status.DELIVERED, Status.CANCELED)
_LEFT = (Shipment.Status.SHIPPED, Shipment.Status.DELIVERED)


@dataclass(frozen=True)
class Parcel:
    """A parcel in words; ``contents`` as "2 × Everyday tee"."""

    number: int
    shipment: Shipment
    status: str
    contents: list[str]


@dataclass(frozen=True)
class OrderPage:
    """See ``templates/orders/order.html``."""

    order: Order
    words: str
    timeline: list[dict[str, object]]
    parcels: list[Parcel]
    waiting: list[str]
    summary: summary.Summary
    shipping_address: OrderAddress | None
    billing_address: OrderAddress | None
    invoices: list[Invoice]
    messages: list[OrderNote]
    refunds: list[refund_words.Given]
    may_cancel: bool
    may_change_address: bool
    #: What is to be paid of it by its link, in minor units; 0 when nothing is.
    to_pay: int
    #: How it will be paid without a provider (``payments.models.Awaited``), else None.
    awaited: Any
    #: Until when pieces may be sent back; None when none may.
    return_until: date | None
    returns: list[dict[str, Any]]
    #: Whether the page need not look again.
    is_final: bool


def readable() -> "QuerySet[Order]":
    """Orders with what their page shows; at most eleven queries more, whatever the order holds."""
    written = OrderNote.objects.exclude(kind=OrderNote.Kind.INTERNAL)
    rows: QuerySet[Order] = Order.objects.select_related("shipping_method")
    return rows.annotate(waits=backorders.waits(OuterRef("pk"))).prefetch_related(
        "items",
        "addresses",
        "shipments__items",
        "invoices",
        "returns__items",
        "refunds__parts__payment",
        Prefetch("notes", queryset=written),
    )


def of_order(order: Any) -> OrderPage:
    """The page of an order that was read by :func:`readable`."""
    items = list(order.items.all())
    shipments = [row for row in order.shipments.all() if row.status != Shipment.Status.CANCELED]
    by_type = addresses.newest(order.addresses.all())
    given, to_pay = refund_words.of_order(order), _to_pay(order)
    words = words_of(order, items, shipments, waits=order.waits)
    shown = summary.of_order(order, items)
    names = {item.pk: line.name for item, line in zip(items, shown.lines, strict=True)}
    if to_pay and order.paid_at:
        words = _("We pack it when the rest of your payment is here.")
    return OrderPage(
        order=order,
        words=words,
        timeline=[
            *timeline(order, items, shipments),
            *map(return_page.step, order.returns.all()),
            *map(refund_words.step, given),
        ],
        parcels=_parcels(order, names, shipments),
        waiting=_waiting(order, items, names, shipments),
        summary=shown,
        shipping_address=by_type.get(OrderAddress.Type.SHIPPING),
        billing_address=by_type.get(OrderAddress.Type.BILLING),
        invoices=sorted(order.invoices.all(), key=lambda row: row.issued_at),
        messages=list(order.notes.all()),
        refunds=given,
        may_cancel=lifecycle.is_cancelable_by_customer(order, shipments),
        may_change_address=addresses.is_changeable(order, shipments),
        to_pay=to_pay,
        awaited=awaited_of(order),
        return_until=_return_until(order, shipments),
        returns=[return_page.short(row) for row in order.returns.all()],
        is_final=order.status in _ENDED,
    )


def words_of(
    order: Order, items: Sequence[OrderItem], shipments: Sequence[Shipment], *, waits: bool
) -> str:
    """How far the order is, in a sentence; parcels come with their items prefetched.

    ``waits`` says whether it waits for goods (:func:`inventory.backorders.waits`).
    """
    arrival = summary.arrival(order.delivery_from, order.delivery_until)
    sent, ordered = _units(shipments), sum(item.quantity for item in items)
    match order.status:
        case Status.PENDING:
            return _("We wait for your payment.")
        case Status.CANCELED if order.paid_at:
            return _("Canceled. Your money goes back the way it came.")
        case Status.CANCELED:
            return _("Canceled. Nothing was charged.")
        case _ if order.is_pick_up:
            return collecting.words_of(order, sent=sent, ordered=ordered, waits=waits)
        case Status.DELIVERED:
            return _("Delivered. We hope it fits.")
        case Status.SHIPPED:
            return _("On its way to you.")
        case _ if sent:
            text = ngettext(
                "Partly sent: %(sent)d of %(ordered)d piece is on its way.",
                "Partly sent: %(sent)d of %(ordered)d pieces are on their way.",
                ordered,
            )
            return text % {"sent": sent, "ordered": ordered}
        case Status.FULFILLED:
            return _("Packed, and waiting for the carrier.")
        case _ if waits and arrival and not _is_past(order):
            return _("Paid. Not all of it is here yet; expect it %(days)s.") % {"days": arrival}
        case _ if waits:
            return _("Paid. Not all of it is here yet.")
    if arrival:
        return _("Paid. We pack it now; expect it %(days)s.") % {"days": arrival}
    return _("Paid. We pack it now.")


def timeline(
    order: Order, items: Sequence[OrderItem] = (), shipments: Sequence[Shipment] = ()
) -> list[dict[str, object]]:
    """The order's life for ``timeline.html``: what was, what is, what comes."""
    times = {
        Status.PAID: order.paid_at,
        Status.FULFILLED: order.fulfilled_at,
        Status.SHIPPED: order.shipped_at,
        Status.DELIVERED: order.delivered_at,
    }
    placed: dict[str, object] = {
        "name": _("Placed"),
        "state": "done",
        "at": order.placed_at,
        "note": "",
    }
    if order.status == Status.CANCELED:
        done: list[dict[str, object]] = [
            {"name": status.label, "state": "done", "at": at} for status, at in times.items() if at
        ]
        ended: dict[str, object] = {
            "name": _("Canceled"),
            "state": "problem",
            "at": order.canceled_at,
        }
        if order.paid_at:
            ended["note"] = _("Your money goes back the way it came.")
        return [placed, *done, ended]
    steps = [placed]
    if order.status == Status.PENDING:
        placed["state"] = "current"
    statuses = list(times)
    reached = -1 if order.status == Status.PENDING else statuses.index(Status(order.status))
    for index, (status, at) in enumerate(times.items()):
        state = "current" if index == reached else "done" if index < reached else "future"
        name = collecting.step_name(order, status)
        step: dict[str, object] = {"name": name, "state": state, "at": at}
        expected = Status.SHIPPED if order.is_pick_up else Status.DELIVERED
        if status == expected and state == "future":
            step["expected"] = _expected(order, shipments)
        if status == Status.SHIPPED and state == "future" and (sent := _units(shipments)):
            ordered = sum(item.quantity for item in items)
            step["note"] = collecting.sent_note(order, sent=sent, ordered=ordered)
        steps.append(step)
    return steps


def awaited_of(order: Any) -> Any:
    """How a pending order will be paid without a provider; None when it is not. One query then."""
    return getattr(order, "awaited", None) if order.is_payable else None


def _to_pay(order: Any) -> int:
    """At most three queries."""
    if order.is_payable:
        return max(0, order.total - order.credit_applied)
    lapsed = differences.lapsed(order)
    if lapsed is not None:
        return int(lapsed.lapsed_amount)
    edit = differences.awaited(order)
    return edit.due if edit else 0


def _return_until(order: Any, shipments: Sequence[Any]) -> date | None:
    """The last day for sending something back, while anything is left that may come."""
    until = windows.last_day(order, settings.SHOP_RETURN_DAYS)
    arrived = [row for row in shipments if row.status == Shipment.Status.DELIVERED]
    here, gone = windows.units_in(arrived), windows.returned_units(order.returns.all())
    has_some = any(units > gone.get(item_id, 0) for item_id, units in here.items())
    return until if until and has_some and timezone.localdate() <= until else None


def contents_of(shipment: Any, names: dict[UUID, str]) -> list[str]:
    """What lies in a parcel, line by line."""
    return [f"{row.quantity} × {names.get(row.item_id, '')}" for row in shipment.items.all()]


def _parcels(order: Order, names: dict[UUID, str], shipments: Sequence[Shipment]) -> list[Parcel]:
    return [
        Parcel(
            number,
            shipment,
            collecting.parcel_status(order, shipment),
            contents_of(shipment, names),
        )
        for number, shipment in enumerate(shipments, start=1)
    ]


def _waiting(
    order: Order,
    items: Sequence[OrderItem],
    names: dict[UUID, str],
    shipments: Sequence[Any],
) -> list[str]:
    """What is still to come beside the parcels; empty while there are none."""
    if not shipments or order.status in _ENDED:
        return []
    left = {item.pk: item.quantity for item in items}
    for shipment in shipments:
        for row in shipment.items.all():
            left[row.item_id] -= row.quantity
    return [f"{left[item.pk]} × {names[item.pk]}" for item in items if left[item.pk] > 0]


def _is_past(order: Order) -> bool:
    return order.delivery_until is not None and order.delivery_until < timezone.localdate()


def _units(shipments: Sequence[Any]) -> int:
    """Units that have left."""
    return sum(row.quantity for one in shipments if one.status in _LEFT for row in one.items.all())


def _expected(order: Order, shipments: Sequence[Shipment]) -> str:
    """The day of the last parcel where its carrier named one, else as it was promised."""
    days = [row.estimated_delivery for row in shipments if row.estimated_delivery]
    last = max(days, default=None)
    if last is not None:
        return summary.arrival(last, last)
    return summary.arrival(order.delivery_from, order.delivery_until)
