"""What a dispute does to its payment: it is held, comes free, or is taken by the bank."""

from typing import Final

from django.db.models import QuerySet, Sum

from orders.models import Order
from orders.placed import refundable
from payments import settling
from payments.models import Dispute, Payment, Refund, RefundLine, RefundPart
from shop.money import share

_Paid = Payment.Status
#: Statuses of a payment that a dispute holds.
HOLDABLE: Final = (_Paid.CAPTURED, _Paid.SETTLED, _Paid.PARTIALLY_REFUNDED)


def undecided(payment: Payment) -> "QuerySet[Dispute]":
    """Disputes of ``payment`` that no bank has decided, oldest first."""
    rows: QuerySet[Dispute] = Dispute.objects.filter(payment=payment, status__in=Dispute.UNDECIDED)
    return rows.order_by("opened_at", "id")


def hold(payment: Payment, dispute: Dispute) -> None:
    """Hold a payment that was captured; the caller, who locked both, saves the dispute."""
    if payment.status in HOLDABLE:
        dispute.payment_was = payment.status
        payment.status = _Paid.DISPUTED
        payment.save()
    elif payment.status == _Paid.DISPUTED and not dispute.payment_was:
        first = undecided(payment).exclude(payment_was="").first()
        dispute.payment_was = first.payment_was if first else _Paid.CAPTURED


def release(payment: Payment, dispute: Dispute) -> None:
    """Back to what it was, as far as nothing went back meanwhile."""
    if payment.status != _Paid.DISPUTED:
        return
    was = dispute.payment_was or _Paid.CAPTURED
    if was == _Paid.CAPTURED and payment.settled_at is not None and not payment.held_amount:
        # The provider paid it out meanwhile.
        was = _Paid.SETTLED
    if payment.refunded_amount:
        was = _Paid.PARTIALLY_REFUNDED
    payment.status = was
    payment.save()


def takeable(order: Order, payment: Payment) -> int:
    """What is left of ``payment`` for the bank: what has not gone back by another way."""
    if payment.status not in HOLDABLE:
        return 0
    parts = RefundPart.objects.filter(payment=payment).exclude(status=Refund.Status.FAILED)
    promised = parts.aggregate(sum=Sum("amount"))["sum"] or 0
    rest = min(payment.captured_amount - promised, refundable.of_order(order).amount_left)
    return max(0, rest)


def take(order: Order, payment: Payment, dispute: Dispute, amount: int) -> Refund:
    """Record that the bank took ``amount``, as the refund that says of which lines.

    They bear it in proportion; their units are gone too when nothing is left of the order. No more
    than :func:`takeable`, of a payment that was released; its order is locked as well.
    """
    left = refundable.of_order(order)
    goods = min(amount, left.goods_left)
    rows = list(left.lines.values())
    amounts = share(goods, [row.amount_left for row in rows])
    is_all = amount == left.amount_left
    made: Refund = Refund.objects.create(
        order=order,
        key=dispute.pk,
        reason=Refund.Reason.DISPUTED,
        note=dispute.provider_reference,
        currency=order.currency,
        amount=amount,
        goods=goods,
        shipping=amount - goods,
    )
    RefundLine.objects.bulk_create(
        RefundLine(
            refund=made,
            item_id=row.item_id,
            quantity=row.units_left if is_all else 0,
            amount=part,
        )
        for row, part in zip(rows, amounts, strict=True)
        if part or (is_all and row.units_left)
    )
    RefundPart.objects.create(refund=made, payment=payment, amount=amount)
    return settling.take_back(made.pk, reference=dispute.provider_reference)
