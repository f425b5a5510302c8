"""From a filled cart to a placed order.

Entering checkout holds the stock for ``CHECKOUT_HOLD_SECONDS``; each step renews the hold.
Placing the order binds the hold to the order until its payment deadline.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from audit import recording
from catalog.models import Product
from inventory import reservations
from orders import announcements, delivery, lines, pricing
from orders import cart as carts
from orders.errors import (
    CartFull,
    CartGone,
    CheckoutIncomplete,
    EmptyCart,
    NotForSale,
    SubtotalOutOfBounds,
    TooManyPendingOrders,
    TotalChanged,
)
from orders.models import (
    Cart,
    CartItem,
    Checkout,
    Order,
    OrderAddress,
    OrderItem,
    OrderStatusChange,
    ShippingMethod,
)
from orders.pricing import Totals
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
        _refuse_unsellable(items)
        _refuse_out_of_bounds(items, sum(item.variant.price * item.quantity for item in items))
        _hold(cart, items, seconds=settings.CHECKOUT_HOLD_SECONDS)
        checkout, _ = Checkout.objects.get_or_create(
            cart=cart, defaults={"email": cart.user.email if cart.user else ""}
        )
    return checkout


def totals_of(checkout: Checkout, items: list[CartItem]) -> Totals:
    """What the order would cost now, with delivery as far as it is chosen."""
    address = checkout.shipping_address or {}
    return pricing.totals(
        items,
        currency=checkout.cart.currency,
        method=checkout.shipping_method,
        country=address.get("country", ""),
        state=address.get("state", ""),
    )


def delivery_options(checkout: Checkout, items: list[CartItem]) -> list[delivery.DeliveryOption]:
    """Ways to send ``items`` to the checkout's address, cheapest first."""
    address = checkout.shipping_address or {}
    return delivery.options(
        country=address.get("country", settings.SHOP_COUNTRY),
        goods_total=sum(item.variant.price * item.quantity for item in items),
        weight_grams=delivery.weight(items),
    )


@retried
def place_order(*, cart_id: UUID, agreed_total: int) -> Order:
    """Make the cart's order, once: a repeated call returns the order that is already there.

    ``agreed_total`` is what the shopper was shown, in minor units. Everything is read again under
    the cart's lock; nothing is written unless all of it is.

    Raises what :func:`begin` raises, :class:`CartGone`, :class:`CheckoutIncomplete`,
    :class:`TotalChanged` and :class:`TooManyPendingOrders`. Locks the cart, then stock rows in
    key order, last of all.
    """
    now = timezone.now()
    due = now + timedelta(seconds=settings.PAYMENT_DEADLINE_SECONDS)
    with recording.batch():
        cart = Cart.objects.select_for_update(of=("self",)).select_related("user").get(pk=cart_id)
        if cart.status == Cart.Status.CHECKED_OUT:
            return cart.order
        if not cart.is_open:
            raise CartGone
        items = carts.items_of(cart)
        _refuse_unsellable(items)
        checkout = _complete_checkout(cart)
        method = _offered_method(checkout, items)
        totals = totals_of(checkout, items)
        _refuse_out_of_bounds(items, totals.subtotal)
        if totals.total != agreed_total:
            raise TotalChanged(totals, agreed_total)
        _refuse_too_many_pending(cart, checkout)
        arrival = delivery.option_of(method, totals.subtotal)
        order = Order.objects.create(
            cart=cart,
            customer=cart.user,
            email=checkout.email,
            currency=totals.currency,
            prices_include_tax=settings.SHOP_PRICES_INCLUDE_TAX,
            subtotal=totals.subtotal,
            discount=totals.discount,
            shipping=totals.shipping,
            tax=totals.tax,
            included_tax=totals.included_tax,
            total=totals.total,
            shipping_method=method,
            shipping_name=method.name,
            delivery_from=arrival.arrives_from,
            delivery_until=arrival.arrives_until,
            customer_note=checkout.customer_note,
            placed_at=now,
            payment_due_at=due,
        )
        _write_addresses(order, checkout)
        OrderStatusChange.objects.create(
            order=order, to_status=Order.Status.PENDING, actor=cart.user
        )
        cart.status = Cart.Status.CHECKED_OUT
        cart.save(update_fields=["status"])
        carts.forget_count(cart)
        held = _hold(cart, items, seconds=settings.PAYMENT_DEADLINE_SECONDS, order=order)
        _write_items(order, totals, held)
        announcements.announce(order, "placed")
        return order


def _refuse_unsellable(items: list[CartItem]) -> None:
    if not items:
        raise EmptyCart
    gone = [item.variant_id for item in items if not carts.is_for_sale(item.variant)]
    if gone:
        raise NotForSale(gone)


def _refuse_out_of_bounds(items: list[CartItem], subtotal: int) -> None:
    if sum(item.quantity for item in items) > settings.ORDER_QUANTITY_MAX:
        raise CartFull(settings.ORDER_QUANTITY_MAX)
    lowest, highest = settings.ORDER_SUBTOTAL_MIN, settings.ORDER_SUBTOTAL_MAX
    if not lowest <= subtotal <= highest:
        raise SubtotalOutOfBounds(subtotal, lowest, highest)


def _refuse_too_many_pending(cart: Cart, checkout: Checkout) -> None:
    person = Q(customer=cart.user) if cart.user else Q(email=checkout.email)
    with connection.cursor() as cursor:
        # One order of a person at a time, so that two carts cannot both be the last allowed one.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [str(cart.user_id or checkout.email)],
        )
    pending = Order.objects.filter(person, status=Order.Status.PENDING)
    if pending.count() >= settings.PENDING_ORDERS_PER_PERSON:
        raise TooManyPendingOrders(settings.PENDING_ORDERS_PER_PERSON)


def _complete_checkout(cart: Cart) -> Checkout:
    checkout = Checkout.objects.select_related("shipping_method").filter(cart=cart).first()
    if checkout is None or not checkout.email or not checkout.shipping_address:
        raise CheckoutIncomplete("contact")
    checkout.cart = cart
    return checkout


def _offered_method(checkout: Checkout, items: list[CartItem]) -> ShippingMethod:
    """The chosen method, if it still reaches the address with this parcel."""
    method = checkout.shipping_method
    address = checkout.shipping_address or {}
    if (
        method is None
        or not method.is_active
        or address.get("country") not in method.countries
        or (
            method.max_weight_grams is not None and delivery.weight(items) > method.max_weight_grams
        )
    ):
        raise CheckoutIncomplete("delivery")
    return method


def _hold(
    cart: Cart, items: list[CartItem], *, seconds: int, order: Order | None = None
) -> dict[UUID, int]:
    return reservations.hold(
        owner=carts.owner_of(cart),
        quantities={item.variant_id: item.quantity for item in items},
        until=timezone.now() + timedelta(seconds=seconds),
        order_id=order.pk if order else None,
        may_fall_short=[
            item.variant_id for item in items if item.variant.product.inventory_policy == CONTINUE
        ],
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


def _write_items(order: Order, totals: Totals, held: dict[UUID, int]) -> None:
    pictures = lines.pictures(line.item.variant for line in totals.lines)
    rows = []
    for line in totals.lines:
        variant = line.item.variant
        picture = pictures.get(variant.pk)
        rows.append(
            OrderItem(
                order=order,
                variant=variant,
                sku=variant.sku,
                title=variant.product.title,
                option_values=variant.option_values,
                picture=picture.path if picture else "",
                quantity=line.item.quantity,
                backordered=line.item.quantity - held.get(variant.pk, 0),
                unit_price=line.unit_price,
                tax=line.tax,
                tax_rate_basis_points=line.tax_rate,
                line_total=line.line_total,
            )
        )
    OrderItem.objects.bulk_create(rows)
