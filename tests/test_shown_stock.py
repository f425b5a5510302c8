"""What pages say of the shelves: right after each commit, and made anew only if it changed."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.cards import LOW_STOCK
from inventory import reservations
from inventory.availability import PLENTY
from inventory.models import Reservation
from orders.placed import lifecycle
from orders.tests.factories import paid_order, placed_order, variant_in_stock

pytestmark = pytest.mark.django_db(transaction=True)


def hold(variant, units):
    until = timezone.now() + timedelta(minutes=5)
    reservations.hold(owner="somebody", quantities={variant.pk: units}, until=until)


def left(client, variant):
    """How many units the product page says are left; None where it does not say."""
    page = client.get(variant.product.get_absolute_url()).content.decode()
    found = re.search(r"Only (\d+) left", page)
    return int(found[1]) if found else None


def test_pages_tell_no_more_than_the_shelves_say():
    assert LOW_STOCK < PLENTY


def test_a_unit_of_plenty_costs_the_next_page_nothing(client, django_assert_num_queries):
    shirt = variant_in_stock(units=PLENTY + 1)
    client.get(shirt.product.get_absolute_url())
    hold(shirt, 1)
    with django_assert_num_queries(0):
        client.get(shirt.product.get_absolute_url())


@pytest.mark.parametrize(("units", "last"), [(PLENTY + 1, 3), (PLENTY, 2), (4, 3)])
def test_the_last_units_show_at_once(client, units, last):
    shirt = variant_in_stock(units=units)
    assert left(client, shirt) is None
    hold(shirt, units - last)
    assert left(client, shirt) == last


def test_units_given_back_show_at_once(client):
    shirt = variant_in_stock(units=4)
    hold(shirt, 3)
    assert left(client, shirt) == 1
    reservations.release_checkout("somebody")
    assert left(client, shirt) is None


def test_what_is_sold_stays_gone(client):
    shirt = variant_in_stock(units=5)
    assert left(client, shirt) is None
    paid_order((shirt, 2))
    assert left(client, shirt) == 3


def test_a_sale_shows_at_once_whose_hold_had_ended(client):
    shirt = variant_in_stock(units=5)
    order = placed_order((shirt, 2))
    Reservation.objects.update(expires_at=timezone.now())
    assert left(client, shirt) is None
    lifecycle.mark_paid(order.pk)
    assert left(client, shirt) == 3
