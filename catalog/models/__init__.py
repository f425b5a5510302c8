"""Tables of the catalog."""

from catalog.models.categories import Category
from catalog.models.media import Media, ProductMedia
from catalog.models.options import OptionValue
from catalog.models.products import Brand, Product, ProductCategory, ProductVariant

__all__ = [
    "Brand",
    "Category",
    "Media",
    "OptionValue",
    "Product",
    "ProductCategory",
    "ProductMedia",
    "ProductVariant",
]
