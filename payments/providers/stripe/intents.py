"""A PaymentIntent, Stripe's record of one charge, in our words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from payments.errors import ProviderAway
from payments.providers.base import Answer, Kept, Method, Outcome, RemoteState, Risk
from payments.providers.brands import shown_brand
from payments.providers.stripe import cards
from payments.providers.stripe.wire import part

#: What comes along with every PaymentIntent that is read.
EXPAND = ["latest_charge", "payment_method"]

_OUTCOMES = {
    "requires_capture": Outcome.APPROVED,
    "succeeded": Outcome.APPROVED,
    "requires_action": Outcome.CHALLENGE,
    "requires_payment_method": Outcome.DECLINED,
    "canceled": Outcome.DECLINED,
}
#: Stripe's reasons that shoppers are told; by any other the card was simply declined.
_CODES = {
    "insufficient_funds": "insufficient_funds",
    "expired_card": "expired_card",
    "incorrect_cvc": "incorrect_cvc",
    "invalid_cvc": "incorrect_cvc",
    "authentication_required": "authentication_failed",
    "payment_intent_authentication_failure": "authentication_failed",
}
DECLINED = "card_declined"
_RISKY = ("elevated", "highest")
_CAPTURE = "c_"


@dataclass(frozen=True)
class Intent:
    """Amounts are minor units; ``received`` of ``amount`` was captured."""

    reference: str
    status: str
    amount: int
    received: int = 0
    refunded: int = 0
    code: str = ""
    redirect_url: str = ""
    method: Method | None = None
    #: What its customer wanted to keep.
    kept: Kept | None = None
    #: Until when it can be captured, and whether in several parts; what was, by our keys.
    capture_before: datetime | None = None
    is_divisible: bool = False
    captures: Mapping[str, int] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    risk: Risk = field(default_factory=Risk)

    @property
    def outcome(self) -> Outcome | None:
        """None while Stripe itself still works on it."""
        return _OUTCOMES.get(self.status)

    @property
    def is_captured(self) -> bool:
        return self.status == "succeeded"

    @property
    def is_canceled(self) -> bool:
        return self.status == "canceled"

    @property
    def answer(self) -> Answer:
        """Raises :class:`ProviderAway` while nothing is decided."""
        if self.outcome is None:
            raise ProviderAway(f"the payment is {self.status}")
        return Answer(
            self.outcome,
            self.reference,
            amount=self.amount,
            code=self.code,
            redirect_url=self.redirect_url,
            method=self.method,
            raw=self.raw,
            reason=self.reason,
            risk=self.risk,
            expires_at=self.capture_before,
            is_divisible=self.is_divisible,
            kept=self.kept,
        )

    @property
    def state(self) -> RemoteState:
        return RemoteState(
            reference=self.reference,
            outcome=self.outcome,
            authorized=self.amount if self.outcome == Outcome.APPROVED else 0,
            captured=self.received,
            voided=self.is_canceled,
            code=self.code,
            refunded=self.refunded,
            redirect_url=self.redirect_url,
            method=self.method,
            expires_at=self.capture_before,
            is_divisible=self.is_divisible,
            kept=self.kept,
            raw=self.raw,
            reason=self.reason,
            risk=self.risk,
        )


def read(data: Mapping[str, Any]) -> Intent:
    """Raises :class:`ProviderAway` where it is not what a PaymentIntent looks like."""
    try:
        charge = part(data, "latest_charge")
        card = part(part(charge, "payment_method_details"), "card")
        action = part(data, "next_action")
        error = part(data, "last_payment_error")
        return Intent(
            reference=str(data["id"]),
            status=str(data["status"]),
            amount=int(data["amount"]),
            received=int(data.get("amount_received") or 0),
            refunded=int(charge.get("amount_refunded") or 0),
            code=_code(data["status"], error),
            redirect_url=str(part(action, "redirect_to_url").get("url") or ""),
            method=_method(data, charge, error),
            kept=cards.kept(part(data, "payment_method")) if _is_to_keep(data) else None,
            capture_before=_moment(card.get("capture_before")),
            is_divisible=part(card, "multicapture").get("status") == "available",
            captures=_captures(data),
            raw=_kept(data, charge, error),
            reason=str(error.get("message") or ""),
            risk=_risk(part(charge, "outcome")),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as problem:
        raise ProviderAway("Stripe's answer cannot be understood") from problem


def capture_key(key: str) -> str:
    """What one of our captures is called in Stripe's metadata, whose names are short."""
    return f"{_CAPTURE}{key[:36]}"


def declined(error: Mapping[str, Any], *, amount: int, is_of_card: bool) -> Intent:
    """A charge that Stripe refused; it made a PaymentIntent where the bank said no to a card."""
    made = part(error, "payment_intent")
    if made:
        return read({**made, "last_payment_error": error})
    code = code_of(error) if is_of_card else "invalid_method"
    return Intent(
        reference="",
        status="requires_payment_method",
        amount=amount,
        code=code,
        reason=str(error.get("message") or ""),
    )


def code_of(error: Mapping[str, Any]) -> str:
    """Our word for why a card was declined; the bank's reason says more than Stripe's."""
    for name in ("decline_code", "code"):
        if error.get(name) in _CODES:
            return _CODES[str(error[name])]
    return DECLINED


def _is_to_keep(data: Mapping[str, Any]) -> bool:
    return bool(data.get("setup_future_usage")) and data.get("status") != "canceled"


def _moment(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(int(seconds), UTC) if seconds else None


def _captures(data: Mapping[str, Any]) -> dict[str, int]:
    told = part(data, "metadata")
    return {name: int(told[name]) for name in told if name.startswith(_CAPTURE)}


def _code(status: str, error: Mapping[str, Any]) -> str:
    if status == "canceled":
        return "authentication_failed"
    return code_of(error) if status == "requires_payment_method" else ""


def _method(
    data: Mapping[str, Any], charge: Mapping[str, Any], error: Mapping[str, Any]
) -> Method | None:
    """What was paid with; after a decline it stands with the error."""
    used = (
        part(charge, "payment_method_details"),
        part(data, "payment_method"),
        part(error, "payment_method"),
    )
    for found in used:
        card = part(found, "card")
        if card:
            return Method(
                token=str(part(data, "payment_method").get("id") or ""),
                brand=shown_brand(str(card.get("brand") or "")),
                last4=str(card.get("last4") or ""),
            )
    return None


def _risk(outcome: Mapping[str, Any]) -> Risk:
    """Stripe scores for those who pay for it; its level everybody gets."""
    score, level = outcome.get("risk_score"), outcome.get("risk_level")
    return Risk(
        score if isinstance(score, int) and 0 <= score <= 100 else None,
        (str(level),) if level in _RISKY else (),
    )


def _kept(
    data: Mapping[str, Any], charge: Mapping[str, Any], error: Mapping[str, Any]
) -> dict[str, Any]:
    """What is worth keeping for staff, none of it card data."""
    found = {
        "status": data.get("status"),
        "charge": charge.get("id"),
        "decline_code": error.get("decline_code"),
    }
    return {name: text for name, text in found.items() if isinstance(text, str)}
