"""Gift cards and store credit as the pages of checkout show them."""

from dataclasses import dataclass

from orders.models import Checkout
from payments.credit import accounts, chosen


@dataclass(frozen=True)
class Refused:
    """A gift card's code that was not taken: it goes back into its field, and nowhere else."""

    typed: str
    error: str


@dataclass(frozen=True)
class CreditPart:
    """What ``payments/_credit.html`` shows; amounts in minor units."""

    cards: tuple[chosen.Part, ...]
    balance: int
    is_used: bool
    keeps_out: bool
    page: str
    refused: Refused | None


def credit_part(
    plan: chosen.Plan,
    checkout: Checkout,
    page: str = "payment",
    refused: Refused | None = None,
) -> CreditPart:
    """Credit as it is chosen so far. One query for a member, none for a guest."""
    cart = checkout.cart
    return CreditPart(
        cards=tuple(part for part in plan.parts if part.card_id),
        balance=accounts.balance_of(cart.user_id, cart.currency) if cart.user_id else 0,
        is_used=bool(checkout.credit.get("account")),
        keeps_out=bool(plan.kept_out),
        page=page,
        refused=refused,
    )
