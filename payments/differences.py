"""How our ledger of a payment differs from its provider's: questions without a query."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from orders.models import Order
from payments.holding import HOLDABLE
from payments.models import Payment, ReconciliationFinding, Refund
from payments.providers.base import Outcome, RemoteState
from shop.money import format_money

Kind = ReconciliationFinding.Kind
Status = Payment.Status

#: An authorization that ends within so many days should be captured.
EXPIRING_DAYS: Final = 2
#: Payments that were given up: nothing should be held of them.
DEAD: Final = (Status.FAILED, Status.VOIDED, Status.EXPIRED)


@dataclass(frozen=True)
class Difference:
    """What both ledgers say, in words."""

    kind: ReconciliationFinding.Kind
    ours: str
    theirs: str


def differences(payment: Any, state: RemoteState | None, now: datetime) -> list[Difference]:
    """How the ledgers differ; no query where ``order`` and ``refund_parts__refund`` are read."""
    kinds = [kind for kind, differs in _QUESTIONS if differs(payment, state, now)]
    ours, theirs = _ours(payment), _theirs(payment, state)
    return [Difference(kind, ours, theirs) for kind in kinds]


def _is_unfinished(payment: Any, state: RemoteState | None, now: datetime) -> bool:
    """Approved there, and nobody here went on."""
    if state is None or state.voided or payment.order.status == Order.Status.CANCELED:
        return False
    if payment.status == Status.INITIATED:
        return state.outcome == Outcome.APPROVED
    waits = payment.captures_at_shipment and payment.order.paid_at is not None
    return payment.status == Status.AUTHORIZED and not waits


def _is_paid_without_order(payment: Any, state: RemoteState | None, now: datetime) -> bool:
    kept = payment.captured_amount > payment.refunded_amount
    return (
        payment.status in HOLDABLE and kept and payment.order.paid_at is None and state is not None
    )


def _is_orphan(payment: Any, state: RemoteState | None, now: datetime) -> bool:
    if state is None or state.voided or state.outcome != Outcome.APPROVED:
        return False
    held = state.captured - state.refunded if state.captured else state.authorized
    is_given_up = payment.status in DEAD or (
        payment.status == Status.AUTHORIZED and payment.order.status == Order.Status.CANCELED
    )
    return is_given_up and held > 0


def _is_captured_twice(payment: Any, state: RemoteState | None, now: datetime) -> bool:
    return (
        state is not None
        and payment.status not in (*DEAD, Status.INITIATED)
        # What an open authorization has more there is unfinished here.
        and not _is_unfinished(payment, state, now)
        and state.captured > payment.captured_amount
    )


def _is_not_captured(payment: Any, state: RemoteState | None, now: datetime) -> bool:
    """Voided there it took nothing, which is right for what was given back whole."""
    if state is None or (state.voided and payment.status == Status.REFUNDED):
        return False
    return state.captured < payment.captured_amount


def _differs_in_amount(payment: Any, state: RemoteState | None, now: datetime) -> bool:
    return (
        state is not None
        and not state.captured
        and not state.voided
        and payment.status == Status.AUTHORIZED
        and state.authorized != payment.authorized_amount
    )


def _is_unknown_there(payment: Any, state: RemoteState | None, now: datetime) -> bool:
    return state is None and payment.status not in (*DEAD, Status.INITIATED)


def _misses_refund(payment: Any, state: RemoteState | None, now: datetime) -> bool:
    if state is None or state.voided or payment.status in (*DEAD, Status.INITIATED):
        return False
    return state.refunded < given_back(payment)


def _has_unknown_refund(payment: Any, state: RemoteState | None, now: datetime) -> bool:
    if state is None or payment.status in (*DEAD, Status.INITIATED):
        return False
    return state.refunded > given_back(payment)


def _is_expiring(payment: Any, state: RemoteState | None, now: datetime) -> bool:
    ends: datetime | None = payment.authorization_expires_at
    is_soon = ends is not None and ends <= now + timedelta(days=EXPIRING_DAYS)
    return is_soon and payment.held_amount > 0 and state is not None and not state.voided


def _is_voided_there(payment: Any, state: RemoteState | None, now: datetime) -> bool:
    return state is not None and state.voided and payment.status == Status.AUTHORIZED


_Question = Callable[[Any, RemoteState | None, datetime], bool]
_QUESTIONS: Final[tuple[tuple[ReconciliationFinding.Kind, _Question], ...]] = (
    (Kind.UNFINISHED, _is_unfinished),
    (Kind.PAID_WITHOUT_ORDER, _is_paid_without_order),
    (Kind.ORPHAN, _is_orphan),
    (Kind.CAPTURED_TWICE, _is_captured_twice),
    (Kind.NOT_CAPTURED, _is_not_captured),
    (Kind.AMOUNT_DIFFERS, _differs_in_amount),
    (Kind.UNKNOWN_THERE, _is_unknown_there),
    (Kind.REFUND_MISSING, _misses_refund),
    (Kind.REFUND_UNKNOWN, _has_unknown_refund),
    (Kind.EXPIRING, _is_expiring),
    (Kind.VOIDED_THERE, _is_voided_there),
)


def given_back(payment: Any) -> int:
    """What we asked the provider to give back and it did; not what a bank took by a dispute."""
    taken = sum(
        part.amount
        for part in payment.refund_parts.all()
        if part.refund.reason == Refund.Reason.DISPUTED and part.status == Refund.Status.SUCCEEDED
    )
    return int(payment.refunded_amount) - taken


def _ours(payment: Any) -> str:
    return _words(
        payment,
        payment.status,
        payment.authorized_amount,
        payment.captured_amount,
        given_back(payment),
    )


def _theirs(payment: Any, state: RemoteState | None) -> str:
    if state is None:
        return "unknown"
    status = "VOIDED" if state.voided else str(state.outcome or "ENDED")
    return _words(payment, status, state.authorized, state.captured, state.refunded)


def _words(payment: Any, status: str, *amounts: int) -> str:
    """Status, authorized, captured, given back."""
    shown = " / ".join(format_money(amount, payment.currency) for amount in amounts)
    return f"{status} {shown}"
