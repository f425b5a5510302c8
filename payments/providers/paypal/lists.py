"""What PayPal lists: the transactions of the account, some hours late.

Codes begin with T and four digits: what came in for a sale, what was reserved, what went back, what
a bank took.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from payments.errors import ProviderAway
from payments.providers.listed import Listed, Settled, SettledKind
from payments.providers.paypal.books import minor
from payments.providers.paypal.wire import Wire

PATH: Final = "/v1/reporting/transactions"
#: PayPal tells of so many days at once.
SPAN: Final = timedelta(days=31)
PAGE: Final = 100
#: What is reserved anew (T1301) is in the list already.
_SALES, _RESERVED = "T00", "T1300"
_REFUNDS = ("T1107", "T1114")
_DISPUTED = ("T1106", "T1201", "T1202", "T1207", "T1208")
#: Done, or on its way; what was denied or reversed moved nothing.
_DONE, _OPEN = "S", ("S", "P")


def charges(wire: Wire, since: datetime) -> Iterator[Listed]:
    """See :class:`~payments.providers.interface.Listing`."""
    for row in _rows(wire, since):
        code, status = _word(row, "transaction_event_code"), _word(row, "transaction_status")
        is_sale = code.startswith(_SALES) and status == _DONE
        if not is_sale and not (code == _RESERVED and status in _OPEN):
            continue
        amount, currency = _money(row, "transaction_amount")
        if amount > 0:
            yield Listed(
                reference=_word(row, "transaction_id"),
                key=_word(row, "custom_field"),
                amount=amount,
                currency=currency,
                captured=amount if is_sale else 0,
                at=_at(row),
                is_payment=False,
            )


def settlements(wire: Wire, since: datetime) -> Iterator[Settled]:
    """See :class:`~payments.providers.interface.Settling`: what changed the balance for good."""
    for row in _rows(wire, since):
        kind = _kind(_word(row, "transaction_event_code"))
        if kind is None or _word(row, "transaction_status") != _DONE:
            continue
        amount, currency = _money(row, "transaction_amount")
        fee, _currency = _money(row, "fee_amount") if row.get("fee_amount") else (0, currency)
        yield Settled(
            reference=_word(row, "transaction_id"),
            kind=kind,
            amount=amount,
            # PayPal writes what it takes as below zero.
            fee=-fee,
            currency=currency,
            at=_at(row),
            key=_word(row, "custom_field"),
        )


def _kind(code: str) -> SettledKind | None:
    if code.startswith(_SALES):
        return SettledKind.CHARGE
    if code in _REFUNDS:
        return SettledKind.REFUND
    return SettledKind.DISPUTE if code in _DISPUTED else None


def _rows(wire: Wire, since: datetime) -> Iterator[Mapping[str, Any]]:
    now = timezone.now()
    while since < now:
        until = min(now, since + SPAN)
        yield from _between(wire, since, until)
        since = until


def _between(wire: Wire, since: datetime, until: datetime) -> Iterator[Mapping[str, Any]]:
    page, pages = 1, 1
    while page <= pages:
        asked = {
            "start_date": since.isoformat(timespec="seconds"),
            "end_date": until.isoformat(timespec="seconds"),
            "fields": "transaction_info",
            "balance_affecting_records_only": "N",
            "page_size": PAGE,
            "page": page,
        }
        reply = wire.get(f"{PATH}?{urlencode(asked)}")
        if reply.is_refused:
            raise ProviderAway(f"PayPal gives no list: {reply.issue}")
        try:
            pages = int(reply.body.get("total_pages") or 1)
            found = [row["transaction_info"] for row in reply.body["transaction_details"]]
        except (KeyError, TypeError, ValueError) as error:
            raise ProviderAway("PayPal's list cannot be understood") from error
        yield from found
        page += 1


def _word(row: Mapping[str, Any], name: str) -> str:
    return str(row.get(name) or "")


def _money(row: Mapping[str, Any], name: str) -> tuple[int, str]:
    try:
        return minor(row[name]), str(row[name]["currency_code"])
    except (KeyError, TypeError, ValueError) as error:
        raise ProviderAway("PayPal's list cannot be understood") from error


def _at(row: Mapping[str, Any]) -> datetime:
    found = parse_datetime(_word(row, "transaction_initiation_date"))
    if found is None:
        raise ProviderAway("PayPal's list cannot be understood")
    return found
