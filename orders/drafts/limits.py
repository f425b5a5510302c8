"""How much staff may take off a draft."""

from django.conf import settings

from orders.errors import DiscountTooHigh
from orders.models import Draft
from orders.prices.pricing import Totals
from shop.money import WHOLE


def agreed_off(draft: Draft, totals: Totals) -> int:
    """What was agreed takes off the goods, in minor units."""
    return sum(taken.amount for taken in totals.offers if taken.offer.id == str(draft.pk))


def limit_of(totals: Totals) -> int:
    """The most that staff may take off by themselves, in minor units."""
    return totals.subtotal * settings.DRAFT_DISCOUNT_LIMIT // WHOLE


def check(draft: Draft, totals: Totals, *, may_exceed: bool) -> None:
    """Raise :class:`DiscountTooHigh` beyond ``DRAFT_DISCOUNT_LIMIT``, unless one ``may_exceed``."""
    off, limit = agreed_off(draft, totals), limit_of(totals)
    if off > limit and not may_exceed:
        raise DiscountTooHigh(off, limit)
