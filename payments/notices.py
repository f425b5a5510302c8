"""What providers tell by themselves: stored at once, looked into by a job.

A notice says that something changed, never what is true: the provider is asked, and what it
answers is recorded as after any other call. So a notice may come twice, late, or before another
that happened earlier.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.utils import timezone
from django.utils.datastructures import CaseInsensitiveMapping
from procrastinate.contrib.django import app

from audit import recording
from audit.models import AuditLog
from payments import disputes, recovery, settling
from payments.calls import void
from payments.charges import charge_of
from payments.errors import NoticeRefused, ProviderAway
from payments.models import Payment, PaymentTransaction, ProviderNotice, Refund
from payments.providers import provider
from payments.providers.base import DisputeNews, Notice, Outcome
from shop import closing

logger = structlog.get_logger(__name__)

Status = ProviderNotice.Status
Kind = ProviderNotice.Kind

#: Name of the job that looks into one notice.
PROCESS: Final = "payments.process_notice"
#: How long a worker has for a notice before another takes it up, in seconds.
LEASE_SECONDS: Final = 120
#: A notice that fails is given up after so many tries; the waits between them double.
MOST_TRIES: Final = 8
FIRST_WAIT_SECONDS: Final = 30
#: How long a payment is looked for that only the provider's reference names, in seconds.
UNKNOWN_AFTER_SECONDS: Final = 15 * 60
#: What is done with stays so long, in days. Providers repeat events for less.
KEEP_DAYS: Final = 90
_BATCH: Final = 5000
#: More than any amount, in minor units.
MOST_AMOUNT: Final = 10**15


def receive(provider_name: str, headers: Mapping[str, str], body: bytes) -> ProviderNotice:
    """Store a notice and have a job look into it; the one we have when it came before.

    Raises :class:`~payments.errors.UnknownProvider`, :class:`~payments.errors.NoticeRefused` and
    :class:`~payments.errors.ProviderAway`; then nothing was stored.
    """
    told = provider(provider_name).read_notice(CaseInsensitiveMapping(dict(headers)), body)
    if not _is_storable(told):
        raise NoticeRefused("out of bounds")
    with recording.batch():
        notice, is_new = ProviderNotice.objects.get_or_create(
            provider=provider_name, event_id=told.event_id, defaults=_columns(told)
        )
        if is_new:
            app.configure_task(PROCESS).defer(notice_id=str(notice.pk))
    return notice


def process(notice_id: UUID) -> ProviderNotice:
    """Look into a notice, and note what came of it. Must not run inside a transaction.

    Nothing happens while another worker does, and to one that is done with. What cannot be found
    out now is tried again later.
    """
    notice = _claimed(notice_id)
    if notice is None:
        return ProviderNotice.objects.get(pk=notice_id)
    try:
        status, code = _look_into(notice)
    except Exception as error:
        # Whatever it is, the other notices go on, and staff see this one when it is given up.
        logger.exception("notice could not be processed", notice=str(notice.pk))
        return _put_off(notice, code=type(error).__name__)
    if status == Status.RECEIVED:
        return _put_off(notice, code=code)
    return _end(notice, status, code=code)


def waiting() -> list[UUID]:
    """Notices whose time to be looked into has come."""
    rows = ProviderNotice.objects.filter(status=Status.RECEIVED, next_try_at__lte=timezone.now())
    return list(rows.order_by("next_try_at").values_list("pk", flat=True)[:200])


def process_again(notice_ids: Collection[UUID]) -> int:
    """Have a job look once more into those that staff should look at; returns how many. Audited."""
    with recording.batch():
        rows = ProviderNotice.objects.filter(pk__in=notice_ids, status__in=ProviderNotice.TROUBLED)
        notices = list(rows.order_by("pk").select_for_update())
        for notice in notices:
            before = {"status": notice.status}
            notice.status, notice.tries, notice.next_try_at = Status.RECEIVED, 0, timezone.now()
            notice.processed_at = None
            notice.save(update_fields=["status", "tries", "next_try_at", "processed_at"])
            after = {"status": notice.status}
            recording.record(AuditLog.Action.UPDATE, ProviderNotice, notice.pk, before, after)
            app.configure_task(PROCESS).defer(notice_id=str(notice.pk))
    return len(notices)


def remove_old() -> int:
    """Forget notices that were done with long ago, in batches; returns how many."""
    before = timezone.now() - timedelta(days=KEEP_DAYS)
    done = [Status.PROCESSED, Status.IGNORED]
    old = ProviderNotice.objects.filter(status__in=done, created_at__lt=before)
    removed = 0
    while ids := list(old.order_by("created_at").values_list("pk", flat=True)[:_BATCH]):
        removed += ProviderNotice.objects.filter(pk__in=ids).delete()[0]
    return removed


def _is_storable(told: Notice) -> bool:
    return (
        0 < len(told.event_id) <= 200
        and len(told.key) <= 100
        and len(told.reference) <= 200
        and len(told.currency) in (0, 3)
        and abs(told.amount or 0) <= MOST_AMOUNT
    )


def _columns(told: Notice) -> dict[str, Any]:
    news = asdict(told.dispute) if told.dispute else None
    if news and told.dispute and told.dispute.respond_by:
        news["respond_by"] = told.dispute.respond_by.isoformat()
    return {
        "kind": told.kind.value,
        "told_at": told.at,
        "key": told.key,
        "reference": told.reference,
        "amount": told.amount,
        "currency": told.currency.upper(),
        "dispute": news,
        "payload": dict(told.raw),
    }


def _claimed(notice_id: UUID) -> ProviderNotice | None:
    """The notice, ours alone for a while and in the ledger of its payment; None if it is not."""
    now = timezone.now()
    with recording.batch():
        rows = ProviderNotice.objects.filter(
            pk=notice_id, status=Status.RECEIVED, next_try_at__lte=now
        )
        notice = rows.select_for_update(skip_locked=True).first()
        if notice is None:
            return None
        notice.tries += 1
        notice.next_try_at = now + timedelta(seconds=LEASE_SECONDS)
        if notice.payment_id is None and (payment := _payment_of(notice)) is not None:
            notice.payment = payment
            closing.add(_note(notice, payment))
        notice.save(update_fields=["tries", "next_try_at", "payment"])
        return notice


def _payment_of(notice: ProviderNotice) -> Payment | None:
    """By our key, or else by the provider's reference; never one of another provider."""
    rows = Payment.objects.filter(provider=notice.provider)
    try:
        key = UUID(notice.key)
    except ValueError:
        return (
            rows.filter(provider_reference=notice.reference).exclude(provider_reference="").first()
        )
    return rows.filter(pk=key).first()


def _note(notice: ProviderNotice, payment: Payment) -> PaymentTransaction:
    return PaymentTransaction(
        payment=payment,
        kind=PaymentTransaction.Kind.WEBHOOK,
        result=PaymentTransaction.Result.SUCCESS,
        amount=max(0, payment.amount if notice.amount is None else notice.amount),
        provider_reference=notice.reference,
        code=notice.kind.lower(),
    )


def _look_into(notice: ProviderNotice) -> tuple[Status, str]:
    """What came of it and why; RECEIVED when nobody knows yet."""
    if notice.kind == Kind.OTHER:
        return Status.IGNORED, ""
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


_ACTS: dict[ProviderNotice.Kind, Callable[[ProviderNotice, Payment], tuple[Status, str]]] = {
    Kind.PAYMENT: _on_payment,
    Kind.REFUND: _on_refund,
    Kind.DISPUTE: _on_dispute,
}


def _put_off(notice: ProviderNotice, *, code: str) -> ProviderNotice:
    """Try again later, in twice the time; given up after the last try."""
    if notice.tries >= MOST_TRIES:
        return _end(notice, Status.FAILED, code=code)
    notice.code = code[:50]
    wait = FIRST_WAIT_SECONDS * 2 ** (notice.tries - 1)
    notice.next_try_at = timezone.now() + timedelta(seconds=wait)
    notice.save(update_fields=["code", "next_try_at"])
    return notice


def _end(notice: ProviderNotice, status: Status, *, code: str) -> ProviderNotice:
    notice.status, notice.code = status, code[:50]
    notice.processed_at = timezone.now()
    notice.save(update_fields=["status", "code", "processed_at"])
    if notice.is_troubled:
        logger.error(
            "notice needs a look",
            notice=str(notice.pk),
            provider=notice.provider,
            payment=str(notice.payment_id or ""),
            status=status,
            code=code,
        )
    return notice
