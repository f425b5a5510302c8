"""The way to an order: a cart's checkout, begun and continued.

Entering checkout holds the stock for ``CHECKOUT_HOLD_SECONDS``; each step renews the hold.
:mod:`orders.checkouts.placing` makes the order of it.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from audit import recording
from catalog.models import Product
from inventory import reservations
from orders.carts import cart as carts
from orders.errors import CartFull, EmptyCart, NotForSale, SubtotalOutOfBounds
from orders.models import Cart, CartItem, Checkout, Order, PickUpPoint, ShippingMethod
from orders.prices import pricing
from orders.prices.pricing import Totals
from orders.promotions.buyer import buyer_of
from orders.promotions.reckoning import discounts_of
from orders.shipping import delivery
from shop.conflicts import retried

CONTINUE = Product.InventoryPolicy.CONTINUE


@retried
def begin(*, cart: Cart) -> Checkout:
    """Enter or continue checkout: hold the cart's stock and return what is known so far.

    Raises :class:`EmptyCart`, :class:`NotForSale`, :class:`CartFull`,
    :class:`SubtotalOutOfBounds`, :class:`~inventory.errors.OutOfStock` and
    :class:`~inventory.errors.TooManyHolds`.
    """
    with recording.batch():
        items = carts.items_of(cart)
        refuse_unsellable(items)
        refuse_out_of_bounds(items, sum(item.variant.price * item.quantity for item in items))
        known = Checkout.objects.with_choices().filter(cart=cart).first()
        place = known.collected_at if known else None
        hold(cart, items, seconds=settings.CHECKOUT_HOLD_SECONDS, first_at=place)
        if known is not None:
            return known
        checkout, _ = Checkout.objects.get_or_create(
            cart=cart, defaults={"email": cart.user.email if cart.user else ""}
        )
    return checkout


@retried
def choose_delivery(
    *, checkout: Checkout, method: ShippingMethod, point: PickUpPoint | None, note: str
) -> None:
    """Note how the order travels; who collects it gets the units that lie there, if they do.

    Raises :class:`~inventory.errors.OutOfStock` when others took the units meanwhile.
    """
    before = checkout.collected_at
    checkout.shipping_method, checkout.pick_up_point = method, point
    checkout.customer_note = note
    with recording.batch():
        checkout.save()
        if checkout.collected_at != before:
            cart, seconds = checkout.cart, settings.CHECKOUT_HOLD_SECONDS
            reservations.release_checkout(carts.owner_of(cart))
            hold(cart, carts.items_of(cart), seconds=seconds, first_at=checkout.collected_at)


def totals_of(checkout: Checkout, items: list[CartItem]) -> Totals:
    """What the order would cost now, with delivery as far as it is chosen."""
    destination = checkout.destination()
    return pricing.totals(
        items,
        currency=checkout.cart.currency,
        method=checkout.shipping_method,
        country=destination.get("country", ""),
        state=destination.get("state", ""),
        is_reverse_charge=checkout.is_reverse_charge(),
        buyer=buyer_of(checkout.cart, checkout.email),
    )


def delivery_options(checkout: Checkout, items: list[CartItem]) -> list[delivery.DeliveryOption]:
    """Ways to send ``items`` to the checkout's address, cheapest first."""
    address = checkout.shipping_address or {}
    buyer = buyer_of(checkout.cart, checkout.email)
    found = discounts_of(items, currency=checkout.cart.currency, buyer=buyer)
    return delivery.options(
        address=address or {"country": settings.SHOP_COUNTRY},
        goods_total=found.goods_total - found.total,
        weight_grams=delivery.weight(items),
    )


def refuse_unsellable(items: list[CartItem]) -> None:
    """Raise :class:`EmptyCart` or :class:`NotForSale`, if that is so."""
    if not items:
        raise EmptyCart
    gone = [item.variant_id for item in items if not carts.is_for_sale(item.variant)]
    if gone:
        raise NotForSale(gone)


def refuse_out_of_bounds(items: list[CartItem], subtotal: int) -> None:
    """Raise :class:`CartFull` or :class:`SubtotalOutOfBounds`; ``subtotal`` in minor units."""
    if sum(item.quantity for item in items) > settings.ORDER_QUANTITY_MAX:
        raise CartFull(settings.ORDER_QUANTITY_MAX)
    lowest, highest = settings.ORDER_SUBTOTAL_MIN, settings.ORDER_SUBTOTAL_MAX
    if not lowest <= subtotal <= highest:
        raise SubtotalOutOfBounds(subtotal, lowest, highest)


def hold(
    cart: Cart,
    items: list[CartItem],
    *,
    seconds: int,
    order: Order | None = None,
    first_at: UUID | None = None,
) -> dict[UUID, int]:
    """Hold the cart's units for its person, or for ``order``; units held by variant.

    ``first_at`` is the location where the order is collected.
    """
    return reservations.hold(
        owner=carts.owner_of(cart),
        quantities={item.variant_id: item.quantity for item in items},
        until=timezone.now() + timedelta(seconds=seconds),
        order_id=order.pk if order else None,
        first_at=first_at,
        may_fall_short=[
            item.variant_id for item in items if item.variant.product.inventory_policy == CONTINUE
        ],
    )
