"""What follows from a notice: the provider is asked, and its answer recorded as after any call."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from payments import card_news, disputes, recovery, settling
from payments.calls import void
from payments.charges import charge_of
from payments.errors import ProviderAway
from payments.models import Payment, ProviderNotice, Refund
from payments.providers import provider
from payments.providers.base import Outcome
from payments.providers.news import CardNews, DisputeNews

Status = ProviderNotice.Status
Kind = ProviderNotice.Kind

#: How long a payment is looked for that only the provider's reference names, in seconds.
UNKNOWN_AFTER_SECONDS: Final = 15 * 60


def look_into(notice: ProviderNotice) -> tuple[Status, str]:
    """What came of it and why; RECEIVED when nobody knows yet."""
    if notice.kind == Kind.OTHER:
        return Status.IGNORED, ""
    if notice.kind == Kind.CARD:
        return _on_card(notice)
    payment = notice.payment
    if payment is None:
        age = timezone.now() - notice.created_at
        is_late = age > timedelta(seconds=UNKNOWN_AFTER_SECONDS)
        return (Status.UNKNOWN if is_late else Status.RECEIVED), "unknown_payment"
    if mismatch := _mismatch(notice, payment):
        return Status.MISMATCHED, mismatch
    try:
        return _ACTS[Kind(notice.kind)](notice, payment)
    except ProviderAway:
        return Status.RECEIVED, "provider_away"


def _mismatch(notice: ProviderNotice, payment: Payment) -> str:
    """Why the notice cannot be about this payment as we know it, or ""."""
    if notice.currency and notice.currency != payment.currency:
        return "wrong_currency"
    if notice.amount is None:
        return ""
    if not 0 <= notice.amount <= payment.amount:
        return "wrong_amount"
    if notice.kind == Kind.PAYMENT and notice.amount not in _amounts(payment):
        return "wrong_amount"
    return ""


def _amounts(payment: Payment) -> set[int]:
    """What a notice of the payment may name: all of it, or a part that was asked for."""
    parts = payment.captures.values_list("amount", flat=True)
    return {payment.amount, payment.captured_amount, *parts}


def _on_payment(notice: ProviderNotice, payment: Payment) -> tuple[Status, str]:
    after = recovery.resume(payment.pk)
    if after.status in (Payment.Status.FAILED, Payment.Status.EXPIRED, Payment.Status.VOIDED):
        return _give_back_unowned(after, notice.reference)
    is_waiting = after.three_d_secure == Payment.ThreeDSecure.CHALLENGED
    if after.status == Payment.Status.INITIATED and not is_waiting:
        return Status.RECEIVED, "provider_away"
    return Status.PROCESSED, ""


def _give_back_unowned(payment: Payment, reference: str) -> tuple[Status, str]:
    """Money that is held for an attempt that has ended here goes back."""
    state = provider(payment.provider).fetch(
        charge_of(payment), reference=payment.provider_reference or reference
    )
    if state is None or state.voided or state.authorized <= state.refunded:
        return Status.PROCESSED, ""
    if not payment.provider_reference:
        payment.provider_reference = state.reference
        payment.save(update_fields=["provider_reference"])
    answer = void(payment)
    if answer is None:
        return Status.RECEIVED, "provider_away"
    if answer.outcome != Outcome.APPROVED:
        return Status.FAILED, answer.code or "not_voided"
    return Status.PROCESSED, "given_back"


def _on_refund(notice: ProviderNotice, payment: Payment) -> tuple[Status, str]:
    """Refunds on their way are asked for again, each with its key."""
    open_parts = payment.refund_parts.filter(status=Refund.Status.REQUESTED)
    for refund_id in set(open_parts.values_list("refund_id", flat=True)):
        if settling.settle(refund_id).status == Refund.Status.REQUESTED:
            return Status.RECEIVED, "provider_away"
    return Status.PROCESSED, ""


def _on_dispute(notice: ProviderNotice, payment: Payment) -> tuple[Status, str]:
    if not notice.dispute:
        return Status.FAILED, "no_dispute"
    told = dict(notice.dispute)
    until = told.pop("respond_by")
    news = DisputeNews(**told, respond_by=datetime.fromisoformat(until) if until else None)
    disputes.take_news(payment, news, notice.told_at)
    return Status.PROCESSED, ""


def _on_card(notice: ProviderNotice) -> tuple[Status, str]:
    """Signed news of a kept card; nobody can be asked, and no money moves."""
    told = dict(notice.card or {})
    if not told.get("token") and not told.get("customer"):
        return Status.FAILED, "no_card"
    expiry = told.pop("expiry", None)
    news = CardNews(**told, expiry=(expiry[0], expiry[1]) if expiry else None)
    count = card_news.take(notice.provider, news)
    return (Status.PROCESSED if count else Status.IGNORED), ""


_ACTS: dict[ProviderNotice.Kind, Callable[[ProviderNotice, Payment], tuple[Status, str]]] = {
    Kind.PAYMENT: _on_payment,
    Kind.REFUND: _on_refund,
    Kind.DISPUTE: _on_dispute,
}
