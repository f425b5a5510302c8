"""What follows from a provider's answers: a payment goes from one stage to the next.

Each step locks the payment and looks once more before it writes, so it may come twice, late, or
beside others. Calls are made outside any transaction.
"""

import structlog
from django.utils import timezone

from audit import recording
from inventory.errors import OutOfStock
from orders.errors import NotAllowed
from orders.models import Order
from orders.placed import lifecycle
from payments import capturing, releasing, saved_cards
from payments.calls import ask, void
from payments.charges import known, note_remarks, show_method
from payments.models import Payment, PaymentTransaction
from payments.providers import provider
from payments.providers.base import Answer, Outcome

logger = structlog.get_logger(__name__)

Status = Payment.Status
Kind = PaymentTransaction.Kind


def go_on(payment: Payment) -> Payment:
    """Capture what is authorized, unless that waits for the parcels, and let the order know."""
    payment.refresh_from_db()
    if payment.status == Status.AUTHORIZED and not payment.captures_at_shipment:
        _capture(payment)
    return deliver(payment)


def deliver(payment: Payment) -> Payment:
    """Let the order know of the money: it was captured, or is kept until the parcels leave."""
    payment.refresh_from_db()
    if payment.status in (Status.CAPTURED, Status.SETTLED) or payment.held_amount:
        _hand_over(payment)
        payment.refresh_from_db()
    return payment


def _capture(payment: Payment) -> None:
    if Order.objects.get(pk=payment.order_id).status == Order.Status.CANCELED:
        give_back(payment, code="order_canceled")
        return
    record_capture(payment, ask(payment, Kind.CAPTURE, lambda: take_all(payment)))


def take_all(payment: Payment) -> Answer:
    """Ask for all of an authorized payment, by a key of its own."""
    return provider(payment.provider).capture(
        known(payment), key=f"{payment.pk}:capture", amount=payment.authorized_amount
    )


def record_capture(payment: Payment, answer: Answer | None) -> None:
    """Note what :func:`take_all` brought; None is a provider that is away."""
    if answer is None:
        return
    with recording.batch():
        locked = Payment.objects.select_for_update().get(pk=payment.pk)
        if locked.status != Status.AUTHORIZED:
            return
        if answer.outcome == Outcome.APPROVED:
            locked.status = Status.CAPTURED
            locked.captured_amount = answer.amount
            locked.captured_at = timezone.now()
        else:
            locked.status = Status.FAILED
            locked.failure_code = answer.code
            locked.failed_at = timezone.now()
            note_remarks(locked, answer)
        locked.save()


def _hand_over(payment: Payment) -> None:
    """Mark the order paid; money for an order that cannot be served any more goes back."""
    try:
        lifecycle.mark_paid(payment.order_id)
    except (NotAllowed, OutOfStock) as error:
        if Order.objects.filter(pk=payment.order_id, paid_at__isnull=False).exists():
            # Paid, and called off later: what is left goes back as a refund.
            releasing.call_back(payment.order_id)
            return
        logger.error("paid order cannot be served", order=str(payment.order_id), why=str(error))
        give_back(payment, code="order_not_servable")


def give_back(payment: Payment, *, code: str) -> None:
    """Have all of a payment given back; one whose provider is away stays open, for the job."""
    answer = void(payment)
    if answer is None or answer.outcome != Outcome.APPROVED:
        return
    with recording.batch():
        locked = Payment.objects.select_for_update().get(pk=payment.pk)
        if locked.status == Status.AUTHORIZED:
            locked.status = Status.VOIDED
        elif locked.status in (Status.CAPTURED, Status.SETTLED):
            locked.status = Status.REFUNDED
            locked.refunded_amount = locked.captured_amount
        else:
            return
        locked.failure_code = code
        locked.save()


def record_authorization(payment: Payment, answer: Answer | None) -> None:
    """Note what the provider said of an open payment; None is a provider that is away."""
    if answer is None:
        return
    with recording.batch():
        locked = Payment.objects.select_for_update().get(pk=payment.pk)
        if locked.status == Status.INITIATED:
            asked = Payment.ThreeDSecure
            locked.provider_reference = answer.reference
            if answer.method is not None:
                show_method(locked, answer.method)
            note_remarks(locked, answer)
            if answer.outcome == Outcome.APPROVED:
                locked.status = Status.AUTHORIZED
                locked.authorized_amount = answer.amount
                locked.authorized_at = timezone.now()
                capturing.set_terms(locked, answer)
                if locked.three_d_secure == asked.CHALLENGED:
                    locked.three_d_secure = asked.PASSED
                if answer.kept is not None and locked.keeps_method:
                    saved_cards.note(locked, answer.kept)
            elif answer.outcome == Outcome.CHALLENGE:
                locked.three_d_secure = asked.CHALLENGED
                locked.challenge_url = answer.redirect_url or locked.challenge_url
                locked.risk_flags = [answer.code] if answer.code else []
            else:
                locked.status = Status.FAILED
                locked.failure_code = answer.code
                locked.failed_at = timezone.now()
                if locked.three_d_secure == asked.CHALLENGED:
                    locked.three_d_secure = asked.FAILED
            locked.save()
    if locked.status in (Status.FAILED, Status.EXPIRED) and answer.outcome != Outcome.DECLINED:
        # The attempt was given up while the provider worked; nobody will capture this.
        void(payment)
