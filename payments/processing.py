"""Taking the money of an order.

Each step records what it is about to do, commits, asks the provider outside any transaction,
and records the answer. The payment's id is the idempotency key of all its operations, so a step
that is repeated after a crash, a double click or a lost reply asks for the same thing again and
charges nothing twice. What was left open is finished by :mod:`payments.recovery`.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import IntegrityError
from django.utils import timezone

from audit import recording
from orders.errors import NotAllowed
from orders.models import Order
from orders.placed import lifecycle
from payments import fast, recovery, stages
from payments.calls import ask, noted
from payments.charges import charge_of, show_method
from payments.due import amount_due
from payments.errors import NothingToPay
from payments.models import Payment, PaymentTransaction
from payments.owing import Owed, owed
from payments.providers import provider
from payments.providers.base import Method, Outcome
from shop import closing
from shop.actor import current_actor

logger = structlog.get_logger(__name__)

Status = Payment.Status
Kind = PaymentTransaction.Kind


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
    instead_of_id: UUID | None = None,
    when_paid: Callable[[], None] | None = None,
) -> Payment:
    """Pay a pending order, or what a paid one owes: for an edit, or instead of what lapsed.

    Called twice it goes on with the payment that is already there.

    The payment returned is CAPTURED, or AUTHORIZED with money that is taken when parcels leave (the
    order is paid), INITIATED with a challenge (the shopper
    must answer their bank) or FAILED (another method may be tried). INITIATED or AUTHORIZED
    without a challenge means the provider did not answer; :mod:`payments.recovery` will find out.

    ``when_paid`` is called in the transaction that marks the order paid, to write more with it; not
    where that takes more than one attempt.

    Raises :class:`NothingToPay` when the order cannot be paid any more.
    """
    what_for = Owed(0, edit_id, instead_of_id)
    payment = _open_payment(order_id, provider_name, method, what_for)
    wanted = (provider_name, method.token)
    if (payment.provider, payment.method_token) != wanted and payment.status == Status.INITIATED:
        _leave(payment)
        payment = _open_payment(order_id, provider_name, method, what_for)
        if (payment.provider, payment.method_token) != wanted:
            return stages.go_on(payment)
    if payment.status == Status.INITIATED and _is_fresh(payment):
        return charge(payment, when_paid=when_paid)
    return stages.go_on(payment)


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
    # A card that the provider keeps from now on is written in the slower way.
    is_plain = answer is not None and answer.kept is None
    approved = fast.approve(payment, answer, note) if answer and is_approved and is_plain else None
    if approved is None:
        closing.add(note)
        stages.record_authorization(payment, answer)
        return stages.go_on(payment)
    if approved.captures_at_shipment:
        return stages.deliver(approved)
    answer, note = noted(
        approved,
        Kind.CAPTURE,
        lambda: stages.take_all(approved),
    )
    is_approved = answer is not None and answer.outcome == Outcome.APPROVED
    taken = fast.take(approved, answer, note, when_paid) if answer and is_approved else None
    if taken is None:
        closing.add(note)
        stages.record_capture(approved, answer)
        return stages.deliver(approved) if answer else approved
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
        stages.record_authorization(payment, told)
    return stages.go_on(payment)


def _open_payment(order_id: UUID, provider_name: str, method: Method, what_for: Owed) -> Payment:
    """The order's live payment, or a new one committed before anybody is asked for money."""
    provider(provider_name)
    try:
        with recording.batch():
            order = Order.objects.select_for_update().get(pk=order_id)
            live = order.payments.filter(
                status__in=Payment.LIVE, edit=what_for.edit_id, instead_of=what_for.instead_of_id
            ).first()
            if live is not None:
                return live
            if what_for.is_all:
                order = lifecycle.extend_for_payment(order_id)
                amount = amount_due(order)
            else:
                amount = _amount_awaited(order, what_for)
            payment = _new(order, provider_name, method, amount=amount)
            payment.edit_id, payment.instead_of_id = what_for.edit_id, what_for.instead_of_id
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
        customer_token=method.customer,
        keeps_method=method.keeps and order.customer_id is not None,
        ip_address=current_actor().ip,
    )
    show_method(payment, method)
    return payment


def _amount_awaited(order: Order, what_for: Owed) -> int:
    """What the order waits for; raises :class:`NothingToPay` unless it is for ``what_for``."""
    found = owed(order)
    if found is None or not found.is_for(what_for):
        raise NothingToPay
    return found.amount


def _leave(payment: Payment) -> None:
    """End an attempt that is still open: the shopper turned to another method."""
    if _is_fresh(payment):
        recovery.resume(payment.pk)
    else:
        finish(payment.pk, {"approved": "no"})


def _is_fresh(payment: Payment) -> bool:
    """Whether the provider was not asked yet, as far as we know."""
    return payment.three_d_secure == Payment.ThreeDSecure.NOT_NEEDED
