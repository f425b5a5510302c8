"""Taking money that was authorized when the order was placed: as parcels leave, or by staff.

A capture is written and committed before the provider is asked, under the lock of its order and of
its payment; its id is the idempotency key for ever. So one that is repeated after a crash, a double
click or a lost reply takes nothing twice, and the database refuses more than was authorized.

A parcel is worth its lines, the first one with delivery; what gift cards and store credit paid
counts first. The last parcel takes what is left, and the rest of the authorization is released.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from audit import recording
from orders.models import Order, OrderItem, Shipment, ShipmentItem
from orders.placed import refundable
from payments.calls import ask
from payments.charges import AT_SHIPMENT, known
from payments.due import HELD, uncollected
from payments.errors import NothingToCapture, OnlyWhole, TooMuchCaptured, UnknownProvider
from payments.models import Capture, Payment, PaymentTransaction
from payments.providers import provider
from payments.providers.base import Answer, Outcome
from shop.conflicts import retried

logger = structlog.get_logger(__name__)

Status = Capture.Status

#: What :func:`set_terms` fills.
TERMS = ("captures_at_shipment", "authorization_expires_at", "is_divisible")
#: A capture untouched for this long is taken up by the job, in seconds.
RESUME_AFTER_SECONDS = 60
#: How long a capture that failed is worth a look, in days.
LATELY_DAYS = 7
_SENT = (Shipment.Status.SHIPPED, Shipment.Status.DELIVERED)
_ALL_SENT = (Order.Status.SHIPPED, Order.Status.DELIVERED)


def set_terms(payment: Payment, answer: Answer) -> None:
    """Note of a payment just authorized when its money is taken, and until when it can be.

    Does not save. A query only where money waits for parcels: what goes by e-mail waits for none.
    """
    days = timedelta(days=provider(payment.provider).can.authorization_days)
    payment.authorization_expires_at = answer.expires_at or timezone.now() + days
    payment.is_divisible = answer.is_divisible
    payment.captures_at_shipment = (
        settings.PAYMENT_CAPTURE == AT_SHIPMENT
        and payment.order.status not in _ALL_SENT
        and not payment.order.items.filter(is_digital=True).exists()
    )


def capture(*, payment_id: UUID, amount: int, key: UUID, actor_id: UUID | None = None) -> Payment:
    """Take ``amount`` minor units of what is held by the payment, once for each ``key``.

    The payment has more captured, or as much as before where the provider declined or is away; then
    a job asks again each minute. Raises what :func:`request` raises. Not inside a transaction.
    """
    made = request(payment_id=payment_id, amount=amount, key=key, actor_id=actor_id)
    settle(made.pk)
    return Payment.objects.get(pk=payment_id)


@retried
def request(*, payment_id: UUID, amount: int, key: UUID, actor_id: UUID | None = None) -> Capture:
    """Write down a capture, which counts from now on; the same ``key`` again returns it.

    Raises :class:`NothingToCapture` where the payment holds nothing or its order was canceled,
    :class:`TooMuchCaptured` for more than it holds or than the order still costs, and
    :class:`OnlyWhole` where the provider captures all at once. Locks the order, then the payment.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(payments=payment_id)
        known_one: Capture | None = Capture.objects.filter(pk=key, payment__order=order).first()
        if known_one is not None:
            return known_one
        payment = Payment.objects.select_for_update().get(pk=payment_id)
        left, free = _left(order), _free(payment)
        most = min(left, free)
        if most <= 0 or order.paid_at is None:
            raise NothingToCapture
        if not 0 < amount <= most:
            raise TooMuchCaptured(amount, most)
        if amount != most and not _is_divisible(payment):
            raise OnlyWhole(most)
        made: Capture = Capture.objects.create(
            pk=key, payment=payment, amount=amount, is_last=amount == most, actor_id=actor_id
        )
        return made


@retried
def collect(order_id: UUID, *, shipment_id: UUID | None = None) -> list[Capture]:
    """Write down what is to be captured now that parcels of the order have left, once for each.

    ``shipment_id`` names the parcel that brought it about. Nothing is written for a canceled order.
    Locks the order, then its payments in key order.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        rows = Payment.objects.filter(HELD, order=order).order_by("pk").select_for_update()
        payments = {row.pk: row for row in rows}
        done = Capture.objects.filter(payment__in=payments, shipment=shipment_id)
        if not payments or order.paid_at is None or (shipment_id and done.exists()):
            return []
        left = _left(order)
        share = left if order.status in _ALL_SENT else left - max(0, _still_here(order))
        made = []
        for payment in payments.values():
            free = _free(payment)
            part = min(free, max(0, share))
            if part and not _is_divisible(payment):
                part = min(free, left)
            if not part:
                continue
            share, left = share - part, left - part
            made.append(
                Capture.objects.create(
                    payment=payment,
                    shipment_id=shipment_id,
                    amount=part,
                    is_last=part == free or not left,
                )
            )
        return made


def settle(capture_id: UUID) -> Capture:
    """Ask the provider for a capture, after those of its payment that came before it.

    Settling twice takes nothing twice. It stays REQUESTED while the provider is away. Must not run
    inside a transaction.
    """
    wanted: Capture = Capture.objects.get(pk=capture_id)
    if wanted.status != Status.REQUESTED:
        return wanted
    waiting = Capture.objects.filter(payment=wanted.payment_id, status=Status.REQUESTED)
    for one in waiting.filter(created_at__lte=wanted.created_at).select_related("payment"):
        if _ask_for(one).status == Status.REQUESTED:
            break
    wanted.refresh_from_db()
    return wanted


def settle_all(captures: Iterable[UUID]) -> None:
    """:func:`settle` each of them."""
    for capture_id in captures:
        settle(capture_id)


def unfinished() -> list[UUID]:
    """Captures that nobody has touched for a while and that are not finished."""
    since = timezone.now() - timedelta(seconds=RESUME_AFTER_SECONDS)
    rows = Capture.objects.filter(status=Status.REQUESTED, updated_at__lte=since)
    return list(rows.order_by("created_at").values_list("pk", flat=True)[:200])


def most(payment: Payment) -> int:
    """What may be captured of ``payment`` now, in minor units. Up to four queries."""
    return max(0, min(_left(payment.order), _free(payment)))


def _is_divisible(payment: Payment) -> bool:
    return payment.is_divisible or provider(payment.provider).can.captures_in_parts


def _left(order: Order) -> int:
    """What of the order nobody was asked to take yet."""
    asked = Capture.objects.filter(payment__order=order, status=Status.REQUESTED)
    return uncollected(order) - (asked.aggregate(sum=Sum("amount"))["sum"] or 0)


def _free(payment: Payment) -> int:
    """What of the payment nobody was asked to take yet."""
    asked = Capture.objects.filter(payment=payment, status=Status.REQUESTED)
    return payment.held_amount - (asked.aggregate(sum=Sum("amount"))["sum"] or 0)


def _still_here(order: Order) -> int:
    """What the pieces that have not left are worth, with delivery until the first parcel leaves."""
    items = {item.pk: item for item in order.items.all()}
    sent = ShipmentItem.objects.filter(shipment__order=order, shipment__status__in=_SENT)
    units = dict(sent.order_by().values_list("item").annotate(units=Sum("quantity")))
    here = sum(
        _worth(order, item) - _worth(order, item) * units.get(item.pk, 0) // item.quantity
        for item in items.values()
    )
    return here if units else here + refundable.shipping_worth(order, items.values())


def _worth(order: Order, item: OrderItem) -> int:
    return item.line_total + (0 if order.prices_include_tax else item.tax)


def _ask_for(one: Capture) -> Capture:
    """Ask the provider for one capture; it is returned as it was while the provider is away."""
    payment = one.payment
    try:
        remote = provider(payment.provider)
    except UnknownProvider as error:
        logger.error("capture waits for its provider", capture=str(one.pk), why=str(error))
        return one
    answer = ask(
        payment,
        PaymentTransaction.Kind.CAPTURE,
        lambda: remote.capture(
            known(payment), key=str(one.pk), amount=one.amount, is_last=one.is_last
        ),
        amount=one.amount,
    )
    return one if answer is None else _record(one, answer)


def _record(one: Capture, answer: Answer) -> Capture:
    with recording.batch():
        payment = Payment.objects.select_for_update().get(pk=one.payment_id)
        locked: Capture = Capture.objects.select_for_update().get(pk=one.pk)
        if locked.status != Status.REQUESTED:
            return locked
        now = timezone.now()
        locked.provider_reference = answer.reference
        if answer.outcome != Outcome.APPROVED:
            locked.status, locked.failed_at = Status.FAILED, now
            locked.failure_code = answer.code
            locked.save()
            return locked
        locked.status, locked.succeeded_at = Status.SUCCEEDED, now
        locked.save()
        payment.captured_amount += locked.amount
        payment.captured_at = payment.captured_at or now
        if payment.status == Payment.Status.AUTHORIZED:
            payment.status = Payment.Status.CAPTURED
        if locked.is_last:
            payment.released_amount = payment.authorized_amount - payment.captured_amount
        payment.save()
        return locked
