"""A PaymentIntent, Stripe's record of one charge, in our words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from payments.errors import ProviderAway
from payments.providers.base import Answer, Method, Outcome, RemoteState
from payments.providers.brands import shown_brand

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
    raw: Mapping[str, Any] = field(default_factory=dict)

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
        )


def read(data: Mapping[str, Any]) -> Intent:
    """Raises :class:`ProviderAway` where it is not what a PaymentIntent looks like."""
    try:
        charge = _part(data, "latest_charge")
        action = _part(data, "next_action")
        error = _part(data, "last_payment_error")
        return Intent(
            reference=str(data["id"]),
            status=str(data["status"]),
            amount=int(data["amount"]),
            received=int(data.get("amount_received") or 0),
            refunded=int(charge.get("amount_refunded") or 0),
            code=_code(data["status"], error),
            redirect_url=str(_part(action, "redirect_to_url").get("url") or ""),
            method=_method(data, charge, error),
            raw=_kept(data, charge, error),
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise ProviderAway("Stripe's answer cannot be understood") from problem


def declined(error: Mapping[str, Any], *, amount: int, is_of_card: bool) -> Intent:
    """A charge that Stripe refused; it made a PaymentIntent where the bank said no to a card."""
    made = _part(error, "payment_intent")
    if made:
        return read({**made, "last_payment_error": error})
    code = code_of(error) if is_of_card else "invalid_method"
    return Intent(reference="", status="requires_payment_method", amount=amount, code=code)


def code_of(error: Mapping[str, Any]) -> str:
    """Our word for why a card was declined; the bank's reason says more than Stripe's."""
    for name in ("decline_code", "code"):
        if error.get(name) in _CODES:
            return _CODES[str(error[name])]
    return DECLINED


def _part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What stands under ``name``, where it is more than an id or nothing."""
    found = data.get(name)
    return found if isinstance(found, Mapping) else {}


def _code(status: str, error: Mapping[str, Any]) -> str:
    if status == "canceled":
        return "authentication_failed"
    return code_of(error) if status == "requires_payment_method" else ""


def _method(
    data: Mapping[str, Any], charge: Mapping[str, Any], error: Mapping[str, Any]
) -> Method | None:
    """What was paid with; after a decline it stands with the error."""
    used = (
        _part(charge, "payment_method_details"),
        _part(data, "payment_method"),
        _part(error, "payment_method"),
    )
    for found in used:
        card = _part(found, "card")
        if card:
            return Method(
                token=str(_part(data, "payment_method").get("id") or ""),
                brand=shown_brand(str(card.get("brand") or "")),
                last4=str(card.get("last4") or ""),
            )
    return None


def _kept(
    data: Mapping[str, Any], charge: Mapping[str, Any], error: Mapping[str, Any]
) -> dict[str, Any]:
    """What is worth keeping for staff, none of it card data."""
    found = {
        "status": data.get("status"),
        "charge": charge.get("id"),
        "risk": _part(charge, "outcome").get("risk_level"),
        "decline_code": error.get("decline_code"),
    }
    return {name: text for name, text in found.items() if isinstance(text, str)}
