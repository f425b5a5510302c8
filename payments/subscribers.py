"""What payments do when something happened to orders."""

from uuid import UUID

from orders.models import Order
from orders.placed import lifecycle
from payments import capturing, refunding, saved_cards
from payments.credit import letters, returning, selling
from payments.due import HELD
from payments.models import Payment, Refund
from payments.refunding import LineRefund
from payments.tasks import call_back, give_back_canceled, settle_capture, settle_refund
from shop.events.models import OutboxEvent
from shop.events.subscriptions import subscribes


@subscribes("order.canceled", name="payments.give_back")
def give_back(event: OutboxEvent) -> None:
    """A canceled order's money goes back; the provider is asked by a job, after the commit."""
    order_id = UUID(event.aggregate_id)
    if Order.objects.filter(pk=order_id, paid_at__isnull=False).exists():
        _settle_later(refunding.request_rest(order_id))
        if Payment.objects.filter(HELD, order=order_id).exists():
            call_back.defer(order_id=str(order_id))
        return
    held = [Payment.Status.AUTHORIZED, Payment.Status.CAPTURED, Payment.Status.SETTLED]
    if Payment.objects.filter(order=order_id, status__in=held).exists():
        give_back_canceled.defer(order_id=str(order_id))


@subscribes("shipment.shipped", name="payments.capture_parcel")
def capture_parcel(event: OutboxEvent) -> None:
    """A parcel left: what lies in it is captured, where the money waited for that."""
    order_id = UUID(event.payload["order"])
    shipment_id = UUID(event.payload["shipment"])
    for made in capturing.collect(order_id, shipment_id=shipment_id):
        settle_capture.defer(capture_id=str(made.pk))


@subscribes("return.settled", name="payments.refund_return")
def refund_return(event: OutboxEvent) -> None:
    """What was sent back and accepted is paid back, or becomes store credit."""
    _refund(event, key=event.payload["return"], reason=Refund.Reason.RETURNED)


@subscribes("order.reduced", name="payments.refund_edit")
def refund_edit(event: OutboxEvent) -> None:
    """What an edit took off a paid order goes back."""
    _refund(event, key=event.payload["edit"], reason=Refund.Reason.EDITED)


def _refund(event: OutboxEvent, *, key: str, reason: Refund.Reason) -> None:
    """Give back the ``lines`` and the ``shipping`` of the payload, as far as anything is left."""
    lines = {
        UUID(item_id): LineRefund(quantity, amount)
        for item_id, (quantity, amount) in event.payload["lines"].items()
    }
    made = refunding.request_at_most(
        order_id=UUID(event.payload.get("order", event.aggregate_id)),
        lines=lines,
        shipping=event.payload["shipping"],
        reason=reason,
        key=UUID(key),
        to=Refund.To(event.payload.get("to", Refund.To.ORIGINAL)),
    )
    _settle_later(made)


@subscribes("order.canceled", name="payments.return_credit")
def return_credit(event: OutboxEvent) -> None:
    """An order that was never paid in full gives back what gift cards and store credit paid."""
    order = Order.objects.get(pk=event.aggregate_id)
    if order.paid_at is None and order.credit_applied:
        returning.give_back(
            order_id=order.pk, amount=order.credit_applied, key=f"canceled:{order.pk}"
        )


@subscribes("order.paid", name="payments.issue_gift_cards")
def issue_gift_cards(event: OutboxEvent) -> None:
    """Gift cards that were bought are made, and sent when their day has come."""
    order_id = UUID(event.aggregate_id)
    issued = selling.issue_bought(order_id)
    for card in issued:
        letters.queue(card)
    if issued:
        lifecycle.mark_delivered_by_mail(order_id)


@subscribes("order.paid", name="payments.keep_card")
def keep_card(event: OutboxEvent) -> None:
    """A card that its owner wants kept has paid."""
    customer_id = Order.objects.values_list("customer_id", flat=True).get(pk=event.aggregate_id)
    if customer_id is not None:
        saved_cards.keep_paid(user_id=customer_id)


@subscribes("order.refunded", name="payments.end_gift_cards")
def end_gift_cards(event: OutboxEvent) -> None:
    """Gift cards whose price went back can be spent no more."""
    refund = Refund.objects.get(pk=event.payload["refund"])
    if refund.status != Refund.Status.SUCCEEDED:
        # A part of the price: the cards end when the rest has gone back as well.
        return
    units = dict(refund.lines.values_list("item_id", "quantity"))
    selling.undo_bought(order_id=refund.order_id, units=units, key=refund.pk)


def _settle_later(refund: Refund | None) -> None:
    if refund is not None:
        settle_refund.defer(refund_id=str(refund.pk))
