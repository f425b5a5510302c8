"""Wishes as the wishlist shows them: how the piece stands today, and what changed since."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext

from catalog.cards import Price, pictures_of_card, price_of, url_of
from catalog.goods import Goods, Variant, goods_of, with_goods
from catalog.models import Product, WishlistItem
from catalog.products.buy_box import StockLine, awaited, stock_of
from catalog.products.choices import Choices, read_choices
from catalog.tree import Picture
from inventory.backorders import promised_dates
from shop.money import format_money


@dataclass(frozen=True)
class WishSize:
    """A size that goes into the cart with one press."""

    slug: str
    label: str
    sold_out: bool


@dataclass(frozen=True)
class Wish:
    """A piece on the list. Of one that is not sold any more only id and title are known.

    ``sizes`` is empty when nothing is left to choose: ``size`` is it, or there are none.
    ``drop`` says in words how much less it costs than when it was added.
    """

    id: UUID
    product_id: UUID
    title: str
    slug: str = ""
    url: str = ""
    choice: str = ""
    color: str = ""
    size: str = ""
    picture: Picture | None = None
    price: Price | None = None
    stock: StockLine | None = None
    drop: str = ""
    sizes: tuple[WishSize, ...] = ()
    can_buy: bool = False


def read_wishes(items: Iterable[WishlistItem]) -> list[Wish]:
    """The wishes in the order of ``items``. One query, and those of a cold cache."""
    rows = list(items)
    products = Product.all_objects.filter(pk__in={item.product_id for item in rows})
    [goods] = goods_of(with_goods(products) if rows else [])
    by_product = {one.product.pk: one for one in goods}
    choices = read_choices() if rows else None
    coming = [
        variant_id
        for item in rows
        for variant_id in awaited(
            by_product[item.product_id], _meant(item, by_product[item.product_id])[1]
        )
    ]
    promised = promised_dates(coming) if coming else {}
    return [_wish(item, by_product[item.product_id], choices, promised) for item in rows if choices]


def _wish(
    item: WishlistItem, goods: Goods, choices: Choices, promised: Mapping[UUID, date]
) -> Wish:
    product = goods.product
    if not product.is_published or not goods.variants:
        return Wish(item.pk, product.pk, product.title)
    color, variants = _meant(item, goods)
    only = variants[0] if len(variants) == 1 else None
    price = price_of(variants, product.currency)
    size = only.size if only else ""
    names = [
        choices.get(name, slug).name for name, slug in (("color", color), ("size", size)) if slug
    ]
    picture, _behind = pictures_of_card(goods, choices, color or next(iter(goods.colors), ""))
    return Wish(
        id=item.pk,
        product_id=product.pk,
        title=product.title,
        slug=product.slug,
        url=url_of(goods, color, size),
        choice=", ".join(names),
        color=color,
        size=size,
        picture=picture,
        price=price,
        stock=stock_of(goods, variants, promised),
        drop=_drop(item, price),
        sizes=() if only else _sizes(goods, variants, choices),
        can_buy=any(map(goods.can_buy, variants)),
    )


def _meant(item: WishlistItem, goods: Goods) -> tuple[str, list[Variant]]:
    """The color that was wished for and the variants that come into question."""
    exact = [variant for variant in goods.variants if variant.id == item.variant_id]
    if exact:
        return exact[0].color, exact
    color = str(item.option_values.get("color", ""))
    if color not in goods.colors:
        # The color is no more, or there was none to choose.
        color = goods.colors[0] if len(goods.colors) == 1 else ""
    return color, goods.in_color(color)


def _sizes(goods: Goods, variants: list[Variant], choices: Choices) -> tuple[WishSize, ...]:
    by_size: dict[str, list[Variant]] = {}
    for variant in variants:
        if variant.size:
            by_size.setdefault(variant.size, []).append(variant)
    return tuple(
        WishSize(choice.slug, choice.name, not any(map(goods.can_buy, by_size[choice.slug])))
        for choice in choices.ordered("size", list(by_size))
    )


def _drop(item: WishlistItem, price: Price) -> str:
    if price.currency != item.currency or price.current >= item.price:
        return ""
    amount = format_money(item.price - price.current, price.currency)
    return gettext("%(amount)s less than when you added it") % {"amount": amount}
