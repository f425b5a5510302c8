"""The gift card of the demo shop, with two cards to try out."""

from datetime import timedelta

from catalog.garments import pictures
from catalog.models import Product, ProductMedia, ProductVariant
from payments.credit import cards, codes
from payments.credit.cards import Recipient
from payments.models import GiftCard
from shop.money import format_money
from shop.operations.seeds.base import CURRENCY
from shop.operations.seeds.catalog import Plan, picture, row_key
from shop.operations.seeds.pictures import draw
from shop.operations.seeds.planting import plant

#: Amounts that there are variants of, in minor units.
AMOUNTS = (25_00, 50_00, 75_00, 100_00)
AGE_DAYS = 1000
#: Codes that everyone knows, and what they are worth. Never in a shop with DEBUG off.
DEMO_CARDS = {"CARD-CARD-CARD-2222": 50_00, "CARD-CARD-CARD-7777": 500_00}


def plant_gift_cards(plan: Plan) -> int:
    """The product, its variants and the two cards; returns how many rows are new."""
    product = Product(
        slug="gift-card",
        title="Gift card",
        summary="For someone who knows better what fits: an amount to spend on anything we make.",
        status=Product.Status.ACTIVE,
        currency=CURRENCY,
        price=AMOUNTS[0],
        tax_class=Product.TaxClass.ZERO,
        inventory_policy=Product.InventoryPolicy.NONE,
        is_gift_card=True,
        # Behind all garments where the newest come first.
        published_at=plan.arrival - timedelta(days=AGE_DAYS),
    )
    drawing = picture("gift-card", pictures.path_of_scene("gift-card"), "Gift card")
    draw([drawing])
    added = plant([drawing]) + plant([product])
    added += plant([_variant(product, amount) for amount in AMOUNTS])
    shown = ProductMedia(
        id=row_key("gift-card", "picture"), product=product, media=drawing, is_primary=True
    )
    return added + plant([shown]) + _plant_cards()


def _variant(product: Product, amount: int) -> ProductVariant:
    words = format_money(amount, CURRENCY)
    return ProductVariant(
        product=product,
        sku=f"GIFT-{CURRENCY}-{amount}",
        title=f"{product.title} {words}",
        option_values={"amount": words},
        price=amount,
        is_primary=amount == AMOUNTS[0],
        position=amount // 100,
    )


def _plant_cards() -> int:
    added = 0
    for shown, amount in DEMO_CARDS.items():
        code = codes.plain(shown)
        hashed = codes.hash_of(code)
        if GiftCard.objects.filter(code_hash=hashed).exists():
            continue
        card = cards.issue(
            amount=amount,
            currency=CURRENCY,
            recipient=Recipient(),
            reason="Demo",
            key=f"demo-{code[-4:]}",
            actor_id=None,
        )
        card.code_hash, card.last4 = hashed, code[-4:]
        card.save(update_fields=["code_hash", "last4"])
        added += 2
    return added
