"""What tax is due on goods, by where they arrive and who buys them.

Rounding: tax is reckoned on the amount of each line after its discount, and on delivery, each
rounded half up to the minor unit, then summed; the tax of an order is the sum of what its lines
say. Delivery is taxed like standard goods.

Reverse charge: a business in another country of the EU that gave its VAT number owes the tax
itself. Nothing is charged, and where prices include tax, each unit price and the price of delivery
becomes net: the tax of the shop's own country is taken out, rounded half up per unit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings

from catalog.models import Product
from orders.models import TaxRate
from orders.models.taxes import TAXES
from shop.held import Shelf
from shop.money import tax_included, tax_on_top

STANDARD = Product.TaxClass.STANDARD
#: How long a process holds the rates, in seconds; a change ends it at once.
SECONDS = 60

#: All rates by country, those of the whole country first: a shop has a few dozen.
_held: Shelf[str, dict[str, list[TaxRate]]] = Shelf(most=1, seconds=SECONDS)


@dataclass(frozen=True)
class TaxRules:
    """How amounts are taxed; all amounts in minor units, rates in basis points by tax class.

    ``is_inclusive`` says that prices as :meth:`price` gives them contain their tax.
    """

    rates: Mapping[str, int]
    is_inclusive: bool
    is_reverse_charge: bool = False
    #: Rates that are taken out of catalog prices, only under reverse charge.
    removed: Mapping[str, int] = field(default_factory=dict)

    def rate(self, tax_class: str) -> int:
        """Basis points due on goods of the class; none for a class without a rate."""
        return self.rates.get(tax_class, 0)

    def price(self, amount: int, tax_class: str = STANDARD) -> int:
        """What this buyer pays for what the catalog prices at ``amount``; for one unit."""
        return amount - tax_included(amount, self.removed.get(tax_class, 0))

    def tax(self, amount: int, tax_class: str = STANDARD) -> int:
        """The tax within ``amount`` where prices include it, else the tax on top of it."""
        rate = self.rate(tax_class)
        return tax_included(amount, rate) if self.is_inclusive else tax_on_top(amount, rate)


def rules(country: str = "", state: str = "", *, is_reverse_charge: bool = False) -> TaxRules:
    """The rules where goods arrive; without ``country`` those of the shop's own.

    No query while the rates are known, else one.
    """
    inclusive = settings.SHOP_PRICES_INCLUDE_TAX
    if not is_reverse_charge:
        return TaxRules(rates_of(country or settings.SHOP_COUNTRY, state), is_inclusive=inclusive)
    removed = rates_of(settings.SHOP_COUNTRY) if inclusive else {}
    return TaxRules({}, is_inclusive=False, is_reverse_charge=True, removed=removed)


def rates_of(country: str, state: str = "") -> dict[str, int]:
    """Basis points by tax class; a region's rate beats its country's."""
    rows = _held.one("", _read, versions=[TAXES]).get(country, [])
    return {row.tax_class: row.rate_basis_points for row in rows if row.state in ("", state)}


def _read() -> dict[str, list[TaxRate]]:
    found: dict[str, list[TaxRate]] = {}
    for row in TaxRate.objects.order_by("state"):
        found.setdefault(str(row.country), []).append(row)
    return found
