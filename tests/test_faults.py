"""Crowds of real buyers in short: `python -m tests.faults` lets larger ones in, again and again."""

from collections import Counter
from dataclasses import replace

import pytest

from orders.models import Order
from tests.faults import scenarios
from tests.faults.buyers import Told
from tests.faults.killed import r5_killed
from tests.faults.opening import open_shop
from tests.faults.scenarios import Ports, Size
from tests.faults.unguarded import validate_constraints

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(900),
]

SMALL = Size(
    buyers=12,
    at_once=8,
    units=3,
    more=2,
    unguarded=12,
    unguarded_units=1,
    coupon_buyers=6,
    coupon_limit=2,
    resent=6,
    resent_later=1,
)


@pytest.fixture(scope="module", autouse=True)
def other_tests_find_valid_constraints(django_db_setup, django_db_blocker):
    """After the rows of the last test here are gone."""
    yield
    with django_db_blocker.unblock():
        validate_constraints()


@pytest.mark.own_servers
def test_small_crowds_get_what_there_is_and_the_control_oversells():
    with open_shop(unguarded=True) as ports:
        for scenario in (
            scenarios.r1_crossed,
            scenarios.r1_restock,
            scenarios.r1_unguarded,
            scenarios.r2_coupon,
            scenarios.r3_same_checkout,
        ):
            result = scenario(ports, SMALL)
            assert not result.misses, result


@pytest.mark.own_servers
def test_a_worker_that_is_killed_beside_the_provider_loses_and_doubles_nothing():
    result = r5_killed(Ports(0), replace(SMALL, killed=2))
    assert not result.misses, result
    assert result.paid == 2


def test_units_that_are_sold_to_nobody_and_errors_are_missed():
    [ware] = scenarios.on_shelves(1, 3)
    errands = scenarios.crowd_of(5, lambda _number: [ware])
    told = Told(thanked=["never-placed"], sold_out=2, failed=Counter({"GET / answers 500": 1}))
    with scenarios.timed() as clock:
        pass
    result = scenarios.judged("R1", errands, told, clock, wanted=3, supply=3)
    assert not Order.objects.exists()
    assert result.misses == [
        "0 paid orders instead of 3",
        "1 thanks for 0 paid orders",
        "1 × GET / answers 500",
    ]
