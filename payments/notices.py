"""What providers tell by themselves: stored at once, looked into by a job.

A notice says that something changed, never what is true: the provider is asked, and what it
answers is recorded as after any other call. So a notice may come twice, late, or before another
that happened earlier.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.utils import timezone
from django.utils.datastructures import CaseInsensitiveMapping
from procrastinate.contrib.django import app

from audit import recording
from audit.models import AuditLog
from payments import notice_acts
from payments.errors import NoticeRefused
from payments.models import Payment, PaymentTransaction, ProviderNotice
from payments.providers import provider
from payments.providers.news import Notice
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
        status, code = notice_acts.look_into(notice)
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
        "card": asdict(told.card) if told.card else None,
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
