"""Giving money back.

A refund is written and committed before anybody is asked for money, under the lock of its order
and of its payments: from then on what it promises counts. The provider is asked outside any
transaction with the id of each part as idempotency key (:mod:`payments.settling`), so a refund that
is repeated after a crash, a double click or a lost reply gives nothing back twice.

Money goes back the way it came: from the newest payment first, each up to what is left of it, then
to the gift cards and the store credit that paid the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from audit import recording
from inventory import returns
from orders.models import Order
from orders.placed import refundable
from orders.placed.refundable import Refundable
from payments import refund_sources as sources
from payments import settling
from payments.errors import NothingToRefund, TooMuchRefunded
from payments.models import Refund, RefundLine, RefundPart
from shop.conflicts import retried
from shop.models import new_id
from shop.money import share

Reason = Refund.Reason
To = Refund.To


@dataclass(frozen=True)
class LineRefund:
    """Units of a line and what goes back for them, in minor units.

    ``amount`` is what the customer gets, tax included whatever the prices are.
    """

    quantity: int
    amount: int


def refund(
    *,
    order_id: UUID,
    lines: Mapping[UUID, LineRefund],
    shipping: int = 0,
    extra: int = 0,
    reason: Refund.Reason,
    note: str = "",
    key: UUID,
    to: Refund.To = To.ORIGINAL,
    restock: bool = False,
    actor_id: UUID | None = None,
) -> Refund:
    """Give back of an order what ``lines`` and ``shipping`` cost, and ``extra`` for goodwill.

    What is returned SUCCEEDED, FAILED (the provider declined; nothing went back), or is still
    REQUESTED because the provider is away: a job asks again each minute. Raises what
    :func:`request` raises. Must not run inside a transaction.
    """
    made = request(
        order_id=order_id,
        lines=lines,
        shipping=shipping,
        extra=extra,
        reason=reason,
        note=note,
        key=key,
        to=to,
        restock=restock,
        actor_id=actor_id,
    )
    return settling.settle(made.pk)


def repeat(refund_id: UUID, *, to: Refund.To = To.ORIGINAL, actor_id: UUID | None = None) -> Refund:
    """Give back what a refund that failed did not: all of it, or the rest after its first parts.

    Repeated twice it is the same refund. What was for sale again is so already. Raises what
    :func:`refund` raises, and :class:`NothingToRefund` for one that has not failed.
    """
    failed = Refund.objects.get(pk=refund_id)
    if failed.status != Refund.Status.FAILED:
        raise NothingToRefund
    taken = refundable.taken_by(failed)
    lines, extra = {}, 0
    for row in failed.lines.all():
        rest = row.amount + row.extra - taken.amounts[row.item_id]
        amount = min(row.amount, rest)
        lines[row.item_id] = LineRefund(row.quantity, amount)
        extra += rest - amount
    return refund(
        order_id=failed.order_id,
        lines=lines,
        shipping=failed.shipping - taken.shipping,
        extra=extra,
        reason=Reason(failed.reason),
        note=failed.note,
        key=failed.pk,
        to=to,
        actor_id=actor_id,
    )


@retried
def request(
    *,
    order_id: UUID,
    lines: Mapping[UUID, LineRefund],
    shipping: int = 0,
    extra: int = 0,
    reason: Refund.Reason,
    note: str = "",
    key: UUID,
    to: Refund.To = To.ORIGINAL,
    restock: bool = False,
    actor_id: UUID | None = None,
) -> Refund:
    """Write down a refund, which counts from now on; the same ``key`` again returns it.

    All amounts are minor units of the order's currency. ``extra`` is shared among the lines by
    what is left of them. With ``restock`` the units of the lines are for sale again. Nobody is
    asked for money yet: :func:`payments.settling.settle` does, or the job that resumes. Raises
    :class:`TooMuchRefunded` for more than is left of a line, of delivery or of what was paid, and
    :class:`NothingToRefund` for nothing at all. Locks the order, its payments, last the shelves.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        known: Refund | None = Refund.objects.filter(key=key, order=order).first()
        if known is not None:
            return known
        wanted = {item: row for item, row in lines.items() if row.quantity or row.amount}
        extras: Mapping[UUID, int] = {}
        if reason != Reason.EDITED:
            # What an edit took off is no part of the order's lines any more.
            left = refundable.of_order(order)
            _check(left, wanted, shipping)
            extras = _shared(left, wanted, extra)
        goods = sum(row.amount for row in wanted.values())
        parts = sources.parts(order, goods + shipping + extra)
        made: Refund = Refund.objects.create(
            order=order,
            key=key,
            to=to,
            reason=reason,
            note=note,
            currency=order.currency,
            amount=goods + shipping + extra,
            goods=goods,
            shipping=shipping,
            extra=extra,
            actor_id=actor_id,
        )
        nothing = LineRefund(0, 0)
        RefundLine.objects.bulk_create(
            RefundLine(
                refund=made,
                item_id=item_id,
                quantity=wanted.get(item_id, nothing).quantity,
                amount=wanted.get(item_id, nothing).amount,
                extra=extras.get(item_id, 0),
            )
            for item_id in {**wanted, **extras}
        )
        RefundPart.objects.bulk_create(
            RefundPart(refund=made, payment=payment, amount=amount) for payment, amount in parts
        )
        if restock:
            _restock(order, wanted, actor_id)
        return made


@retried
def request_at_most(
    *,
    order_id: UUID,
    lines: Mapping[UUID, LineRefund],
    shipping: int,
    reason: Refund.Reason,
    key: UUID,
    to: Refund.To,
) -> Refund | None:
    """:func:`request` of no more than is left; None when that is nothing.

    For what was agreed before: a colleague may have given some of it back meanwhile.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        known: Refund | None = Refund.objects.filter(key=key, order=order).first()
        available = sum(amount for _payment, amount in sources.of(order))
        if reason == Reason.EDITED:
            available = min(available, sources.beyond(order, available))
        if known is not None or not available:
            return known
        if reason != Reason.EDITED:
            left = refundable.of_order(order)
            lines = {
                item_id: LineRefund(
                    min(row.quantity, left.lines[item_id].units_left),
                    min(row.amount, left.lines[item_id].amount_left),
                )
                for item_id, row in lines.items()
                if item_id in left.lines
            }
            shipping = min(shipping, left.shipping_left)
        capped = {}
        for item_id, row in lines.items():
            capped[item_id] = LineRefund(row.quantity, min(row.amount, available))
            available -= capped[item_id].amount
        shipping = min(shipping, available)
        if not shipping and not any(row.amount for row in capped.values()):
            return None
        return request(
            order_id=order_id,
            lines=capped,
            shipping=shipping,
            reason=reason,
            key=key,
            to=to,
        )


@retried
def request_rest(order_id: UUID) -> Refund | None:
    """Write down that all that is left of a canceled order goes back; None when nothing is.

    Nothing happens while the order is not canceled. Locks the order and its payments.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        amount = sum(amount for _payment, amount in sources.of(order))
        if order.status != Order.Status.CANCELED or order.paid_at is None or not amount:
            return None
        left = refundable.of_order(order)
        shipping = min(left.shipping_left, amount)
        goods = amount - shipping
        parts = share(min(goods, left.goods_left), [row.amount_left for row in left.lines.values()])
        lines = {
            row.item_id: LineRefund(row.units_left, part)
            for row, part in zip(left.lines.values(), parts, strict=True)
        }
        return request(
            order_id=order_id,
            lines=lines,
            shipping=shipping,
            reason=Reason.CANCELED,
            key=new_id(),
        )


def give_back_canceled(order_id: UUID) -> Refund | None:
    """Give back all that is left of a canceled order that was paid; None when nothing is."""
    made = request_rest(order_id)
    return settling.settle(made.pk) if made else None


def _check(left: Refundable, lines: Mapping[UUID, LineRefund], shipping: int) -> None:
    """Refuse what is more than is left of a line or of delivery."""
    for item_id, row in lines.items():
        line = left.lines.get(item_id)
        if line is None:
            raise TooMuchRefunded(row.amount, 0)
        if not (0 <= row.amount <= line.amount_left and 0 <= row.quantity <= line.units_left):
            raise TooMuchRefunded(row.amount, line.amount_left)
    if not 0 <= shipping <= left.shipping_left:
        raise TooMuchRefunded(shipping, left.shipping_left)


def _shared(left: Refundable, lines: Mapping[UUID, LineRefund], extra: int) -> dict[UUID, int]:
    """What each line bears of ``extra``, in proportion to what is left of it then."""
    after = {
        item_id: line.amount_left - (lines[item_id].amount if item_id in lines else 0)
        for item_id, line in left.lines.items()
    }
    if not 0 <= extra <= sum(after.values()):
        raise TooMuchRefunded(extra, sum(after.values()))
    parts = dict(zip(after, share(extra, list(after.values())), strict=True))
    return {item_id: part for item_id, part in parts.items() if part}


def _restock(order: Order, lines: Mapping[UUID, LineRefund], actor_id: UUID | None) -> None:
    variants = dict(order.items.filter(pk__in=lines).values_list("pk", "variant_id"))
    units = {variants[item_id]: row.quantity for item_id, row in lines.items() if row.quantity}
    if units:
        returns.take_back(order_id=order.pk, note=order.number, quantities=units, actor_id=actor_id)
