"""Codes that shoppers type into their cart, and codes that staff let the shop make up."""

import re
import secrets
import unicodedata

from audit import recording
from orders.carts import cart as carts
from orders.errors import CartGone, CouponRefused, TooManyCodes
from orders.models import Cart, Coupon
from orders.promotions.buyer import buyer_of
from orders.promotions.discounts import Discounts
from orders.promotions.offers import Refusal
from orders.promotions.reckoning import discounts_of

#: How many codes staff may make at once.
MOST_AT_ONCE = 5000
_CODE = re.compile(r"[0-9A-Z][0-9A-Z_-]{2,39}")
#: Without signs that look like others; ten of them are 48 bits.
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LENGTH = 10


def normalized(typed: str) -> str:
    """The code as it is stored: capitals without blanks; "" for what cannot be a code."""
    plain = unicodedata.normalize("NFKC", typed[:200]).upper()
    code = "".join(plain.split())
    return code if _CODE.fullmatch(code) else ""


def add(*, cart: Cart, typed: str, email: str = "") -> str:
    """Put a code into the cart; returns it. A code that is in already changes nothing.

    Raises :class:`CouponRefused` when it takes nothing off this cart now, :class:`TooManyCodes`
    and :class:`CartGone`. Locks the cart.
    """
    code = normalized(typed)
    if not code:
        raise CouponRefused(typed, Refusal.UNKNOWN)
    with recording.batch():
        locked = _locked(cart)
        if code in locked.coupon_codes:
            return code
        if len(locked.coupon_codes) >= carts.MOST_CODES:
            raise TooManyCodes(carts.MOST_CODES)
        locked.coupon_codes = [*locked.coupon_codes, code]
        found = discounts_of(
            carts.items_of(locked), currency=locked.currency, buyer=buyer_of(locked, email)
        )
        for refused in found.refused:
            if refused.code == code:
                other = _other(found, code) if refused.reason == Refusal.NOT_TOGETHER else ""
                raise CouponRefused(code, refused.reason, missing=refused.missing, other=other)
        locked.save(update_fields=["coupon_codes"])
    cart.coupon_codes = locked.coupon_codes
    return code


def remove(*, cart: Cart, code: str) -> None:
    """Take a code out of the cart. Raises :class:`CartGone`; locks the cart."""
    with recording.batch():
        locked = _locked(cart)
        if code in locked.coupon_codes:
            locked.coupon_codes = [kept for kept in locked.coupon_codes if kept != code]
            locked.save(update_fields=["coupon_codes"])
    cart.coupon_codes = locked.coupon_codes


def make_batch(*, coupon: Coupon, count: int) -> list[Coupon]:
    """Make ``count`` random codes that work once each, on the terms of ``coupon``.

    Raises ValueError beyond ``MOST_AT_ONCE``, and for a coupon that is a code of a batch itself.
    """
    if not 0 < count <= MOST_AT_ONCE or coupon.template_id is not None:
        raise ValueError(count)
    prefix = coupon.code[: 40 - _LENGTH - 1]
    codes: set[str] = set()
    while len(codes) < count:
        codes.add(f"{prefix}-{''.join(secrets.choice(_SIGNS) for _ in range(_LENGTH))}")
    with recording.batch():
        return Coupon.objects.bulk_create(
            Coupon(
                code=code,
                name=coupon.name,
                kind=coupon.kind,
                value=coupon.value,
                currency=coupon.currency,
                starts_at=coupon.starts_at,
                stacking=coupon.stacking,
                usage_limit=1,
                template=coupon,
            )
            for code in sorted(codes)
        )


def _other(found: Discounts, code: str) -> str:
    """The code, or else the promotion, that the one refused does not go together with."""
    names = [cut.offer.code for cut in (*found.cuts, *found.delivery) if cut.offer.code]
    names += [cut.offer.name for cut in found.cuts if not cut.offer.code]
    return next((name for name in names if name != code), "")


def _locked(cart: Cart) -> Cart:
    locked: Cart | None = Cart.objects.open().select_for_update().filter(pk=cart.pk).first()
    if locked is None:
        raise CartGone
    return locked
