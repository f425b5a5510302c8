"""Making the order of a checkout, once.

The number of statements does not depend on the lines: ten, and one that wakes the relay. What
many shoppers compete for comes last: the shelves, and only when the checkout's hold ran out.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone, translation

from audit import recording
from orders import lines
from orders.carts import cart as carts
from orders.checkouts.checkout import hold, refuse_out_of_bounds, refuse_unsellable, totals_of
from orders.errors import CartGone, CheckoutIncomplete, TooManyPendingOrders, TotalChanged
from orders.models import Cart, CartItem, Checkout, Order, OrderAddress, OrderItem, ShippingMethod
from orders.placed import announcements
from orders.prices import pricing
from orders.prices.pricing import Totals
from orders.promotions import redemption
from orders.shipping import delivery
from shop.conflicts import retried
from shop.models import rows_written


@retried
def place_order(*, cart_id: UUID, agreed_total: int) -> Order:
    """Make the cart's order, once: a repeated call returns the order that is already there.

    ``agreed_total`` is what the shopper was shown, in minor units. Everything is read again under
    the cart's lock; nothing is written unless all of it is.

    Raises what :func:`orders.checkouts.checkout.begin` raises, :class:`CartGone`,
    :class:`CheckoutIncomplete`, :class:`TotalChanged` and :class:`TooManyPendingOrders`. Locks
    the cart, then the person's turn to order, then the holds, or stock rows in key order.
    """
    now = timezone.now()
    with recording.batch():
        cart = _locked(cart_id)
        if cart.status == Cart.Status.CHECKED_OUT:
            return cart.order
        if not cart.is_open:
            raise CartGone
        items = lines.items_with_pictures(cart)
        refuse_unsellable(items)
        checkout = _complete_checkout(cart)
        method = _offered_method(checkout, items)
        totals = totals_of(checkout, items)
        refuse_out_of_bounds(items, totals.subtotal)
        if totals.total != agreed_total:
            raise TotalChanged(totals, agreed_total)
        _refuse_too_many_pending(cart, checkout)
        order = _write_order(checkout, totals, method, now)
        _write_addresses(order, checkout)
        _close(cart)
        redemption.redeem(order=order, totals=totals)
        announcements.announce(order, "placed")
        seconds = settings.PAYMENT_DEADLINE_SECONDS
        place = checkout.collected_at
        held = hold(cart, items, seconds=seconds, order=order, first_at=place)
        _write_items(order, totals, held)
        return order


def _locked(cart_id: UUID) -> Cart:
    """The cart, locked, with its person, its answers and the delivery chosen."""
    rows = Cart.objects.select_related(
        "user", "checkout__shipping_method__zone", "checkout__pick_up_point__location"
    )
    cart: Cart = rows.select_for_update(of=("self",)).get(pk=cart_id)
    return cart


def _refuse_too_many_pending(cart: Cart, checkout: Checkout) -> None:
    """Count the person's unpaid orders in their turn: two carts cannot both be the last one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pending_orders_of(%s, %s)", [cart.user_id, checkout.email])
        (pending,) = cursor.fetchone()
    if pending >= settings.PENDING_ORDERS_PER_PERSON:
        raise TooManyPendingOrders(settings.PENDING_ORDERS_PER_PERSON)


def _complete_checkout(cart: Cart) -> Checkout:
    checkout: Checkout | None = getattr(cart, "checkout", None)
    if checkout is None or not checkout.email or not checkout.shipping_address:
        raise CheckoutIncomplete("contact")
    return checkout


def _offered_method(checkout: Checkout, items: list[CartItem]) -> ShippingMethod:
    """The chosen method, if it still reaches the address with this parcel."""
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
    checkout: Checkout, totals: Totals, method: ShippingMethod, now: datetime
) -> Order:
    """The order's row; the database writes its first status change and closes its cart."""
    arrival = delivery.option_of(method, totals.subtotal)
    point = checkout.pick_up_point if checkout.collected_at else None
    is_reverse_charge = checkout.is_reverse_charge()
    cart = checkout.cart
    return Order.objects.create(
        cart=cart,
        customer=cart.user,
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
        shipping_name=method.name,
        pick_up_point=point,
        pick_up_address=point.words if point else "",
        delivery_from=arrival.arrives_from,
        delivery_until=arrival.arrives_until,
        customer_note=checkout.customer_note,
        price_trace=totals.trace,
        placed_at=now,
        payment_due_at=now + timedelta(seconds=settings.PAYMENT_DEADLINE_SECONDS),
    )


def _write_addresses(order: Order, checkout: Checkout) -> None:
    shipping = checkout.shipping_address or {}
    billing = checkout.billing_address or shipping
    OrderAddress.objects.bulk_create(
        [
            OrderAddress(order=order, type=OrderAddress.Type.SHIPPING, **shipping),
            OrderAddress(order=order, type=OrderAddress.Type.BILLING, **billing),
        ]
    )


def _close(cart: Cart) -> None:
    """Tell of what the order's trigger did to the cart."""
    before, cart.status = cart.status, Cart.Status.CHECKED_OUT
    told = (cart.pk, {"status": before}, {"status": cart.status})
    rows_written.send(sender=Cart, action="update", rows=[told])
    carts.forget_count(cart)


def _write_items(order: Order, totals: Totals, held: dict[UUID, int]) -> None:
    OrderItem.objects.bulk_create(
        [_order_item(order, line, held.get(line.item.variant_id, 0)) for line in totals.lines]
    )


def _order_item(order: Order, line: pricing.PricedLine, held: int) -> OrderItem:
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
        backordered=line.item.quantity - held,
        unit_price=line.unit_price,
        discount=line.discount,
        price_trace=line.trace,
        tax=line.tax,
        tax_rate_basis_points=line.tax_rate,
        line_total=line.line_total,
    )
