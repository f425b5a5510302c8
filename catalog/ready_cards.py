"""Product cards as finished HTML, held by each process until something they show changes.

Made with ``components/product_card.html`` and nothing else. A card shows no visitor: what is a
visitor's, such as a filled heart, comes from elsewhere. Price and stock are exact, because each
write of them ends the version of its product; what time alone changes shows within a minute.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from catalog.cards import Card, cards_of
from catalog.freshness import BRANDS, NAMESPACE
from catalog.goods import goods_of, with_goods
from catalog.models import Product
from catalog.products.choices import read_choices
from inventory.availability import PRODUCT
from shop.held import Shelf

#: Cards are held for this long at most, in seconds; as long as a hold waits to be released.
SECONDS = 60
#: A card takes about ten kilobytes.
_MOST = 600


class _Key(NamedTuple):
    """``product`` is the hexadecimal id: a page looks its cards up many times over, and the hash
    of a text is at hand."""

    product: str
    language: str
    colors: tuple[str, ...]
    level: int


_shelf: Shelf[_Key, Card] = Shelf(most=_MOST, seconds=SECONDS)


def ready_cards(
    *lists: Iterable[UUID], colors: Iterable[str] = (), level: int = 3
) -> list[list[Card]]:
    """The cards of each list of products, without those that are not published.

    Shown in one of ``colors`` (slugs) where a product comes in one of them, with headings of
    ``level``. No query for cards that are held, else one in all, plus those of a cold cache.
    """
    wanted, language = tuple(colors), get_language() or ""
    products = [list(part) for part in lists]
    keys = [[_Key(one.hex, language, wanted, level) for one in part] for part in products]
    cards = _shelf.many(
        {
            key: [(PRODUCT, one)]
            for part, names in zip(products, keys, strict=True)
            for one, key in zip(part, names, strict=True)
        },
        _make,
        versions=[(NAMESPACE, BRANDS)],
    )
    return [[cards[key] for key in part if key in cards] for part in keys]


def _make(keys: list[_Key]) -> Mapping[_Key, Card]:
    products = Product.objects.published().filter(pk__in=[key.product for key in keys])
    [goods] = goods_of(with_goods(products).order_by())
    cards = cards_of(goods, read_choices(), keys[0].colors)
    component = get_template("components/product_card.html")
    by_product = {key.product: key for key in keys}
    return {
        by_product[card.product_id.hex]: replace(
            card,
            # What a template rendered is escaped already.
            html=SafeString(component.render({"card": card, "level": keys[0].level})),  # nosec B703
        )
        for card in cards
    }
