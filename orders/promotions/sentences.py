"""Coupons and promotions in one sentence each, as staff reads them."""

from collections.abc import Iterable
from datetime import datetime
from itertools import accumulate
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Category, Collection, Product
from orders.models import Coupon, Promotion
from shop.money import WHOLE, format_money

#: Names that a sentence tells before it says how many more there are.
TOLD = 3


def gift(row: Coupon | Promotion) -> str:
    """What is given: "20 % off", "3 for 2". No query."""
    return gift_words(
        row.kind,
        row.value,
        row.currency,
        size=getattr(row, "group_size", 0) or 0,
        fewer=getattr(row, "group_discounted", 0) or 0,
    )


def gift_words(kind: str, value: int, currency: str, *, size: int = 0, fewer: int = 0) -> str:
    """What an offer gives, from its plain values; ``fewer`` of ``size`` pieces are reduced."""
    amount = "" if kind == "FREE_SHIPPING" else format_money(value, currency)
    percent = f"{value / 100:g}"
    match kind:
        case "PERCENTAGE":
            return _("%(percent)s %% off") % {"percent": percent}
        case "FIXED_AMOUNT":
            return _("%(amount)s off") % {"amount": amount}
        case "FREE_SHIPPING":
            return _("Free delivery")
    if kind == "SET_PRICE":
        return _("%(size)d for %(amount)s") % {"size": size, "amount": amount}
    if value == WHOLE:
        return _("%(size)d for %(paid)d") % {"size": size, "paid": size - fewer}
    text = ngettext(
        "%(percent)s %% off the cheapest of %(size)d",
        "%(percent)s %% off the %(count)d cheapest of %(size)d",
        fewer,
    )
    return text % {"percent": percent, "size": size, "count": fewer}


def sentence(row: Coupon | Promotion) -> str:
    """Everything about ``row``: "20 % off Trousers, from €60.00, once per customer, 1–30 Nov".

    A query for each of products and collections that it names, two for categories.
    """
    terms = row.terms if isinstance(row, Coupon) else row
    clauses = [_gift_on(terms, _targets(terms))]
    if terms.minimum_order:
        clauses.append(_("from %s") % format_money(terms.minimum_order, terms.currency))
    if terms.maximum_discount:
        clauses.append(_("at most %s") % format_money(terms.maximum_discount, terms.currency))
    if terms.skips_sale_items:
        clauses.append(_("not on reduced goods"))
    if isinstance(terms, Coupon):
        clauses += _limits(terms)
    elif not terms.is_combinable:
        clauses.append(_("with no other promotion on the same goods"))
    clauses.append(_window(terms))
    return ", ".join(filter(None, clauses)) + "."


def _limits(coupon: Coupon) -> Iterable[str]:
    if coupon.first_order_only:
        yield _("first order only")
    if coupon.per_person_limit:
        yield ngettext(
            "once per customer", "%(count)d times per customer", coupon.per_person_limit
        ) % {"count": coupon.per_person_limit}
    if coupon.usage_limit is not None:
        yield ngettext("for %(count)d order", "for %(count)d orders", coupon.usage_limit) % {
            "count": coupon.usage_limit
        }
    if coupon.stacking == Coupon.Stacking.EXCLUSIVE:
        yield _("not with other offers")


def _targets(row: Coupon | Promotion) -> str:
    names = [
        *_ways(row.category_ids),
        *_titles(Collection, row.collection_ids),
        *_titles(Product, row.product_ids),
    ]
    count = len(row.category_ids) + len(row.collection_ids) + len(row.product_ids)
    if not count:
        return ""
    told = names[:TOLD]
    if more := count - len(told):
        told.append(ngettext("%(count)d more", "%(count)d more", more) % {"count": more})
    return ", ".join(told)


def _ways(ids: list[UUID]) -> list[str]:
    """Categories with those above them: "Women › Trousers", which is not that of men."""
    if not ids:
        return []
    rows = Category.objects.filter(pk__in=ids).order_by("path")
    ways = [list(accumulate(path.split("/"), "{}/{}".format)) for path in _first(rows, "path")]
    named = Category.objects.filter(path__in={path for way in ways for path in way})
    names = dict(named.values_list("path", "name"))
    return [" › ".join(names[path] for path in way) for way in ways]


def _titles(model: type[Collection | Product], ids: list[UUID]) -> list[str]:
    return _first(model.objects.filter(pk__in=ids).order_by("title"), "title") if ids else []


def _first(rows: "QuerySet[Any]", column: str) -> list[str]:
    return list(rows.values_list(column, flat=True)[:TOLD])


def _gift_on(row: Coupon | Promotion, targets: str) -> str:
    words = {"gift": gift(row), "targets": targets}
    if not targets:
        return words["gift"]
    if row.kind in ("PERCENTAGE", "FIXED_AMOUNT"):
        return _("%(gift)s %(targets)s") % words
    return _("%(gift)s on %(targets)s") % words


def _window(row: Coupon | Promotion) -> str:
    start = _day(row.starts_at)
    if row.ends_at is not None:
        return f"{start} – {_day(row.ends_at)}"
    return _("since %s") % start if row.starts_at <= timezone.now() else _("from %s on") % start


def _day(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "j M Y H:i")
