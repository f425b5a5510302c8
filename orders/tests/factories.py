"""Carts, checkouts and orders in the state a test needs. Amounts in minor units."""

from inventory.tests import builders
from orders.carts import cart as carts
from orders.checkouts import checkout as acts
from orders.checkouts import placing
from orders.models import Cart, Checkout, ShippingMethod, ShippingZone, TaxRate
from orders.placed import lifecycle
from shop.accounts.models import User
from shop.tests.numbering import Numbers

ADDRESS = {
    "full_name": "Ada Weber",
    "line1": "Lindenstr. 4",
    "city": "Berlin",
    "postal_code": "10969",
    "country": "DE",
}
_numbers = Numbers()


def member(**fields):
    return User.objects.create_user(f"member-{next(_numbers)}@example.com", **fields)


def variant_in_stock(*, units=10, **fields):
    """A variant with ``units`` on the shelf."""
    variant = builders.variant(**fields)
    builders.shelf(variant, units)
    return variant


def filled_cart(*lines, user=None):
    """An open cart of ``(variant, quantity)`` lines; without any, one garment."""
    cart = Cart.objects.create(user=user, currency="EUR")
    for variant, quantity in lines or [(variant_in_stock(), 1)]:
        carts.add(cart=cart, variant=variant, quantity=quantity)
    return cart


def zone(*countries, **fields):
    """A delivery zone of whole countries, or of what ``fields`` say."""
    code = "-".join(countries).lower()
    plain = {"code": code, "name": code, "countries": list(countries)} | fields
    return ShippingZone.objects.get_or_create(code=plain["code"], defaults=plain)[0]


def standard_delivery():
    """Delivery for 4.90, free from 80.00, and 19 % tax."""
    TaxRate.objects.get_or_create(
        name="VAT", country="DE", state="", tax_class="STANDARD", rate_basis_points=1900
    )
    return ShippingMethod.objects.get_or_create(
        code="standard",
        defaults={
            "name": "Standard",
            "zone": zone("DE", "AT"),
            "currency": "EUR",
            "price": 490,
            "free_from": 8000,
            "min_days": 1,
            "max_days": 2,
        },
    )[0]


def ready_checkout(cart, *, email=None, holds=True):
    """Contact, address and delivery are given; with ``holds`` the stock is held as well."""
    checkout = acts.begin(cart=cart) if holds else Checkout.objects.get_or_create(cart=cart)[0]
    checkout.email = email or (cart.user.email if cart.user else f"guest-{cart.pk}@example.com")
    checkout.shipping_address = dict(ADDRESS)
    checkout.shipping_method = standard_delivery()
    checkout.save()
    return checkout


def shown_total(checkout):
    """What the review step would show."""
    return acts.totals_of(checkout, carts.items_of(checkout.cart)).total


def placed_order(*lines, user=None, email=None):
    """A pending order of ``(variant, quantity)`` lines."""
    checkout = ready_checkout(filled_cart(*lines, user=user), email=email)
    return placing.place_order(cart_id=checkout.cart_id, agreed_total=shown_total(checkout))


def paid_order(*lines, user=None):
    """An order whose money is there and whose units are sold."""
    return lifecycle.mark_paid(placed_order(*lines, user=user).pk)
