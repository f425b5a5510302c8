"""What orders do when something happened to them: wait for goods, and write to the customer."""

from datetime import date
from uuid import UUID

from inventory import backorders
from orders.documents import invoices
from orders.drafts import drafts
from orders.mailing import mails, offer_letters
from orders.models import Order, OrderMail
from orders.placed import claiming, delays, notes
from shop.events.models import OutboxEvent
from shop.events.subscriptions import subscribes

Kind = OrderMail.Kind


@subscribes("order.placed", name="orders.confirm")
def confirm(event: OutboxEvent) -> None:
    """Confirm the order; the money is waited for a moment, to say all in one letter.

    What staff took down comes with a link to pay.
    """
    order_id = UUID(event.aggregate_id)
    if drafts.is_paid_by_link(order_id):
        mails.queue(order_id, Kind.TO_PAY)
        return
    mails.queue(order_id, Kind.PLACED, after_seconds=mails.PAYMENT_WAIT_SECONDS)


@subscribes("order.paid", name="orders.wait_for_goods")
def wait_for_goods(event: OutboxEvent) -> None:
    """What was sold before it was there is noted, and comes to whoever has waited longest."""
    order = Order.objects.select_for_update(no_key=True).get(pk=event.aggregate_id)
    items = order.items.filter(backordered__gt=0)
    if order.status != Order.Status.CANCELED:
        backorders.open_for(
            order.pk,
            dict(items.values_list("variant_id", "backordered")),
            since=order.paid_at or order.placed_at,
        )


@subscribes("backorder.delayed", name="orders.put_off")
def put_off(event: OutboxEvent) -> None:
    """The payload has the ``order`` and, by variant, the day that is ``promised`` now."""
    promised = event.payload["promised"].items()
    delays.put_off(
        order_id=UUID(event.payload["order"]),
        promised={UUID(variant_id): date.fromisoformat(day) for variant_id, day in promised},
        key=event.pk,
    )


@subscribes("backorder.served", name="orders.bring_forward")
def bring_forward(event: OutboxEvent) -> None:
    """What has come sooner than was promised is packed as soon as other orders."""
    delays.bring_forward(UUID(event.payload["order"]))


@subscribes("order.paid", name="orders.thank_for_payment")
def thank_for_payment(event: OutboxEvent) -> None:
    mails.tell_of_payment(UUID(event.aggregate_id))


@subscribes("shipment.shipped", name="orders.tell_of_parcel")
def tell_of_parcel(event: OutboxEvent) -> None:
    _tell_of(event, Kind.SHIPPED)


@subscribes("shipment.delivered", name="orders.tell_of_arrival")
def tell_of_arrival(event: OutboxEvent) -> None:
    _tell_of(event, Kind.DELIVERED)


@subscribes("order.canceled", name="orders.tell_of_cancellation")
def tell_of_cancellation(event: OutboxEvent) -> None:
    mails.queue(UUID(event.aggregate_id), Kind.CANCELED)


@subscribes("order.refunded", name="orders.tell_of_refund")
def tell_of_refund(event: OutboxEvent) -> None:
    """The payload names the ``refund`` and its ``amount`` in minor units.

    Of what a bank took back its customer hears from the bank.
    """
    if event.payload.get("reason") == "DISPUTED":
        return
    amount = event.payload["amount"]
    mails.queue(
        UUID(event.aggregate_id),
        Kind.REFUNDED,
        reference=event.payload["refund"],
        facts={"amount": amount, "refund": event.payload["refund"]},
    )


@subscribes("offer.made", name="orders.tell_of_offer")
def tell_of_offer(event: OutboxEvent) -> None:
    """Who waited for a piece hears that one is kept for them."""
    offer_letters.queue(UUID(event.aggregate_id))


@subscribes("order.paid", name="orders.issue_invoice")
def issue_invoice(event: OutboxEvent) -> None:
    invoices.issue_invoice(UUID(event.aggregate_id))


@subscribes("order.canceled", name="orders.credit_rest")
def credit_rest(event: OutboxEvent) -> None:
    """An invoice of an order that is called off is taken back as far as it was not yet."""
    invoices.credit_rest(UUID(event.aggregate_id))


@subscribes("order.edited", name="orders.reissue_invoice")
def reissue_invoice(event: OutboxEvent) -> None:
    invoices.reissue(UUID(event.payload["edit"]))


@subscribes("order.edited", name="orders.tell_of_edit")
def tell_of_edit(event: OutboxEvent) -> None:
    """Write what changed, and how the difference is paid."""
    edit = event.payload["edit"]
    mails.queue(UUID(event.aggregate_id), Kind.EDITED, reference=edit, facts={"edit": edit})


@subscribes("order.lapsed", name="orders.tell_of_lapse")
def tell_of_lapse(event: OutboxEvent) -> None:
    """Write that the money could not be taken in time, and how the order is paid now."""
    payment = event.payload["payment"]
    order_id = UUID(event.aggregate_id)
    mails.queue(order_id, Kind.TO_PAY, reference=payment, facts={"lapsed": payment})


@subscribes("order.message", name="orders.send_message")
def send_message(event: OutboxEvent) -> None:
    notes.queue(event.payload["note"])


@subscribes("account.confirmed", name="orders.take_over")
def take_over(event: OutboxEvent) -> None:
    """Who proves an address has the orders that were placed with it."""
    claiming.take_over(user_id=UUID(event.aggregate_id))


def _tell_of(event: OutboxEvent, kind: OrderMail.Kind) -> None:
    """Write about a parcel, unless it was sent without word."""
    parcel = event.payload["shipment"]
    if event.payload["notifies"]:
        facts = {"shipment": parcel}
        mails.queue(UUID(event.payload["order"]), kind, reference=parcel, facts=facts)
