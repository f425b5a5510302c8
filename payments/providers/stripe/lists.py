"""What Stripe lists: charges since a day, and what became of their money."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from payments.errors import ProviderAway
from payments.providers.base import Known
from payments.providers.listed import Listed, Settled, SettledKind
from payments.providers.stripe.wire import REFUSALS, clear_answers, client, part

#: What our key is called in Stripe's metadata.
KEY = "payment"
#: Rows of one answer, the most that Stripe gives.
PAGE = 100
_HOLDS = ("requires_capture", "succeeded")
_KINDS = {
    "charge": SettledKind.CHARGE,
    "payment": SettledKind.CHARGE,
    "refund": SettledKind.REFUND,
    "payment_refund": SettledKind.REFUND,
    "payment_failure_refund": SettledKind.REFUND,
    "adjustment": SettledKind.DISPUTE,
}


def charges(since: datetime) -> Iterator[Listed]:
    """See :class:`~payments.providers.interface.Listing`."""
    wanted = {"created": {"gte": _seconds(since)}, "expand": ["data.latest_charge"]}
    for row in _all(client().v1.payment_intents, wanted):
        if _holds(row):
            yield _listed(row)


def find(reference: str) -> Known | None:
    """See :class:`~payments.providers.interface.VoidsListed`."""
    try:
        with clear_answers():
            told = client().v1.payment_intents.retrieve(reference, {"expand": ["latest_charge"]})
    except REFUSALS as refused:
        raise ProviderAway(f"Stripe does not show the charge: {refused.code}") from None
    row = told.to_dict()
    if not _holds(row):
        return None
    found = _listed(row)
    return Known(found.key or found.reference, found.reference, found.amount, found.currency)


def settlements(since: datetime) -> Iterator[Settled]:
    """See :class:`~payments.providers.interface.Settling`.

    Lines of payouts that reached the bank; money that Stripe still holds is in none.
    """
    wanted = {"arrival_date": {"gte": _seconds(since)}, "status": "paid"}
    for payout in _all(client().v1.payouts, wanted):
        lines = {"payout": payout["id"], "expand": ["data.source"]}
        for row in _all(client().v1.balance_transactions, lines):
            if row.get("type") != "payout":
                yield _settled(row, payout)


def failed_payouts(since: datetime) -> Iterator[str]:
    """See :class:`~payments.providers.interface.PayoutsFail`.

    A payout is paid when the bank has it; that the bank sends it back shows days later.
    """
    wanted = {"arrival_date": {"gte": _seconds(since)}, "status": "failed"}
    for payout in _all(client().v1.payouts, wanted):
        yield str(payout["id"])


def _holds(row: Mapping[str, Any]) -> bool:
    """Whether it holds money, or took some that did not go back whole."""
    back = part(row, "latest_charge").get("amount_refunded") or 0
    return row.get("status") in _HOLDS and not 0 < (row.get("amount_received") or 0) <= back


def _listed(row: Mapping[str, Any]) -> Listed:
    with _readable():
        return Listed(
            reference=str(row["id"]),
            key=str(part(row, "metadata").get(KEY) or ""),
            amount=int(row["amount"]),
            currency=str(row["currency"]).upper(),
            captured=int(row.get("amount_received") or 0),
            at=datetime.fromtimestamp(int(row["created"]), UTC),
        )


def _settled(row: Mapping[str, Any], payout: Mapping[str, Any]) -> Settled:
    source = part(row, "source")
    intent = source.get("payment_intent")
    with _readable():
        return Settled(
            reference=str(row["id"]),
            kind=_KINDS.get(str(row.get("type")), SettledKind.OTHER),
            amount=int(row["amount"]),
            fee=int(row.get("fee") or 0),
            currency=str(row["currency"]).upper(),
            at=datetime.fromtimestamp(int(payout["arrival_date"]), UTC),
            key=str(part(source, "metadata").get(KEY) or ""),
            payment=str(intent.get("id") if isinstance(intent, Mapping) else intent or ""),
            payout=str(payout["id"]),
        )


def _all(resource: Any, wanted: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Each row of a list, page by page; raises :class:`ProviderAway`."""
    try:
        with clear_answers():
            for row in resource.list({**wanted, "limit": PAGE}).auto_paging_iter():
                yield row.to_dict()
    except REFUSALS as refused:
        raise ProviderAway(f"Stripe gives no list: {refused.code}") from None


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ProviderAway("Stripe's list cannot be understood") from error


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
