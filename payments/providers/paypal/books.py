"""What PayPal's books say of one order: what was reserved, taken and given back.

Amounts travel as decimal text in major units, and PayPal counts no parts of some currencies that
have them: an amount of those must be whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.dateparse import parse_datetime

from payments.errors import ProviderAway
from payments.providers.base import Kept
from payments.providers.paypal.wire import link
from shop.money import InvalidAmount, decimals_of, to_major, to_minor

_CODES = (
    "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB"
    " TWD USD"
)
#: Currencies one can pay with at PayPal.
CURRENCIES = frozenset(_CODES.split())
#: Of these PayPal takes whole amounts only.
_WHOLE_ONLY = frozenset({"HUF", "JPY", "TWD"})

#: Statuses of an authorization whose money is reserved, or has been taken.
_HELD = frozenset({"CREATED", "PARTIALLY_CAPTURED", "CAPTURED"})
#: Statuses of a capture whose money has come.
_TAKEN = frozenset({"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"})
#: A capture or refund that will never be.
NEVER = frozenset({"DECLINED", "FAILED", "CANCELLED"})
_NOT_GIVEN = frozenset({"FAILED", "CANCELLED"})


@dataclass(frozen=True)
class Entry:
    """One authorization, capture or refund; ``key`` is what it was asked with, ours or not."""

    id: str
    status: str
    amount: int
    key: str
    reason: str
    #: The id of what it was taken from.
    parent: str
    #: Until when an authorization can be captured.
    expires_at: datetime | None = None
    created_at: datetime | None = None


@dataclass(frozen=True)
class Books:
    """An order at PayPal. ``key`` is ours; amounts are minor units."""

    id: str
    status: str
    key: str
    invoice: str
    #: Changes when the shopper has approved once more.
    updated: str
    amount: int
    redirect_url: str
    #: Asked for anew there is another one.
    authorizations: tuple[Entry, ...]
    captures: tuple[Entry, ...]
    refunds: tuple[Entry, ...]
    #: The account that PayPal keeps from now on, where that was asked for.
    kept: Kept | None = None

    @property
    def authorization(self) -> Entry | None:
        """The last one counts, as long as the first one stands."""
        if not self.authorizations:
            return None
        first, *_more = self.authorizations
        return first if first.status == "VOIDED" else self.authorizations[-1]

    @property
    def authorized(self) -> int:
        held = self.authorization
        return held.amount if held is not None and held.status in _HELD else self.captured

    @property
    def captured(self) -> int:
        return sum(row.amount for row in self.captures if row.status in _TAKEN)

    @property
    def refunded(self) -> int:
        return sum(row.amount for row in self.refunds if row.status == "COMPLETED")

    @property
    def taken(self) -> list[Entry]:
        """Captures whose money has come, the first one first."""
        return [row for row in self.captures if row.status in _TAKEN]

    @property
    def is_voided(self) -> bool:
        """Whether what was reserved was released, and nothing taken."""
        held = self.authorization
        return held is not None and held.status in ("VOIDED", "EXPIRED") and not self.captured

    def capture_for(self, key: str) -> Entry | None:
        """The capture of one of our keys; one made by hand there carries the order's invoice."""
        for row in self.captures:
            if row.key in (key, self.invoice) and row.status not in NEVER:
                return row
        return None

    def left_of(self, capture: Entry) -> int:
        """What can still go back of a capture; a refund on its way is gone."""
        gone = (row for row in self.refunds if row.parent == capture.id)
        return capture.amount - sum(row.amount for row in gone if row.status not in _NOT_GIVEN)

    def refunds_for(self, key: str) -> list[Entry]:
        """What went back, or is on its way, for one of our keys."""
        rows = (row for row in self.refunds if row.status not in _NOT_GIVEN)
        return [row for row in rows if row.key == key or row.key.startswith(f"{key}:")]


def read(body: Mapping[str, Any]) -> Books:
    """The books in PayPal's answer; raises :class:`ProviderAway` for what is none."""
    try:
        (unit,) = body["purchase_units"]
        payments = unit.get("payments") or {}
        return Books(
            id=str(body["id"]),
            status=str(body["status"]),
            key=str(unit.get("custom_id") or ""),
            invoice=str(unit.get("invoice_id") or ""),
            updated=str(body.get("update_time") or ""),
            amount=minor(unit["amount"]),
            redirect_url=link(body, "payer-action", "approve"),
            authorizations=_in_order(payments.get("authorizations")),
            captures=_in_order(payments.get("captures")),
            refunds=_in_order(payments.get("refunds")),
            kept=_kept(body),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProviderAway("PayPal's answer cannot be understood") from error


def _kept(body: Mapping[str, Any]) -> Kept | None:
    source = (body.get("payment_source") or {}).get("paypal") or {}
    vault = (source.get("attributes") or {}).get("vault") or {}
    # Where PayPal has only noted the wish, its notice would tell of the account later.
    if vault.get("status") not in ("VAULTED", "CREATED") or not vault.get("id"):
        return None
    return Kept(
        token=str(vault["id"]),
        customer=str((vault.get("customer") or {}).get("id") or ""),
        brand="PayPal",
        holder=str(source.get("email_address") or "")[:200],
    )


def entry(body: Mapping[str, Any]) -> Entry:
    """One authorization, capture or refund."""
    details = body.get("status_details") or {}
    return Entry(
        id=str(body["id"]),
        status=str(body["status"]),
        amount=minor(body["amount"]),
        key=str(body.get("invoice_id") or ""),
        reason=str(details.get("reason") or ""),
        parent=link(body, "up").rstrip("/").rpartition("/")[2],
        expires_at=_moment(body, "expiration_time"),
        created_at=_moment(body, "create_time"),
    )


def _moment(body: Mapping[str, Any], name: str) -> datetime | None:
    return parse_datetime(str(body.get(name) or ""))


def minor(money: Mapping[str, Any]) -> int:
    """Minor units of PayPal's ``money``; raises ValueError, KeyError or TypeError."""
    try:
        return to_minor(Decimal(str(money["value"])), str(money["currency_code"]))
    except InvalidOperation as error:
        raise InvalidAmount("not a number") from error


def written(amount: int, currency: str) -> dict[str, str]:
    """``amount`` in minor units as PayPal writes it; raises InvalidAmount for parts it lacks."""
    major = to_major(amount, currency)
    digits = 0 if currency in _WHOLE_ONLY else decimals_of(currency)
    if major != round(major, digits):
        raise InvalidAmount(f"PayPal takes whole amounts of {currency} only")
    return {"currency_code": currency, "value": f"{major:.{digits}f}"}


def _in_order(rows: Any) -> tuple[Entry, ...]:
    """The first one first, as PayPal does not promise."""
    listed = sorted(rows or [], key=lambda row: (str(row.get("create_time") or ""), str(row["id"])))
    return tuple(entry(row) for row in listed)
