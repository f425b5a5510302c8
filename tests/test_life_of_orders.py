"""Any sequence of acts leaves the shop where a small model of it says it is.

``LIFE_EXAMPLES=500 pytest tests/test_life_of_orders.py`` looks longer than the suite has time for.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from tests.life import real
from tests.life.after_sales import AfterSales

# Each act is a transaction of its own, as in life.
pytestmark = pytest.mark.django_db(transaction=True)

EXAMPLES = int(os.environ.get("LIFE_EXAMPLES", "4"))
STEPS = 12


class LifeOfOrders(AfterSales):
    """Shoppers, staff and the clock, in any order; what has to be true after each act."""

    @invariant()
    def shelves_are_those_of_the_model(self):
        wanted = {ware: (self.model.on_hand[ware], self.model.held(ware)) for ware in self.wares}
        assert real.shelves(self.wares) == wanted

    @invariant()
    def orders_and_their_money_are_those_of_the_model(self):
        for placed, order in zip(self.orders, self.model.orders, strict=True):
            assert real.order(placed) == {
                "status": order.status,
                "total": order.total,
                "credit": sum(order.credit.values()),
                "captured": order.captured,
                "refunded": order.refunded,
            }
        assert real.uses(self.code) == self.model.uses

    @invariant()
    def gift_cards_and_store_credit_are_those_of_the_model(self):
        assert real.balances(self.gifts, self.people) == self.model.balances


def test_any_sequence_of_acts_leaves_the_shop_where_the_model_says():
    run_state_machine_as_test(
        LifeOfOrders,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
