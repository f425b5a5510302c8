"""A delivery comes later, or not at all: whoever waits is promised another day, and told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inventory import backorders, purchasing, transfers
from inventory.errors import DayPassed, NotOrderable
from inventory.models import Backorder, Transfer
from inventory.tests import buying
from inventory.tests.builders import location, shelf, variant
from orders.tests.factories import placed_order, variant_in_stock
from shop.events.models import OutboxEvent
from shop.models import StaleObject

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def shirt():
    shirt = variant(policy="CONTINUE")
    shelf(shirt, 0)
    return shirt


@pytest.fixture(autouse=True)
def usual(settings):
    settings.BACKORDER_DAYS = 21


def ahead(days):
    return timezone.localdate() + timedelta(days=days)


def waiting(shirt, units):
    """An order that waits for units of the shirt."""
    order = placed_order((variant_in_stock(units=1), 1))
    backorders.open_for(order.pk, {shirt.pk: units}, since=timezone.now())
    return order


def promised(order):
    return Backorder.objects.get(order=order).promised_on


def told():
    """Orders that were told of a later day, with the day by variant."""
    events = OutboxEvent.objects.filter(type="backorder.delayed")
    return {event.payload["order"]: event.payload["promised"] for event in events}


def test_delivery_that_comes_later_is_told_to_whom_it_reaches_later(shirt):
    soon, later = (
        buying.sent((shirt, units, 1500), expected_on=ahead(days))
        for units, days in ((2, 5), (9, 9))
    )
    first, second = waiting(shirt, 2), waiting(shirt, 2)
    moved = purchasing.expect(soon.pk, expected_on=ahead(7), version=soon.version)
    assert moved.expected_on == ahead(7)
    assert (promised(first), promised(second)) == (ahead(7), ahead(9))
    assert told() == {str(first.pk): {str(shirt.pk): str(ahead(7))}}
    # Now what comes first is the other one, and has enough for both.
    purchasing.expect(soon.pk, expected_on=ahead(30))
    assert (promised(first), promised(second)) == (ahead(9), ahead(9))
    assert later.expected_on == ahead(9)


def test_delivery_that_comes_sooner_leaves_promises_as_they_are(shirt):
    bought = buying.sent((shirt, 2, 1500), expected_on=ahead(5))
    order = waiting(shirt, 2)
    purchasing.expect(bought.pk, expected_on=ahead(2))
    assert (promised(order), told()) == (ahead(5), {})
    assert backorders.promised_dates([shirt.pk], units={shirt.pk: 0}) == {shirt.pk: ahead(2)}


def test_promise_that_is_kept_all_the_same_stays(shirt):
    order = waiting(shirt, 2)
    bought = buying.sent((shirt, 2, 1500), expected_on=ahead(5))
    purchasing.expect(bought.pk, expected_on=ahead(9))
    assert (promised(order), told()) == (ahead(21), {})


def test_who_waits_for_no_delivery_yet_is_not_told_of_one_that_moves(shirt):
    bought = buying.sent((shirt, 2, 1500), expected_on=ahead(5))
    first, second = waiting(shirt, 2), waiting(shirt, 2)
    # As was promised five days ago.
    Backorder.objects.filter(order=second).update(promised_on=ahead(16))
    purchasing.expect(bought.pk, expected_on=ahead(9))
    assert told().keys() == {str(first.pk)}
    assert promised(second) == ahead(16)


def test_delivery_that_is_called_off_is_promised_no_more(shirt):
    bought = buying.sent((shirt, 2, 1500), expected_on=ahead(5))
    order = waiting(shirt, 2)
    purchasing.cancel(bought.pk)
    assert promised(order) == ahead(21)
    assert told() == {str(order.pk): {str(shirt.pk): str(ahead(21))}}


def test_rest_that_does_not_come_is_told_to_whom_it_would_have_reached(shirt):
    bought = buying.sent((shirt, 4, 1500), expected_on=ahead(5))
    served, left = waiting(shirt, 2), waiting(shirt, 2)
    buying.receive(bought, 2)
    purchasing.close(bought.pk)
    assert told() == {str(left.pk): {str(shirt.pk): str(ahead(21))}}
    assert promised(served) == ahead(5)


def test_late_delivery_of_others_goods_delays_nobody_else(shirt):
    """Who waits for a delivery that is late is not told of the next one, which they do not need."""
    late = buying.sent((shirt, 2, 1500), expected_on=ahead(1))
    order = waiting(shirt, 2)
    type(late).objects.filter(pk=late.pk).update(expected_on=ahead(-1))
    Backorder.objects.update(promised_on=ahead(-1))
    spare = buying.sent((shirt, 9, 1500), expected_on=ahead(9))
    purchasing.expect(spare.pk, expected_on=ahead(12))
    purchasing.cancel(buying.draft((shirt, 5, 1500)).pk)
    assert (promised(order), told()) == (ahead(-1), {})


def coming_from_the_shop(shirt, units, *, days):
    """A transfer that is under way from a location that does not ship itself."""
    shelf(shirt, units, at="showroom", can_ship=False)
    moving = Transfer.objects.create(
        source=location("showroom"), destination=location(), expected_on=ahead(days)
    )
    moving.lines.create(variant=shirt, quantity=units)
    return transfers.send(moving.pk, version=moving.version)


def test_transfer_that_brings_less_is_told_to_whom_the_rest_would_have_reached(shirt):
    moving = coming_from_the_shop(shirt, 4, days=3)
    served, left = waiting(shirt, 2), waiting(shirt, 2)
    line = moving.lines.get()
    moving = transfers.receive(moving.pk, version=moving.version, arrived={line.pk: 1})
    assert told() == {}
    transfers.receive(
        moving.pk, version=moving.version, arrived={line.pk: 1}, is_last=True, difference="Lost"
    )
    assert told() == {str(left.pk): {str(shirt.pk): str(ahead(21))}}
    assert promised(served) == ahead(3)


def test_transfer_that_is_called_off_is_promised_no_more(shirt):
    moving = coming_from_the_shop(shirt, 4, days=3)
    order = waiting(shirt, 2)
    transfers.cancel(moving.pk, version=moving.version)
    assert told() == {str(order.pk): {str(shirt.pk): str(ahead(21))}}


def test_day_that_is_over_or_an_order_that_is_done_is_refused(shirt):
    bought = buying.sent((shirt, 2, 1500), expected_on=ahead(5))
    order = waiting(shirt, 2)
    with pytest.raises(DayPassed):
        purchasing.expect(bought.pk, expected_on=ahead(-1))
    with pytest.raises(StaleObject):
        purchasing.expect(bought.pk, expected_on=ahead(9), version=bought.version + 1)
    with pytest.raises(NotOrderable):
        purchasing.expect(buying.draft((shirt, 1, 1500)).pk, expected_on=ahead(9))
    bought.refresh_from_db()
    assert (bought.expected_on, promised(order), told()) == (ahead(5), ahead(5), {})
