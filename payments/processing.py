"""Taking the money of an order.

Each step records what it is about to do, commits, asks the provider outside any transaction,
and records the answer. The payment's id is the idempotency key of all its operations, so a step
that is repeated after a crash, a double click or a lost reply asks for the same thing again and
charges nothing twice. :func:`resume` finishes whatever was left open.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import IntegrityError
from django.db.models import Q
from django.utils import timezone

from audit import recording
from inventory.errors import OutOfStock
from orders.errors import NotAllowed
from orders.models import Order
from orders.placed import lifecycle
from payments.errors import NothingToPay, ProviderAway
from payments.models import Payment, PaymentTransaction
from payments.providers import provider
from payments.providers.base import Answer, Method, Outcome
from shop.actor import current_actor

logger = structlog.get_logger(__name__)

Status = Payment.Status
Kind = PaymentTransaction.Kind
Result = PaymentTransaction.Result

#: A payment untouched for this long is taken up by the job, in seconds.
RESUME_AFTER_SECONDS = 60
#: The bank's question waits this long for an answer, in seconds.
CHALLENGE_SECONDS = 10 * 60
TIMED_OUT = "challenge_timed_out"


def pay(*, order_id: UUID, provider_name: str, method: Method) -> Payment:
    """Pay a pending order; called twice it goes on with the payment that is already there.

    The payment returned is CAPTURED (the order is paid), INITIATED with a challenge (the shopper
    must answer their bank) or FAILED (another method may be tried). INITIATED or AUTHORIZED
    without a challenge means the provider did not answer; :func:`resume` will find out.

    Raises :class:`NothingToPay` when the order cannot be paid any more.
    """
    payment = _open_payment(order_id, provider_name, method)
    if payment.method_token != method.token and payment.status == Status.INITIATED:
        _leave(payment)
        payment = _open_payment(order_id, provider_name, method)
        if payment.method_token != method.token:
            return _go_on(payment)
    if payment.status == Status.INITIATED and _is_fresh(payment):
        _authorize(payment)
    return _go_on(payment)


def answer_challenge(payment_id: UUID, *, approved: bool) -> Payment:
    """Take the shopper's answer to their bank, and capture when it was yes."""
    payment = Payment.objects.get(pk=payment_id)
    if payment.status == Status.INITIATED:
        remote = provider(payment.provider)
        answer = _ask(
            payment,
            Kind.AUTHORIZE,
            lambda: remote.answer_challenge(key=str(payment.pk), approved=approved),
        )
        _record_authorization(payment, answer)
    return _go_on(payment)


def resume(payment_id: UUID) -> Payment:
    """Ask the provider about an open payment and finish or end it; unchanged when it is away."""
    payment = Payment.objects.select_related("order").get(pk=payment_id)
    if payment.status == Status.INITIATED:
        try:
            state = provider(payment.provider).fetch(key=str(payment.pk))
        except ProviderAway as error:
            logger.warning("provider away", payment=str(payment.pk), kind="FETCH", why=str(error))
            return payment
        if state is None:
            _end(payment, Status.EXPIRED, code="never_reached_provider")
        elif state.voided:
            _end(payment, Status.EXPIRED, code="voided")
        elif state.outcome == Outcome.CHALLENGE:
            since = timezone.now() - timedelta(seconds=CHALLENGE_SECONDS)
            # Ended here first: an answer that comes this moment must keep its money.
            if payment.created_at < since and _end(payment, Status.EXPIRED, code=TIMED_OUT):
                _void(payment)
        elif state.outcome is not None:
            answer = Answer(state.outcome, state.reference, state.authorized, state.code)
            _record_authorization(payment, answer)
    return _go_on(payment)


def give_back_canceled(order_id: UUID) -> None:
    """Give back what was taken for an order that is canceled; nothing while it is not.

    A provider that is away is asked again by :func:`resume`.
    """
    held = [Status.AUTHORIZED, Status.CAPTURED, Status.SETTLED]
    rows = Payment.objects.filter(
        order=order_id, order__status=Order.Status.CANCELED, status__in=held
    )
    for payment in rows:
        _give_back(payment, code="order_canceled")


def open_payments() -> list[UUID]:
    """Payments that nobody has touched for a while and that are not finished."""
    since = timezone.now() - timedelta(seconds=RESUME_AFTER_SECONDS)
    unserved = [Order.Status.PENDING, Order.Status.CANCELED]
    rows = Payment.objects.filter(
        Q(status__in=[Status.INITIATED, Status.AUTHORIZED])
        | Q(status=Status.CAPTURED, order__status__in=unserved),
        updated_at__lte=since,
    )
    return list(rows.order_by("updated_at").values_list("pk", flat=True)[:200])


def _open_payment(order_id: UUID, provider_name: str, method: Method) -> Payment:
    """The order's live payment, or a new one committed before anybody is asked for money."""
    provider(provider_name)
    try:
        with recording.batch():
            order = Order.objects.select_for_update().get(pk=order_id)
            live = order.payments.filter(status__in=Payment.LIVE).first()
            if live is not None:
                return live
            order = lifecycle.extend_for_payment(order_id)
            return Payment.objects.create(
                order=order,
                user_id=order.customer_id,
                provider=provider_name,
                currency=order.currency,
                amount=order.total,
                method_token=method.token,
                card_brand=method.brand,
                card_last4=method.last4,
                card_bin=method.bin,
                ip_address=current_actor().ip,
            )
    except (NotAllowed, IntegrityError) as error:
        raise NothingToPay from error


def _leave(payment: Payment) -> None:
    """End an attempt that is still open: the shopper turned to another method."""
    if _is_fresh(payment):
        resume(payment.pk)
    else:
        answer_challenge(payment.pk, approved=False)


def _is_fresh(payment: Payment) -> bool:
    """Whether the provider was not asked yet, as far as we know."""
    return payment.three_d_secure == Payment.ThreeDSecure.NOT_NEEDED


def _authorize(payment: Payment) -> None:
    remote = provider(payment.provider)
    answer = _ask(
        payment,
        Kind.AUTHORIZE,
        lambda: remote.authorize(
            key=str(payment.pk),
            method_token=payment.method_token,
            amount=payment.amount,
            currency=payment.currency,
        ),
    )
    _record_authorization(payment, answer)


def _go_on(payment: Payment) -> Payment:
    """Capture what is authorized, and let the order know."""
    payment.refresh_from_db()
    if payment.status == Status.AUTHORIZED:
        _capture(payment)
        payment.refresh_from_db()
    if payment.status in (Status.CAPTURED, Status.SETTLED):
        _deliver(payment)
        payment.refresh_from_db()
    return payment


def _capture(payment: Payment) -> None:
    if Order.objects.get(pk=payment.order_id).status == Order.Status.CANCELED:
        _give_back(payment, code="order_canceled")
        return
    remote = provider(payment.provider)
    answer = _ask(
        payment,
        Kind.CAPTURE,
        lambda: remote.capture(key=str(payment.pk), amount=payment.authorized_amount),
    )
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
        locked.save()


def _deliver(payment: Payment) -> None:
    """Mark the order paid; money for an order that cannot be served any more goes back."""
    try:
        lifecycle.mark_paid(payment.order_id)
    except (NotAllowed, OutOfStock) as error:
        logger.error("paid order cannot be served", order=str(payment.order_id), why=str(error))
        _give_back(payment, code="order_not_servable")


def _give_back(payment: Payment, *, code: str) -> None:
    if _void(payment) is None:
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


def _record_authorization(payment: Payment, answer: Answer | None) -> None:
    if answer is None:
        return
    with recording.batch():
        locked = Payment.objects.select_for_update().get(pk=payment.pk)
        if locked.status == Status.INITIATED:
            asked = Payment.ThreeDSecure
            locked.provider_reference = answer.reference
            if answer.outcome == Outcome.APPROVED:
                locked.status = Status.AUTHORIZED
                locked.authorized_amount = answer.amount
                locked.authorized_at = timezone.now()
                if locked.three_d_secure == asked.CHALLENGED:
                    locked.three_d_secure = asked.PASSED
            elif answer.outcome == Outcome.CHALLENGE:
                locked.three_d_secure = asked.CHALLENGED
            else:
                locked.status = Status.FAILED
                locked.failure_code = answer.code
                locked.failed_at = timezone.now()
                if locked.three_d_secure == asked.CHALLENGED:
                    locked.three_d_secure = asked.FAILED
            locked.save()
    if locked.status in (Status.FAILED, Status.EXPIRED) and answer.outcome != Outcome.DECLINED:
        # The attempt was given up while the provider worked; nobody will capture this.
        _void(payment)


def _end(payment: Payment, status: Payment.Status, *, code: str) -> bool:
    """Give up an attempt that is still open; False when it went on meanwhile."""
    with recording.batch():
        locked = Payment.objects.select_for_update().get(pk=payment.pk)
        if locked.status != Status.INITIATED:
            return False
        locked.status = status
        locked.failure_code = code
        locked.failed_at = timezone.now()
        locked.save()
        return True


def _void(payment: Payment) -> Answer | None:
    return _ask(payment, Kind.VOID, lambda: provider(payment.provider).void(key=str(payment.pk)))


def _ask(
    payment: Payment, kind: PaymentTransaction.Kind, call: Callable[[], Answer]
) -> Answer | None:
    """Call the provider outside any transaction and note the call; None when it is away."""
    started = time.monotonic()
    try:
        answer = call()
    except ProviderAway as error:
        logger.warning("provider away", payment=str(payment.pk), kind=kind, why=str(error))
        answer = None
    result = {
        None: Result.ERROR,
        Outcome.APPROVED: Result.SUCCESS,
        Outcome.DECLINED: Result.DECLINED,
        Outcome.CHALLENGE: Result.CHALLENGE,
    }[answer.outcome if answer else None]
    PaymentTransaction.objects.create(
        payment=payment,
        kind=kind,
        result=result,
        amount=payment.amount,
        provider_reference=answer.reference if answer else "",
        code=answer.code if answer else "",
        latency_ms=int((time.monotonic() - started) * 1000),
    )
    return answer
