"""What is suggested to be ordered, and the drafts that are made of it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory import backorders, reorder
from inventory.models import Movement, PurchaseOrder, Stock
from inventory.tests import buying
from inventory.tests.builders import shelf, variant
from orders.tests.factories import placed_order, variant_in_stock

pytestmark = pytest.mark.django_db


def low(units=2, *, of=None, cost=1500, quantity=20, **item):
    """A shelf at its reorder point, with a supplier."""
    row = shelf(variant(), units)
    Stock.objects.filter(pk=row.pk).update(low_stock_threshold=3, reorder_quantity=quantity)
    buying.item(of or buying.supplier(lead_time_days=10), row.variant, cost, **item)
    return row


def sold(row, units, *, days_ago=1):
    with time_machine.travel(timezone.now() - timedelta(days=days_ago)):
        Movement.objects.create(stock=row, kind="SALE", quantity_change=-units)


def found():
    return {one.stock_id: one for one in reorder.suggestions(days=60)}


def test_a_shelf_at_its_reorder_point_is_suggested_and_a_full_one_is_not():
    row = low(3)
    low(4)
    assert list(found()) == [row.pk]


def test_what_sells_is_suggested_before_it_is_low():
    row = low(20)
    sold(row, 12)
    # 12 in 60 days are 2 in the lead time of 10 days: 3 + 2 = 5 is the point.
    assert not found()
    sold(row, 3)
    one = found()[row.pk] if found() else None
    assert one is not None
    assert (one.point, one.available, one.sold) == (6, 5, 15)


def test_sales_from_long_ago_say_nothing():
    row = low(20)
    sold(row, 15, days_ago=61)
    assert not found()


def test_the_quantity_lasts_beyond_the_lead_time_in_whole_packs():
    row = low(20, quantity=0, pack_size=5)
    sold(row, 18)
    # Point 3 + 3, thirty days more sell 9, two are there: 13 are missing, three packs.
    assert found()[row.pk].quantity == 15


def waited_for(of, units):
    """An order that waits for so many units of the variant."""
    order = placed_order((variant_in_stock(units=50), 1))
    backorders.open_for(order.pk, {of.pk: units}, since=timezone.now())


def test_what_was_sold_before_it_was_there_is_suggested_though_it_never_sold():
    row = shelf(variant(policy="CONTINUE"), 0)
    shelf(row.variant, 0, at="branch", priority=9)
    Stock.objects.update(low_stock_threshold=0)
    buying.item(buying.supplier(), row.variant)
    waited_for(row.variant, 4)
    [one] = reorder.suggestions(days=60)
    assert (one.stock_id, one.waiting, one.quantity) == (row.pk, 4, 4)
    buying.draft((row.variant, 4, 1500))
    assert not found()
    waited_for(row.variant, 2)
    assert found()[row.pk].quantity == 2


def test_who_waits_is_served_beside_what_the_shelf_needs():
    row = low(0, quantity=0)
    waited_for(row.variant, 7)
    # Three are the reorder point, seven are sold already.
    assert found()[row.pk].quantity == 10


def test_what_is_on_its_way_or_drafted_is_not_suggested_again():
    row = low(1)
    buying.draft((row.variant, 5, 1500))
    assert not found()


def test_the_preferred_supplier_comes_before_the_cheaper_one():
    row = low(1, cost=900)
    dear = buying.item(buying.supplier(), row.variant, 1200)
    assert found()[row.pk].cost == 900
    dear.is_preferred = True
    dear.save()
    assert found()[row.pk].cost == 1200


def test_a_supplier_that_is_gone_is_not_asked():
    mill = buying.supplier()
    row = low(1, of=mill)
    mill.soft_delete()
    assert found()[row.pk].supplier_id is None


def test_chosen_rows_become_one_draft_for_each_supplier():
    mill = buying.supplier()
    first, second, other = low(1, of=mill), low(1, of=mill), low(1)
    left = low(1)
    orders = reorder.make_orders({first.pk: 20, second.pk: 25, other.pk: 30, left.pk: 0})
    assert [order.status for order in orders] == ["DRAFT", "DRAFT"]
    assert len({order.number for order in orders}) == 2
    lines = PurchaseOrder.objects.get(supplier=mill).lines
    assert sorted(lines.values_list("quantity", "cost")) == [(20, 1500), (25, 1500)]


def test_the_same_form_sent_twice_makes_one_set_of_drafts():
    row = low(1)
    reorder.make_orders({row.pk: 20})
    assert reorder.make_orders({row.pk: 20}) == []
    assert PurchaseOrder.objects.count() == 1


def test_drafts_cost_as_many_statements_for_many_rows_as_for_two():
    costs = []
    for size in (2, 9):
        rows = [low(1) for _ in range(size)]
        with CaptureQueriesContext(connection) as queries:
            reorder.make_orders({row.pk: 20 for row in rows})
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 9
