"""What one edit does to one product: its new values and places, or why it cannot be."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import (
    Category,
    Collection,
    CollectionProduct,
    Product,
    ProductCategory,
    ProductVariant,
)
from shop.money import WHOLE, decimals_of, format_money, percent_of

Status = Product.Status


class Kind(models.TextChoices):
    STATUS = "STATUS", _("Set status")
    PRICE_SET = "PRICE_SET", _("Set price")
    PRICE_BY = "PRICE_BY", _("Change price by an amount")
    PRICE_PERCENT = "PRICE_PERCENT", _("Change price by a percentage")
    CATEGORY_ADD = "CATEGORY_ADD", _("Add to a category")
    CATEGORY_REMOVE = "CATEGORY_REMOVE", _("Remove from a category")
    CATEGORY_PRIMARY = "CATEGORY_PRIMARY", _("Make a category the primary one")
    TAGS_ADD = "TAGS_ADD", _("Add tags")
    TAGS_REMOVE = "TAGS_REMOVE", _("Remove tags")
    COLLECTION_ADD = "COLLECTION_ADD", _("Add to a collection")
    COLLECTION_REMOVE = "COLLECTION_REMOVE", _("Remove from a collection")


class Ending(models.TextChoices):
    NONE = "", _("As reckoned")
    NINETY = "90", _("To the nearest .90")
    ROUND = "00", _("To the nearest .00")


PRICES = frozenset({Kind.PRICE_SET, Kind.PRICE_BY, Kind.PRICE_PERCENT})
CATEGORIES = frozenset({Kind.CATEGORY_ADD, Kind.CATEGORY_REMOVE, Kind.CATEGORY_PRIMARY})
COLLECTIONS = frozenset({Kind.COLLECTION_ADD, Kind.COLLECTION_REMOVE})
_PERMISSIONS = {
    **dict.fromkeys(PRICES, ("catalog.change_product", "catalog.change_price")),
    **dict.fromkeys(
        CATEGORIES,
        tuple(f"catalog.{act}_productcategory" for act in ("add", "change", "delete")),
    ),
    **dict.fromkeys(
        COLLECTIONS, ("catalog.add_collectionproduct", "catalog.delete_collectionproduct")
    ),
}


def permissions_of(kind: Kind) -> tuple[str, ...]:
    """What a person needs for an edit of this kind."""
    return _PERMISSIONS.get(kind, ("catalog.change_product",))


@dataclass(frozen=True)
class Edit:
    """One edit. ``amount`` is in minor units, or whole percent; ``target`` is a status or an id."""

    kind: Kind
    target: str = ""
    amount: int = 0
    ending: str = ""
    tags: tuple[str, ...] = ()

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "Edit":
        """The edit that was kept as JSON."""
        return cls(**kept | {"kind": Kind(kept["kind"]), "tags": tuple(kept["tags"])})

    def price(self, current: int, currency: str) -> int:
        """What a price of ``current`` minor units becomes; halves go up. May be negative."""
        match self.kind:
            case Kind.PRICE_SET:
                wanted = self.amount
            case Kind.PRICE_BY:
                wanted = current + self.amount
            case _:
                wanted = percent_of(current, WHOLE + self.amount * 100)
        unit = 10 ** decimals_of(currency)
        if not self.ending or unit < 100:
            return wanted
        tail = int(self.ending) * unit // 100
        return max((wanted - tail + unit // 2) // unit * unit + tail, tail)


@dataclass
class Held:
    """A product with what an edit looks at; ``stamp`` changes when any of it does."""

    product: Product
    variants: list[ProductVariant] = field(default_factory=list)
    links: list[ProductCategory] = field(default_factory=list)
    membership: CollectionProduct | None = None

    @property
    def stamp(self) -> str:
        seen = [
            self.product.version,
            sorted((str(row.pk), row.version) for row in self.variants),
            sorted((str(row.pk), row.is_primary) for row in self.links),
            self.membership is not None,
        ]
        return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:12]


@dataclass
class Outcome:
    """What an edit would do to a product: words for the preview, and what is to be written."""

    product: Product
    old: str = ""
    new: str = ""
    refusal: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    prices: dict[UUID, int] = field(default_factory=dict)
    made: list[models.Model] = field(default_factory=list)
    gone: list[models.Model] = field(default_factory=list)
    primary: dict[UUID, bool] = field(default_factory=dict)

    @property
    def is_change(self) -> bool:
        return bool(self.values or self.prices or self.made or self.gone or self.primary)


def read(edit: Edit, products: Iterable[Product], variants: Iterable[ProductVariant]) -> list[Held]:
    """The ``products`` with their live ``variants`` and places; at most one query."""
    held = {product.pk: Held(product) for product in products}
    for variant in variants:
        held[variant.product_id].variants.append(variant)
    if edit.kind in CATEGORIES:
        for link in ProductCategory.objects.filter(product__in=held).select_related("category"):
            held[link.product_id].links.append(link)
    if edit.kind in COLLECTIONS:
        members = CollectionProduct.objects.filter(product__in=held, collection_id=edit.target)
        for member in members:
            held[member.product_id].membership = member
    return list(held.values())


def outcome(edit: Edit, held: Held, target: Category | Collection | None) -> Outcome:
    """What ``edit`` does to the product that is ``held``."""
    if edit.kind is Kind.STATUS:
        return _status(edit, held)
    if edit.kind in PRICES:
        return _prices(edit, held)
    if isinstance(target, Category):
        return _places(edit, held, target)
    if isinstance(target, Collection):
        return _membership(edit, held, target)
    return _tags(edit, held)


def _status(edit: Edit, held: Held) -> Outcome:
    product, wanted = held.product, Status(edit.target)
    result = Outcome(product, product.get_status_display(), str(wanted.label))
    if product.status == wanted:
        return result
    if wanted is Status.ACTIVE and not any(row.is_primary for row in held.variants):
        result.refusal = gettext("It has no variant that could be sold.")
        return result
    result.values = {"status": wanted.value}
    if wanted is Status.ACTIVE and product.published_at is None:
        result.values["published_at"] = timezone.now()
    return result


def _prices(edit: Edit, held: Held) -> Outcome:
    product = held.product
    default = edit.price(product.price, product.currency)
    wanted = {row.pk: edit.price(row.price, product.currency) for row in held.variants}
    result = Outcome(
        product,
        _range([row.price for row in held.variants] or [product.price], product.currency),
        _range(list(wanted.values()) or [default], product.currency),
    )
    if min([default, *wanted.values()]) < 0:
        result.refusal = gettext("A price would fall below zero.")
        return result
    rows = [(row, wanted[row.pk]) for row in held.variants]
    above = [row.sku for row, price in rows if _at_or_above(row.compare_at_price, price)]
    if above or _at_or_above(product.compare_at_price, default):
        text = gettext("The recommended price would not be above the price: %s")
        result.refusal = text % ", ".join(above or [product.title])
        return result
    result.prices = {row.pk: price for row, price in rows if row.price != price}
    if default != product.price:
        result.values = {"price": default}
    return result


def _at_or_above(compare_at: int | None, price: int) -> bool:
    return compare_at is not None and price >= compare_at


def _range(amounts: list[int], currency: str) -> str:
    low, high = format_money(min(amounts), currency), format_money(max(amounts), currency)
    return low if low == high else f"{low} – {high}"


def _places(edit: Edit, held: Held, category: Category) -> Outcome:
    links = sorted(held.links, key=lambda link: (not link.is_primary, link.position, link.pk))
    mine = next((link for link in links if link.category_id == category.pk), None)
    result = Outcome(held.product, _named(links))
    after = list(links)
    if edit.kind is Kind.CATEGORY_REMOVE:
        if mine is not None:
            result.gone.append(mine)
            after.remove(mine)
            if mine.is_primary and after:
                result.primary[after[0].pk] = True
    else:
        is_leading = edit.kind is Kind.CATEGORY_PRIMARY or not links
        if mine is None:
            mine = ProductCategory(
                product=held.product,
                category=category,
                is_primary=is_leading,
                position=max((link.position for link in links), default=-1) + 1,
            )
            result.made.append(mine)
            after.append(mine)
        elif is_leading and not mine.is_primary:
            result.primary[mine.pk] = True
        if is_leading:
            former = [link for link in links if link.is_primary and link is not mine]
            result.primary |= {link.pk: False for link in former}
            after.sort(key=lambda link: link is not mine)
    result.new = _named(after)
    return result


def _named(links: list[ProductCategory]) -> str:
    return ", ".join(link.category.name for link in links)


def _tags(edit: Edit, held: Held) -> Outcome:
    tags = list(held.product.tags)
    named = {tag.casefold() for tag in edit.tags}
    if edit.kind is Kind.TAGS_ADD:
        known = {tag.casefold() for tag in tags}
        after = [*tags, *(tag for tag in edit.tags if tag.casefold() not in known)]
    else:
        after = [tag for tag in tags if tag.casefold() not in named]
    values = {"tags": after} if after != tags else {}
    return Outcome(held.product, ", ".join(tags), ", ".join(after), values=values)


def _membership(edit: Edit, held: Held, collection: Collection) -> Outcome:
    is_in, wanted = held.membership is not None, edit.kind is Kind.COLLECTION_ADD
    words = {True: collection.title, False: "–"}
    result = Outcome(held.product, words[is_in], words[wanted])
    if wanted and held.membership is None:
        result.made.append(CollectionProduct(collection=collection, product=held.product))
    elif not wanted and held.membership is not None:
        result.gone.append(held.membership)
    return result
