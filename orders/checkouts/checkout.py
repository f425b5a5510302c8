"""The way to an order: a cart's checkout, begun and continued.

Entering checkout holds the stock for ``CHECKOUT_HOLD_SECONDS``; each step renews the hold.
:mod:`orders.checkouts.placing` makes the order of it.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from audit import recording
from catalog.models import Product, ProductVariant
from inventory import reservations
from inventory.errors import HoldEnded
from orders.carts import cart as carts
from orders.carts import contents
from orders.carts.contents import Contents
from orders.errors import CartFull, EmptyCart, NotForSale, SubtotalOutOfBounds
from orders.models import Cart, CartItem, Checkout, Order, PickUpPoint, ShippingMethod
from orders.prices import pricing
from orders.prices.pricing import Totals
from orders.promotions.buyer import buyer_of
from orders.promotions.reckoning import discounts_of
from orders.shipping import delivery, promises
from shop import closing
from shop.conflicts import retried

CONTINUE = Product.InventoryPolicy.CONTINUE


#: What the steps of checkout ask; the payment step keeps its own.
_ANSWERS = (
    "email",
    "wants_news",
    "shipping_address",
    "billing_address",
    "shipping_method",
    "pick_up_point",
    "vat_number",
    "customer_note",
)


@retried
def begin(*, cart: Cart, found: Contents | None = None) -> Checkout:
    """Enter or continue checkout: hold the cart's stock and return what is known so far.

    ``found`` is what the cart holds, where the caller has just read it.

    Raises :class:`EmptyCart`, :class:`NotForSale`, :class:`CartFull`,
    :class:`SubtotalOutOfBounds`, :class:`~inventory.errors.OutOfStock` and
    :class:`~inventory.errors.TooManyHolds`.
    """
    try:
        return _begin(cart, found)
    except IntegrityError:
        # Another tab began a moment ago.
        return _begin(cart, None)


def _begin(cart: Cart, known_contents: Contents | None) -> Checkout:
    with recording.batch(is_one=True):
        found = known_contents or contents.of_cart(cart)
        items = found.items if found else []
        _refuse_unfit(items)
        known = found.checkout if found else None
        place = known.collected_at if known else None
        seconds = settings.CHECKOUT_HOLD_SECONDS
        hold(cart, items, seconds=seconds, first_at=place, anew=known is None)
        if known is not None:
            known.cart = cart
            return known
        checkout = Checkout(cart=cart, email=cart.user.email if cart.user else "")
        closing.add(checkout)
    return checkout


@retried
def keep(*, checkout: Checkout, items: list[CartItem]) -> None:
    """Keep the answers of a step and renew the hold of ``items``: one statement while it stands.

    Raises what :func:`begin` raises; then nothing is kept.
    """
    _refuse_unfit(items)
    cart, before = checkout.cart, checkout._loaded_values
    try:
        with recording.batch(is_one=True):
            closing.change(checkout, *_ANSWERS)
            reservations.prolong(
                owner=carts.owner_of(cart),
                quantities=_quantities(items),
                until=_after(settings.CHECKOUT_HOLD_SECONDS),
            )
    except HoldEnded:
        checkout._loaded_values = before
        seconds, place = settings.CHECKOUT_HOLD_SECONDS, checkout.collected_at
        with recording.batch(is_one=True):
            hold(cart, items, seconds=seconds, first_at=place)
            closing.change(checkout, *_ANSWERS)


@retried
def choose_delivery(
    *,
    checkout: Checkout,
    items: list[CartItem],
    method: ShippingMethod,
    point: PickUpPoint | None,
    note: str,
) -> None:
    """Note how the order travels; who collects it gets the units that lie there, if they do.

    Raises what :func:`begin` raises, such as :class:`~inventory.errors.OutOfStock` when others took
    the units meanwhile.
    """
    cart, before = checkout.cart, checkout.collected_at
    checkout.shipping_method, checkout.pick_up_point = method, point
    checkout.customer_note = note
    if checkout.collected_at == before:
        keep(checkout=checkout, items=items)
        return
    _refuse_unfit(items)
    seconds, place = settings.CHECKOUT_HOLD_SECONDS, checkout.collected_at
    with recording.batch(is_one=True):
        hold(cart, items, seconds=seconds, first_at=place, anew=True)
        closing.change(checkout, *_ANSWERS)


def totals_of(checkout: Checkout, items: list[CartItem]) -> Totals:
    """What the order would cost now, with delivery as far as it is chosen."""
    destination = checkout.destination()
    return pricing.totals(
        items,
        currency=checkout.cart.currency,
        method=checkout.shipping_method if delivery.needs_parcel(items) else None,
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
        leaves_on=promises.leaves_on(items),
    )


def _refuse_unfit(items: list[CartItem]) -> None:
    refuse_unsellable(items)
    refuse_out_of_bounds(items, sum(item.variant.price * item.quantity for item in items))


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
    anew: bool = False,
) -> dict[UUID, int]:
    """Hold the cart's units for its person, or for ``order``; units held by variant.

    ``first_at`` is the location where the order is collected. ``anew`` says that what is held moves
    there, or that nothing was held for the cart before, as far as one knows.
    """
    return reservations.hold(
        owner=carts.owner_of(cart),
        quantities=_quantities(items),
        until=_after(seconds),
        order_id=order.pk if order else None,
        first_at=first_at,
        may_fall_short=[item.variant_id for item in items if may_fall_short(item.variant)],
        anew=anew,
    )


def may_fall_short(variant: ProductVariant) -> bool:
    """Whether more may be sold than lies on shelves; a gift card needs none."""
    product = variant.product
    return product.inventory_policy == CONTINUE and not product.is_gift_card


def _quantities(items: list[CartItem]) -> dict[UUID, int]:
    """Units by variant of what lies on shelves."""
    return {
        item.variant_id: item.quantity for item in items if not item.variant.product.is_gift_card
    }


def _after(seconds: int) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)
