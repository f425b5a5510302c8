"""Taking the money of an order.

Each step records what it is about to do, commits, asks the provider outside any transaction,
and records the answer. The payment's id is the idempotency key of all its operations, so a step
that is repeated after a crash, a double click or a lost reply asks for the same thing again and
charges nothing twice. :func:`resume` finishes whatever was left open.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import IntegrityError
from django.db.models import Q
from django.utils import timezone

from audit import recording
from inventory.errors import OutOfStock
from orders.edits import differences
from orders.errors import NotAllowed
from orders.models import Order
from orders.placed import lifecycle
from payments import fast, refunding
from payments.calls import ask, noted
from payments.charges import charge_of, known, show_method
from payments.due import amount_due
from payments.errors import NothingToPay, ProviderAway
from payments.models import Payment, PaymentTransaction
from payments.providers import provider
from payments.providers.base import Answer, Method, Outcome
from shop import closing
from shop.actor import current_actor

logger = structlog.get_logger(__name__)

Status = Payment.Status
Kind = PaymentTransaction.Kind

#: A payment untouched for this long is taken up by the job, in seconds.
RESUME_AFTER_SECONDS = 60
#: The bank's question waits this long for an answer, in seconds.
CHALLENGE_SECONDS = 10 * 60
TIMED_OUT = "challenge_timed_out"


def open_with(order: Order, *, provider_name: str, method: Method) -> Payment:
    """A payment of all of ``order``, written in the transaction that places it.

    :func:`charge` goes on with it after the commit.
    """
    provider(provider_name)
    grace = timezone.now() + timedelta(seconds=lifecycle.PAYMENT_GRACE_SECONDS)
    if order.payment_due_at < grace:
        closing.write_now()
        lifecycle.extend_for_payment(order.pk)
    payment = _new(order, provider_name, method, amount=order.total)
    closing.add(payment)
    return payment


def pay(
    *,
    order_id: UUID,
    provider_name: str,
    method: Method,
    edit_id: UUID | None = None,
    when_paid: Callable[[], None] | None = None,
) -> Payment:
    """Pay a pending order, or by how much the edit made a paid one dearer.

    Called twice it goes on with the payment that is already there.

    The payment returned is CAPTURED (the order is paid), INITIATED with a challenge (the shopper
    must answer their bank) or FAILED (another method may be tried). INITIATED or AUTHORIZED
    without a challenge means the provider did not answer; :func:`resume` will find out.

    ``when_paid`` is called in the transaction that marks the order paid, to write more with it; not
    where that takes more than one attempt.

    Raises :class:`NothingToPay` when the order cannot be paid any more.
    """
    payment = _open_payment(order_id, provider_name, method, edit_id)
    if payment.method_token != method.token and payment.status == Status.INITIATED:
        _leave(payment)
        payment = _open_payment(order_id, provider_name, method, edit_id)
        if payment.method_token != method.token:
            return _go_on(payment)
    if payment.status == Status.INITIATED and _is_fresh(payment):
        return charge(payment, when_paid=when_paid)
    return _go_on(payment)


def charge(payment: Payment, *, when_paid: Callable[[], None] | None = None) -> Payment:
    """Ask for the money of a payment that nobody was asked for yet; as :func:`pay` from there.

    Approved and captured without a word from anyone else, it takes one statement after the first
    call and one transaction after the second. Whatever comes between, the slower way finds out.
    """
    remote = provider(payment.provider)
    answer, note = noted(
        payment,
        Kind.AUTHORIZE,
        lambda: remote.authorize(charge_of(payment)),
    )
    is_approved = answer is not None and answer.outcome == Outcome.APPROVED
    approved = fast.approve(payment, answer, note) if answer and is_approved else None
    if approved is None:
        closing.add(note)
        _record_authorization(payment, answer)
        return _go_on(payment)
    answer, note = noted(
        approved,
        Kind.CAPTURE,
        lambda: _take_all(approved),
    )
    is_approved = answer is not None and answer.outcome == Outcome.APPROVED
    taken = fast.take(approved, answer, note, when_paid) if answer and is_approved else None
    if taken is None:
        closing.add(note)
        _record_capture(approved, answer)
        return _finish(approved) if answer else approved
    return taken


def finish(payment_id: UUID, answer: Mapping[str, str]) -> Payment:
    """Go on after the shopper was asked, and capture when the money is there.

    ``answer`` is what they brought back from where they were; ``{"approved": "no"}`` gives up.
    """
    payment = Payment.objects.select_related("order").get(pk=payment_id)
    if payment.status == Status.INITIATED:
        remote = provider(payment.provider)
        told = ask(
            payment,
            Kind.AUTHORIZE,
            lambda: remote.finish(
                charge_of(payment), reference=payment.provider_reference, answer=answer
            ),
        )
        _record_authorization(payment, told)
    return _go_on(payment)


def resume(payment_id: UUID) -> Payment:
    """Ask the provider about an open payment and finish or end it; unchanged when it is away."""
    payment = Payment.objects.select_related("order").get(pk=payment_id)
    if payment.status == Status.INITIATED:
        try:
            state = provider(payment.provider).fetch(
                charge_of(payment), reference=payment.provider_reference
            )
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
            answer = Answer(
                state.outcome,
                state.reference,
                state.authorized,
                state.code,
                state.redirect_url,
                state.method,
            )
            _record_authorization(payment, answer)
    return _go_on(payment)


def give_back_canceled(order_id: UUID) -> None:
    """Give back what was taken for an order that was canceled unpaid; nothing while it is not.

    A provider that is away is asked again by :func:`resume`. What was paid before it was canceled
    is given back by :mod:`payments.refunding`.
    """
    held = [Status.AUTHORIZED, Status.CAPTURED, Status.SETTLED]
    rows = Payment.objects.filter(
        order=order_id,
        order__status=Order.Status.CANCELED,
        order__paid_at=None,
        status__in=held,
    )
    for payment in rows:
        _give_back(payment, code="order_canceled")


def open_payments() -> list[UUID]:
    """Payments that nobody has touched for a while and that are not finished."""
    since = timezone.now() - timedelta(seconds=RESUME_AFTER_SECONDS)
    unserved = [Order.Status.PENDING, Order.Status.CANCELED]
    rows = Payment.objects.filter(
        Q(status__in=[Status.INITIATED, Status.AUTHORIZED])
        | Q(status=Status.CAPTURED, order__status__in=unserved, order__paid_at=None),
        updated_at__lte=since,
    )
    return list(rows.order_by("updated_at").values_list("pk", flat=True)[:200])


def _open_payment(
    order_id: UUID, provider_name: str, method: Method, edit_id: UUID | None
) -> Payment:
    """The order's live payment, or a new one committed before anybody is asked for money."""
    provider(provider_name)
    try:
        with recording.batch():
            order = Order.objects.select_for_update().get(pk=order_id)
            live = order.payments.filter(status__in=Payment.LIVE, edit=edit_id).first()
            if live is not None:
                return live
            if edit_id is None:
                order = lifecycle.extend_for_payment(order_id)
            else:
                _refuse_unless_awaited(order, edit_id)
            payment = _new(order, provider_name, method, amount=amount_due(order))
            payment.edit_id = edit_id
            payment.save(force_insert=True)
            return payment
    except (NotAllowed, IntegrityError) as error:
        raise NothingToPay from error


def _new(order: Order, provider_name: str, method: Method, *, amount: int) -> Payment:
    payment = Payment(
        order=order,
        user_id=order.customer_id,
        provider=provider_name,
        currency=order.currency,
        amount=amount,
        method_token=method.token,
        ip_address=current_actor().ip,
    )
    show_method(payment, method)
    return payment


def _refuse_unless_awaited(order: Order, edit_id: UUID) -> None:
    """Raise :class:`NothingToPay` unless this edit's difference is what the order waits for."""
    edit = differences.awaited(order)
    if edit is None or edit.pk != edit_id:
        raise NothingToPay


def _leave(payment: Payment) -> None:
    """End an attempt that is still open: the shopper turned to another method."""
    if _is_fresh(payment):
        resume(payment.pk)
    else:
        finish(payment.pk, {"approved": "no"})


def _is_fresh(payment: Payment) -> bool:
    """Whether the provider was not asked yet, as far as we know."""
    return payment.three_d_secure == Payment.ThreeDSecure.NOT_NEEDED


def _go_on(payment: Payment) -> Payment:
    """Capture what is authorized, and let the order know."""
    payment.refresh_from_db()
    if payment.status == Status.AUTHORIZED:
        _capture(payment)
    return _finish(payment)


def _finish(payment: Payment) -> Payment:
    """Let the order know what was captured."""
    payment.refresh_from_db()
    if payment.status in (Status.CAPTURED, Status.SETTLED):
        _deliver(payment)
        payment.refresh_from_db()
    return payment


def _capture(payment: Payment) -> None:
    if Order.objects.get(pk=payment.order_id).status == Order.Status.CANCELED:
        _give_back(payment, code="order_canceled")
        return
    _record_capture(payment, ask(payment, Kind.CAPTURE, lambda: _take_all(payment)))


def _take_all(payment: Payment) -> Answer:
    return provider(payment.provider).capture(
        known(payment), key=f"{payment.pk}:capture", amount=payment.authorized_amount
    )


def _record_capture(payment: Payment, answer: Answer | None) -> None:
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
        if Order.objects.filter(pk=payment.order_id, paid_at__isnull=False).exists():
            # Paid, and called off later: what is left goes back as a refund.
            refunding.give_back_canceled(payment.order_id)
            return
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
            if answer.method is not None:
                show_method(locked, answer.method)
            if answer.outcome == Outcome.APPROVED:
                locked.status = Status.AUTHORIZED
                locked.authorized_amount = answer.amount
                locked.authorized_at = timezone.now()
                if locked.three_d_secure == asked.CHALLENGED:
                    locked.three_d_secure = asked.PASSED
            elif answer.outcome == Outcome.CHALLENGE:
                locked.three_d_secure = asked.CHALLENGED
                locked.challenge_url = answer.redirect_url
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
    remote = provider(payment.provider)
    return ask(payment, Kind.VOID, lambda: remote.void(known(payment), key=f"{payment.pk}:void"))
