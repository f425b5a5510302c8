"""What the buyers of a load choose from: pieces of its first products, some far more wanted."""

import json
from bisect import bisect, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, groupby
from random import Random
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from catalog.models import Media, Product, ProductMedia
from inventory.models import Location, Movement, Stock
from orders import lines
from shop.operations.load.copying import NULL, escaped, row
from shop.operations.load.keys import first_key

#: Orders are of so many products at most, however many there are; the rest sell nothing.
MOST_ORDERED = 10_000
#: The most wanted product sells as much as so many that nobody cares for.
MOST_WANTED = 300
#: In minor units; a load makes nothing cheaper, but staff may have.
LOWEST_PRICE = 100
#: Goods come in this long before the first order of them.
AHEAD = timedelta(hours=1)
#: Where numbers of goods that came in begin, after those of the sales of an order.
AFTER_SALES = 16
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Piece:
    """A variant on its shelf; text is ready to be sent. Prices and its cost in minor units."""

    variant: str
    stock: str
    sku: str
    title: str
    options: str
    picture: str
    price: int
    former_price: int | None
    reduced_at: datetime | None
    cost: int | None = None

    def price_at(self, at: datetime) -> int:
        """What it cost then, as far as its one reduction tells."""
        if self.former_price and self.reduced_at and at < self.reduced_at:
            return self.former_price
        return self.price


class Assortment:
    """Products by the time they came in, each with its pieces and how much it is wanted."""

    def __init__(self, products: Sequence[tuple[datetime, list[Piece]]], seed: int) -> None:
        random = Random(seed)  # noqa: S311
        self._since = [since for since, _pieces in products]
        self._pieces = [pieces for _since, pieces in products]
        wanted = (min(random.paretovariate(1.1), MOST_WANTED) for _product in products)
        self._odds = list(accumulate(wanted))

    @property
    def opened_at(self) -> datetime:
        """When the first product came in."""
        return self._since[0]

    def draw(self, random: Random, at: datetime) -> Piece:
        """A piece of something that was there at ``at``."""
        known = bisect_right(self._since, at)
        product = bisect(self._odds, random.random() * self._odds[known - 1], hi=known - 1)
        return random.choice(self._pieces[product])


@dataclass
class Need:
    """Units of one shelf that orders bought, and of these the ones it still holds for them."""

    key: str
    since: datetime
    units: int = 0
    held: int = 0


class Intake:
    """What came in for the orders: as much as they need, so that shelves end as they began."""

    def __init__(self) -> None:
        self._needs: dict[str, Need] = {}

    def add(self, stock: str, key: str, since: datetime, units: int, *, is_held: bool) -> None:
        """Count ``units``; the first ones of a shelf say when they came in, and under which key."""
        need = self._needs.setdefault(stock, Need(key, since))
        need.units += units
        need.held += units if is_held else 0

    def lines(self) -> list[str]:
        """The movements, as rows of ``tables.SALES``."""
        kind, note = Movement.Kind.PURCHASE, "Goods in"
        return [
            row(need.key, need.since, need.since, stock, kind, need.units, NULL, NULL, note)
            for stock, need in self._needs.items()
        ]

    @property
    def shelves(self) -> list[str]:
        """The stock rows that something was bought of."""
        return list(self._needs)

    @property
    def held(self) -> dict[str, int]:
        """Units that are still held, by stock row."""
        return {stock: need.held for stock, need in self._needs.items() if need.held}


def of_seed(seed: int) -> "QuerySet[Product]":
    """The products that orders of a seed are of."""
    rows: QuerySet[Product] = Product.objects.filter(
        pk__gte=first_key(seed), pk__lt=first_key(seed, MOST_ORDERED)
    )
    return rows


def assortment(
    products: "QuerySet[Product]", *, seed: int, location: Location, now: datetime
) -> Assortment | None:
    """What of ``products`` has been for sale for a day at least; None when that is nothing."""
    pictures = _pictures(products)
    on_sale = products.filter(status=Product.Status.ACTIVE, published_at__lt=now - _DAY)
    shelves = (
        Stock.objects.filter(
            location=location,
            variant__deleted_at=None,
            variant__product__in=on_sale,
            # So that few of the cheapest are worth an order.
            variant__price__gte=LOWEST_PRICE,
        )
        .order_by("variant__product__published_at", "variant__product_id", "variant__position")
        .values_list(
            "variant__product_id",
            "variant__product__published_at",
            "variant__product__title",
            "pk",
            "variant_id",
            "variant__sku",
            "variant__option_values",
            "variant__price",
            "variant__former_price",
            "variant__reduced_at",
            Coalesce("average_cost", "variant__cost"),
        )
    )
    known = []
    for (product_id, since), rows in groupby(shelves.iterator(), key=lambda shelf: shelf[:2]):
        pieces = [
            Piece(
                variant=variant_id.hex,
                stock=stock_id.hex,
                sku=escaped(sku),
                title=escaped(title),
                options=escaped(json.dumps(options)),
                picture=escaped(pictures.get((product_id, options.get("color", "")), "")),
                price=price,
                former_price=former_price,
                reduced_at=reduced_at,
                cost=cost,
            )
            for *_product, title, stock_id, variant_id, sku, options, price, former_price,
            reduced_at, cost in rows
        ]  # fmt: skip
        known.append((since, pieces))
    return Assortment(known, seed) if known else None


def _pictures(products: "QuerySet[Product]") -> dict[tuple[UUID, str], str]:
    """The file that an order line shows, by product and color."""
    links = ProductMedia.objects.filter(
        product__in=products, is_primary=True, media__kind=Media.Kind.IMAGE
    ).annotate(color=F("option_values__color"))
    files = {
        media.pk: media.fallback(lines.WIDTH)
        for media in Media.objects.filter(pk__in=links.order_by().values("media_id"))
    }
    return {
        (product_id, color): files[media_id]
        for product_id, color, media_id in links.values_list("product_id", "color", "media_id")
    }
