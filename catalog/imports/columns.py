"""The columns of a product file: one entry each says how it is called, read, written and stored.

To add a column of ``Product`` or ``ProductVariant``, add an entry. ``field`` is the model's
attribute; a column that ``refers`` to other rows holds their keys (:mod:`references`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from typing import Any

from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from catalog.imports.cells import (
    MAX_UNITS,
    Amount,
    Cell,
    Fibers,
    Kind,
    ListOf,
    MinorAmount,
    Moment,
    OneOf,
    Pattern,
    Whole,
    Words,
    YesNo,
    taken,
)
from catalog.imports.errors import CellRefused
from catalog.models import OptionValue, Product

PRICE = "catalog.change_price"
STOCK = "inventory.add_movement"
COLLECTION = "catalog.change_collection"


class Level(Enum):
    """What a cell belongs to. The first line of a product tells the cells of the product."""

    PRODUCT = "product"
    VARIANT = "variant"
    STOCK = "stock"


#: A blank cell leaves the value as it is, because it may not be empty.
KEPT: Any = object()


@dataclass(frozen=True)
class Column:
    """One column; ``empty`` is what a blank cell means."""

    name: str
    level: Level
    kind: Kind
    label: str | Promise
    field: str = ""
    empty: Any = KEPT
    refers: str = ""
    permission: str = ""
    synonyms: tuple[str, ...] = ()
    #: Another column that this one is a second spelling of; never written.
    means: str = ""
    #: The part after the colon, for a column of a family.
    part: str = ""

    @property
    def key(self) -> str:
        """The name under which the value is kept."""
        return self.means or self.name

    def read(self, text: str) -> Any:
        """The value of a cell; None for a blank one. Raises :class:`CellRefused`."""
        bare = taken(text)
        return self.kind.read(bare) if bare.strip() else None

    def write(self, value: Any) -> Cell:
        """The cell for ``value``."""
        return None if value is None or value in ("", []) else self.kind.write(value)

    def is_same(self, new: Any, held: Any) -> bool:
        """Whether a file that says ``new`` says what the shop holds."""
        if new == held:
            return True
        if held is None:
            return False
        try:
            # What staff stored with blanks or line ends of another kind comes back trimmed.
            written = self.write(held)
            return bool(new == (self.empty if written is None else self.read(str(written))))
        except CellRefused:
            return False


_SLUG = Pattern(r"[-a-zA-Z0-9_]+", 200, lambda: _now("may hold letters, digits, - and _ only"))
_KEY = Words(300)
_SKU = Pattern(r"[^\s\x00-\x1f][^\x00-\x1f]*", 64, lambda: _now("is not a SKU of 64 characters"))
_COUNTRY = Pattern(r"[A-Z]{2}", 2, lambda: _now("is not a country code of two capitals"))
_CARE = Pattern(r"[A-Z0-9_]{1,20}", 20, lambda: _now("is not a care code such as WASH_30"))
_URL = Pattern(r"https://[^\s<>\"]+", 300, lambda: _now("is not an https address"))

_PRODUCT, _VARIANT = Level.PRODUCT, Level.VARIANT

COLUMNS = (
    Column("product", _PRODUCT, _SLUG, _("Product"), "slug", synonyms=("handle", "slug")),
    Column("sku", _VARIANT, _SKU, _("SKU"), "sku", synonyms=("variant sku", "article number")),
    Column("title", _PRODUCT, Words(200), _("Title"), "title", synonyms=("product title", "name")),
    Column(
        "brand", _PRODUCT, _KEY, _("Brand"), "brand", None, refers="brand", synonyms=("vendor",)
    ),
    Column("summary", _PRODUCT, Words(300), _("Summary"), "summary", ""),
    Column(
        "description",
        _PRODUCT,
        Words(50_000, is_prose=True),
        _("Description"),
        "description",
        "",
        synonyms=("body", "body (html)", "text"),
    ),
    Column("status", _PRODUCT, OneOf(Product.Status), _("Status"), "status"),
    Column(
        "categories",
        _PRODUCT,
        ListOf(_KEY),
        _("Categories"),
        empty=[],
        refers="category",
        synonyms=("category", "product category"),
    ),
    Column(
        "collections",
        _PRODUCT,
        ListOf(_SLUG, is_set=True),
        _("Collections"),
        empty=[],
        refers="collection",
        permission=COLLECTION,
        synonyms=("collection",),
    ),
    Column("tags", _PRODUCT, ListOf(Words(50)), _("Tags"), "tags", []),
    Column("keywords", _PRODUCT, ListOf(Words(50)), _("Search keywords"), "keywords", []),
    Column("fibers", _PRODUCT, Fibers(), _("Composition"), "fibers", []),
    Column("care", _PRODUCT, ListOf(_CARE), _("Care codes"), "care", []),
    Column("origin", _PRODUCT, _COUNTRY, _("Made in"), "origin", "", synonyms=("country",)),
    Column("passport_url", _PRODUCT, _URL, _("Product passport"), "passport_url", ""),
    Column("size_chart", _PRODUCT, _KEY, _("Size chart"), "size_chart", None, refers="size_chart"),
    Column("seo_title", _PRODUCT, Words(200), _("Title for search engines"), "seo_title", ""),
    Column(
        "seo_description",
        _PRODUCT,
        Words(300),
        _("Description for search engines"),
        "seo_description",
        "",
    ),
    Column("tax_class", _PRODUCT, OneOf(Product.TaxClass), _("Tax class"), "tax_class"),
    Column(
        "inventory_policy",
        _PRODUCT,
        OneOf(Product.InventoryPolicy),
        _("Inventory policy"),
        "inventory_policy",
    ),
    Column("published_at", _PRODUCT, Moment(), _("Published"), "published_at"),
    Column("product_price", _PRODUCT, Amount(), _("Product's price"), "price", permission=PRICE),
    Column(
        "product_compare_at_price",
        _PRODUCT,
        Amount(),
        _("Product's recommended price"),
        "compare_at_price",
        None,
        permission=PRICE,
    ),
    Column("product_cost", _PRODUCT, Amount(), _("Product's cost"), "cost", None, permission=PRICE),
    Column("variant_title", _VARIANT, Words(200), _("Variant"), "title"),
    Column("price", _VARIANT, Amount(), _("Price"), "price", permission=PRICE),
    Column(
        "compare_at_price",
        _VARIANT,
        Amount(),
        _("Recommended price"),
        "compare_at_price",
        None,
        permission=PRICE,
        synonyms=("compare at price", "rrp", "msrp", "recommended price"),
    ),
    Column(
        "cost", _VARIANT, Amount(), _("Cost"), "cost", None, permission=PRICE, synonyms=("cogs",)
    ),
    Column(
        "barcode",
        _VARIANT,
        Words(32),
        _("Barcode"),
        "barcode",
        "",
        synonyms=("ean", "gtin", "upc", "variant barcode"),
    ),
    Column(
        "weight_grams",
        _VARIANT,
        Whole(MAX_UNITS),
        _("Weight in grams"),
        "weight_grams",
        synonyms=("weight", "grams", "variant grams"),
    ),
    Column("primary", _VARIANT, YesNo(), _("Primary"), "is_primary", synonyms=("is primary",)),
    Column(
        "media",
        _VARIANT,
        ListOf(Words(500)),
        _("Pictures"),
        refers="media",
        synonyms=("pictures", "images", "image src"),
    ),
    *(
        Column(
            f"{name}_minor",
            level,
            MinorAmount(),
            label,
            attribute,
            KEPT if attribute == "price" else None,
            permission=PRICE,
            means=name,
        )
        for name, level, label, attribute in (
            ("product_price", _PRODUCT, _("Product's price"), "price"),
            ("price", _VARIANT, _("Price"), "price"),
            ("compare_at_price", _VARIANT, _("Recommended price"), "compare_at_price"),
            ("cost", _VARIANT, _("Cost"), "cost"),
        )
    ),
)

#: Columns that come in numbers: what stands after the colon names one.
FAMILIES = (
    Column("attribute", _PRODUCT, Words(1000), _("Attribute"), "attributes", ""),
    Column("option", _VARIANT, _KEY, _("Option"), "option_values", refers="option"),
    Column(
        "stock", Level.STOCK, Whole(MAX_UNITS), _("On hand"), refers="location", permission=STOCK
    ),
)

_BY_NAME = {column.name: column for column in COLUMNS}
_FAMILY = {column.name: column for column in FAMILIES}
_OPTIONS = frozenset(OptionValue.Option.values)


@cache
def column(name: str) -> Column | None:
    """The column called ``name`` exactly: ``price``, ``attribute:material``, ``stock:workshop``."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    family, colon, part = name.partition(":")
    found = _FAMILY.get(family)
    if found is None or not colon or not part or len(part) > 50 or "\0" in part:
        return None
    if family == "option" and part not in _OPTIONS:
        return None
    if family == "stock" and part != slugify(part):
        return None
    return replace(found, name=name, part=part)


def known(name: str) -> Column:
    """The column called ``name``, which was checked before."""
    found = column(name)
    if found is None:
        raise LookupError(name)
    return found


def described(name: str) -> str:
    """The name of a column for people: "Price", "Attribute: material"."""
    found = known(name)
    return f"{found.label}: {found.part}" if found.part else str(found.label)


def of_level(cells: dict[str, Any], level: Level) -> Iterator[tuple[Column, Any]]:
    """The cells of ``level`` with their columns."""
    for name, value in cells.items():
        found = known(name)
        if found.level is level:
            yield found, value
