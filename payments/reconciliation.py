"""Our ledger against those of the providers: what differs is mended where that is safe, or listed.

Payments of the last days, all that are open and all with an open finding are looked at in batches;
each costs one call to its provider, outside any transaction, and a statement only where something
is to be written. What changed within the last minutes is left to the jobs that are at it. Each
payment stands by itself: a run that dies half-way is simply run again, and finds the same.

Safe is what asks for the same operation again by its old key, or releases money that nobody here
counts on: finishing what was approved, handing a paid order over, voiding what was given up,
recording a refund that arrived. Everything else waits for people.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from payments import disputes, findings, holding, recovery, settling, unknown_charges
from payments.calls import ask, void
from payments.charges import charge_of, known
from payments.differences import DEAD, Difference, differences, given_back
from payments.errors import FindingClosed, PaymentsError, ProviderAway, UnknownProvider
from payments.models import (
    Dispute,
    Payment,
    PaymentTransaction,
    Provider,
    ReconciliationFinding,
    Refund,
    RefundPart,
)
from payments.providers import names, provider
from payments.providers.base import RemoteState

logger = structlog.get_logger(__name__)

Kind = ReconciliationFinding.Kind
Status = Payment.Status

#: Payments that changed within so many days are looked at.
WINDOW_DAYS: Final = 4
#: What changed within so many seconds is still under way.
UNDER_WAY_SECONDS: Final = 5 * 60
#: Payments read together; a provider that was away so often in a row is left alone for this run.
BATCH: Final = 200
AWAY_LIMIT: Final = 5


@dataclass
class Report:
    """What a run did: payments asked about, differences found, mended, and providers away."""

    asked: int = 0
    found: int = 0
    mended: int = 0
    away: set[str] = field(default_factory=set)


def reconcile(*, now: datetime | None = None, days: int = WINDOW_DAYS) -> Report:
    """Compare the payments of the last ``days``; mend what is safe and note the rest.

    Run twice it finds the same, and mends nothing twice. Must not run inside a transaction.
    """
    now = now or timezone.now()
    report = Report()
    missed: dict[str, int] = {}
    for payment in _to_compare(now, days):
        if missed.get(payment.provider, 0) >= AWAY_LIMIT:
            report.away.add(payment.provider)
            continue
        try:
            _compare(payment, report, now)
            missed[payment.provider] = 0
        except ProviderAway as error:
            missed[payment.provider] = missed.get(payment.provider, 0) + 1
            report.away.add(payment.provider)
            logger.warning("not reconciled", payment=str(payment.pk), why=str(error))
        except PaymentsError:
            logger.exception("not reconciled", payment=str(payment.pk))
    since = now - timedelta(days=min(days, findings.LOOK_BACK_DAYS))
    for name in filter(unknown_charges.lists, names()):
        try:
            report.found += unknown_charges.look_for(name, since=since, now=now)
        except ProviderAway as error:
            report.away.add(name)
            logger.warning("not listed", provider=name, why=str(error))
    logger.info("reconciled", asked=report.asked, found=report.found, mended=report.mended)
    return report


def mend(*, finding_id: UUID, actor_id: UUID | None = None) -> ReconciliationFinding:
    """Do for one finding what is done for its kind, and compare again.

    It is MENDED then, or still open where the provider says what it said. Raises
    :class:`~payments.errors.FindingClosed`, and :class:`~payments.errors.ProviderAway`.
    """
    finding: ReconciliationFinding = ReconciliationFinding.objects.get(pk=finding_id)
    if finding.status != ReconciliationFinding.Status.OPEN:
        raise FindingClosed
    if finding.payment_id is None:
        return _mend_unknown(finding, actor_id)
    payment = _readable().get(pk=finding.payment_id)
    act = {**_SAFE, **_BY_STAFF}.get(Kind(finding.kind))
    if act is not None:
        act(payment)
    _settle(payment.pk, timezone.now(), actor_id)
    finding.refresh_from_db()
    return finding


def can_mend(finding: ReconciliationFinding) -> bool:
    """Whether there is anything to do about it but looking."""
    if finding.payment_id is None:
        return unknown_charges.can_void(finding)
    return Kind(finding.kind) in _SAFE or Kind(finding.kind) in _BY_STAFF


def _mend_unknown(finding: ReconciliationFinding, actor_id: UUID | None) -> ReconciliationFinding:
    unknown_charges.give_back(finding)
    findings.mend(finding, actor_id=actor_id)
    return finding


def _to_compare(now: datetime, days: int) -> Iterator[Any]:
    """By batches in the order of their keys: a payment that is mended meanwhile moves nothing."""
    found = ReconciliationFinding.objects.filter(status=ReconciliationFinding.Status.OPEN)
    rows = (
        _readable()
        .filter(
            Q(updated_at__gte=now - timedelta(days=days))
            | Q(status__in=[Status.INITIATED, Status.AUTHORIZED])
            | Q(pk__in=found.values("payment")),
            updated_at__lte=now - timedelta(seconds=UNDER_WAY_SECONDS),
        )
        .exclude(provider=Provider.MANUAL)
        .order_by("pk")
    )
    last = UUID(int=0)
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        yield from batch
        last = batch[-1].pk


def _readable() -> "QuerySet[Payment]":
    """Payments with all that is compared; three queries for a batch."""
    undecided = Dispute.objects.filter(payment=OuterRef("pk"), status__in=Dispute.UNDECIDED)
    is_open = ReconciliationFinding.objects.filter(status=ReconciliationFinding.Status.OPEN)
    related: list[Any] = [
        Prefetch("refund_parts", queryset=RefundPart.objects.select_related("refund")),
        Prefetch("findings", queryset=is_open, to_attr="open_findings"),
    ]
    rows: QuerySet[Payment] = Payment.objects.annotate(is_disputed=Exists(undecided))
    return rows.select_related("order").prefetch_related(*related)


def _compare(payment: Any, report: Report, now: datetime) -> None:
    if payment.is_disputed and payment.status in holding.HOLDABLE:
        disputes.hold_late(payment)
    if not _can_be_asked(payment):
        return
    report.asked += 1
    found = differences(payment, _fetch(payment), now)
    acts = {_SAFE[row.kind] for row in found if row.kind in _SAFE}
    for act in acts:
        act(payment)
    if acts:
        left = _settle(payment.pk, now, None)
        report.mended += len(found) - len(left)
    else:
        left = found
        _note(payment, found, now)
    report.found += len(left)


def _settle(payment_id: UUID, now: datetime, actor_id: UUID | None) -> list[Difference]:
    """Compare anew after something was done; what is left is noted, the rest is mended."""
    payment = _readable().get(pk=payment_id)
    found = differences(payment, _fetch(payment), now)
    _note(payment, found, now, actor_id)
    return found


def _note(
    payment: Any, found: list[Difference], now: datetime, actor_id: UUID | None = None
) -> None:
    kinds = {str(row.kind) for row in found}
    if any(row.kind not in kinds for row in payment.open_findings):
        findings.mended(payment, but=kinds, actor_id=actor_id)
    for row in found:
        findings.note(payment, row.kind, ours=row.ours, theirs=row.theirs, now=now)


def _can_be_asked(payment: Payment) -> bool:
    """Whether a question moves no money: without its reference some providers are asked to pay."""
    try:
        can = provider(payment.provider).can
    except UnknownProvider:
        return False
    return bool(payment.provider_reference) or can.finds_by_key


def _fetch(payment: Payment) -> RemoteState | None:
    remote = provider(payment.provider)
    return remote.fetch(charge_of(payment), reference=payment.provider_reference)


def _go_on(payment: Payment) -> None:
    recovery.resume(payment.pk)


def _give_up(payment: Payment) -> None:
    """Release what nobody here counts on."""
    if payment.status in DEAD:
        void(payment)
    else:
        recovery.resume(payment.pk)


def _settle_refunds(payment: Any) -> None:
    """Ask again, by the same keys, for what is on its way: the provider says that it arrived."""
    waiting = {
        part.refund_id
        for part in payment.refund_parts.all()
        if part.refund.status == Refund.Status.REQUESTED
    }
    for refund_id in waiting:
        settling.settle(refund_id)


def _refund_again(payment: Any) -> None:
    """Ask again, by the same key, for parts that the provider did not give back after all.

    Never for more than is missing there.
    """
    state = _fetch(payment)
    missing = given_back(payment) - state.refunded if state is not None else 0
    remote = provider(payment.provider)
    for part in payment.refund_parts.all():
        is_ours = part.refund.to == Refund.To.ORIGINAL and part.status == Refund.Status.SUCCEEDED
        if not is_ours or part.refund.reason == Refund.Reason.DISPUTED or part.amount > missing:
            continue
        key, amount = str(part.pk), part.amount
        ask(
            payment,
            PaymentTransaction.Kind.REFUND,
            lambda key=key, amount=amount: remote.refund(  # type: ignore[misc]
                known(payment), key=key, amount=amount
            ),
            amount=amount,
        )
        state = _fetch(payment)
        missing = given_back(payment) - state.refunded if state is not None else 0


_Act = Callable[[Any], None]
_SAFE: Final[dict[ReconciliationFinding.Kind, _Act]] = {
    Kind.UNFINISHED: _go_on,
    Kind.PAID_WITHOUT_ORDER: _go_on,
    Kind.ORPHAN: _give_up,
    Kind.REFUND_UNKNOWN: _settle_refunds,
}
#: Only when a person asks for it: money moves.
_BY_STAFF: Final[dict[ReconciliationFinding.Kind, _Act]] = {Kind.REFUND_MISSING: _refund_again}
