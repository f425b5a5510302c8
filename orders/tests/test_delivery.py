"""Which ways a parcel may go and when it arrives. November 20th 2026 is a Friday."""

from datetime import date

import pytest
import time_machine

from inventory.models import Location
from orders.models import PickUpPoint, ShippingMethod
from orders.shipping import delivery
from orders.tests.factories import filled_cart, standard_delivery, variant_in_stock, zone

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
    ("leaves_on", "first", "last"),
    [
        (date(2026, 11, 10), date(2026, 11, 19), date(2026, 11, 20)),
        (date(2026, 12, 2), date(2026, 12, 3), date(2026, 12, 4)),
        (date(2026, 12, 4), date(2026, 12, 7), date(2026, 12, 8)),
        (date(2026, 12, 5), date(2026, 12, 8), date(2026, 12, 9)),
    ],
)
def test_parcel_of_what_comes_later_leaves_on_a_working_day(leaves_on, first, last):
    with time_machine.travel("2026-11-18T13:59:00+01:00", tick=False):
        option = delivery.option_of(METHOD, 5000, leaves_on=leaves_on)
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


BERLIN = {"country": "DE", "postal_code": "10115"}


def way(code, **fields):
    plain = {"currency": "EUR", "price": 490, "min_days": 1, "max_days": 2}
    reached = {} if "zone" in fields else {"zone": zone("DE")}
    return ShippingMethod.objects.create(code=code, name=code, **plain | reached | fields)


def codes(address=BERLIN, **request):
    found = delivery.options(
        address=address, **{"goods_total": 5000, "weight_grams": 900} | request
    )
    return [option.method.code for option in found]


@pytest.mark.django_db
def test_only_ways_that_reach_the_address_are_offered():
    way("parcel", max_weight_grams=1000)
    way("letter", max_weight_grams=500)
    way("abroad", zone=zone("FR"))
    way("retired", is_active=False)
    way("overseas", currency="USD")
    assert codes() == ["parcel"]
    assert codes({"country": "FR"}) == ["abroad"]
    assert codes({"country": "JP"}) == []
    assert delivery.reached_countries() == ["DE", "FR"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("10115", "berlin"),
        ("10 115", "berlin"),
        ("12999", "berlin"),
        ("13000", "germany"),
        ("27498", "island"),
        ("", "germany"),
        ("1", "germany"),
    ],
)
def test_small_zone_before_a_large_one_decides_for_its_postal_codes(code, expected):
    for place, (name, spans) in enumerate(
        [("berlin", ["10000-12999"]), ("island", ["27498"]), ("germany", [])]
    ):
        way(name, zone=zone("DE", code=name, postal_codes=spans, position=place))
    assert codes({"country": "DE", "postal_code": code}) == [expected]


@pytest.mark.django_db
def test_zone_of_regions_has_only_those():
    way("west", zone=zone("US", code="west", regions=["CA", "OR"]))
    assert codes({"country": "US", "state": "CA"}) == ["west"]
    assert codes({"country": "US", "state": "NY"}) == []


@pytest.mark.django_db
def test_cheapest_way_stands_first_at_what_it_costs_this_cart():
    way("express", price=900)
    way("generous", price=1200, free_from=5000)
    way("standard", price=490)
    assert codes(goods_total=4999) == ["standard", "express", "generous"]
    assert codes(goods_total=5000) == ["generous", "standard", "express"]


@pytest.mark.parametrize(
    ("priced_by", "goods", "grams", "price"),
    [
        ("ORDER", 9000, 9000, 490),
        ("WEIGHT", 9000, 999, 490),
        ("WEIGHT", 9000, 1000, 690),
        ("WEIGHT", 9000, 5000, 990),
        ("AMOUNT", 999, 9000, 490),
        ("AMOUNT", 5001, 9000, 990),
        ("AMOUNT", 10_000, 9000, 0),
    ],
)
def test_price_is_that_of_the_band_reached(priced_by, goods, grams, price):
    method = ShippingMethod(
        price=490,
        priced_by=priced_by,
        band_starts=[5000, 1000],
        band_prices=[990, 690],
        free_from=10_000,
    )
    assert method.price_for(goods, grams) == price


@pytest.mark.django_db
def test_weight_is_that_of_all_units():
    cart = filled_cart((variant_in_stock(weight_grams=300), 2), (variant_in_stock(), 1))
    assert delivery.weight(cart.items.select_related("variant")) == 900
    assert standard_delivery().price_for(7999) == 490


def point(name, postal_code, *, country="DE", **fields):
    can_pick_up = fields.pop("can_pick_up", True)
    location = Location.objects.create(code=name, name=name, can_pick_up=can_pick_up)
    plain = {"line1": "Weg 1", "city": "Ort", "opening_hours": "Mon 9–17"}
    return PickUpPoint.objects.create(
        location=location, postal_code=postal_code, country=country, **plain | fields
    )


@pytest.mark.django_db
def test_nearest_pick_up_point_by_postal_code_stands_first(django_assert_num_queries):
    point("munich", "80331")
    point("mitte", "10119")
    point("kreuzberg", "10999")
    point("vienna", "1010", country="AT")
    point("closed", "10115", is_offered=False)
    point("warehouse", "10115", can_pick_up=False)
    with django_assert_num_queries(1):
        found = [one.name for one in delivery.points(BERLIN)]
    assert found == ["mitte", "kreuzberg", "munich", "vienna"]
    assert delivery.points({"country": "AT"})[0].name == "vienna"
