"""Which ways a parcel may go and when it arrives. November 20th 2026 is a Friday."""

from datetime import date

import pytest
import time_machine

from orders import delivery
from orders.models import ShippingMethod
from orders.tests.factories import filled_cart, standard_delivery, variant_in_stock

METHOD = ShippingMethod(name="Standard", price=490, free_from=8000, min_days=1, max_days=2)


@pytest.mark.parametrize(
    ("placed", "first", "last"),
    [
        ("2026-11-18T13:59:00+01:00", date(2026, 11, 19), date(2026, 11, 20)),
        ("2026-11-18T14:00:00+01:00", date(2026, 11, 20), date(2026, 11, 23)),
        ("2026-11-20T13:59:00+01:00", date(2026, 11, 23), date(2026, 11, 24)),
        ("2026-11-20T14:00:00+01:00", date(2026, 11, 24), date(2026, 11, 25)),
        ("2026-11-21T09:00:00+01:00", date(2026, 11, 24), date(2026, 11, 25)),
        ("2026-11-22T23:30:00+01:00", date(2026, 11, 24), date(2026, 11, 25)),
        ("2026-11-22T23:30:00+00:00", date(2026, 11, 24), date(2026, 11, 25)),
    ],
)
def test_parcel_leaves_before_the_cut_off_of_a_working_day(placed, first, last):
    with time_machine.travel(placed, tick=False):
        option = delivery.option_of(METHOD, 5000)
    assert (option.arrives_from, option.arrives_until) == (first, last)


@pytest.mark.parametrize(
    ("now", "leaves_today"),
    [
        ("2026-11-20T13:59:59+01:00", True),
        ("2026-11-20T14:00:00+01:00", False),
        ("2026-11-21T08:00:00+01:00", False),
    ],
)
def test_cut_off_is_told_only_while_something_leaves_today(now, leaves_today):
    with time_machine.travel(now, tick=False):
        closing = delivery.cut_off()
    assert (closing is not None) == leaves_today
    assert closing is None or closing.hour == 14


def test_cut_off_follows_the_setting(settings):
    settings.SHOP_CUT_OFF_HOUR = 9
    with time_machine.travel("2026-11-18T10:00:00+01:00", tick=False):
        assert delivery.cut_off() is None


def way(code, **fields):
    plain = {"countries": ["DE"], "currency": "EUR", "price": 490, "min_days": 1, "max_days": 2}
    return ShippingMethod.objects.create(code=code, name=code, **plain | fields)


def codes(**request):
    found = delivery.options(
        **{"country": "DE", "goods_total": 5000, "weight_grams": 900} | request
    )
    return [option.method.code for option in found]


@pytest.mark.django_db
def test_only_ways_that_reach_the_address_are_offered():
    way("parcel", max_weight_grams=1000)
    way("letter", max_weight_grams=500)
    way("abroad", countries=["FR"])
    way("retired", is_active=False)
    way("overseas", currency="USD")
    assert codes() == ["parcel"]
    assert codes(country="FR") == ["abroad"]
    assert codes(country="JP") == []


@pytest.mark.django_db
def test_cheapest_way_stands_first_at_what_it_costs_this_cart():
    way("express", price=900)
    way("generous", price=1200, free_from=5000)
    way("standard", price=490)
    assert codes(goods_total=4999) == ["standard", "express", "generous"]
    assert codes(goods_total=5000) == ["generous", "standard", "express"]


@pytest.mark.django_db
def test_weight_is_that_of_all_units():
    cart = filled_cart((variant_in_stock(weight_grams=300), 2), (variant_in_stock(), 1))
    assert delivery.weight(cart.items.select_related("variant")) == 900
    assert standard_delivery().price_for(7999) == 490
