"""Withdrawing from the contract: declared by anybody, without sign-in and without a reason.

The page stores what was typed and answers everyone alike; a job finds the order and acts, so that
neither the answer nor its time tells which orders exist. The declaration counts as of the moment it
was made, whatever the job makes of it.
"""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext
from procrastinate.contrib.django import app

from audit import recording
from inventory.errors import InventoryError
from orders import lines
from orders.errors import OrdersError
from orders.models import Order, OrderNote, Return, Shipment, Withdrawal
from orders.placed import lifecycle, notes
from orders.returns import requesting, windows
from orders.returns.requesting import Wanted
from shop import mail
from shop.conflicts import retried

Result = Withdrawal.Result
#: Name of the job that acts on a declaration and sends the receipt.
TAKE: Final = "orders.take_withdrawal"
_LEFT = (Shipment.Status.SHIPPED, Shipment.Status.DELIVERED)


def declare(
    *, name: str, number: str, email: str, part: str = "", lines: Collection[UUID] = ()
) -> Withdrawal:
    """Store a declaration with its time, and queue the job that takes it."""
    with recording.batch():
        said: Withdrawal = Withdrawal.objects.create(
            name=name,
            number=number.strip().upper(),
            email=email.strip().lower(),
            part=part,
            lines=[str(line) for line in lines],
            language=translation.get_language() or "",
        )
        queue(said.pk)
        return said


def queue(withdrawal_id: UUID) -> None:
    """Act on a declaration after the commit of the caller's transaction."""
    app.configure_task(TAKE).defer(withdrawal_id=str(withdrawal_id))


@retried
def take(withdrawal_id: UUID) -> Withdrawal:
    """Do what was declared: cancel what has not left, open a return for what has.

    What cannot be done so is left for staff. Taking it twice changes nothing. Locks the
    declaration, then the order.
    """
    with recording.batch():
        said: Withdrawal = Withdrawal.objects.select_for_update().get(pk=withdrawal_id)
        if said.result != Result.OPEN:
            return said
        found = Order.objects.filter(number=said.number, email=said.email)
        said.order = found.select_for_update().first()
        said.result = _act(said, said.order.pk) if said.order else Result.UNKNOWN
        said.save(update_fields=["order", "request", "result"])
        return said


def send_receipt(withdrawal_id: UUID) -> bool:
    """Mail what was declared and when to the address that was typed, once; whether it was sent.

    Raises OSError when no server took it.
    """
    said = Withdrawal.objects.select_related("order", "request").get(pk=withdrawal_id)
    if said.receipt_sent_at is not None:
        return False
    with translation.override(said.language or settings.LANGUAGE_CODE):
        letter = mail.compose(
            template="withdrawal_receipt",
            to=said.email,
            subject=gettext("Your withdrawal: receipt"),
            context={
                "said": said,
                "declared": timezone.localtime(said.declared_at),
                "zone": settings.TIME_ZONE,
                "days": settings.SHOP_WITHDRAWAL_DAYS,
                "chosen": _titles(said),
            },
        )
    letter.send()
    said.receipt_sent_at = timezone.now()
    said.save(update_fields=["receipt_sent_at"])
    return True


def settle_by_hand(withdrawal_id: UUID) -> Withdrawal:
    """Staff have dealt with one that the job could not; twice is once."""
    with recording.batch():
        said: Withdrawal = Withdrawal.objects.select_for_update().get(pk=withdrawal_id)
        if said.handled_at is None and said.result in Withdrawal.FOR_STAFF:
            said.handled_at = timezone.now()
            said.save(update_fields=["handled_at"])
        return said


def _act(said: Withdrawal, order_id: UUID) -> str:
    """What became of a declaration whose order is locked."""
    (order,) = windows.readable(Order.objects.filter(pk=order_id))
    window = windows.of_order(order, is_withdrawal=True)
    if order.status == Order.Status.CANCELED:
        return Result.CANCELED
    if window.until is not None and timezone.localdate(said.declared_at) > window.until:
        return Result.LATE
    if said.part:
        return Result.STAFF
    try:
        if any(parcel.status in _LEFT for parcel in order.shipments.all()):
            return _return(said, order, window)
        return _cancel(said, order)
    except (OrdersError, InventoryError):
        return Result.STAFF


def _cancel(said: Withdrawal, order: Order) -> str:
    every = {str(item.pk) for item in order.items.all()}
    if said.lines and set(said.lines) != every:
        return Result.STAFF
    act = lifecycle.cancel if order.status == Order.Status.PENDING else lifecycle.call_off
    act(order.pk, reason=gettext("Withdrawn by the customer"))
    return Result.CANCELED


def _return(said: Withdrawal, order: Order, window: windows.Window) -> str:
    chosen = {
        item_id: units
        for item_id, units in window.left.items()
        if not said.lines or str(item_id) in said.lines
    }
    if not chosen:
        return Result.STAFF
    said.request = requesting.request(
        order_id=order.pk,
        lines={item_id: Wanted(units) for item_id, units in chosen.items()},
        outcome=Return.Outcome.REFUND,
        key=said.pk,
        is_withdrawal=True,
    )
    here = sum(line.item.quantity for line in window.lines)
    if not said.lines and sum(chosen.values()) < here:
        notes.write(
            order_id=order.pk,
            kind=OrderNote.Kind.INTERNAL,
            text=gettext("Withdrawn as a whole: take off what has not left yet."),
            key=said.pk,
        )
    return Result.RETURN


def _titles(said: Withdrawal) -> list[str]:
    """The lines that were chosen, in words."""
    if said.order is None or not said.lines:
        return []
    return [lines.title(item) for item in said.order.items.all() if str(item.pk) in said.lines]
