"""Making the order of a checkout, once.

The number of statements does not depend on the lines: four, and one that wakes the relay. What
many shoppers compete for comes last: the shelves, and only when the checkout's hold ran out. All
else is written before, with a statement more, so that others wait for little. Where something is
sold before it is there, four more say when it arrives.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Subquery
from django.db.models.expressions import RawSQL
from django.utils import timezone, translation
from django.utils.translation import gettext

from audit import recording
from catalog.freshness import NAMESPACE, TREE
from inventory.backorders import promised_dates
from orders import lines
from orders.carts import cart as carts
from orders.checkouts.checkout import (
    hold,
    may_fall_short,
    refuse_out_of_bounds,
    refuse_unsellable,
    totals_of,
)
from orders.errors import CartGone, CheckoutIncomplete, TooManyPendingOrders, TotalChanged
from orders.models import Cart, CartItem, Checkout, Order, OrderAddress, OrderItem, ShippingMethod
from orders.models.promotions import PROMOTIONS
from orders.models.taxes import TAXES
from orders.placed import announcements
from orders.prices import pricing
from orders.prices.pricing import Totals
from orders.promotions import redemption
from orders.shipping import delivery
from shop import closing
from shop.conflicts import retried
from shop.held import at_one_moment
from shop.models import rows_written
from shop.prepared import Given, Rows


@retried
def place_order(
    *,
    cart_id: UUID,
    agreed_total: int,
    payment_seconds: int | None = None,
    along: Callable[[Order], None] | None = None,
) -> Order:
    """Make the cart's order, once: a repeated call returns the order that is already there.

    ``agreed_total`` is what the shopper was shown, in minor units; ``payment_seconds`` is the time
    to pay, ``PAYMENT_DEADLINE_SECONDS`` where nothing else is said. Everything is read again under
    the cart's lock; nothing is written unless all of it is. ``along`` is called with a new order,
    to write more with it.

    Raises what :func:`orders.checkouts.checkout.begin` raises, :class:`CartGone`,
    :class:`CheckoutIncomplete`, :class:`TotalChanged` and :class:`TooManyPendingOrders`. Locks
    the person's turn to order, then the cart, then the holds, or stock rows in key order.
    """
    now = timezone.now()
    seconds = payment_seconds or settings.PAYMENT_DEADLINE_SECONDS
    with recording.batch(is_one=True):
        cart, items, pending = _locked(cart_id)
        if cart.status == Cart.Status.CHECKED_OUT:
            return cart.order
        if not cart.is_open:
            raise CartGone
        refuse_unsellable(items)
        checkout = _complete_checkout(cart)
        method = _offered_method(checkout, items)
        with at_one_moment(PROMOTIONS, TAXES, (NAMESPACE, TREE)):
            totals = totals_of(checkout, items)
        refuse_out_of_bounds(items, totals.subtotal)
        if totals.total != agreed_total:
            raise TotalChanged(totals, agreed_total)
        if pending >= settings.PENDING_ORDERS_PER_PERSON:
            raise TooManyPendingOrders(settings.PENDING_ORDERS_PER_PERSON)
        order = _write_order(checkout, totals, method, now, seconds)
        _write_addresses(order, checkout)
        _close(cart)
        redemption.redeem(order=order, totals=totals)
        announcements.announce(order, "placed")
        made = [_order_item(order, line) for line in totals.lines]
        # What is held whole or not at all is written before anybody waits for the shelves.
        closing.add(*(one for one in made if not may_fall_short(one.variant)))
        place = checkout.collected_at
        held = hold(cart, items, seconds=seconds, order=order, first_at=place)
        _add_backordered([one for one in made if may_fall_short(one.variant)], held)
        _put_off(order, totals, made, method)
        if along is not None:
            along(order)
        return order


# Waits for the person's turn, so that two carts cannot both be the last one, and then counts.
_PENDING = """(
    SELECT pending_orders_of(
        CASE WHEN own.is_draft THEN draft.customer_id ELSE own.user_id END, checkout.email
    )
    FROM orders_cart own
    LEFT JOIN orders_draft draft ON draft.cart_id = own.id
    LEFT JOIN orders_checkout checkout ON checkout.cart_id = own.id
    WHERE own.id = %s
)"""
_ITEMS: Rows[CartItem] = Rows(
    lambda: (
        lines.with_pictures(CartItem.objects.filter(cart=Given("cart")))
        .select_related(
            "variant__product__brand",
            "cart__user",
            "cart__draft__customer",
            "cart__checkout__shipping_method__zone",
            "cart__checkout__pick_up_point__location",
        )
        .annotate(
            seen=Subquery(Cart.objects.filter(pk=Given("cart")).values("updated_at")),
            pending=RawSQL(_PENDING, [Given("cart")]),  # noqa: S611 # nosec B611
        )
        .select_for_update(of=("cart",))
        .order_by("created_at", "pk")
    )
)


def _locked(cart_id: UUID) -> tuple[Cart, list[CartItem], int]:
    """The cart, locked, with all that is to be ordered, and how many orders the person owes for."""
    closing.write_now()
    items: list[Any] = _ITEMS.read(cart=cart_id)
    if items and items[0].cart.updated_at != items[0].seen:
        # Whoever waited for the lock has the lines from before it.
        items = _ITEMS.read(cart=cart_id)
    if not items:
        return Cart.objects.select_for_update(of=("self",)).get(pk=cart_id), [], 0
    cart: Cart = items[0].cart
    for item in items:
        item.cart = cart
    return cart, items, items[0].pending


def _complete_checkout(cart: Cart) -> Checkout:
    checkout: Checkout | None = getattr(cart, "checkout", None)
    if checkout is None or not checkout.email or not checkout.shipping_address:
        raise CheckoutIncomplete("contact")
    return checkout


def _offered_method(checkout: Checkout, items: list[CartItem]) -> ShippingMethod | None:
    """The chosen method, if it still reaches the address with this parcel; None without one."""
    if not delivery.needs_parcel(items):
        return None
    method = checkout.shipping_method
    address = checkout.shipping_address or {}
    if (
        method is None
        or not method.is_active
        or not method.reaches(address)
        or not method.carries(delivery.weight(items))
    ):
        raise CheckoutIncomplete("delivery")
    return method


def _write_order(
    checkout: Checkout, totals: Totals, method: ShippingMethod | None, now: datetime, seconds: int
) -> Order:
    """The order's row; the database writes its first status change and closes its cart."""
    arrival = delivery.option_of(method, totals.subtotal) if method else None
    point = checkout.pick_up_point if method and checkout.collected_at else None
    is_reverse_charge = checkout.is_reverse_charge()
    cart = checkout.cart
    order = Order(
        cart=cart,
        customer=cart.customer,
        email=checkout.email,
        language=translation.get_language() or "",
        currency=totals.currency,
        prices_include_tax=settings.SHOP_PRICES_INCLUDE_TAX and not is_reverse_charge,
        vat_number=checkout.vat_number,
        is_reverse_charge=is_reverse_charge,
        subtotal=totals.subtotal,
        discount=totals.discount,
        shipping=totals.shipping,
        tax=totals.tax,
        included_tax=totals.included_tax,
        total=totals.total,
        shipping_method=method,
        shipping_name=method.name if method else gettext("By e-mail"),
        pick_up_point=point,
        pick_up_address=point.words if point else "",
        delivery_from=arrival.arrives_from if arrival else None,
        delivery_until=arrival.arrives_until if arrival else None,
        customer_note=checkout.customer_note,
        price_trace=totals.trace,
        placed_at=now,
        payment_due_at=now + timedelta(seconds=seconds),
    )
    closing.add_now(order)
    return order


def _write_addresses(order: Order, checkout: Checkout) -> None:
    shipping = checkout.shipping_address or {}
    billing = checkout.billing_address or shipping
    closing.add(
        OrderAddress(order=order, type=OrderAddress.Type.SHIPPING, **shipping),
        OrderAddress(order=order, type=OrderAddress.Type.BILLING, **billing),
    )


def _close(cart: Cart) -> None:
    """Tell of what the order's trigger did to the cart."""
    before, cart.status = cart.status, Cart.Status.CHECKED_OUT
    told = (cart.pk, {"status": before}, {"status": cart.status})
    rows_written.send(sender=Cart, action="update", rows=[told])
    carts.forget_count(cart)


def _add_backordered(made: list[OrderItem], held: dict[UUID, int]) -> None:
    for one in made:
        one.backordered = one.quantity - held.get(one.variant_id, 0)
    closing.add(*made)


def _put_off(
    order: Order, totals: Totals, made: list[OrderItem], method: ShippingMethod | None
) -> None:
    """Let an order arrive when all of it does. Four statements if anything is not there yet."""
    missing = {one.variant_id: one.backordered for one in made if one.backordered}
    if method is None or not missing:
        return
    leaves_on = max(promised_dates(missing, units=missing).values())
    arrival = delivery.option_of(method, totals.subtotal, leaves_on=leaves_on)
    order.delivery_from, order.delivery_until = arrival.arrives_from, arrival.arrives_until
    order.save(update_fields=["delivery_from", "delivery_until"])


def _order_item(order: Order, line: pricing.PricedLine) -> OrderItem:
    variant = line.item.variant
    picture = lines.picture_of_item(line.item)
    return OrderItem(
        order=order,
        variant=variant,
        sku=variant.sku,
        title=variant.product.title,
        option_values=variant.option_values,
        picture=picture.path if picture else "",
        quantity=line.item.quantity,
        is_digital=variant.product.is_gift_card,
        unit_price=line.unit_price,
        discount=line.discount,
        price_trace=line.trace,
        tax=line.tax,
        tax_rate_basis_points=line.tax_rate,
        line_total=line.line_total,
    )
