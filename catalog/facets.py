"""How many products each value of each filter would show, counted in one statement."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import CharField, Count, F, Func, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KT

from catalog.choices import Choices
from catalog.filters import Filters, for_sale_now
from catalog.models import ProductCategory, ProductVariant
from catalog.models.products import ProductQuerySet


@dataclass(frozen=True)
class FacetCounts:
    """Products by facet and value.

    A value's number is what choosing it would show beside the filters of the other facets; it is
    there even when that is 0. ``total`` is what all filters together leave. ``places`` are
    categories of the next level, counted without filters, because their links drop them.
    """

    size: dict[str, int]
    color: dict[str, int]
    brand: dict[str, int]
    in_stock: int
    total: int
    places: dict[str, int]


def count_facets(products: ProductQuerySet, filters: Filters, *, below: str) -> FacetCounts:
    """Counts over ``products``; ``below`` is the path of the category they are listed in, or "".

    One query, however many facets and values there are.
    """
    variants = ProductVariant.objects.filter(product__in=products.values("pk")).order_by()
    places = ProductCategory.objects.filter(
        product__in=products.values("pk"), category__deleted_at=None
    ).order_by()
    if below:
        places = places.filter(category__path__startswith=f"{below}/")
    level = below.count("/") + 2 if below else 1
    statement = _counted(variants, filters, "size", KT("option_values__size")).union(
        _counted(variants, filters, "color", KT("option_values__color")),
        _counted(variants, filters, "brand", F("product__brand__slug")),
        _counted(variants.filter(for_sale_now()), filters, "in_stock", Value("1")),
        _counted(variants, filters, "total", Value("1")),
        places.annotate(
            facet=_word("places"),
            value=Func(
                F("category__path"),
                Value("/"),
                Value(level),
                function="split_part",
                output_field=CharField(),
            ),
        )
        .values("facet", "value")
        .annotate(products=Count("product", distinct=True))
        .values_list("facet", "value", "products"),
        all=True,
    )
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for facet, value, number in statement:
        if value:
            counts[facet][value] = number
    prefix = f"{below}/" if below else ""
    return FacetCounts(
        size=counts["size"],
        color=counts["color"],
        brand=counts["brand"],
        in_stock=counts["in_stock"].get("1", 0),
        total=counts["total"].get("1", 0),
        places={f"{prefix}{slug}": number for slug, number in counts["places"].items()},
    )


def ordered_values(
    counts: FacetCounts, choices: Choices, brands: dict[str, str]
) -> dict[str, list[tuple[str, str, int, str]]]:
    """For size, color and brand: value, label, number and hex in the order that never jumps."""
    values = {
        option: [
            (choice.slug, choice.name, numbers[choice.slug], choice.hex)
            for choice in choices.ordered(option, list(numbers))
        ]
        for option, numbers in (("size", counts.size), ("color", counts.color))
    }
    values["brand"] = [
        (slug, name, counts.brand[slug], "")
        for slug, name in brands.items()
        if slug in counts.brand
    ]
    return values


def _counted(
    variants: "QuerySet[ProductVariant]", filters: Filters, facet: str, value: Combinable
) -> "QuerySet[ProductVariant, tuple[str, str, int]]":
    met = filters.on_variants(but=facet) or None
    return (
        variants.annotate(facet=_word(facet), value=value)
        .values("facet", "value")
        .annotate(products=Count("product", distinct=True, filter=met))
        .values_list("facet", "value", "products")
    )


def _word(text: str) -> Value:
    return Value(text, output_field=CharField())
