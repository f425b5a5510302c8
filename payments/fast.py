"""What a card that is simply approved leaves behind: two writes, neither of which locks first.

Each gives None when somebody else went on with the payment or its order meanwhile; then nothing is
written, and the caller looks under a lock.
"""

from collections.abc import Callable
from copy import copy

from django.utils import timezone

from audit import recording
from inventory.errors import OutOfStock
from orders.errors import NotAllowed
from orders.placed import lifecycle
from payments import capturing
from payments.charges import METHOD_FIELDS, note_remarks, show_method
from payments.models import Payment, PaymentTransaction
from payments.providers.base import Answer
from shop import closing
from shop.conflicts import retried
from shop.models import StaleObject

_NOT_CANCELED = "NOT EXISTS (SELECT FROM orders_order WHERE id = %s AND status = 'CANCELED')"


def approve(payment: Payment, answer: Answer, note: PaymentTransaction) -> Payment | None:
    """Note that the money is reserved, while the order waits for it. One statement."""
    approved = copy(payment)
    approved.status = Payment.Status.AUTHORIZED
    approved.provider_reference = answer.reference
    approved.authorized_amount = answer.amount
    approved.authorized_at = timezone.now()
    capturing.set_terms(approved, answer)
    names = ["status", "provider_reference", "authorized_amount", "authorized_at"]
    names += capturing.TERMS
    if answer.method is not None:
        show_method(approved, answer.method)
        names += METHOD_FIELDS
    names += note_remarks(approved, answer)
    try:
        with recording.batch():
            closing.add(note)
            closing.change(approved, *names, only_if=(_NOT_CANCELED, [payment.order_id]))
    except StaleObject:
        return None
    return approved


@retried
def take(
    payment: Payment,
    answer: Answer,
    note: PaymentTransaction,
    when_paid: Callable[[], None] | None,
) -> Payment | None:
    """Note that the money is there and mark the order paid, in one transaction.

    Locks the order, then stock.
    """
    taken = copy(payment)
    taken.status = Payment.Status.CAPTURED
    taken.captured_amount = answer.amount
    taken.captured_at = timezone.now()
    try:
        with recording.batch(is_one=True):
            lifecycle.mark_paid(payment.order_id)
            closing.add(note)
            closing.change(taken, "status", "captured_amount", "captured_at")
            if when_paid is not None:
                when_paid()
    except (NotAllowed, OutOfStock, StaleObject):
        return None
    return taken
