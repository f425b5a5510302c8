"""Counting the uses of coupons: an order that carries one uses it, once.

A coupon's ``uses`` is the number of its :class:`CouponUsage` rows not given back. Locks: coupons in
key order, after the cart and before the shelves.
"""

from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from audit import recording
from orders.errors import CouponLapsed
from orders.models import Coupon, CouponUsage, Order
from orders.prices.pricing import Totals
from orders.promotions.buyer import Buyer
from orders.promotions.claims import has_ordered, uses_of
from orders.promotions.offers import Refusal
from orders.promotions.trace import carries_coupon


def redeem(*, order: Order, totals: Totals) -> None:
    """Let ``order`` use the coupons of its ``totals``, in the transaction that places it.

    Raises :class:`CouponLapsed` when one was used up, or used by this person, since it was priced.
    The last use goes to one order: the counter moves by a conditional UPDATE, whose row lock also
    lets the orders of one coupon count a person's uses in turn. No query without coupons.
    """
    if not totals.redeemed:
        return
    buyer = Buyer(customer_id=order.customer_id, email=order.email)
    redeemed = sorted(totals.redeemed, key=lambda used: used.claim.coupon_id)
    for used in redeemed:
        claim = used.claim
        if not _count_one(claim.coupon_id):
            raise CouponLapsed(claim.code, Refusal.USED_UP)
        offer_id = claim.offer.id if claim.offer else claim.coupon_id
        if claim.per_person_limit is not None:
            if offer_id != claim.coupon_id:
                # Codes of one batch are rows of their own; their template is what they share.
                Coupon.all_objects.select_for_update().get(pk=offer_id)
            if uses_of(buyer, UUID(offer_id)) >= claim.per_person_limit:
                raise CouponLapsed(claim.code, Refusal.USED_BY_YOU)
        if claim.first_order_only and has_ordered(buyer, but=order):
            raise CouponLapsed(claim.code, Refusal.FIRST_ORDER)
    CouponUsage.objects.bulk_create(
        CouponUsage(
            coupon_id=UUID(used.claim.coupon_id),
            order=order,
            customer_id=order.customer_id,
            email=order.email.lower(),
            amount=used.amount,
        )
        for used in redeemed
    )


def give_back(order: Order) -> None:
    """Let others use the coupons of an order that was canceled before it was paid.

    Runs in the transaction that cancels it. No query for an order without coupons.
    """
    if not carries_coupon(order.price_trace):
        return
    with recording.batch():
        usages = CouponUsage.objects.filter(order=order, released_at=None)
        coupon_ids = sorted(usages.values_list("coupon_id", flat=True))
        for coupon_id in coupon_ids:
            _counters().filter(pk=coupon_id).update(uses=F("uses") - 1)
        usages.update(released_at=timezone.now())


def _count_one(coupon_id: str) -> bool:
    free = Q(usage_limit=None) | Q(uses__lt=F("usage_limit"))
    rows = _counters().filter(free, pk=coupon_id, deleted_at=None, is_active=True)
    return rows.update(uses=F("uses") + 1) == 1


def _counters() -> "models.QuerySet[Coupon]":
    # Counted, not edited: the usages are in the audit log, and no form gets stale by a sale.
    return models.QuerySet(Coupon)
