"""Paying an order with gift cards and store credit."""

from uuid import UUID

from audit import recording
from orders.models import Checkout, Order
from payments.credit import chosen, ledger
from payments.due import amount_due
from payments.errors import CreditChanged
from payments.models import Payment
from shop.conflicts import retried


@retried
def apply(*, order_id: UUID, agreed_due: int | None = None) -> Order:
    """Let what was chosen in checkout pay a pending order, as far as it goes.

    Called again it brings what was spent in line with what is chosen now, so a card taken out of
    the payment step gets its money back. Nothing changes once another payment is under way.
    ``agreed_due`` is what the shopper was shown as left to pay, in minor units: when more is left,
    because a card was spent elsewhere, what could be spent stays so and :class:`CreditChanged` is
    raised; the shopper looks once more. Locks the order, then cards and accounts in key order.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        if not order.is_payable:
            return order
        checkout = Checkout.objects.select_related("cart").filter(cart=order.cart_id).first()
        wants = checkout is not None and chosen.is_chosen(checkout)
        if not wants and not order.credit_applied:
            return order
        if not order.payments.filter(status__in=Payment.LIVE).exists():
            _settle(order, checkout if wants else None)
    due = amount_due(order)
    if agreed_due is not None and due > agreed_due:
        raise CreditChanged(due)
    return order


def _settle(order: Order, checkout: Checkout | None) -> None:
    """Spend what is wanted of each source, under its lock."""
    have = ledger.spent_on(order)
    wanted: dict[UUID, int] = {}
    if checkout is not None:
        # First the locks, then the plan: two orders of one card take turns.
        seen = chosen.plan(checkout, total=order.total, order=order).by_source
        ledger.lock({*seen, *have})
        wanted = chosen.plan(checkout, total=order.total, order=order).by_source
    ledger.settle(order, wanted=wanted, have=have)
    order.refresh_from_db()
