"""What providers settled: lines of their payouts, kept once, and what they make of our payments.

A payment is settled when all that was captured of it was. Its fee is what all of its lines cost.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from operator import attrgetter
from typing import Any, Final, cast
from uuid import UUID

import structlog
from django.db.models import Exists, F, Max, OuterRef, Q, Sum
from django.utils import timezone

from audit import recording
from payments import failed_payouts, findings
from payments.errors import ProviderAway
from payments.models import Payment, Provider, ReconciliationFinding, Settlement
from payments.providers import names, provider
from payments.providers.interface import Settling
from payments.providers.listed import Settled
from shop.conflicts import retried
from shop.money import format_money

logger = structlog.get_logger(__name__)

Kind = Settlement.Kind
Status = Payment.Status

#: How far back a provider is asked that told nothing yet, and again behind what it told, in days.
FIRST_DAYS: Final = 30
AGAIN_DAYS: Final = 4
#: Less than was captured is a finding when nothing came after it for so many days.
LATE_DAYS: Final = 10
#: Nothing at all is one after so many: some providers pay out once a month.
UNTOLD_DAYS: Final = 40
_BATCH: Final = 200


@dataclass
class Report:
    """Lines that are new, payments that are settled by them, and lines that name no payment."""

    lines: int = 0
    settled: int = 0
    unknown: int = 0


def collect(*, now: datetime | None = None) -> dict[str, Report]:
    """Ask each provider that tells what it settled lately; by its name, what came of it.

    Raises :class:`~payments.errors.ProviderAway` after the others were asked. Asked again it is
    the same. Must not run inside a transaction.
    """
    now = now or timezone.now()
    done: dict[str, Report] = {}
    away: ProviderAway | None = None
    for name in names():
        if provider(name).can.lists_settlements:
            remote = cast("Settling", provider(name))
            try:
                # The oldest first, whole: the next night asks from the newest that was kept.
                lines = sorted(remote.list_settlements(_since(name, now)), key=attrgetter("at"))
                done[name] = take(name, lines)
                if provider(name).can.lists_failed_payouts:
                    failed_payouts.look_for(name, now=now)
            except ProviderAway as error:
                logger.warning("not settled", provider=name, why=str(error))
                away = error
    if away is not None:
        raise away
    return done


def take(provider_name: str, lines: Iterable[Settled]) -> Report:
    """Keep the lines that are new, and settle the payments that they are about."""
    report = Report()
    rows = iter(lines)
    while batch := list(islice(rows, _BATCH)):
        known = set(
            Settlement.objects.filter(
                provider=provider_name, reference__in=[line.reference for line in batch]
            ).values_list("reference", flat=True)
        )
        fresh = {line.reference: line for line in batch if line.reference not in known}
        for payment_id, mine in _by_payment(provider_name, fresh.values()).items():
            report.settled += _record(provider_name, payment_id, mine)
            report.unknown += sum(line.kind != Kind.OTHER for line in mine if payment_id is None)
        report.lines += len(fresh)
    logger.info("settled", provider=provider_name, **vars(report))
    return report


def look_again(now: datetime | None = None) -> int:
    """Note payments of which less was settled than captured, long ago; how many wait for staff.

    A provider is held to it from the first line that it told.
    """
    now = now or timezone.now()
    waits = 0
    for name in Provider.values:
        told = Settlement.objects.filter(provider=name)
        first = told.order_by("settled_at").values_list("settled_at", flat=True).first()
        if first is not None:
            waits += sum(_note(payment) for payment in _late(name, first, now))
    return waits


def _late(name: str, first: datetime, now: datetime) -> Iterator[Payment]:
    """By batches in the order of their keys."""
    mine = Exists(Settlement.objects.filter(payment=OuterRef("pk")))
    partly = Q(mine, updated_at__lt=now - timedelta(days=LATE_DAYS))
    untold = Q(~mine, captured_at__gte=first, captured_at__lt=now - timedelta(days=UNTOLD_DAYS))
    rows = Payment.objects.filter(
        partly | untold,
        provider=name,
        status__in=[Status.CAPTURED, Status.PARTIALLY_REFUNDED],
        settled_amount__lt=F("captured_amount"),
    ).order_by("pk")
    last = UUID(int=0)
    while batch := list(rows.filter(pk__gt=last)[:_BATCH]):
        yield from batch
        last = batch[-1].pk


def _since(name: str, now: datetime) -> datetime:
    told = Settlement.objects.filter(provider=name, settled_at__lte=now)
    last = told.aggregate(at=Max("settled_at"))["at"]
    return last - timedelta(days=AGAIN_DAYS) if last else now - timedelta(days=FIRST_DAYS)


def _by_payment(name: str, lines: Iterable[Settled]) -> dict[UUID | None, list[Settled]]:
    """The lines of each payment of the provider, None for those of none. One query."""
    lines = list(lines)
    keys = {line.key: key for line in lines if (key := _uuid(line.key)) is not None}
    references = {line.payment for line in lines if line.payment}
    rows = Payment.objects.filter(provider=name).filter(
        Q(pk__in=set(keys.values())) | Q(provider_reference__in=references)
    )
    known: dict[str, UUID] = {}
    for payment_id, reference in rows.values_list("pk", "provider_reference"):
        known[str(payment_id)] = payment_id
        if reference:
            known[reference] = payment_id
    found: dict[UUID | None, list[Settled]] = {}
    for line in lines:
        owner = known.get(str(keys.get(line.key, ""))) or known.get(line.payment)
        found.setdefault(owner, []).append(line)
    return found


@retried
def _record(name: str, payment_id: UUID | None, lines: list[Settled]) -> int:
    """Keep lines of one payment and count them; whether it is settled by them. Locks it."""
    with recording.batch():
        payment = Payment.objects.select_for_update().get(pk=payment_id) if payment_id else None
        Settlement.objects.bulk_create(
            (_row(name, payment_id, line) for line in lines), ignore_conflicts=True
        )
        return _count(payment) if payment else 0


def _count(payment: Payment) -> int:
    mine = Settlement.objects.filter(payment=payment, currency=payment.currency)
    sums = mine.aggregate(
        charged=Sum("amount", filter=Q(kind=Kind.CHARGE)), fee=Sum("fee"), at=Max("settled_at")
    )
    payment.settled_amount = sums["charged"] or 0
    payment.fee_amount = sums["fee"] or 0
    is_whole = payment.is_settled_whole
    is_new = is_whole and payment.settled_at is None
    if is_new:
        payment.settled_at = sums["at"]
    if is_whole and payment.status == Status.CAPTURED and not payment.held_amount:
        payment.status = Status.SETTLED
    payment.save()
    is_other = Settlement.objects.filter(payment=payment).exclude(currency=payment.currency)
    if payment.settled_amount > payment.captured_amount or is_other.exists():
        _note(payment)
    elif is_whole:
        findings.settle(payment, ReconciliationFinding.Kind.SETTLED_DIFFERS)
    return int(is_new)


def _note(payment: Payment) -> bool:
    """Note what differs; False where staff closed just that."""
    lines = Settlement.objects.filter(payment=payment, kind=Kind.CHARGE)
    sums = lines.order_by().values_list("currency").annotate(sum=Sum("amount"))
    theirs = [format_money(amount, currency) for currency, amount in sums.order_by("currency")]
    found = findings.note(
        payment,
        ReconciliationFinding.Kind.SETTLED_DIFFERS,
        ours=format_money(payment.captured_amount, payment.currency),
        theirs=", ".join(theirs) or format_money(0, payment.currency),
    )
    return found.status == ReconciliationFinding.Status.OPEN


def _row(name: str, payment_id: UUID | None, line: Settled) -> Settlement:
    return Settlement(
        provider=Provider(name),
        reference=line.reference,
        kind=Kind(line.kind),
        payment_id=payment_id,
        names_payment="" if payment_id else (line.key or line.payment)[:200],
        currency=line.currency,
        amount=line.amount,
        fee=line.fee,
        payout_reference=line.payout,
        settled_at=line.at,
    )


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
