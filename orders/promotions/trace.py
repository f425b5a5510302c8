"""Why a price is what it is: steps as plain data, kept with each line and with the order.

A step is a dictionary with "step" and the facts of it, amounts in minor units: PRICE, CUT, REFUSED
and TAX for a line; GOODS, CUT, REFUSED, DELIVERY, FREE_DELIVERY, TAX and TOTAL for an order.
``exact`` is there where something was rounded. :mod:`orders.promotions.words` tells it to people.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from orders.promotions.discounts import Refused
from orders.promotions.offers import Offer
from shop.money import WHOLE

Step = dict[str, Any]

PRICE = "PRICE"
GOODS = "GOODS"
CUT = "CUT"
REFUSED = "REFUSED"
DELIVERY = "DELIVERY"
FREE_DELIVERY = "FREE_DELIVERY"
TAX = "TAX"
TOTAL = "TOTAL"

_HUNDREDTH = Decimal("0.01")


def price(unit_price: int, quantity: int) -> Step:
    amount = unit_price * quantity
    return {"step": PRICE, "unit_price": unit_price, "quantity": quantity, "amount": amount}


def cut(offer: Offer, amount: int, exact: Fraction | None = None) -> Step:
    """What ``offer`` took off; ``amount`` is positive."""
    return _offer_step(CUT, offer, amount) | _rounded(amount, exact)


def free_delivery(offer: Offer, amount: int) -> Step:
    return _offer_step(FREE_DELIVERY, offer, amount)


def refused(refusal: Refused) -> Step:
    return {
        "step": REFUSED,
        "offer": refusal.offer_id,
        "name": refusal.name,
        "code": refusal.code,
        "reason": str(refusal.reason),
        "missing": refusal.missing,
    }


def delivery(name: str, amount: int) -> Step:
    return {"step": DELIVERY, "name": name, "amount": amount}


def tax(amount: int, *, of: int, rate: int, is_inclusive: bool) -> Step:
    """The tax within or on top of ``of``; ``rate`` in basis points."""
    exact = Fraction(of * rate, WHOLE + rate if is_inclusive else WHOLE)
    step = {"step": TAX, "rate": rate, "amount": amount, "is_inclusive": is_inclusive}
    return step | _rounded(amount, exact)


def amount_of(name: str, amount: int) -> Step:
    """A sum: GOODS or TOTAL."""
    return {"step": name, "amount": amount}


def carries_coupon(steps: Iterable[Step]) -> bool:
    """Whether the order of these steps used a coupon."""
    return any(step["step"] in (CUT, FREE_DELIVERY) and step["code"] for step in steps)


def _offer_step(name: str, offer: Offer, amount: int) -> Step:
    return {
        "step": name,
        "offer": offer.id,
        "name": offer.name,
        "code": offer.code,
        "amount": amount,
    }


def _rounded(amount: int, exact: Fraction | None) -> Step:
    if exact is None or exact == amount:
        return {}
    fine = (Decimal(exact.numerator) / exact.denominator).quantize(_HUNDREDTH, ROUND_HALF_UP)
    return {"exact": str(fine)}
