"""A business abroad buys: from the VAT number on the address step to the order."""

import pytest
from django.test import Client

from orders.carts import cart as carts
from orders.checkouts import placing
from orders.models import Checkout, Order, OrderItem, ShippingMethod, TaxRate
from orders.tests.factories import (
    ADDRESS,
    filled_cart,
    ready_checkout,
    shown_total,
    standard_delivery,
    variant_in_stock,
)

pytestmark = pytest.mark.django_db
VIENNA = ADDRESS | {"city": "Wien", "postal_code": "1010", "country": "AT"}
NUMBER = "ATU13585627"


@pytest.fixture(autouse=True)
def _taxes(settings):
    settings.SHOP_COUNTRY = "DE"
    TaxRate.objects.create(
        name="VAT", country="AT", state="", tax_class="STANDARD", rate_basis_points=2000
    )


def bought(address=VIENNA, number=NUMBER, price=11_900, quantity=3):
    """The order of three shirts to ``address``."""
    cart = filled_cart((variant_in_stock(price=price), quantity))
    checkout = ready_checkout(cart)
    method = standard_delivery()
    ShippingMethod.objects.filter(pk=method.pk).update(free_from=None, price=1190)
    checkout.shipping_address, checkout.vat_number = address, number
    checkout.shipping_method.refresh_from_db()
    checkout.save()
    return placing.place_order(cart_id=cart.pk, agreed_total=shown_total(checkout))


def test_business_abroad_pays_net_prices_and_no_tax(settings):
    settings.SHOP_PRICES_INCLUDE_TAX = True
    order = bought()
    assert (order.is_reverse_charge, order.vat_number) == (True, NUMBER)
    assert (order.subtotal, order.shipping, order.total) == (30_000, 1000, 31_000)
    assert (order.tax, order.included_tax, order.prices_include_tax) == (0, 0, False)
    line = OrderItem.objects.get()
    assert (line.unit_price, line.line_total, line.tax) == (10_000, 30_000, 0)


def test_business_abroad_pays_prices_without_tax_as_they_are(settings):
    settings.SHOP_PRICES_INCLUDE_TAX = False
    order = bought(price=10_000)
    assert (order.subtotal, order.shipping, order.tax) == (30_000, 1190, 0)
    assert order.total == 31_190


@pytest.mark.parametrize(
    ("inclusive", "subtotal", "on_top", "included"),
    [(True, 35_700, 0, 5950 + 198), (False, 35_700, 7140 + 238, 7140 + 238)],
)
def test_everybody_else_pays_the_tax_of_where_it_goes(
    settings, inclusive, subtotal, on_top, included
):
    settings.SHOP_PRICES_INCLUDE_TAX = inclusive
    order = bought(number="")
    assert (order.subtotal, order.tax, order.included_tax) == (subtotal, on_top, included)
    assert (order.is_reverse_charge, order.prices_include_tax) == (False, inclusive)
    assert order.total == subtotal + 1190 + on_top


def test_business_at_home_pays_the_tax_and_keeps_its_number():
    order = bought(address=dict(ADDRESS), number="DE136695976")
    assert (order.is_reverse_charge, order.vat_number) == (False, "DE136695976")
    assert order.included_tax > 0


def browser(cart):
    client = Client()
    client.cookies[carts.COOKIE] = cart.token
    client.post("/cart/checkout/")
    return client


def answer(client, **fields):
    data = {**VIENNA, "email": "ada@example.com", "billing_same": "on", **fields}
    return client.post("/checkout/", data)


def test_number_of_the_address_step_shows_in_the_summary_of_the_next():
    standard_delivery()
    client = browser(filled_cart())
    assert answer(client, vat_number="at u13585627").status_code == 303
    assert Checkout.objects.get().vat_number == NUMBER
    assert "reverse charge" in client.get("/checkout/delivery/").content.decode()


def test_lines_of_the_summary_add_up_without_the_tax_that_the_business_owes(settings):
    settings.SHOP_PRICES_INCLUDE_TAX = True
    standard_delivery()
    client = browser(filled_cart((variant_in_stock(price=11_900), 3)))
    answer(client, vat_number=NUMBER)
    shown = client.get("/checkout/delivery/").context["summary"]
    assert [line.price.current for line in shown.lines] == [30_000]
    assert shown.rows[0].amount == 30_000


def test_number_that_is_none_comes_back_as_it_was_typed():
    standard_delivery()
    client = browser(filled_cart())
    page = answer(client, vat_number="ATU13585620")
    text = page.content.decode()
    assert page.status_code == 422
    assert "ATU13585620" in text
    assert "Check the VAT number" in text
    assert Checkout.objects.get().vat_number == ""
    assert not Order.objects.exists()
