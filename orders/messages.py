"""Refusals of carts and checkout in words, for pages."""

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory.errors import InventoryError, OutOfStock, TooManyHolds
from orders import errors
from orders.models import CartItem
from orders.prices.pricing import Totals
from orders.promotions import words
from shop.money import format_money


def explain(
    error: errors.OrdersError | InventoryError, *, items: list[CartItem], currency: str
) -> list[str]:
    """One sentence for each thing that is wrong, naming what the shopper can do."""
    names = {item.variant_id: item.variant.product.title for item in items}
    match error:
        case OutOfStock():
            return [_shortage(names, row.variant_id, row.available) for row in error.shortages]
        case TooManyHolds():
            return [
                _("%(name)s waits in several unpaid orders of yours. Pay or cancel one first.")
                % {"name": names.get(error.variant_id, _("This item"))}
            ]
        case errors.NotForSale():
            return [
                _("%(name)s is no longer for sale. Please remove it.")
                % {"name": names.get(variant_id, _("An item"))}
                for variant_id in error.variant_ids
            ]
        case errors.CartFull():
            return [_too_many(error)]
        case errors.SubtotalOutOfBounds() if error.subtotal < error.minimum:
            return [
                _("Orders start at %(amount)s.") % {"amount": format_money(error.minimum, currency)}
            ]
        case errors.SubtotalOutOfBounds():
            return [
                _("Online orders end at %(amount)s. Please write to us for more.")
                % {"amount": format_money(error.maximum, currency)}
            ]
        case errors.TotalChanged() if error.agreed_total < 0:
            return [
                _("The total is %(new)s. Please check it again.")
                % {"new": format_money(error.totals.total, currency)}
            ]
        case errors.TotalChanged():
            return [
                *_price_changes(items, currency),
                *_lapsed_codes(error.totals),
                _("The total changed from %(old)s to %(new)s. Please check it again.")
                % {
                    "old": format_money(error.agreed_total, currency),
                    "new": format_money(error.totals.total, currency),
                },
            ]
        case errors.TooManyPendingOrders():
            return [_("You have several unpaid orders. Please pay one or wait until it expires.")]
        case errors.CartGone():
            return [_("This cart was already ordered or has expired.")]
        case errors.CouponRefused() | errors.TooManyCodes():
            return [_code_refused(error, currency)]
        case errors.EmptyCart():
            return [_("Your cart is empty.")]
    return [_("This is not possible now. Please try again.")]


def _too_many(error: errors.CartFull) -> str:
    if isinstance(error, errors.LineFull):
        return _("A cart takes at most %(limit)d of the same piece.") % {"limit": error.limit}
    return ngettext(
        "One order holds at most %(limit)d item.",
        "One order holds at most %(limit)d items.",
        error.limit,
    ) % {"limit": error.limit}


def _code_refused(error: errors.CouponRefused | errors.TooManyCodes, currency: str) -> str:
    if isinstance(error, errors.TooManyCodes):
        return ngettext(
            "One order takes at most %(limit)d code.",
            "One order takes at most %(limit)d codes.",
            error.limit,
        ) % {"limit": error.limit}
    why = words.refusal(error.reason, currency=currency, missing=error.missing, other=error.other)
    if not isinstance(error, errors.CouponLapsed):
        return why
    text = _("Code %(code)s no longer counts. %(why)s Please check the total again.")
    return text % {"code": error.code, "why": why}


def _lapsed_codes(totals: Totals) -> list[str]:
    return [
        _("Code %(code)s does not count. %(why)s")
        % {
            "code": row.code,
            "why": words.refusal(row.reason, currency=totals.currency, missing=row.missing),
        }
        for row in totals.refused
        if row.code
    ]


def _shortage(names: Mapping[UUID, str], variant_id: UUID, units: int) -> str:
    name = names.get(variant_id, _("This item"))
    if units <= 0:
        return _("%(name)s is sold out.") % {"name": name}
    return ngettext(
        "Only %(units)d of %(name)s is left.", "Only %(units)d of %(name)s are left.", units
    ) % {"units": units, "name": name}


def _price_changes(items: list[CartItem], currency: str) -> list[str]:
    return [
        _("%(name)s now costs %(new)s instead of %(old)s.")
        % {
            "name": item.variant.product.title,
            "new": format_money(item.variant.price, currency),
            "old": format_money(item.unit_price, currency),
        }
        for item in items
        if item.variant.price != item.unit_price
    ]
