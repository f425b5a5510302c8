"""Purchase orders: a database-enforced life, goods that post once, costs and performance."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory import incoming, purchasing
from inventory.errors import NoExchangeRate, NotOrderable, NotReceivable, TooManyReceived
from inventory.models import Movement, PurchaseOrder, Receipt, Stock, Supplier
from inventory.receipts import Delivered
from inventory.tests import buying
from inventory.tests.builders import counters, shelf, variant
from inventory.tests.crowd import all_at_once
from shop.models import StaleObject

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def average(of):
    return Stock.objects.get(variant=of).average_cost


def test_a_number_is_drawn_and_stays_for_ever():
    order = buying.draft()
    assert order.number.startswith(f"PO-{timezone.now().year}-")
    with pytest.raises(ProgrammingError), transaction.atomic():
        PurchaseOrder.objects.filter(pk=order.pk).update(number="PO-1")


def test_sending_promises_the_day_of_the_lead_time():
    order = buying.sent((variant(), 5, 1500), of=buying.supplier(lead_time_days=10))
    assert order.status == "SENT"
    assert order.expected_on == timezone.localdate() + timedelta(days=10)


def test_an_empty_order_is_not_sent():
    order = buying.draft()
    with pytest.raises(NotOrderable):
        purchasing.send(order.pk)
    order.refresh_from_db()
    assert (order.status, order.sent_at) == ("DRAFT", None)


@pytest.mark.parametrize("step", [purchasing.send, purchasing.cancel])
def test_an_order_changed_since_it_was_looked_at_stays_where_it_is(step):
    order = buying.draft((variant(), 5, 1500))
    PurchaseOrder.objects.get().save()
    with pytest.raises(StaleObject):
        step(order.pk, version=order.version)
    order.refresh_from_db()
    assert (order.status, order.sent_at, order.ended_at) == ("DRAFT", None, None)
    assert step(order.pk, version=order.version).status != "DRAFT"


def test_an_order_in_another_currency_needs_its_rate():
    mill = buying.supplier(currency="GBP")
    with pytest.raises(NoExchangeRate):
        purchasing.send(buying.draft((variant(), 1, 1000), of=mill).pk)


def test_the_lines_of_a_sent_order_are_fixed():
    order = buying.sent((variant(), 5, 1500))
    for change in (
        lambda: order.lines.update(quantity=6),
        lambda: order.lines.update(cost=1),
        lambda: order.lines.all().delete(),
        lambda: order.lines.create(variant=variant(), quantity=1, cost=1),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("before", "after"), [("DRAFT", "RECEIVED"), ("SENT", "CLOSED"), ("CANCELED", "SENT")]
)
def test_the_database_refuses_a_step_that_skips(before, after):
    order = buying.draft((variant(), 5, 1500))
    if before == "SENT":
        purchasing.send(order.pk)
    if before == "CANCELED":
        purchasing.cancel(order.pk)
    now = timezone.now()
    with pytest.raises(ProgrammingError, match="Invalid transition"), transaction.atomic():
        PurchaseOrder.objects.filter(pk=order.pk).update(
            status=after, sent_at=now, ended_at=now, expected_on=now.date()
        )


def test_goods_go_on_the_shelf_through_the_ledger():
    shirt = variant()
    row = shelf(shirt, 2)
    order = buying.sent((shirt, 10, 1500))
    receipt = buying.receive(order, 4, delivery_note="LS 17")
    assert counters(row) == (6, 0)
    movement = Movement.objects.get(receipt=receipt)
    assert (movement.kind, movement.quantity_change, movement.unit_cost) == ("PURCHASE", 4, 1500)
    order.refresh_from_db()
    assert order.status == "PARTLY_RECEIVED"
    buying.receive(order, 6)
    order.refresh_from_db()
    assert (order.status, order.ended_at is not None) == ("RECEIVED", True)


def test_goods_make_the_shelf_that_is_missing():
    shirt = variant()
    buying.receive(buying.sent((shirt, 3, 1500)), 3)
    assert Stock.objects.get(variant=shirt, location__code="main").on_hand == 3


def test_the_same_form_twice_posts_once():
    shirt, key = variant(), uuid4()
    order = buying.sent((shirt, 10, 1500))
    first = buying.receive(order, 4, key=key)
    assert buying.receive(order, 4, key=key) == first
    assert Stock.objects.get(variant=shirt).on_hand == 4
    assert Receipt.objects.count() == 1


def test_more_than_ordered_is_refused_unless_allowed():
    shirt = variant()
    order = buying.sent((shirt, 3, 1500))
    with pytest.raises(TooManyReceived) as refusal:
        buying.receive(order, 4)
    assert [line.variant_id for line in refusal.value.lines] == [shirt.pk]
    assert not Receipt.objects.exists()
    buying.receive(order, 4, may_exceed=True)
    assert Stock.objects.get(variant=shirt).on_hand == 4


def test_rejected_units_are_noted_and_stay_off_the_shelf():
    shirt = variant()
    order = buying.sent((shirt, 5, 1500))
    buying.receive(order, Delivered(3, 2, "Seams open"))
    line = order.lines.get()
    assert (line.received, line.rejected, line.outstanding) == (3, 2, 2)
    assert Stock.objects.get(variant=shirt).on_hand == 3
    order.refresh_from_db()
    assert order.status == "PARTLY_RECEIVED"


@pytest.mark.parametrize("units", [(0,), (Delivered(),)])
def test_a_delivery_of_nothing_is_refused(units):
    order = buying.sent((variant(), 5, 1500))
    with pytest.raises(NotReceivable):
        buying.receive(order, *units)
    assert not Receipt.objects.exists()


def test_a_draft_receives_nothing():
    order = buying.draft((variant(), 5, 1500))
    with pytest.raises(NotReceivable):
        buying.receive(order, 5)
    assert not Movement.objects.filter(kind="PURCHASE").exists()


def test_receipts_cannot_be_rewritten():
    receipt = buying.receive(buying.sent((variant(), 5, 1500)), 5)
    for rows in (Receipt.objects.filter(pk=receipt.pk), receipt.lines.all()):
        with pytest.raises(ProgrammingError), transaction.atomic():
            rows.update(created_at=timezone.now())


def test_average_cost_moves_with_what_comes_and_stays_with_what_goes():
    shirt = variant()
    buying.receive(buying.sent((shirt, 10, 1000)), 10)
    buying.receive(buying.sent((shirt, 5, 1600)), 5)
    assert average(shirt) == 1200
    row = Stock.objects.get(variant=shirt)
    sale = Movement.objects.create(stock=row, kind="SALE", quantity_change=-6)
    sale.refresh_from_db()
    assert (sale.unit_cost, average(shirt)) == (1200, 1200)


def test_units_from_before_count_at_the_cost_of_the_variant():
    shirt = variant()
    shirt.cost = 800
    shirt.save()
    shelf(shirt, 4)
    buying.receive(buying.sent((shirt, 4, 1000)), 4)
    assert average(shirt) == 900


def test_another_currency_is_worth_its_rate():
    shirt = variant()
    mill = buying.supplier(currency="GBP")
    buying.receive(buying.sent((shirt, 2, 1000), of=mill, exchange_rate="1.175"), 2)
    assert average(shirt) == 1175


def test_a_receipt_costs_as_many_statements_for_many_lines_as_for_two():
    costs = []
    for size in (2, 12):
        order = buying.sent(*[(variant(), 5, 1500) for _ in range(size)])
        with CaptureQueriesContext(
            connection,
        ) as queries:
            buying.receive(order, *[5] * size)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 24


def test_what_is_under_way_is_incoming_until_it_came():
    shirt = variant()
    order = buying.sent((shirt, 10, 1500))
    buying.draft((shirt, 99, 1500))
    buying.receive(order, 4)
    assert incoming.incoming([shirt.pk]) == {
        shirt.pk: incoming.Incoming(6, order.expected_on),
    }
    purchasing.close(order.pk)
    assert incoming.incoming([shirt.pk]) == {}


def test_performance_is_measured_on_receipts():
    mill, shirt = buying.supplier(lead_time_days=5), variant()
    with time_machine.travel(timezone.now() - timedelta(days=30)) as clock:
        punctual = buying.sent((shirt, 10, 1500), of=mill)
        late = buying.sent((shirt, 10, 1500), of=mill)
        clock.shift(timedelta(days=4))
        buying.receive(punctual, 10)
        clock.shift(timedelta(days=4))
        buying.receive(late, Delivered(8, 2, "Stains"))
        purchasing.close(late.pk)
    found = purchasing.performance([mill.pk])[mill.pk]
    assert (found.orders, found.on_time, found.fill_rate) == (2, 0.5, 0.9)
    assert (found.defects, round(found.lead_days)) == (0.1, 4)


def test_a_new_supplier_is_not_judged():
    mill = buying.supplier()
    assert purchasing.performance([mill.pk])[mill.pk] == purchasing.Performance()


def test_a_name_is_free_again_when_its_supplier_is_gone():
    buying.supplier(name="Weaver").soft_delete()
    buying.supplier(name="Weaver")
    assert Supplier.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        buying.supplier(name="Weaver")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_deliveries_of_something_new_at_once_make_one_shelf():
    shirt = variant()
    orders = [buying.sent((shirt, 5, 1000)) for _ in range(4)]
    found = all_at_once([lambda order=order: buying.receive(order, 5) for order in orders])
    assert not [one for one in found if isinstance(one, Exception)]
    row = Stock.objects.get(variant=shirt)
    assert (row.on_hand, row.average_cost) == (20, 1000)
