"""What units are worth adds up to what was paid, in any order and split."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.placed import refundable
from orders.placed.refundable import RefundableLine
from orders.tests.factories import paid_order, variant_in_stock


def line(quantity, worth, *, units_left=None, amount_left=None):
    return RefundableLine(
        item_id=uuid.uuid4(),
        quantity=quantity,
        worth=worth,
        units_left=quantity if units_left is None else units_left,
        amount_left=worth if amount_left is None else amount_left,
    )


@given(st.integers(1, 99), st.integers(0, 10_000_000), st.data())
def test_units_given_back_in_any_split_add_up_to_the_line(quantity, worth, data):
    left, amounts = line(quantity, worth), []
    while left.units_left:
        units = data.draw(st.integers(1, left.units_left))
        amounts.append(left.amount_for(units))
        left = line(
            quantity,
            worth,
            units_left=left.units_left - units,
            amount_left=left.amount_left - amounts[-1],
        )
    assert sum(amounts) == worth
    assert left.amount_left == 0
    assert all(amount >= 0 for amount in amounts)


@given(st.integers(1, 99), st.integers(0, 10_000_000), st.data())
def test_units_are_never_worth_more_than_is_left(quantity, worth, data):
    left = data.draw(st.integers(0, worth))
    gone = data.draw(st.integers(0, quantity))
    rest = line(quantity, worth, units_left=quantity - gone, amount_left=left)
    assert 0 <= rest.amount_for(rest.units_left) <= left


@given(st.integers(1, 99), st.integers(0, 10_000_000))
def test_no_unit_is_worth_a_cent_more_than_another(quantity, worth):
    alone = [
        line(quantity, worth, units_left=quantity - gone).amount_for(1) for gone in range(quantity)
    ]
    assert max(alone) - min(alone) <= 1


@pytest.mark.parametrize("units", [-1, 4])
def test_units_that_are_not_there_have_no_worth(units):
    with pytest.raises(ValueError, match="units of 3"):
        line(3, 1000).amount_for(units)


@pytest.mark.django_db
def test_lines_and_delivery_are_worth_what_was_paid():
    order = paid_order((variant_in_stock(price=999), 3), (variant_in_stock(price=1), 1))
    left = refundable.of_order(order)
    assert left.amount_left == order.total
    assert left.shipping_left == order.shipping


@pytest.mark.django_db
def test_tax_on_top_is_part_of_what_lines_and_delivery_are_worth(settings):
    settings.SHOP_PRICES_INCLUDE_TAX = False
    order = paid_order((variant_in_stock(price=999), 3))
    left = refundable.of_order(order)
    item = order.items.get()
    assert (item.tax > 0, order.tax > item.tax) == (True, True)
    assert left.amount_for(item.pk, 3) == item.line_total + item.tax
    assert left.amount_left == order.total
