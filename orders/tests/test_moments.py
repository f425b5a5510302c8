"""Pages show one moment; what is decided goes by what is true then."""

import pytest

from orders.checkouts import placing
from orders.errors import TotalChanged
from orders.models import Order
from orders.models.promotions import PROMOTIONS
from orders.promotions.offers import promotions
from orders.tests.factories import filled_cart, ready_checkout, shown_total
from orders.tests.offers import promotion
from shop.held import at_one_moment

# Not in a transaction: there nothing is held.
pytestmark = pytest.mark.django_db(transaction=True)


def test_an_order_goes_by_a_promotion_that_began_after_its_page_was_asked_for():
    checkout = ready_checkout(filled_cart())
    agreed = shown_total(checkout)
    with at_one_moment(PROMOTIONS):
        assert promotions("EUR") == []
        promotion()
        assert promotions("EUR") == []
        with pytest.raises(TotalChanged):
            placing.place_order(cart_id=checkout.cart_id, agreed_total=agreed)
    assert not Order.objects.exists()
