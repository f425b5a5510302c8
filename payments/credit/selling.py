"""Gift cards as goods: put into a cart, issued when the order is paid, ended when it is undone."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import translation

from audit import recording
from catalog.models import Product, ProductVariant
from orders.carts import cart as carts
from orders.models import Cart, CartItem, GiftCardWish, Order, OrderItem
from payments.credit import cards, ledger
from payments.credit.cards import Recipient
from payments.models import CreditEntry, GiftCard
from shop.conflicts import retried
from shop.money import format_money


@dataclass(frozen=True)
class Offer:
    """What gift cards may be worth, in minor units: any amount of whole ``step`` between two."""

    amounts: list[int]
    minimum: int
    maximum: int
    step: int


def offer() -> Offer:
    """What the shop offers now."""
    amounts = [int(amount) for amount in settings.GIFT_CARD_AMOUNTS]
    return Offer(sorted(amounts), settings.GIFT_CARD_MIN, settings.GIFT_CARD_MAX, 100)


def product() -> Product | None:
    """The gift card that is sold, if any. One query."""
    sold: Product | None = (
        Product.objects.published().filter(is_gift_card=True).order_by("-published_at").first()
    )
    return sold


def picture_of(product: Product) -> str:
    """Where its picture lies, or nothing. One query."""
    shown = product.media_links.filter(is_primary=True).select_related("media").first()
    return default_storage.url(shown.media.file) if shown else ""


def add(*, cart: Cart, product: Product, amount: int, recipient: Recipient) -> CartItem:
    """Put a gift card of ``amount`` (minor units) into the cart.

    Raises ValueError for an amount that is not offered, and what :func:`orders.carts.cart.add`
    raises.
    """
    offered = offer()
    if not offered.minimum <= amount <= offered.maximum or amount % offered.step:
        raise ValueError(f"no gift card of {amount}")
    variant = variant_of(product, amount)
    with recording.batch():
        item = carts.add(cart=cart, variant=variant)
        if recipient.email:
            GiftCardWish.objects.create(
                item=item,
                sender_name=recipient.sender,
                recipient_name=recipient.name,
                recipient_email=recipient.email,
                message=recipient.message,
                send_on=recipient.send_on,
            )
    return item


def variant_of(product: Product, amount: int) -> ProductVariant:
    """The variant that is worth ``amount`` (minor units), made if nobody wanted it before."""
    with translation.override("en"):
        words = format_money(amount, product.currency)
    variant, _new = ProductVariant.objects.get_or_create(
        sku=f"GIFT-{product.currency}-{amount}",
        defaults={
            "product": product,
            "title": f"{product.title} {words}",
            "option_values": {"amount": words},
            "price": amount,
            "position": amount // 100,
        },
    )
    variant.product = product
    return variant


@retried
def issue_bought(order_id: UUID) -> list[GiftCard]:
    """Issue the gift cards of a paid order, one for each unit; those there already stay.

    Returns the new ones. One query for an order without any.
    """
    with recording.batch():
        lines = OrderItem.objects.filter(order=order_id, variant__product__is_gift_card=True)
        bought = list(lines.order_by("pk"))
        if not bought:
            return []
        order = Order.objects.select_for_update().get(pk=order_id)
        if order.status == Order.Status.CANCELED:
            return []
        known = set(
            GiftCard.objects.filter(order_item__in=bought).values_list("order_item", "unit")
        )
        wishes = _wishes(order)
        worth = {
            (item.pk, unit): (item, wishes[item.variant_id][unit - 1 : unit])
            for item in bought
            for unit in range(1, item.quantity + 1)
            if (item.pk, unit) not in known
        }
        made = [_card(order, item, unit, wish) for (_pk, unit), (item, wish) in worth.items()]
        GiftCard.objects.bulk_create(made)
        ledger.post(
            ledger.entry(
                card,
                kind=CreditEntry.Kind.ISSUED,
                amount=item.unit_price,
                key=f"sold:{item.pk}:{card.unit}",
                order=order,
            )
            for card, (item, _wish) in zip(made, worth.values(), strict=True)
        )
        return made


@retried
def undo_bought(*, order_id: UUID, units: Mapping[UUID, int] | None, key: object) -> int:
    """End bought cards whose price went back: ``units`` by order line, or all of the order.

    Unspent ones first; returns what was taken from them, in minor units.
    """
    rows = GiftCard.objects.filter(order_item__order=order_id).exclude(
        status=GiftCard.Status.BLOCKED
    )
    if units is not None:
        rows = rows.filter(order_item__in=units)
    ended: list[UUID] = []
    by_line = defaultdict[UUID, list[UUID]](list)
    for card_id, item_id in rows.order_by("-balance", "pk").values_list("pk", "order_item"):
        by_line[item_id].append(card_id)
    for item_id, bought in by_line.items():
        ended += bought if units is None else bought[: units[item_id]]
    return cards.void(ended, key=str(key), reason="") if ended else 0


def _wishes(order: Order) -> defaultdict[UUID, list[GiftCardWish]]:
    """For whom the cards are, by variant, in the order in which they were wished for."""
    found = defaultdict[UUID, list[GiftCardWish]](list)
    rows = GiftCardWish.objects.filter(item__cart=order.cart_id).select_related("item")
    for wish in rows.order_by("created_at", "pk") if order.cart_id else []:
        found[wish.item.variant_id].append(wish)
    return found


def _card(order: Order, item: OrderItem, unit: int, wishes: list[GiftCardWish]) -> GiftCard:
    """A card for whom the buyer named, or for the buyer."""
    recipient = Recipient(email=order.email, language=order.language)
    for wish in wishes:
        recipient = Recipient(
            email=wish.recipient_email,
            name=wish.recipient_name,
            sender=wish.sender_name,
            message=wish.message,
            language=order.language,
            send_on=wish.send_on,
        )
    card = cards.made(currency=order.currency, recipient=recipient, expires_at=cards.expiry())
    card.order_item, card.unit = item, unit
    return card
