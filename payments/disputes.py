"""Disputes: what the provider tells of them, and how we answer.

A disputed payment is held: nothing of it can be given back, because the bank may take it as well.
Won, it is what it was before. Lost or accepted, the bank gave the customer the money: that is a
refund which nobody is asked for, with a credit note, so that what is left of the order, what a
return is worth, the tax and the reports are what they would be had we given it back ourselves.
Nobody owes it again. News may come twice and out of order: what was decided stays.
"""

from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

import structlog
from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.contrib.django import app

from audit import recording
from orders.models import Order
from payments import evidence, findings, holding, refunding
from payments.errors import DisputeDecided, ProviderAway, UnknownProvider
from payments.models import Dispute, Payment, PaymentTransaction, ReconciliationFinding
from payments.providers import provider
from payments.providers.interface import AcceptsDisputes, TakesEvidence
from payments.providers.news import DisputeNews
from shop.conflicts import retried
from shop.money import format_money

logger = structlog.get_logger(__name__)

Status = Dispute.Status
#: Staff should look at a dispute that must be answered within so many days.
SOON_DAYS: Final = 3

_Reason = Dispute.Reason
#: Words of the providers for the reasons we know, in lower case.
_REASONS: Final = {
    "fraudulent": _Reason.FRAUDULENT,
    "unrecognized": _Reason.FRAUDULENT,
    "unauthorised": _Reason.FRAUDULENT,
    "unauthorized": _Reason.FRAUDULENT,
    "product_not_received": _Reason.NOT_RECEIVED,
    "merchandise_or_service_not_received": _Reason.NOT_RECEIVED,
    "product_unacceptable": _Reason.NOT_AS_DESCRIBED,
    "merchandise_or_service_not_as_described": _Reason.NOT_AS_DESCRIBED,
    "credit_not_processed": _Reason.NOT_REFUNDED,
    "duplicate": _Reason.DUPLICATE,
    "duplicate_transaction": _Reason.DUPLICATE,
    "subscription_canceled": _Reason.CANCELED,
    "canceled_recurring_billing": _Reason.CANCELED,
}


@retried
def take_news(payment: Payment, news: DisputeNews, at: datetime) -> None:
    """Record what the provider told ``at`` that moment of a dispute of ``payment``.

    The same news again, and news older than what is known, change nothing; a decision always
    counts once. Locks the order, the payment, the dispute.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=payment.order_id)
        paid = Payment.objects.select_for_update().get(pk=payment.pk)
        dispute = _known(paid, news)
        if dispute is not None and dispute.payment_id != paid.pk:
            logger.error("dispute of another payment", payment=str(paid.pk), what=news.reference)
            return
        is_new = dispute is None
        if dispute is None:
            dispute = _open(paid, news, at)
        elif not dispute.is_undecided or _is_old(dispute, news, at):
            return
        dispute.amount, dispute.news_at = news.amount, max(at, dispute.news_at)
        dispute.respond_by = news.respond_by or dispute.respond_by
        if news.outcome == "WON":
            _win(order, paid, dispute, at)
        elif news.outcome == "LOST":
            _lose(order, paid, dispute, Status.LOST, at)
        else:
            holding.hold(paid, dispute)
            dispute.save()
        word = news.outcome.lower() or ("opened" if is_new else "updated")
        _note(paid, dispute, word)


def submit(*, dispute_id: UUID, text: str, actor_id: UUID | None = None) -> Dispute:
    """Answer the bank with ``text`` and the files that are kept with the dispute.

    A provider that takes evidence gets it; with any other, staff have typed it there and this
    notes it. Raises :class:`DisputeDecided` unless it is still to be answered, and
    :class:`ProviderAway`: then it stays open, with the text, to be sent again. Must not run inside
    a transaction.
    """
    with recording.batch():
        dispute = _to_answer(dispute_id)
        dispute.evidence_text = text
        dispute.save()
    remote = provider(dispute.provider)
    if remote.can.takes_evidence:
        files = [evidence.file_of(row) for row in dispute.evidence.all()]
        try:
            cast("TakesEvidence", remote).submit_evidence(
                dispute.provider_reference, text=text, files=files
            )
        except ProviderAway:
            _note(dispute.payment, dispute, "evidence", PaymentTransaction.Result.ERROR)
            raise
    with recording.batch():
        locked: Dispute = Dispute.objects.select_for_update().get(pk=dispute_id)
        if locked.status == Status.OPEN:
            # The decision may have come before we wrote that we answered.
            locked.status, locked.evidence_sent_at = Status.EVIDENCE_SENT, timezone.now()
            locked.save()
            _note(dispute.payment, locked, "evidence")
    logger.info("dispute answered", dispute=str(dispute_id), actor=str(actor_id or ""))
    return locked


def accept(*, dispute_id: UUID, note: str) -> Dispute:
    """Let the bank have the money, for the reason in ``note``; a provider that is told, is told.

    Raises :class:`DisputeDecided`, and :class:`ProviderAway`: then nothing changed here. Locks the
    order, the payment, the dispute. Must not run inside a transaction.
    """
    known: Dispute = Dispute.objects.select_related("payment").get(pk=dispute_id)
    if not known.is_undecided:
        raise DisputeDecided
    if takes_acceptance(known):
        remote = cast("AcceptsDisputes", provider(known.provider))
        try:
            remote.accept_dispute(known.provider_reference, note=note)
        except ProviderAway:
            _note(known.payment, known, "accepted", PaymentTransaction.Result.ERROR)
            raise
    return _accept(dispute_id, note)


def takes_acceptance(dispute: Dispute) -> bool:
    """Whether its provider is told that we accept it; else it decides so by itself."""
    try:
        return provider(dispute.provider).can.accepts_disputes
    except UnknownProvider:
        return False


@retried
def _accept(dispute_id: UUID, note: str) -> Dispute:
    with recording.batch():
        known = Dispute.objects.select_related("payment").get(pk=dispute_id)
        order = Order.objects.select_for_update().get(pk=known.payment.order_id)
        paid = Payment.objects.select_for_update().get(pk=known.payment_id)
        dispute: Dispute = Dispute.objects.select_for_update().get(pk=dispute_id)
        if not dispute.is_undecided:
            raise DisputeDecided
        dispute.note = note
        _lose(order, paid, dispute, Status.ACCEPTED, timezone.now())
        _note(paid, dispute, "accepted")
        return dispute


def to_answer() -> "QuerySet[Dispute]":
    """Disputes that wait for our answer, soonest first."""
    rows: QuerySet[Dispute] = Dispute.objects.filter(status=Status.OPEN)
    return rows.order_by("respond_by", "opened_at", "id")


def soon() -> "QuerySet[Dispute]":
    """Those of them that must be answered within days, or had to be."""
    return to_answer().filter(respond_by__lte=timezone.now() + timedelta(days=SOON_DAYS))


def hold_late(payment: Payment) -> bool:
    """Hold a payment whose dispute came before we knew that it was captured; whether it was."""
    with recording.batch():
        paid = Payment.objects.select_for_update().get(pk=payment.pk)
        dispute = holding.undecided(paid).select_for_update().first()
        if dispute is None or paid.status not in holding.HOLDABLE:
            return False
        holding.hold(paid, dispute)
        dispute.save()
        return True


def _known(payment: Payment, news: DisputeNews) -> Dispute | None:
    rows = Dispute.objects.select_for_update()
    found: Dispute | None = rows.filter(
        provider=payment.provider, provider_reference=news.reference
    ).first()
    return found


def _open(payment: Payment, news: DisputeNews, at: datetime) -> Dispute:
    made: Dispute = Dispute.objects.create(
        payment=payment,
        provider=payment.provider,
        provider_reference=news.reference,
        reason=_REASONS.get(news.reason.lower(), _Reason.OTHER),
        provider_reason=news.reason[:100],
        currency=payment.currency,
        amount=news.amount,
        respond_by=news.respond_by,
        opened_at=at,
        news_at=at,
    )
    return made


def _is_old(dispute: Dispute, news: DisputeNews, at: datetime) -> bool:
    """Whether the news is older than what is known, or says the same; a decision is always new."""
    if news.outcome:
        return False
    deadline = news.respond_by or dispute.respond_by
    return at < dispute.news_at or (news.amount, deadline) == (dispute.amount, dispute.respond_by)


def _to_answer(dispute_id: UUID) -> Dispute:
    rows = Dispute.objects.select_for_update(of=("self",)).select_related("payment")
    dispute: Dispute = rows.get(pk=dispute_id)
    if dispute.status != Status.OPEN:
        raise DisputeDecided
    return dispute


def _win(order: Order, payment: Payment, dispute: Dispute, at: datetime) -> None:
    dispute.status, dispute.closed_at = Status.WON, at
    dispute.save()
    if holding.undecided(payment).exists():
        return
    holding.release(payment, dispute)
    # Called off while the bank held its money: now it can go back.
    refund = refunding.request_rest(order.pk)
    if refund is not None:
        app.configure_task("payments.settle_refund").defer(refund_id=str(refund.pk))


def _lose(
    order: Order, payment: Payment, dispute: Dispute, status: Dispute.Status, at: datetime
) -> None:
    """Record that the bank took the money; what was not left of it is a finding for staff."""
    # A part of a refund comes out of a payment that is not held.
    holding.release(payment, dispute)
    amount = min(dispute.amount, holding.takeable(order, payment))
    if amount:
        dispute.taken = holding.take(order, payment, dispute, amount)
    dispute.status, dispute.closed_at = status, at
    dispute.save()
    payment.refresh_from_db()
    if (
        payment.status in holding.HOLDABLE
        and (other := holding.undecided(payment).first()) is not None
    ):
        holding.hold(payment, other)
        other.save()
    if amount < dispute.amount:
        findings.note(
            payment,
            ReconciliationFinding.Kind.LOST_TWICE,
            ours=format_money(amount, dispute.currency),
            theirs=format_money(dispute.amount, dispute.currency),
        )


def _note(
    payment: Any,
    dispute: Dispute,
    code: str,
    result: PaymentTransaction.Result = PaymentTransaction.Result.SUCCESS,
) -> None:
    PaymentTransaction.objects.create(
        payment=payment,
        kind=PaymentTransaction.Kind.DISPUTE,
        result=result,
        amount=dispute.amount,
        provider_reference=dispute.provider_reference,
        code=code,
    )
