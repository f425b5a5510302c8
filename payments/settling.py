"""Refunds on their way: what the provider is asked, and what follows from its answer."""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import override

from audit import recording
from orders.documents import credit_notes, invoices
from orders.errors import NothingToCredit
from orders.models import Order
from orders.placed import announcements, refundable
from payments.calls import ask
from payments.charges import known
from payments.credit import returning
from payments.errors import UnknownProvider
from payments.models import Payment, PaymentTransaction, Provider, Refund, RefundPart
from payments.providers import provider
from payments.providers.base import Answer, Outcome

logger = structlog.get_logger(__name__)

Status = Refund.Status
#: A refund untouched for this long is taken up by the job, in seconds.
RESUME_AFTER_SECONDS = 60
#: How long a refund that failed is worth a look, in days.
LATELY_DAYS = 7


def settle(refund_id: UUID) -> Refund:
    """Ask the provider for what has not gone back yet, and record its answer.

    Settling twice gives nothing back twice. The refund stays REQUESTED while the provider is away.
    Must not run inside a transaction.
    """
    refund = Refund.objects.get(pk=refund_id)
    if refund.status == Status.REQUESTED and refund.to == Refund.To.ORIGINAL:
        for part in refund.parts.filter(payment__isnull=False).select_related("payment"):
            known = _ask_for(part) if part.status == Status.REQUESTED else part
            if known.status != Status.SUCCEEDED:
                break
    return _finish(refund_id)


def take_back(refund_id: UUID, *, reference: str) -> Refund:
    """Record a refund whose money is gone already, because a bank took it; nobody is asked.

    The caller has locked the order and its payments. Called again it changes nothing.
    """
    with recording.batch():
        for part in RefundPart.objects.filter(refund=refund_id, payment__isnull=False):
            answer = Answer(Outcome.APPROVED, reference, part.amount)
            _record(part, cast("UUID", part.payment_id), answer)
        return _finish(refund_id)


def unfinished() -> list[UUID]:
    """Refunds that nobody has touched for a while and that are not finished."""
    since = timezone.now() - timedelta(seconds=RESUME_AFTER_SECONDS)
    rows = Refund.objects.filter(status=Status.REQUESTED, updated_at__lte=since)
    return list(rows.order_by("updated_at").values_list("pk", flat=True)[:200])


def lately_failed() -> "QuerySet[Refund]":
    """Refunds of the last days that the provider refused, and that nobody has repeated."""
    since = timezone.now() - timedelta(days=LATELY_DAYS)
    rows: QuerySet[Refund] = Refund.objects.filter(status=Status.FAILED, updated_at__gte=since)
    return rows.exclude(Exists(Refund.objects.filter(key=OuterRef("pk"))))


def _ask_for(part: RefundPart) -> RefundPart:
    """Ask the provider for one part; it is returned as it was when the provider is away."""
    payment: Any = part.payment
    if payment.provider == Provider.MANUAL:
        # Staff give it back by hand, the way they noted that it came.
        by_hand = Answer(Outcome.APPROVED, payment.provider_reference, part.amount)
        ask(payment, PaymentTransaction.Kind.REFUND, lambda: by_hand, amount=part.amount)
        return _record(part, payment.pk, by_hand)
    try:
        remote = provider(payment.provider)
    except UnknownProvider as error:
        logger.error("refund waits for its provider", refund=str(part.refund_id), why=str(error))
        return part
    answer = ask(
        payment,
        PaymentTransaction.Kind.REFUND,
        lambda: remote.refund(known(payment), key=str(part.pk), amount=part.amount),
        amount=part.amount,
    )
    return part if answer is None else _record(part, payment.pk, answer)


def _record(part: RefundPart, payment_id: UUID, answer: Answer) -> RefundPart:
    with recording.batch():
        refund: Refund = Refund.objects.select_for_update().get(pk=part.refund_id)
        payment = Payment.objects.select_for_update().get(pk=payment_id)
        locked: RefundPart = RefundPart.objects.select_for_update().get(pk=part.pk)
        if locked.status != Status.REQUESTED:
            return locked
        locked.provider_reference = answer.reference
        if answer.outcome == Outcome.APPROVED:
            locked.status = Status.SUCCEEDED
            _count(payment, locked.amount)
        else:
            locked.status = Status.FAILED
            refund.failure_code = answer.code
            refund.save(update_fields=["failure_code"])
        locked.save()
        return locked


def _count(payment: Payment, amount: int) -> None:
    payment.refunded_amount += amount
    if payment.refunded_amount == payment.captured_amount and not payment.held_amount:
        payment.status = Payment.Status.REFUNDED
    elif payment.status != Payment.Status.DISPUTED:
        payment.status = Payment.Status.PARTIALLY_REFUNDED
    payment.save()


def _finish(refund_id: UUID) -> Refund:
    """Bring the refund to its end where the provider has said all that it was asked."""
    with recording.batch():
        order = Order.objects.select_for_update().get(refunds=refund_id)
        refund: Refund = Refund.objects.select_for_update().get(pk=refund_id)
        parts = list(refund.parts.select_for_update().order_by("pk"))
        if refund.status != Status.REQUESTED:
            return refund
        ours = [part for part in parts if part.payment_id is None or _is_credit(refund)]
        if any(part.status == Status.FAILED for part in parts):
            return _fail(order, refund)
        if any(part.status == Status.REQUESTED and part not in ours for part in parts):
            return refund
        for part in ours:
            _give_credit(refund, part)
            part.status = Status.SUCCEEDED
            part.save()
        refund.status, refund.succeeded_at = Status.SUCCEEDED, timezone.now()
        refund.save()
        _tell(order, refund)
        return refund


def _is_credit(refund: Refund) -> bool:
    return refund.to == Refund.To.STORE_CREDIT


def _give_credit(refund: Refund, part: RefundPart) -> None:
    """What credit paid goes back to where it came from; money becomes store credit."""
    if part.payment_id is None:
        returning.give_back(order_id=refund.order_id, amount=part.amount, key=part.pk)
    else:
        returning.grant(
            order_id=refund.order_id,
            amount=part.amount,
            key=part.pk,
            reason=refund.note or str(refund.get_reason_display()),
            actor_id=refund.actor_id,
        )


def _fail(order: Order, refund: Refund) -> Refund:
    """What had gone back before a provider declined stays with the customer, who is told of it.

    The rest waits for staff: :func:`payments.refunding.repeat`.
    """
    refund.parts.filter(status=Status.REQUESTED).update(status=Status.FAILED)
    refund.status, refund.failed_at = Status.FAILED, timezone.now()
    refund.save()
    if refund.given:
        _tell(order, refund)
    return refund


def _tell(order: Order, refund: Refund) -> None:
    """The document of what went back, and the word to whom it concerns."""
    _credit_note(order, refund)
    announcements.announce(
        order, "refunded", refund=str(refund.pk), amount=refund.given, reason=refund.reason
    )


def _credit_note(order: Order, refund: Refund) -> None:
    """The document of a refund; an edit of the order writes its own."""
    if refund.reason == Refund.Reason.EDITED:
        return
    taken = refundable.taken_by(refund)
    with override(order.language or settings.LANGUAGE_CODE):
        reason = str(refund.get_reason_display())
    try:
        if refund.reason == Refund.Reason.CANCELED and refund.status == Status.SUCCEEDED:
            invoices.credit_rest(order.pk, reason=reason)
            return
        credit_notes.issue(
            order.pk,
            lines={
                item_id: (taken.units[item_id], amount)
                for item_id, amount in taken.amounts.items()
                if amount or taken.units[item_id]
            },
            shipping=taken.shipping,
            reason=reason,
        )
    except NothingToCredit:
        # All of the invoice was taken back before, as when the order was canceled meanwhile.
        logger.warning("refund without a credit note", refund=str(refund.pk), order=order.number)
