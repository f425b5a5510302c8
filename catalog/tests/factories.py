"""Products for tests, published and on the shelf unless told otherwise."""

import factory
from factory.django import DjangoModelFactory

from audit import recording
from catalog.garments.pictures import path_of
from catalog.models import (
    Brand,
    Category,
    Media,
    OptionValue,
    Product,
    ProductCategory,
    ProductMedia,
    ProductVariant,
)
from inventory.models import Location, Stock


class BrandFactory(DjangoModelFactory):
    class Meta:
        model = Brand
        django_get_or_create = ["slug"]

    slug = "northmill"
    name = factory.LazyAttribute(lambda brand: brand.slug.capitalize())


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category

    slug = factory.Sequence(lambda number: f"category-{number}")
    name = factory.LazyAttribute(lambda category: category.slug.capitalize())


class LocationFactory(DjangoModelFactory):
    class Meta:
        model = Location
        django_get_or_create = ["code"]

    code = "workshop"
    name = "Workshop"


class OptionValueFactory(DjangoModelFactory):
    class Meta:
        model = OptionValue
        django_get_or_create = ["option", "slug"]

    name = factory.LazyAttribute(lambda value: value.slug.upper())
    position = factory.Sequence(int)


class MediaFactory(DjangoModelFactory):
    class Meta:
        model = Media
        django_get_or_create = ["asset_id"]

    asset_id = factory.SelfAttribute("file")
    mime_type = "image/svg+xml"
    width = 400
    height = 500


class ProductFactory(DjangoModelFactory):
    """A product in each of ``colors`` and ``sizes``, ``stock`` units of each on one shelf."""

    class Meta:
        model = Product

    colors = ("navy",)
    sizes = ("s", "m")
    stock = 10
    category = None
    garment = "tee"

    title = factory.Sequence(lambda number: f"Plain tee {number}")
    slug = factory.Sequence(lambda number: f"plain-tee-{number}")
    brand = factory.SubFactory(BrandFactory)
    summary = "Plain and good."
    description = "Cut from heavy jersey."
    attributes = {"material": "100 % cotton", "care": "Machine wash", "fit": "Regular"}
    status = Product.Status.ACTIVE
    price = 4900

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        names = ("colors", "sizes", "stock", "category", "garment")
        made = {name: kwargs.pop(name) for name in names}
        # An active product needs its primary variant when the transaction ends.
        with recording.batch():
            product = super()._create(model_class, *args, **kwargs)
            place(product, made["category"])
            hang(product, made["garment"], made["colors"])
            fill(product, made["colors"], made["sizes"], made["stock"])
        return product


def fill(product, colors, sizes, stock):
    """Every size in every color, ``stock`` units of each; the first variant is primary."""
    for option, slugs in (("color", colors), ("size", sizes)):
        values = OptionValue.objects.filter(option=option, slug__in=slugs)
        known = set(values.values_list("slug", flat=True))
        for slug in slugs:
            if slug not in known:
                OptionValueFactory(option=option, slug=slug)
    kinds = [(color, size) for color in colors for size in sizes]
    made = ProductVariant.objects.bulk_create(
        new_variant(product, color, size, is_primary=number == 0)
        for number, (color, size) in enumerate(kinds)
    )
    shelf = LocationFactory()
    Stock.objects.bulk_create(
        Stock(variant=one, location=shelf, opening_balance=stock) for one in made
    )


def new_variant(product, color, size, **fields):
    """A variant that is not saved yet."""
    return ProductVariant(
        product=product,
        sku=f"{product.slug}-{color}-{size}".upper(),
        title=f"{color}, {size}",
        option_values={"color": color, "size": size},
        price=fields.pop("price", product.price),
        **fields,
    )


def variant(product, color, size, stock=10, **fields):
    """One more variant of ``product`` with ``stock`` units; the first one is primary."""
    for option, slug in (("color", color), ("size", size)):
        OptionValueFactory(option=option, slug=slug)
    is_primary = not product.variants.exists()
    made = new_variant(product, color, size, is_primary=is_primary, **fields)
    made.save(force_insert=True)
    Stock.objects.create(variant=made, location=LocationFactory(), opening_balance=stock)
    return made


def hang(product, garment, colors):
    """Front and back of ``product`` in each of ``colors``."""
    views = [
        (color, position, view, path_of(garment, view, color))
        for color in colors
        for position, view in enumerate(("front", "back"))
    ]
    media = Media.objects.in_bulk([path for *_kind, path in views], field_name="asset_id")
    ProductMedia.objects.bulk_create(
        ProductMedia(
            product=product,
            media=media.get(path) or MediaFactory(file=path),
            option_values={"color": color},
            view_name=view,
            position=position,
            is_primary=view == "front",
        )
        for color, position, view, path in views
    )


def place(product, category):
    """Put ``product`` into ``category``, as its primary place."""
    if category is not None:
        ProductCategory.objects.create(product=product, category=category, is_primary=True)
