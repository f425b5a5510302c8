"""The tables that a load fills, with the columns it tells; see ``copying.Table`` for the rest."""

from catalog.models import (
    PriceChange,
    Product,
    ProductCategory,
    ProductMedia,
    ProductVariant,
    Review,
    ReviewSummary,
)
from inventory.models import Movement, Stock
from shop.operations.load.copying import Table
from shop.operations.load.keys import PRODUCT

_TIMES = ("id", "created_at", "updated_at")
PRODUCTS = Table(
    Product,
    (
        *_TIMES, "title", "slug", "brand_id", "brand_name", "summary", "description", "status",
        "currency", "price", "cost", "tags", "keywords", "attributes", "fibers", "care", "origin",
        "published_at", "rating_average", "rating_count", "units_sold",
    ),
)  # fmt: skip
PLACES = Table(ProductCategory, (*_TIMES, "product_id", "category_id", "is_primary", "position"))
VARIANTS = Table(
    ProductVariant,
    (
        *_TIMES, "product_id", "sku", "title", "option_values", "price", "cost", "former_price",
        "lowest_prior_price", "reduced_at", "weight_grams", "is_primary", "position",
    ),
)  # fmt: skip
GALLERIES = Table(
    ProductMedia,
    (*_TIMES, "product_id", "media_id", "option_values", "view_name", "position", "is_primary"),
)
PRICES = Table(
    PriceChange, (*_TIMES, "variant_id", "old_price", "new_price", "currency", "changed_at")
)
STOCK = Table(Stock, (*_TIMES, "variant_id", "location_id", "opening_balance", "on_hand"))
MOVEMENTS = Table(
    Movement, (*_TIMES, "stock_id", "kind", "quantity_change", "balance_after", "note")
)
REVIEWS = Table(
    Review,
    (
        *_TIMES, "product_id", "variant_id", "display_name", "rating", "title", "content", "fit",
        "height_cm", "status", "rejection_reason",
    ),
)  # fmt: skip
SUMMARIES = Table(
    ReviewSummary,
    (
        "product_id", "stars_1", "stars_2", "stars_3", "stars_4", "stars_5",
        "fit_small", "fit_true", "fit_large",
    ),
)  # fmt: skip

#: In the order in which they refer to each other.
ALL = (PRODUCTS, PLACES, VARIANTS, GALLERIES, PRICES, STOCK, MOVEMENTS, REVIEWS, SUMMARIES)
#: What a key says of the table it is for.
NUMBERS = {table.name: number for number, table in enumerate(ALL, start=PRODUCT)}
