"""Money that came another way than through a provider: a bank transfer, cash, a card terminal."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import recording
from orders.models import Order
from orders.placed import lifecycle
from payments.errors import NothingToPay, ReferenceTaken
from payments.models import Payment, PaymentTransaction
from payments.models.payments import Provider
from payments.owing import Owed, owed
from shop.conflicts import retried


@retried
def record(*, order_id: UUID, reference: str) -> Payment | None:
    """Note that what is due of the order is here; ``reference`` says where to find it.

    A pending order becomes paid and its units are sold. None when credit had paid all of it.
    Raises :class:`NothingToPay` when nothing is due or another payment is under way,
    :class:`ReferenceTaken`, and :class:`~inventory.errors.OutOfStock` when the order's hold had run
    out and others bought its units; then nothing is written. Locks the order, then stock.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        due = owed(order)
        if due is None:
            raise NothingToPay
        payment = _write(order, due, reference) if due.amount else None
        if order.status == Order.Status.PENDING:
            lifecycle.mark_paid(order.pk)
        return payment


def _write(order: Order, due: Owed, reference: str) -> Payment:
    live = order.payments.filter(status__in=Payment.LIVE)
    if live.filter(edit=due.edit_id, instead_of=due.instead_of_id).exists():
        raise NothingToPay
    amount = due.amount
    now = timezone.now()
    try:
        with transaction.atomic():
            payment: Payment = Payment.objects.create(
                order=order,
                edit_id=due.edit_id,
                instead_of_id=due.instead_of_id,
                user_id=order.customer_id,
                provider=Provider.MANUAL,
                provider_reference=reference,
                status=Payment.Status.CAPTURED,
                channel="office",
                currency=order.currency,
                amount=amount,
                authorized_amount=amount,
                captured_amount=amount,
                authorized_at=now,
                captured_at=now,
            )
    except IntegrityError as error:
        if "payment_provider_reference_unique" not in str(error):
            raise
        raise ReferenceTaken(reference) from error
    PaymentTransaction.objects.create(
        payment=payment,
        kind=PaymentTransaction.Kind.CAPTURE,
        result=PaymentTransaction.Result.SUCCESS,
        amount=amount,
        provider_reference=reference,
    )
    return payment
