"""A reduction in the cart is told as on the product page."""

import pytest
from django.urls import reverse

from catalog.models import ProductVariant
from orders.carts import cart as carts
from orders.shown_lines import cart_lines
from orders.tests.factories import filled_cart, variant_in_stock

pytestmark = pytest.mark.django_db


def reduced(old, new):
    made = variant_in_stock(price=old)
    ProductVariant.objects.filter(pk=made.pk).update(price=new)
    made.refresh_from_db()
    return made


def line_of(cart):
    [line] = cart_lines(list(cart.items.all()), currency="EUR")
    return line.price


def test_a_reduced_line_names_the_old_price_and_the_lowest_of_thirty_days(client):
    client.cookies[carts.COOKIE] = filled_cart((reduced(5900, 4130), 1)).token
    text = client.get(reverse("orders:cart")).content.decode()
    assert "€59.00" in text
    assert "−30 %" in text
    assert "Lowest price in the last 30 days: €59.00" in text


def test_all_amounts_of_a_line_are_for_all_its_units():
    price = line_of(filled_cart((reduced(5900, 4130), 2)))
    assert (price.current, price.was, price.lowest_30_days) == (8260, 11800, 11800)
    assert price.percent_off == 30


def test_a_line_without_a_reduction_has_one_price():
    price = line_of(filled_cart((variant_in_stock(price=5900), 2)))
    assert (price.current, price.was, price.percent_off) == (11800, None, None)
