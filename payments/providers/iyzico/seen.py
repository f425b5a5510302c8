"""What iyzico knows of a payment, read out of its answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from payments.providers.base import Charge, Kept, Method, Outcome, RemoteState, Risk
from payments.providers.iyzico.wire import decimal_of
from shop.money import InvalidAmount, to_minor

#: Phases of a payment whose money is no longer only reserved.
TAKEN = ("POST_AUTH", "AUTH")
#: Of a review for fraud: passed, not yet, refused.
PASSED, IN_REVIEW, REFUSED = 1, 0, -1
_REVIEWS = {"1": PASSED, "-1": REFUSED}
#: What the reports write of a payment, a refund or a cancellation that succeeded.
_SUCCEEDED = 1
_BRANDS = {
    "VISA": "Visa",
    "MASTER_CARD": "Mastercard",
    "AMERICAN_EXPRESS": "American Express",
    "TROY": "Troy",
}
#: Why a bank refused, by iyzico's groups of errors, in our words.
_REFUSALS = {
    "NOT_SUFFICIENT_FUNDS": "insufficient_funds",
    "EXPIRED_CARD": "expired_card",
    "INVALID_CVC2": "incorrect_cvc",
    "INVALID_CVC2_LENGTH": "incorrect_cvc",
    "INVALID_CAVV": "authentication_failed",
    "INVALID_ECI": "authentication_failed",
    "FRAUD_SUSPECT": "fraud_suspected",
}
#: Refused by iyzico itself: by its rules, or because the card is on a list.
_FRAUD = ("6000", "6001")
#: 3-D Secure has passed in these states, or was not asked for.
_THREE_D_PASSED = ("1", "2", "3", "4", "None", "")


def minor(value: object, currency: str) -> int:
    """An amount of theirs in minor units; -1 when it is none, which no payment of ours costs."""
    amount = decimal_of(value)
    try:
        return -1 if amount is None else to_minor(amount, currency)
    except InvalidAmount:
        return -1


def refusal(answer: Mapping[str, Any]) -> str:
    """Why it was refused, in our words."""
    if str(answer.get("mdStatus")) not in _THREE_D_PASSED:
        return "authentication_failed"
    if str(answer.get("errorCode")) in _FRAUD:
        return "fraud_suspected"
    return _REFUSALS.get(str(answer.get("errorGroup")), "card_declined")


def method(answer: Mapping[str, Any]) -> Method:
    """What may be shown of the card that paid."""
    brand = str(answer.get("cardAssociation") or "")
    count = answer.get("installment")
    return Method(
        token="",
        brand=_BRANDS.get(brand, brand.replace("_", " ").title()[:20]) or "iyzico",
        last4=_digits(answer.get("lastFourDigits"), 4),
        bin=_digits(answer.get("binNumber"), 6)[:8],
        installments=count if isinstance(count, int) and 1 <= count <= 36 else 1,
    )


def kept(answer: Mapping[str, Any]) -> Kept | None:
    """The card that the shopper ticked to keep on the page; its expiry stays with iyzico."""
    token, customer = str(answer.get("cardToken") or ""), str(answer.get("cardUserKey") or "")
    if not token or not customer:
        return None
    shown = method(answer)
    return Kept(token=token, customer=customer, brand=shown.brand, last4=shown.last4)


def rows(value: object) -> list[Mapping[str, Any]]:
    """The rows of a list of theirs, without what is none."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _digits(value: object, fewest: int) -> str:
    text = str(value or "")
    return text if text.isascii() and text.isdigit() and len(text) >= fewest else ""


@dataclass(frozen=True)
class Report:
    """A payment in iyzico's reports, amounts in minor units.

    ``paid`` is what the card was charged, with what installments cost. ``refunds`` has what went
    back by the key it was asked with; one request may show as several rows.
    """

    payment_id: str
    phase: str
    price: int
    paid: int
    fraud: int
    is_canceled: bool
    refunds: Mapping[str, int] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=dict)

    @property
    def refunded(self) -> int:
        return sum(self.refunds.values())

    @property
    def raw(self) -> dict[str, str | int]:
        """What is worth keeping for staff, none of it card data."""
        bank = str(self.answer.get("authCode") or "")[:20]
        found: dict[str, str | int] = {"phase": self.phase, "fraud": self.fraud}
        return {**found, "bank_code": bank} if bank else found

    @property
    def is_taken(self) -> bool:
        return self.phase in TAKEN

    @property
    def is_given_back(self) -> bool:
        return self.is_canceled or (self.is_taken and self.refunded >= self.paid > 0)

    @classmethod
    def read(cls, row: Mapping[str, Any], currency: str) -> Self:
        refunds: dict[str, int] = {}
        for item in rows(row.get("itemTransactions")):
            for part in rows(item.get("refunds")):
                if part.get("refundStatus") == _SUCCEEDED:
                    key = str(part.get("refundConversationId"))
                    amount = max(0, minor(part.get("refundPrice"), currency))
                    refunds[key] = refunds.get(key, 0) + amount
        return cls(
            payment_id=str(row.get("paymentId", "")),
            phase=str(row.get("phase", "")),
            price=minor(row.get("price"), currency),
            paid=minor(row.get("paidPrice"), currency),
            fraud=_REVIEWS.get(str(row.get("fraudStatus")), IN_REVIEW),
            is_canceled=any(
                part.get("refundStatus") == _SUCCEEDED for part in rows(row.get("cancels"))
            ),
            refunds=refunds,
            answer=row,
        )

    @staticmethod
    def has_succeeded(row: Mapping[str, Any]) -> bool:
        """Whether the row is of a payment and not of a card that was refused."""
        return row.get("paymentStatus") in (_SUCCEEDED, "SUCCESS")


def state(found: Report, charge: Charge, *, page: str = "") -> RemoteState:
    """A payment that succeeded at the bank, as we see it; our amount is the truth of it."""
    if found.price != charge.amount or found.paid < 0:
        reference = page or found.payment_id
        return RemoteState(reference, Outcome.DECLINED, 0, 0, voided=False, code="amount_mismatch")
    if found.fraud == REFUSED:
        return RemoteState(
            found.payment_id,
            Outcome.DECLINED,
            0,
            0,
            voided=found.is_given_back,
            code="fraud_suspected",
            raw=found.raw,
            risk=Risk(flags=("fraud_suspected",)),
        )
    if found.fraud == IN_REVIEW and not found.is_given_back:
        reference = page or found.payment_id
        return RemoteState(reference, Outcome.CHALLENGE, 0, 0, voided=False, code="in_review")
    captured = min(found.paid, charge.amount) if found.is_taken else 0
    return RemoteState(
        reference=found.payment_id,
        outcome=Outcome.APPROVED,
        authorized=charge.amount,
        captured=captured,
        voided=found.is_given_back,
        refunded=min(found.refunded, captured),
        method=method(found.answer),
        kept=kept(found.answer),
        raw=found.raw,
    )
