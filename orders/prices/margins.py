"""What products earn: their price net of tax less what they cost, and what was really earned."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import BigIntegerField, Case, F, Sum, When
from django.utils import timezone

from catalog.models import Product, ProductVariant
from inventory.incoming import incoming
from inventory.models import Movement, Stock
from orders.models import Order, OrderItem
from orders.prices import tax
from shop.money import tax_included

N = TypeVar("N", int, float)

#: Days of sales that tell what was really earned.
SALES_DAYS = 90


@dataclass(frozen=True)
class Margin:
    """One product. Amounts in minor units of ``currency``, net of tax; units otherwise.

    ``prices`` and ``costs`` are lowest and highest of its variants, ``margins`` what one unit
    earns at today's price. ``revenue`` and ``spent`` are of what was sold lately, at the price it
    was sold for and the cost it had then. Empty or None where a cost is not known.
    """

    product: Product
    currency: str
    prices: tuple[int, ...]
    costs: tuple[int, ...]
    margins: tuple[int, ...]
    shares: tuple[float, ...]
    on_hand: int
    coming: int
    value: int | None
    sold: int
    revenue: int
    spent: int | None

    @property
    def earned(self) -> int | None:
        """Revenue less its cost."""
        return None if self.spent is None else self.revenue - self.spent


def margins(products: Sequence[Product]) -> list[Margin]:
    """The margin of each of ``products``, in their order. Six queries.

    The price is that of the shop's own country, its tax taken out where prices contain it.
    """
    since = timezone.now() - timedelta(days=SALES_DAYS)
    rates = tax.rates_of(settings.SHOP_COUNTRY)
    variants: defaultdict[UUID, list[ProductVariant]] = defaultdict(list)
    for variant in ProductVariant.objects.filter(product__in=products):
        variants[variant.product_id].append(variant)
    all_variants = [row for rows in variants.values() for row in rows]
    costs, units = _costs(all_variants)
    sold, spent, unknown = _sold(products, since)
    revenue = _revenue(products, since)
    coming = incoming([variant.pk for variant in all_variants])
    found = []
    for product in products:
        rate = rates.get(product.tax_class, 0)
        known = [(row, costs.get(row.pk)) for row in variants[product.pk]]
        priced = [(_net(row.price, rate), cost) for row, cost in known if cost is not None]
        is_valued = all(cost is not None or not units[row.pk] for row, cost in known)
        found.append(
            Margin(
                product=product,
                currency=product.currency,
                prices=_ends(_net(row.price, rate) for row, _cost in known),
                costs=_ends(cost for _price, cost in priced),
                margins=_ends(price - cost for price, cost in priced),
                shares=_ends((price - cost) / price for price, cost in priced if price),
                on_hand=sum(units[row.pk] for row, _cost in known),
                coming=sum(coming[row.pk].units for row, _cost in known if row.pk in coming),
                value=sum(units[row.pk] * (cost or 0) for row, cost in known)
                if is_valued
                else None,
                sold=sold[product.pk],
                revenue=revenue[product.pk],
                spent=None if product.pk in unknown else spent[product.pk],
            )
        )
    return found


def _net(price: int, rate: int) -> int:
    return price - tax_included(price, rate) if settings.SHOP_PRICES_INCLUDE_TAX else price


def _ends(values: Iterable[N]) -> tuple[N, ...]:
    found = list(values)
    return tuple(sorted({min(found), max(found)})) if found else ()


def _costs(variants: Iterable[ProductVariant]) -> tuple[dict[UUID, int], Counter[UUID]]:
    """What a unit of each variant costs, the average over its shelves, and the units on hand."""
    known = {variant.pk: variant.cost for variant in variants}
    rows = Stock.objects.filter(variant__in=known).order_by("pk")
    shelves: defaultdict[UUID, list[tuple[int, int]]] = defaultdict(list)
    units = Counter[UUID]()
    for variant_id, on_hand, cost in rows.values_list("variant_id", "on_hand", "average_cost"):
        units[variant_id] += on_hand
        unit_cost = known[variant_id] if cost is None else cost
        if unit_cost is not None:
            shelves[variant_id].append((on_hand, unit_cost))
    costs = {variant_id: cost for variant_id, cost in known.items() if cost is not None}
    for variant_id, places in shelves.items():
        total = sum(on_hand for on_hand, _cost in places)
        weighed = sum(on_hand * cost for on_hand, cost in places)
        costs[variant_id] = round(weighed / total) if total else places[-1][1]
    return costs, units


def _sold(
    products: Sequence[Product], since: datetime
) -> tuple[Counter[UUID], Counter[UUID], set[UUID]]:
    """Units sold and what they had cost, by product, and products whose cost is not known."""
    rows = (
        Movement.objects.filter(
            kind=Movement.Kind.SALE, stock__variant__product__in=products, created_at__gte=since
        )
        .order_by()
        .values_list("stock__variant__product")
        .annotate(
            units=Sum(-F("quantity_change")),
            spent=Sum(-F("quantity_change") * F("unit_cost")),
            unknown=Sum(Case(When(unit_cost=None, then=1), default=0)),
        )
    )
    sold, spent = Counter[UUID](), Counter[UUID]()
    unknown = set()
    for product_id, units, cost, missing in rows:
        sold[product_id], spent[product_id] = units, cost or 0
        if missing:
            unknown.add(product_id)
    return sold, spent, unknown


def _revenue(products: Sequence[Product], since: datetime) -> Counter[UUID]:
    """What orders that were paid brought in, net of tax, by product."""
    gross = When(order__prices_include_tax=True, then=F("line_total") - F("tax"))
    rows = (
        OrderItem.objects.filter(variant__product__in=products, order__paid_at__gte=since)
        .exclude(order__status=Order.Status.CANCELED)
        .order_by()
        .values_list("variant__product")
        .annotate(net=Sum(Case(gross, default=F("line_total"), output_field=BigIntegerField())))
    )
    return Counter(dict(rows))
