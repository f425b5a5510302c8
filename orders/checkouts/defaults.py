"""What a returning member need not be asked again: addresses, and how the parcel travels."""

from typing import Any
from uuid import UUID

from audit import recording
from orders import summary
from orders.carts import cart as carts
from orders.checkouts import checkout as acts
from orders.models import Checkout, Order, OrderAddress, ShippingMethod
from orders.placed.addresses import newest
from orders.shipping.delivery import DeliveryOption, reached_countries
from shop.accounts.forms import PARTS, AddressForm
from shop.accounts.models import Address, PostalAddress

SHIPPING, BILLING = Address.Type.SHIPPING, Address.Type.BILLING


def fill_in(*, checkout: Checkout) -> None:
    """Give a member's new checkout the default addresses, or those of the last order.

    The parcel travels as it did the last time, or in the cheapest way. Nothing for guests (no
    query), for whom has answered already, and where the address is not reached any more.
    """
    user_id = checkout.cart.user_id
    if user_id is None or checkout.shipping_address:
        return
    last = _last_order(user_id)
    saved = {row.type: row for row in Address.objects.filter(user=user_id, is_default=True)}
    used = newest(last.addresses.all()) if last else {}
    address = _parts(saved.get(SHIPPING) or used.get(OrderAddress.Type.SHIPPING))
    if address is None:
        return
    billing = _parts(saved.get(BILLING) or used.get(OrderAddress.Type.BILLING))
    checkout.shipping_address = address
    checkout.billing_address = billing if billing != address else None
    items = carts.items_of(checkout.cart)
    option = _usual(acts.delivery_options(checkout, items), last)
    checkout.shipping_method = option.method if option else None
    with recording.batch():
        checkout.save()


def is_complete(checkout: Checkout) -> bool:
    """Whether nothing is left to ask but what it is paid with."""
    return bool(checkout.email and checkout.shipping_address and checkout.shipping_method)


def _last_order(user_id: UUID) -> Order | None:
    placed = Order.objects.filter(customer=user_id).order_by("-placed_at")
    found: Order | None = placed.prefetch_related("addresses").first()
    return found


def _parts(address: PostalAddress | None) -> dict[str, Any] | None:
    """The address as checkout keeps it; None for one that its form would not take today."""
    if address is None:
        return None
    known = {part: str(getattr(address, part)) for part in PARTS}
    form = AddressForm(known, countries=reached_countries())
    return form.cleaned_data if form.is_valid() else None


def _usual(options: list[DeliveryOption], last: Order | None) -> DeliveryOption | None:
    """The parcel of the last order, if it is still offered, else the cheapest."""
    parcels = [row for row in options if row.method.kind == ShippingMethod.Kind.DELIVERY]
    same = [row for row in parcels if last and row.method.pk == last.shipping_method_id]
    return next(iter(same), None) or summary.usual_option(options)
