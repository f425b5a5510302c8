"""Codes as they were typed in: which coupon each is, and whether this buyer may use it now."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from orders.models import Coupon, CouponUsage, Order
from orders.promotions.buyer import Buyer
from orders.promotions.offers import Claim, Refusal, offer_of


def claims(buyer: Buyer, *, currency: str, now: datetime | None = None) -> list[Claim]:
    """A claim for each code of ``buyer``, in their order.

    No query without codes, else one, and one more for each of: limits per customer, coupons for
    first orders. Whether limits hold to the end :mod:`orders.promotions.redemption` decides.
    """
    if not buyer.codes:
        return []
    rows = Coupon.objects.filter(code__in=buyer.codes, currency=currency).select_related("template")
    known = {row.code: row for row in rows}
    used = _used(buyer, known.values())
    is_new = _is_new(buyer, known.values())
    at = now or timezone.now()
    return [_claim(code, known.get(code), at, used, is_new=is_new) for code in buyer.codes]


def uses_of(buyer: Buyer, terms_id: UUID) -> int:
    """How many orders of ``buyer`` carry the coupon or a code of its batch. One query."""
    rows = CouponUsage.objects.filter(buyer.uses(), released_at=None)
    mine = rows.filter(coupon=terms_id) | rows.filter(coupon__template=terms_id)
    return int(mine.count())


def has_ordered(buyer: Buyer, *, but: Order | None = None) -> bool:
    """Whether ``buyer`` has an order that was not canceled, beside the one given. One query."""
    orders = Order.objects.filter(buyer.orders()).exclude(status=Order.Status.CANCELED)
    if but is not None:
        orders = orders.exclude(pk=but.pk)
    return bool(orders.exists())


def _used(buyer: Buyer, coupons: Iterable[Coupon]) -> Counter[UUID]:
    limited = [row.terms.pk for row in coupons if row.terms.per_person_limit]
    if not limited or not buyer.is_known:
        return Counter()
    rows = CouponUsage.objects.filter(buyer.uses(), released_at=None).select_related("coupon")
    found = rows.filter(coupon__in=limited) | rows.filter(coupon__template__in=limited)
    return Counter(usage.coupon.template_id or usage.coupon_id for usage in found)


def _is_new(buyer: Buyer, coupons: Iterable[Coupon]) -> bool:
    asks = any(row.terms.first_order_only for row in coupons)
    return not (asks and buyer.is_known and has_ordered(buyer))


def _claim(
    code: str, coupon: Coupon | None, at: datetime, used: Counter[UUID], *, is_new: bool
) -> Claim:
    if coupon is None:
        return Claim(code, refusal=Refusal.UNKNOWN)
    terms = coupon.terms
    refusal = None
    if terms.is_deleted or not (terms.is_active and coupon.is_active):
        refusal = Refusal.EXPIRED
    elif at < terms.starts_at:
        refusal = Refusal.NOT_YET
    elif terms.ends_at is not None and at >= terms.ends_at:
        refusal = Refusal.EXPIRED
    elif coupon.usage_limit is not None and coupon.uses >= coupon.usage_limit:
        refusal = Refusal.USED_UP
    elif terms.per_person_limit is not None and used[terms.pk] >= terms.per_person_limit:
        refusal = Refusal.USED_BY_YOU
    elif terms.first_order_only and not is_new:
        refusal = Refusal.FIRST_ORDER
    is_combinable = terms.stacking == Coupon.Stacking.COMBINABLE
    return Claim(
        code=code,
        offer=offer_of(terms, kind=terms.kind, code=code, is_combinable=is_combinable),
        refusal=refusal,
        coupon_id=str(coupon.pk),
        per_person_limit=terms.per_person_limit,
        first_order_only=terms.first_order_only,
    )
