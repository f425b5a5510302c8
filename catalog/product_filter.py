"""The filter of the product list in the back office, for whatever else is to have the same rows."""

import re
from collections.abc import Mapping
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import Brand, Category, Product, ProductCategory, ProductVariant

#: What a filter is made of, named as in the address of the list.
LABELS = {
    "status__exact": _("status"),
    "brand__id__exact": _("brand"),
    "category": _("category"),
    "inventory_policy__exact": _("inventory policy"),
    "q": _("search"),
}
NAMES = tuple(LABELS)
_EXACT = ("status__exact", "brand__id__exact", "inventory_policy__exact")
_FOUND_BY_SKU = 1_000
_LONGEST = 200


def asked(values: Mapping[str, str]) -> dict[str, str]:
    """The filter that the address of the list carries, without what it does not know."""
    found = {name: values.get(name, "").replace("\0", "")[:_LONGEST] for name in NAMES}
    return {name: value for name, value in found.items() if value}


def selected(selection: Mapping[str, str]) -> "QuerySet[Product]":
    """The products that the list shows for ``selection``."""
    exact = {name: selection[name] for name in _EXACT if selection.get(name)}
    if brand := exact.get("brand__id__exact"):
        exact["brand__id__exact"] = str(_uuid(brand))
    products: QuerySet[Product] = Product.objects.filter(**exact)
    if path := selection.get("category"):
        products = below(products, path)
    return found_by(products, selection.get("q", ""))


def below(products: "QuerySet[Product]", path: str) -> "QuerySet[Product]":
    """Those of ``products`` in the category ``path`` or below it."""
    places = ProductCategory.objects.filter(category__in=Category.objects.within(path))
    return products.filter(pk__in=places.values("product_id"))


def found_by(products: "QuerySet[Product]", words: str) -> "QuerySet[Product]":
    """Those of ``products`` whose SKU begins with ``words``, or that have them in their texts.

    The last letters of each word may be missing. Two queries beside that of the list.
    """
    asked = words.replace("\0", "").strip()[:_LONGEST]
    if not asked:
        return products
    spelled = Q(sku__startswith=asked) | Q(sku__startswith=asked.upper())
    variants = ProductVariant.objects.filter(spelled).order_by()
    ids = list(variants.values_list("product_id", flat=True)[:_FOUND_BY_SKU])
    ids += Product.objects.filter(slug=asked.lower()).values_list("pk", flat=True)[:1]
    terms = re.findall(r"\w+", asked)
    matches = Q(pk__in=ids)
    if terms:
        raw = " & ".join(f"{term}:*" for term in terms)
        query = SearchQuery(raw, config="pg_catalog.simple", search_type="raw")
        matches |= Q(search_vector=query)
    return products.filter(matches)


def in_words(selection: Mapping[str, str]) -> str:
    """``selection`` for a page; one query where it has a brand."""
    names = [name for name in NAMES if selection.get(name)]
    told = [f"{LABELS[name]}: {_shown(name, selection[name])}" for name in names]
    return ", ".join(told) or gettext("all products")


def _shown(name: str, value: str) -> str:
    if name == "brand__id__exact":
        return str(Brand.objects.filter(pk=_uuid(value)).first() or value)
    if name == "status__exact":
        return str(dict(Product.Status.choices).get(value, value))
    if name == "inventory_policy__exact":
        return str(dict(Product.InventoryPolicy.choices).get(value, value))
    return value


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
