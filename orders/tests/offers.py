"""Coupons and promotions as tests need them. Amounts in minor units."""

from orders.models import Coupon, Promotion
from orders.promotions.buyer import buyer_of
from orders.promotions.discounts import Goods, reckon
from orders.promotions.offers import Claim, Offer
from shop.tests.numbering import Numbers

_numbers = Numbers()


def coupon(code="WELCOME10", **fields):
    """Ten percent off everything unless told otherwise."""
    plain = {"name": "Welcome", "kind": "PERCENTAGE", "value": 1000, "currency": "EUR"}
    return Coupon.objects.create(code=code, **plain | fields)


def promotion(**fields):
    """Ten percent off everything unless told otherwise."""
    plain = {"kind": "PERCENTAGE", "value": 1000, "currency": "EUR"}
    plain["name"] = f"Promotion {next(_numbers)}"
    return Promotion.objects.create(**plain | fields)


def offer(kind="PERCENTAGE", value=1000, **facts):
    name = facts.pop("name", f"{kind} {value}")
    return Offer(id=name, name=name, kind=kind, value=value, **facts)


def claim(kind="PERCENTAGE", value=1000, *, code="CODE", **facts):
    return Claim(code, offer(kind, value, code=code, **facts), coupon_id=code)


def goods(*lines, **facts):
    """Lines of (price, quantity), called a, b, c …"""
    return [
        Goods("abcdefgh"[place], price, quantity, product="abcdefgh"[place], **facts)
        for place, (price, quantity) in enumerate(lines)
    ]


def parts(lines, *offers, claims=()):
    """What is taken off each line."""
    found = reckon(lines, offers, claims)
    return [found.of(line.key) for line in lines]


def reasons(lines, *offers, claims=()):
    """Why offers took nothing off, by name or code."""
    found = reckon(lines, offers, claims)
    return {refused.code or refused.name: str(refused.reason) for refused in found.refused}


def with_codes(cart, *codes):
    """The cart with codes nobody has looked at; the buyer it has now."""
    cart.coupon_codes = list(codes)
    cart.save(update_fields=["coupon_codes"])
    return buyer_of(cart)
