"""A copy of a product to begin the next one from."""

from django.utils.translation import gettext

from audit import recording
from catalog.models import Product, ProductCategory, ProductLink, ProductMedia, ProductVariant
from catalog.variant_matrix import suggested_sku

_COPIED = (
    "brand_id",
    "summary",
    "description",
    "currency",
    "price",
    "compare_at_price",
    "cost",
    "tax_class",
    "inventory_policy",
    "tags",
    "keywords",
    "attributes",
    "fibers",
    "care",
    "origin",
    "passport_url",
    "size_chart_id",
)
_VARIANT_COPIED = (
    "title",
    "option_values",
    "price",
    "compare_at_price",
    "cost",
    "weight_grams",
    "is_primary",
    "position",
)


def duplicate(product: Product) -> Product:
    """A draft like ``product``: words, prices, variants with new SKUs, pictures, places, links.

    What belongs to one product alone stays behind: barcodes, stock, ratings, texts for search
    engines, collections. One transaction with a fixed number of statements.
    """
    with recording.batch():
        copy: Product = Product.objects.create(
            title=(gettext("%s (copy)") % product.title)[:200],
            slug=_free_slug(product.slug),
            status=Product.Status.DRAFT,
            **{name: getattr(product, name) for name in _COPIED},
        )
        _copy_variants(product, copy)
        ProductCategory.objects.bulk_create(
            ProductCategory(
                product=copy,
                category_id=link.category_id,
                is_primary=link.is_primary,
                position=link.position,
            )
            for link in product.category_links.all()
        )
        ProductMedia.objects.bulk_create(
            ProductMedia(
                product=copy,
                media_id=link.media_id,
                option_values=link.option_values,
                view_name=link.view_name,
                position=link.position,
                is_primary=link.is_primary,
            )
            for link in product.media_links.all()
        )
        ProductLink.objects.bulk_create(
            ProductLink(
                product=copy, other_id=link.other_id, kind=link.kind, position=link.position
            )
            for link in product.links.all()
        )
    return copy


def _copy_variants(product: Product, copy: Product) -> None:
    variants = list(product.variants.all())
    wanted = {row.pk: suggested_sku(copy, row.option_values, None) for row in variants}
    taken = set(
        ProductVariant.objects.filter(sku__in=wanted.values()).values_list("sku", flat=True)
    )
    made = []
    for row in variants:
        sku, number = wanted[row.pk], 2
        while sku in taken:
            sku, number = f"{wanted[row.pk]}-{number}", number + 1
        taken.add(sku)
        values = {name: getattr(row, name) for name in _VARIANT_COPIED}
        made.append(ProductVariant(product=copy, sku=sku, **values))
    ProductVariant.objects.bulk_create(made)


def _free_slug(slug: str) -> str:
    base = f"{slug[:180]}-copy"
    taken = set(Product.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    number, free = 2, base
    while free in taken:
        free, number = f"{base}-{number}", number + 1
    return free
