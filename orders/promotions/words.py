"""Steps of a price and refused codes in words, for shoppers and staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from orders.promotions import trace
from orders.promotions.offers import Refusal
from orders.promotions.trace import Step
from shop.money import decimals_of, format_money


@dataclass(frozen=True)
class Told:
    """A step for ``price_trace.html``; ``amount`` in minor units, None where nothing was taken."""

    label: str
    amount: int | None
    note: str = ""


_REFUSALS: dict[str, str | Promise] = {
    Refusal.UNKNOWN: gettext_lazy("We do not know this code."),
    Refusal.NOT_YET: gettext_lazy("It is not valid yet."),
    Refusal.EXPIRED: gettext_lazy("It has expired."),
    Refusal.USED_UP: gettext_lazy("It has been used as often as it may."),
    Refusal.USED_BY_YOU: gettext_lazy("You have used it already."),
    Refusal.FIRST_ORDER: gettext_lazy("It is for a first order only."),
    Refusal.MINIMUM: gettext_lazy("The order is too small for it."),
    Refusal.OTHER_GOODS: gettext_lazy("It is for other items than these."),
    Refusal.SALE_ITEMS: gettext_lazy("It is not for reduced items."),
    Refusal.NOT_TOGETHER: gettext_lazy("It does not go together with another offer."),
    Refusal.TOO_FEW: gettext_lazy("There are too few items for it."),
    Refusal.NOTHING_LEFT: gettext_lazy("There is nothing left to take off."),
    Refusal.FREE_ALREADY: gettext_lazy("Delivery is free already."),
}


def refusal(reason: str, *, currency: str, missing: int = 0, other: str = "") -> str:
    """Why a code or promotion takes nothing off, as a sentence."""
    if reason == Refusal.MINIMUM and missing:
        text = _("%(amount)s more in the cart and it counts.")
        return text % {"amount": format_money(missing, currency)}
    if reason == Refusal.NOT_TOGETHER and other:
        return _("It does not go together with %(other)s.") % {"other": other}
    return str(_REFUSALS[reason])


def told(steps: Iterable[Step], *, currency: str, for_staff: bool = False) -> list[Told]:
    """Steps as rows. Shoppers are spared promotions that are about other goods."""
    language = get_language()
    return [
        _told(tuple(step.items()), currency, language)
        for step in steps
        if for_staff
        or not (
            step["step"] == trace.REFUSED
            and not step["code"]
            and step["reason"] in (Refusal.OTHER_GOODS, Refusal.TOO_FEW)
        )
    ]


@lru_cache(maxsize=2_000)
def _told(facts: tuple[tuple[str, Any], ...], currency: str, _language: str | None) -> Told:
    step = dict(facts)
    amount = step.get("amount")
    match step["step"]:
        case trace.PRICE:
            unit = format_money(step["unit_price"], currency)
            return Told(f"{step['quantity']} × {unit}", amount)
        case trace.CUT:
            return Told(name_of(step), -step["amount"], _rounding(step, currency))
        case trace.FREE_DELIVERY:
            return Told(name_of(step), -step["amount"], _("off delivery"))
        case trace.REFUSED:
            why = refusal(step["reason"], currency=currency, missing=step["missing"])
            return Told(name_of(step), None, why)
        case trace.DELIVERY:
            return Told(step["name"] or _("Delivery"), amount)
        case trace.TAX:
            words = _("%(rate)s %% tax within") if step["is_inclusive"] else _("%(rate)s %% tax")
            rate = formats.number_format(Decimal(step["rate"]).scaleb(-2).normalize())
            return Told(words % {"rate": rate}, amount, _rounding(step, currency))
        case trace.GOODS:
            return Told(_("Subtotal"), amount)
    return Told(_("Total"), amount)


def name_of(step: Step) -> str:
    """The code, or else the promotion, of a step."""
    if step["code"]:
        return _("Code %(code)s") % {"code": step["code"]}
    return str(step["name"])


def _rounding(step: dict[str, Any], currency: str) -> str:
    if "exact" not in step:
        return ""
    exact = Decimal(step["exact"]).scaleb(-decimals_of(currency))
    return _("rounded from %(exact)s") % {"exact": formats.number_format(exact)}
