"""The catalog in the back office."""

from catalog.admin.classification import BrandAdmin, CategoryAdmin, OptionValueAdmin
from catalog.admin.media import MediaAdmin
from catalog.admin.products import ProductAdmin

__all__ = ["BrandAdmin", "CategoryAdmin", "MediaAdmin", "OptionValueAdmin", "ProductAdmin"]
