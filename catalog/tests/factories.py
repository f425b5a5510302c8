"""Products for tests, published and on the shelf unless told otherwise."""

import factory
from django.db import transaction
from factory.django import DjangoModelFactory

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
        with transaction.atomic():
            product = super()._create(model_class, *args, **kwargs)
            place(product, made["category"])
            for color in made["colors"]:
                picture(product, made["garment"], color)
                for size in made["sizes"]:
                    variant(product, color, size, made["stock"])
        return product


def variant(product, color, size, stock=10, **fields):
    """One more variant of ``product`` with ``stock`` units; the first one is primary."""
    for option, slug in (("color", color), ("size", size)):
        OptionValueFactory(option=option, slug=slug)
    made = ProductVariant.objects.create(
        product=product,
        sku=f"{product.slug}-{color}-{size}".upper(),
        title=f"{color}, {size}",
        option_values={"color": color, "size": size},
        price=fields.pop("price", product.price),
        is_primary=not product.variants.exists(),
        **fields,
    )
    Stock.objects.create(variant=made, location=LocationFactory(), opening_balance=stock)
    return made


def picture(product, garment, color):
    """Front and back of ``product`` in ``color``."""
    for position, view in enumerate(("front", "back")):
        ProductMedia.objects.create(
            product=product,
            media=MediaFactory(file=path_of(garment, view, color)),
            option_values={"color": color},
            view_name=view,
            position=position,
            is_primary=view == "front",
        )


def place(product, category):
    """Put ``product`` into ``category``, as its primary place."""
    if category is not None:
        ProductCategory.objects.create(product=product, category=category, is_primary=True)
