"""Which location a line is taken from."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inventory import availability, reservations
from inventory.errors import OutOfStock
from inventory.tests.builders import counters, location, shelf, variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def shirt():
    location("store", priority=1)
    location("barn", priority=2)
    return variant()


def hold(shirt, units):
    until = timezone.now() + timedelta(minutes=5)
    return reservations.hold(owner="cart:one", quantities={shirt.pk: units}, until=until)


def test_line_comes_from_the_first_location_by_priority(shirt):
    barn, store = shelf(shirt, 9, at="barn"), shelf(shirt, 9, at="store")
    hold(shirt, 4)
    assert (counters(store), counters(barn)) == ((9, 4), (9, 0))


def test_line_comes_whole_from_a_later_location_rather_than_split(shirt):
    barn, store = shelf(shirt, 9, at="barn"), shelf(shirt, 3, at="store")
    hold(shirt, 4)
    assert (counters(store), counters(barn)) == ((3, 0), (9, 4))


def test_line_is_split_when_no_location_has_it_whole(shirt):
    barn, store = shelf(shirt, 3, at="barn"), shelf(shirt, 3, at="store")
    hold(shirt, 4)
    assert (counters(store), counters(barn)) == ((3, 3), (3, 1))
    assert availability.available([shirt.pk]) == {shirt.pk: 2}


def test_split_hold_is_extended_as_one(shirt):
    barn, store = shelf(shirt, 3, at="barn"), shelf(shirt, 3, at="store")
    assert hold(shirt, 4) == hold(shirt, 4) == {shirt.pk: 4}
    assert (counters(store), counters(barn)) == ((3, 3), (3, 1))


def test_location_that_does_not_ship_serves_nobody(shirt):
    showroom = shelf(shirt, 9, at="showroom", can_ship=False)
    shelf(shirt, 1, at="store")
    with pytest.raises(OutOfStock) as refused:
        hold(shirt, 2)
    assert refused.value.shortages[0].available == 1
    assert availability.available([shirt.pk]) == {shirt.pk: 1}
    assert counters(showroom) == (9, 0)
