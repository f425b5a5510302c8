"""Products of a load, told by seed and number: what each is, and all rows that make it up.

How much there is of what follows what shops report: a few kinds, brands and words make up most,
prices are log-normal, stock is spread wide with many empty shelves, and half of the products have
neither sold lately nor been reviewed.
"""

import json
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

from catalog.garments.palette import COLORS
from shop.operations.load import reviews, tables, words
from shop.operations.load.copying import NULL, Lines, Table, row
from shop.operations.load.keys import MOST_NUMBERS, own_key, timed_key
from shop.operations.load.tree import VIEWS, Leaf, brands, leaves, media_key, zipf
from shop.operations.seeds.base import CURRENCY
from shop.operations.seeds.garment import LETTERS, ONE_SIZE, WAISTS

#: Colors and sizes of a product with their odds in percent, by the variants of an average one.
CUTS = {
    4: {(1, 1): 10, (1, 3): 42, (2, 2): 25, (2, 3): 15, (3, 3): 5, (3, 4): 2, (5, 6): 1},
    7: {
        (1, 1): 6, (1, 4): 22, (2, 3): 34, (2, 4): 18, (3, 4): 10,
        (3, 5): 4, (4, 5): 3, (5, 6): 3,
    },
}  # fmt: skip
YEARS = 5
REDUCED, PLACED_TWICE, PRICED_BY_COLOR = 0.08, 0.1, 0.1
DRAFT, ARCHIVED = 0.05, 0.03
#: All sales lie in these last days, and count for the best-selling sort.
SOLD_WITHIN_DAYS = 60
MOST_SOLD = 5_000
#: Part of the price that the cost is.
COST_SHARE = 0.35

_DAY = timedelta(days=1)


class Maker:
    """Makes the rows of products as lines of text by table.

    ``variants`` is one of :data:`CUTS`. Times lie before ``now``: the same seed gives the same
    rows for the same ``now``.
    """

    def __init__(self, *, seed: int, variants: int, now: datetime, location: str) -> None:
        self.seed, self.now, self.location = seed, now, location
        self._cuts = list(CUTS[variants])
        self._cut_odds = list(accumulate(CUTS[variants].values()))
        self._leaves = leaves()
        self._leaf_odds = zipf(len(self._leaves))
        self._brands = brands()
        self._brand_odds = zipf(len(self._brands))
        self._color_odds = zipf(len(COLORS), 0.6)
        self._media = {
            (leaf.garment, color.slug, view): media_key(leaf.garment, view, color.slug)
            for leaf in self._leaves
            for color in COLORS
            for view in VIEWS
        }

    def lines(self, numbers: range) -> Lines:
        """The rows of the products of these numbers."""
        lines: Lines = {table.name: [] for table in tables.OF_PRODUCTS}
        for number in numbers:
            _Making(self, number, lines).make()
        return lines

    def leaf(self, random: Random) -> Leaf:
        return random.choices(self._leaves, cum_weights=self._leaf_odds)[0]

    def brand(self, random: Random) -> tuple[str, str]:
        return random.choices(self._brands, cum_weights=self._brand_odds)[0]

    def cut(self, random: Random) -> tuple[int, int]:
        return random.choices(self._cuts, cum_weights=self._cut_odds)[0]

    def colors(self, random: Random, count: int) -> list[str]:
        drawn = dict.fromkeys(
            color.slug for color in random.choices(COLORS, cum_weights=self._color_odds, k=count)
        )
        return list(drawn)

    def picture(self, garment: str, color: str, view: str) -> str:
        return self._media[garment, color, view]


class _Making:
    """One product while its rows are made."""

    def __init__(self, maker: Maker, number: int, lines: Lines) -> None:
        self.maker, self.number, self.lines = maker, number, lines
        self.random = random = Random(maker.seed * MOST_NUMBERS + number)  # noqa: S311
        self.key = self._key(tables.PRODUCTS)
        self.published_at = maker.now - random.random() * YEARS * 365 * _DAY
        self.made_at = (self.published_at - _DAY).isoformat()
        self.leaf = maker.leaf(random)
        self.price = _price(random)
        self.former_price: int | None = None
        self.reduced_at = ""
        if random.random() < REDUCED:
            self._reduce()
        dice = random.random()
        self.status = "DRAFT" if dice < DRAFT else "ACTIVE"
        if DRAFT <= dice < DRAFT + ARCHIVED:
            self.status = "ARCHIVED"
        self.sold = 0
        if self.status == "ACTIVE":
            self.sold = min(int(random.paretovariate(1.1)) - 1, MOST_SOLD)

    def make(self) -> None:
        random = self.random
        rated = reviews.NONE
        self._place()
        primary = self._cut()
        if self.status == "ACTIVE":
            rated = reviews.make(random)
            self._review(rated, primary)
        self._describe(rated)

    def _reduce(self) -> None:
        random = self.random
        since = self.maker.now - random.random() * SOLD_WITHIN_DAYS * _DAY
        self.reduced_at = max(since, self.published_at).isoformat()
        self.former_price = self.price
        self.price = max(100, round(self.price * random.choice((0.9, 0.8, 0.75, 0.7, 0.5))))

    def _describe(self, rated: reviews.Rated) -> None:
        random = self.random
        adjective = random.choice(words.ADJECTIVES)
        cloth, fibers, care = random.choice(words.CLOTHS)
        name = random.choices(words.VOCABULARY, cum_weights=words.VOCABULARY_WEIGHTS)[0]
        title = f"{name.capitalize()} {adjective} {cloth} {self.leaf.garment}"
        told = random.choices(words.VOCABULARY, cum_weights=words.VOCABULARY_WEIGHTS, k=24)
        if random.random() < 0.6:
            told.insert(0, words.COMMON_WORD)
        attributes = {
            "material": ", ".join(f"{percent} % {fiber}" for fiber, percent in fibers),
            "fit": random.choice(words.FITS),
        }
        tags = random.sample(words.TAGS, random.choice((0, 1, 1, 2)))
        composition = [
            {"part": "shell", "fiber": fiber, "percent": percent} for fiber, percent in fibers
        ]
        self._add(
            tables.PRODUCTS,
            self.key,
            title,
            f"{title.lower().replace(' ', '-')}-{self.maker.seed}-{self.number}",
            *self.maker.brand(random),
            f"{adjective.capitalize()} {cloth}, {' '.join(told[:4])}.",
            f"{' '.join(told).capitalize()}.",
            self.status,
            CURRENCY,
            self.price,
            round(self.price * COST_SHARE),
            _array(tags),
            _array([self.leaf.garment]),
            json.dumps(attributes),
            json.dumps(composition),
            _array(care),
            random.choice(words.ORIGINS),
            NULL if self.status == "DRAFT" else self.published_at.isoformat(),
            rated.average,
            rated.count,
            self.sold,
        )

    def _place(self) -> None:
        random = self.random
        leaf_keys = [self.leaf.key]
        if random.random() < PLACED_TWICE:
            leaf_keys.append(self.maker.leaf(random).key)
        for place, leaf_key in enumerate(dict.fromkeys(leaf_keys)):
            row_key = self._key(tables.PLACES, place)
            self._add(
                tables.PLACES, row_key, self.key, leaf_key, "f" if place else "t",
                random.randrange(1, 1000) if random.random() < 0.02 else 0,
            )  # fmt: skip

    def _cut(self) -> str:
        """Colors and sizes with stock and pictures; gives the key of the primary variant."""
        random, garment = self.random, self.leaf.garment
        count, wide = self.maker.cut(random)
        colors = self.maker.colors(random, count)
        sizes = _sizes(garment, wide)
        dear = colors[-1] if random.random() < PRICED_BY_COLOR else ""
        primary = ""
        for place, (color, size) in enumerate((c, s) for c in colors for s in sizes):
            variant = self._key(tables.VARIANTS, place)
            more = 500 if color == dear else 0
            price = self.price + more
            former = self.former_price + more if self.former_price else None
            is_primary = place == len(sizes) // 2
            primary = variant if is_primary else primary
            self._add(
                tables.VARIANTS, variant, self.key,
                f"L{self.maker.seed}-{self.number}-{color}-{size}".upper(),
                f"{color.capitalize()} / {size.upper()}",
                f'{{"color": "{color}", "size": "{size}"}}',
                price, round(price * COST_SHARE),
                former or NULL, former or NULL, self.reduced_at if former else NULL,
                300 + place, "t" if is_primary else "f", place,
            )  # fmt: skip
            self._tell_prices(variant, place, price, former)
            self._shelve(variant, place, self.sold if is_primary else 0)
        self._show(colors)
        return primary

    def _tell_prices(self, variant: str, place: int, price: int, former: int | None) -> None:
        first = self._key(tables.PRICES, 2 * place)
        self._add(tables.PRICES, first, variant, NULL, former or price, CURRENCY, self.made_at)
        if former:
            next_key = self._key(tables.PRICES, 2 * place + 1)
            self._add(tables.PRICES, next_key, variant, former, price, CURRENCY, self.reduced_at)

    def _shelve(self, variant: str, place: int, sold: int) -> None:
        random, stock = self.random, self._key(tables.STOCK, place)
        # Gamma, then Poisson, is the negative binomial; its middle is enough here.
        on_hand = int(random.gammavariate(0.7, 18))
        balance = on_hand + sold
        self._add(tables.STOCK, stock, variant, self.maker.location, balance, on_hand)
        if balance:
            first = self._key(tables.MOVEMENTS, place)
            self._add(
                tables.MOVEMENTS,
                first,
                stock,
                "ADJUSTMENT",
                "OPENING",
                balance,
                balance,
                "Opening balance",
            )
        if sold:
            at = max(self.published_at, self._lately())
            last = self._timed_key(tables.MOVEMENTS, at, place)
            self._add(
                tables.MOVEMENTS, last, stock, "SALE", "", -sold, on_hand, "", at=at.isoformat()
            )

    def _show(self, colors: list[str]) -> None:
        for place, (color, view) in enumerate((c, v) for c in colors for v in VIEWS):
            self._add(
                tables.GALLERIES, self._key(tables.GALLERIES, place), self.key,
                self.maker.picture(self.leaf.garment, color, view), f'{{"color": "{color}"}}',
                view, place, "t" if view == VIEWS[0] else "f",
            )  # fmt: skip

    def _review(self, rated: reviews.Rated, variant: str) -> None:
        for place, review in enumerate(rated.reviews):
            at = self.published_at + self.random.random() * (self.maker.now - self.published_at)
            row_key = self._timed_key(tables.REVIEWS, at, place)
            self._add(tables.REVIEWS, row_key, self.key, variant, *review.values, at=at.isoformat())
        if rated.count:
            self.lines[tables.SUMMARIES.name].append(row(self.key, *rated.sums))

    def _lately(self) -> datetime:
        return self.maker.now - self.random.random() * SOLD_WITHIN_DAYS * _DAY

    def _key(self, table: Table, place: int = 0) -> str:
        return own_key(table, self.maker.seed, self.number, place)

    def _timed_key(self, table: Table, at: datetime, place: int) -> str:
        return timed_key(table, at, self.maker.seed, self.number, place)

    def _add(self, table: Table, row_key: str, *values: object, at: str = "") -> None:
        at = at or self.made_at
        self.lines[table.name].append(row(row_key, at, at, *values))


def _price(random: Random) -> int:
    """A log-normal price in minor units around 55 euros that ends in .90 or .00."""
    euros = max(9, round(random.lognormvariate(4.0, 0.55)))
    return euros * 100 - (10 if random.random() < 0.7 else 0)


def _sizes(garment: str, count: int) -> tuple[str, ...]:
    if garment in ("beanie", "tote"):
        return (ONE_SIZE,)
    sizes = WAISTS if garment in ("jeans", "chinos") else LETTERS
    # From the small middle outwards: s, m, l before xs and xl.
    start = max(0, (len(sizes) - count) // 2)
    return sizes[start : start + count]


def _array(values: list[str] | tuple[str, ...]) -> str:
    return f"{{{','.join(values)}}}"
