"""How long something may be sent back is one setting, and every page says it alike."""

import pytest
from django.urls import reverse

from catalog.tests.factories import ProductFactory
from orders.carts import cart as carts
from orders.tests.factories import filled_cart, variant_in_stock

pytestmark = pytest.mark.django_db


def test_home_product_and_cart_name_the_days_of_the_setting(client, settings):
    settings.SHOP_RETURN_DAYS = 45
    product = ProductFactory()
    client.cookies[carts.COOKIE] = filled_cart((variant_in_stock(), 1)).token
    said = {
        "/": ["45 days to change your mind"],
        product.get_absolute_url(): ["45 days to send it back", "You have 45 days to send back"],
        reverse("orders:cart"): ["what does not fit within 45 days"],
    }
    for url, sentences in said.items():
        text = client.get(url).content.decode()
        assert all(sentence in text for sentence in sentences), url
