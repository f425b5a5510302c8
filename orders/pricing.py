"""What a cart costs.

Rounding: tax is reckoned per line and for delivery, each rounded half up to the minor unit, and
summed. Delivery is taxed like standard goods at its destination.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from catalog.models import Product
from orders.models import CartItem, ShippingMethod, TaxRate
from shop.money import tax_included, tax_on_top

STANDARD = Product.TaxClass.STANDARD


@dataclass(frozen=True)
class PricedLine:
    """A cart line at today's price. Amounts in minor units, rates in basis points."""

    item: CartItem
    unit_price: int
    line_total: int
    tax: int
    tax_rate: int


@dataclass(frozen=True)
class Totals:
    """``total = subtotal - discount + shipping + tax``, in minor units of ``currency``.

    ``tax`` comes on top of the prices, ``included_tax`` is contained in the total.
    """

    currency: str
    lines: tuple[PricedLine, ...]
    subtotal: int
    discount: int
    shipping: int
    tax: int
    included_tax: int
    total: int


def totals(
    items: Iterable[CartItem],
    *,
    currency: str,
    method: ShippingMethod | None = None,
    country: str = "",
    state: str = "",
) -> Totals:
    """Price ``items`` (with variant and product loaded) at today's prices.

    Without ``method`` nothing is reckoned for delivery; without ``country`` the shop's own tax
    rates apply. At most one query.
    """
    rates = tax_rates(country or settings.SHOP_COUNTRY, state)
    inclusive = settings.SHOP_PRICES_INCLUDE_TAX
    lines = []
    for item in items:
        price = item.variant.price
        line_total = price * item.quantity
        rate = rates.get(item.variant.product.tax_class, 0)
        lines.append(
            PricedLine(
                item=item,
                unit_price=price,
                line_total=line_total,
                tax=_tax(line_total, rate, inclusive=inclusive),
                tax_rate=rate,
            )
        )
    subtotal = sum(line.line_total for line in lines)
    shipping = method.price_for(subtotal) if method else 0
    tax = sum(line.tax for line in lines)
    tax += _tax(shipping, rates.get(STANDARD, 0), inclusive=inclusive)
    on_top = 0 if inclusive else tax
    return Totals(
        currency=currency,
        lines=tuple(lines),
        subtotal=subtotal,
        discount=0,
        shipping=shipping,
        tax=on_top,
        included_tax=tax,
        total=subtotal + shipping + on_top,
    )


def tax_rates(country: str, state: str = "") -> dict[str, int]:
    """Basis points by tax class where the parcel arrives; a region's rate beats its country's."""
    rows = TaxRate.objects.filter(country=country, state__in=["", state])
    return {row.tax_class: row.rate_basis_points for row in sorted(rows, key=lambda row: row.state)}


def _tax(amount: int, rate: int, *, inclusive: bool) -> int:
    return tax_included(amount, rate) if inclusive else tax_on_top(amount, rate)
