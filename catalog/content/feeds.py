"""The product feed for comparison sites: one entry per variant, in their own words.

Written to disk a few hundred products at a time, and served from there until it is old.
"""

import csv
import hashlib
import io
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.html import strip_tags

from catalog.garments.pictures import parse_path, path_of
from catalog.goods import Goods, Variant, goods_of, with_goods
from catalog.models import Product, ProductVariant
from catalog.products.choices import Choices, read_choices
from catalog.tree import Tree, read_tree
from shop.money import to_major
from shop.whole_files import put

#: A feed is written anew after this, in seconds.
FRESH_SECONDS = 15 * 60
#: Products in memory at a time.
PRODUCTS = 500
#: A writer that died lets the next one try after this, in seconds.
LOCK_SECONDS = 5 * 60
FORMATS = ("xml", "csv")
FIELDS = (
    *("id", "item_group_id", "title", "description", "link", "image_link", "availability"),
    *("availability_date", "price", "sale_price", "brand", "color", "size", "gtin"),
    *("identifier_exists", "product_type", "condition", "shipping_weight"),
)
#: Characters that XML 1.0 cannot hold.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Absolute = Callable[[str], str]
Item = dict[str, str]


@dataclass(frozen=True)
class Numbers:
    """What a feed says of a variant beside what cards show."""

    barcode: str
    weight_grams: int


def current(form: str, absolute: Absolute) -> Path:
    """The file of the feed as "xml" or "csv", at most FRESH_SECONDS old unless being written.

    ``absolute`` makes a path a full address; each host has files of its own.
    """
    host = hashlib.sha256(absolute("/").encode()).hexdigest()[:16]
    file = Path(settings.FEEDS_ROOT) / f"products-{host}.{form}"
    age = time.time() - file.stat().st_mtime if file.is_file() else None
    if age is not None and age < FRESH_SECONDS:
        return file
    lock = f"feed:{file.name}"
    if cache.add(lock, 1, LOCK_SECONDS) or age is None:
        try:
            put(file, (part.encode() for part in WRITERS[form](items(absolute), absolute)))
        finally:
            cache.delete(lock)
    return file


def items(absolute: Absolute) -> Iterator[Item]:
    """Every variant of every published product; a fixed number of queries per PRODUCTS."""
    choices, tree = read_choices(), read_tree()
    after: Any = None
    while True:
        products = Product.objects.published().order_by("pk")
        if after:
            products = products.filter(pk__gt=after)
        chunk = list(with_goods(products)[:PRODUCTS])
        if not chunk:
            return
        after = chunk[-1].pk
        numbers = {
            pk: Numbers(*row)
            for pk, *row in ProductVariant.objects.filter(product__in=chunk).values_list(
                "pk", "barcode", "weight_grams"
            )
        }
        for goods in goods_of(chunk)[0]:
            for variant in goods.variants:
                if variant.id in numbers:
                    yield _item(goods, variant, numbers[variant.id], choices, tree, absolute)


def is_gtin(barcode: str) -> bool:
    """Whether ``barcode`` is a number that is known beyond this shop, with its check digit.

    Numbers that begin with 2 or 04 are free for shops to use inside, and mean nothing elsewhere.
    """
    if not barcode.isascii() or not barcode.isdigit() or len(barcode) not in (8, 12, 13, 14):
        return False
    padded = barcode.zfill(14)
    if padded[1] == "2" or padded[1:3] in ("02", "04"):
        return False
    weighed = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(padded))
    return weighed % 10 == 0


def _item(
    goods: Goods,
    variant: Variant,
    numbers: Numbers,
    choices: Choices,
    tree: Tree,
    absolute: Absolute,
) -> Item:
    product = goods.product
    options = sorted(variant.options.items())
    names = {name: choices.get(name, slug).name for name, slug in options if slug}
    # Without room for a note, the price struck through is the one the reduction is measured by.
    before = variant.lowest_prior_price
    gtin = numbers.barcode if is_gtin(numbers.barcode) else ""
    item = {
        "id": variant.sku,
        "item_group_id": product.slug,
        "title": ", ".join([product.title, *names.values()])[:150],
        "description": strip_tags(product.description or product.summary)[:5000],
        "link": absolute(goods.url_of(variant)),
        "image_link": _picture(goods, variant.color, absolute),
        "price": _amount(before or variant.price, product.currency),
        "sale_price": _amount(variant.price, product.currency) if before else "",
        "brand": product.brand.name if product.brand else "",
        "color": names.get("color", ""),
        "size": names.get("size", ""),
        "gtin": gtin,
        "identifier_exists": "yes" if gtin else "no",
        "product_type": " > ".join(node.title for node in tree.trail(goods.category_path)),
        "condition": "new",
        "shipping_weight": f"{numbers.weight_grams} g" if numbers.weight_grams else "",
    }
    return item | _availability(goods, variant)


def _availability(goods: Goods, variant: Variant) -> Item:
    if not goods.can_buy(variant):
        return {"availability": "out_of_stock"}
    if variant.units > 0:
        return {"availability": "in_stock"}
    leaves_at = timezone.now() + timedelta(days=settings.BACKORDER_DAYS)
    return {
        "availability": "backorder",
        "availability_date": leaves_at.date().isoformat(),
    }


def _picture(goods: Goods, color: str, absolute: Absolute) -> str:
    """A picture in pixels: feeds take no drawings."""
    shots = goods.shots_of(color)
    if not shots:
        return ""
    media = shots[0].media
    name = parse_path(media.file)
    if name is None:
        return absolute(media.url)
    twin = path_of(name.garment, name.view, name.color, name.pattern, "1200.png")
    return absolute(default_storage.url(twin))


def _amount(amount: int, currency: str) -> str:
    return f"{to_major(amount, currency)} {currency}"


def _xml(found: Iterator[Item], absolute: Absolute) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">\n<channel>\n'
    yield f"<title>{_text(settings.SHOP_NAME)}</title>\n<link>{_text(absolute('/'))}</link>\n"
    yield f"<description>{_text(settings.SHOP_NAME)}</description>\n"
    for item in found:
        fields = [f"<g:{name}>{_text(item[name])}</g:{name}>" for name in FIELDS if item.get(name)]
        yield f"<item>{''.join(fields)}</item>\n"
    yield "</channel>\n</rss>\n"


def _csv(found: Iterator[Item], absolute: Absolute) -> Iterator[str]:
    yield _line(FIELDS)
    for item in found:
        yield _line([_cell(item.get(name, "")) for name in FIELDS])


WRITERS: dict[str, Callable[[Iterator[Item], Absolute], Iterator[str]]] = {
    "xml": _xml,
    "csv": _csv,
}


def _text(value: str) -> str:
    return escape(_NOT_XML.sub(" ", value))


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _line(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
