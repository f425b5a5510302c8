"""The tables that a load fills, with the columns it tells; see ``copying.Table`` for the rest."""

from catalog.models import (
    PriceChange,
    Product,
    ProductCategory,
    ProductMedia,
    ProductVariant,
    Purchase,
    Review,
    ReviewSummary,
)
from inventory.models import Movement, Reservation, Stock
from orders.models import (
    Order,
    OrderAddress,
    OrderItem,
    OrderStatusChange,
    Shipment,
    ShipmentItem,
)
from payments.models import Payment, PaymentTransaction, SandboxCharge
from shop.accounts.models import Address, User
from shop.operations.load.copying import Table

_TIMES = ("id", "created_at", "updated_at")
_LABEL = ("full_name", "line1", "city", "postal_code", "country")

PRODUCTS = Table(
    Product,
    0x010,
    (
        *_TIMES, "title", "slug", "brand_id", "brand_name", "summary", "description", "status",
        "currency", "price", "cost", "tags", "keywords", "attributes", "fibers", "care", "origin",
        "published_at", "rating_average", "rating_count", "units_sold",
    ),
)  # fmt: skip
PLACES = Table(
    ProductCategory, 0x011, (*_TIMES, "product_id", "category_id", "is_primary", "position")
)
VARIANTS = Table(
    ProductVariant,
    0x012,
    (
        *_TIMES, "product_id", "sku", "title", "option_values", "price", "cost", "former_price",
        "lowest_prior_price", "reduced_at", "weight_grams", "is_primary", "position",
    ),
)  # fmt: skip
GALLERIES = Table(
    ProductMedia,
    0x013,
    (*_TIMES, "product_id", "media_id", "option_values", "view_name", "position", "is_primary"),
)
PRICES = Table(
    PriceChange, 0x014, (*_TIMES, "variant_id", "old_price", "new_price", "currency", "changed_at")
)
STOCK = Table(Stock, 0x015, (*_TIMES, "variant_id", "location_id", "opening_balance", "on_hand"))
MOVEMENTS = Table(
    Movement,
    0x016,
    (*_TIMES, "stock_id", "kind", "reason", "quantity_change", "balance_after", "note"),
)
REVIEWS = Table(
    Review,
    0x017,
    (
        *_TIMES, "product_id", "variant_id", "display_name", "rating", "title", "content", "fit",
        "height_cm", "status", "rejection_reason",
    ),
)  # fmt: skip
SUMMARIES = Table(
    ReviewSummary,
    0x018,
    (
        "product_id", "stars_1", "stars_2", "stars_3", "stars_4", "stars_5",
        "fit_small", "fit_true", "fit_large",
    ),
)  # fmt: skip
#: What a product is made of, in the order in which the tables refer to each other.
OF_PRODUCTS = (
    PRODUCTS, PLACES, VARIANTS, GALLERIES, PRICES, STOCK, MOVEMENTS, REVIEWS, SUMMARIES,
)  # fmt: skip

MEMBERS = Table(
    User, 0x020, (*_TIMES, "email", "username", "password_hash", "first_name", "last_name")
)
HOMES = Table(Address, 0x021, (*_TIMES, "user_id", "label", "is_default", *_LABEL))
ORDERS = Table(
    Order,
    0x022,
    (
        *_TIMES, "number", "token", "customer_id", "email", "status", "currency", "subtotal",
        "shipping", "included_tax", "total", "shipping_method_id", "shipping_name",
        "delivery_from", "delivery_until", "placed_at", "payment_due_at", "paid_at",
        "fulfilled_at", "shipped_at", "delivered_at", "canceled_at",
    ),
)  # fmt: skip
ADDRESSES = Table(OrderAddress, 0x023, (*_TIMES, "order_id", "type", *_LABEL))
ITEMS = Table(
    OrderItem,
    0x024,
    (
        *_TIMES, "order_id", "variant_id", "sku", "title", "option_values", "picture", "quantity",
        "unit_price", "tax", "tax_rate_basis_points", "line_total",
    ),
)  # fmt: skip
HISTORY = Table(
    OrderStatusChange,
    0x025,
    (*_TIMES, "order_id", "from_status", "to_status", "actor_id", "reason"),
)
HOLDS = Table(
    Reservation,
    0x026,
    (
        *_TIMES, "variant_id", "stock_id", "quantity", "owner", "order_id", "status",
        "expires_at",
    ),
)  # fmt: skip
SALES = Table(
    Movement,
    0x027,
    (*_TIMES, "stock_id", "kind", "quantity_change", "unit_cost", "order_id", "note"),
)
PAYMENTS = Table(
    Payment,
    0x028,
    (
        *_TIMES, "order_id", "user_id", "provider", "provider_reference", "status", "currency",
        "amount", "authorized_amount", "captured_amount", "method_token", "card_brand",
        "card_last4", "card_bin", "failure_code", "authorized_at", "captured_at", "failed_at",
    ),
)  # fmt: skip
TRANSACTIONS = Table(
    PaymentTransaction,
    0x029,
    (*_TIMES, "payment_id", "kind", "result", "amount", "provider_reference", "code", "latency_ms"),
)
CHARGES = Table(
    SandboxCharge,
    0x02A,
    (
        "id", "created_at", "idempotency_key", "method_token", "currency", "amount", "status",
        "code", "captured_amount",
    ),
)  # fmt: skip
PURCHASES = Table(
    Purchase,
    0x02B,
    (
        *_TIMES, "variant_id", "user_id", "email", "order_number", "quantity", "delivered_at",
    ),
)  # fmt: skip
PARCELS = Table(
    Shipment,
    0x02C,
    (
        *_TIMES, "order_id", "key", "status", "carrier", "tracking_number", "estimated_delivery",
        "shipped_at", "delivered_at",
    ),
)  # fmt: skip
IN_PARCELS = Table(ShipmentItem, 0x02D, (*_TIMES, "shipment_id", "item_id", "quantity"))
#: What an order is made of, and its buyer, in the order in which the tables refer to each other.
OF_ORDERS = (
    MEMBERS, HOMES, ORDERS, ADDRESSES, ITEMS, HISTORY, HOLDS, SALES, PAYMENTS, TRANSACTIONS,
    CHARGES, PURCHASES, PARCELS, IN_PARCELS,
)  # fmt: skip
