"""Lines changed after the order was placed."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory.errors import OutOfStock
from inventory.models import Backorder, Movement, Reservation, Stock
from orders.documents import invoices
from orders.edits import differences, edits
from orders.edits.edits import Refusal
from orders.edits.reckoning import Wanted, outcome
from orders.errors import DifferenceDue, EditRefused
from orders.models import InvoiceKind, Order, OrderEdit, OrderItem
from orders.placed import fulfillment, lifecycle
from orders.subscribers import wait_for_goods
from orders.tests import offers
from orders.tests.factories import paid_order, placed_order, variant_in_stock
from shop.events.models import OutboxEvent

pytestmark = pytest.mark.django_db


def change(order, units=(), added=(), *, today=False, **fields):
    """Apply an edit; ``units`` by variant for lines, ``added`` by variant for new ones."""
    order = Order.objects.get(pk=order.pk)
    by_variant = {item.variant_id: item.pk for item in order.items.all()}
    wanted = Wanted(
        units={by_variant[variant.pk]: number for variant, number in dict(units).items()},
        added={variant.pk: number for variant, number in dict(added).items()},
        at_todays_price=today,
    )
    total = edits.preview(order, wanted).total
    plain = {"agreed_total": total, "reason": "Asked by phone", "key": uuid4()}
    return edits.apply(order_id=order.pk, wanted=wanted, **plain | fields)


def amounts(order):
    order.refresh_from_db()
    return order.subtotal, order.discount, order.shipping, order.total


def test_taking_a_line_out_lowers_the_total():
    shirt, scarf = variant_in_stock(price=5000), variant_in_stock(price=3000)
    order = placed_order((shirt, 1), (scarf, 1))
    edit = change(order, {scarf: 0})
    assert amounts(order) == (5000, 0, 0, 5000)
    assert (edit.difference, edit.due, edit.given_back) == (-3000, 0, 0)
    assert [row["sku"] for row in edit.before["lines"]] == [shirt.sku, scarf.sku]
    assert [item.sku for item in order.items.all()] == [shirt.sku]


def test_an_unpaid_order_holds_what_it_has_now():
    shirt, scarf = variant_in_stock(units=5), variant_in_stock(units=5)
    order = placed_order((shirt, 2))
    change(order, {shirt: 1}, {scarf: 3})
    held = Reservation.objects.filter(order=order, status="ACTIVE")
    assert dict(held.values_list("variant_id", "quantity")) == {shirt.pk: 1, scarf.pk: 3}
    lifecycle.mark_paid(order.pk)
    assert Stock.objects.get(variant=scarf).on_hand == 2


def test_a_paid_order_sells_and_takes_back():
    shirt, scarf = variant_in_stock(units=5), variant_in_stock(units=5)
    order = paid_order((shirt, 3))
    change(order, {shirt: 1}, {scarf: 2})
    shelves = dict(Stock.objects.values_list("variant_id", "on_hand"))
    assert (shelves[shirt.pk], shelves[scarf.pk]) == (4, 3)
    kinds = Movement.objects.filter(order=order).order_by("created_at", "id")
    assert [row.kind for row in kinds] == ["SALE", "RETURN", "SALE"]


def test_a_discount_is_kept_to_the_cent():
    offers.promotion(kind="FIXED_AMOUNT", value=1000)
    shirt = variant_in_stock(price=3333)
    order = placed_order((shirt, 3))
    assert amounts(order)[:2] == (9999, 1000)
    change(order, {shirt: 2})
    line = order.items.get()
    assert (line.quantity, line.line_total, line.discount) == (2, 6000, 666)
    change(order, {shirt: 1})
    assert order.items.get().line_total == 3000


def test_units_added_cost_what_the_line_costs_or_what_they_cost_today():
    shirt = variant_in_stock(price=5000)
    order = placed_order((shirt, 1))
    shirt.price = 6000
    shirt.save()
    item = order.items.get()
    same = outcome(order, Wanted(units={item.pk: 2}))
    today = outcome(order, Wanted(units={item.pk: 2}, at_todays_price=True))
    assert (same.total, today.total) == (10490, 11490)
    change(order, {shirt: 2}, today=True)
    line = order.items.get()
    assert (line.unit_price, line.discount, line.line_total) == (6000, 1000, 11000)


def test_a_new_line_costs_what_promotions_leave_today():
    shirt, scarf = variant_in_stock(price=5000), variant_in_stock(price=4000)
    order = placed_order((shirt, 1))
    offers.promotion(kind="PERCENTAGE", value=2500)
    change(order, added={scarf: 1})
    assert amounts(order) == (9000, 1000, 490, 8490)
    assert [step["amount"] for step in order.price_trace if step["step"] == "CUT"] == [1000]


def test_more_units_than_there_are_change_nothing():
    shirt, scarf = variant_in_stock(units=5), variant_in_stock(units=1)
    order = paid_order((shirt, 1))
    with pytest.raises(OutOfStock):
        change(order, added={scarf: 2})
    assert not OrderEdit.objects.exists()
    assert order.items.count() == 1


def test_what_is_back_ordered_waits_for_less_first():
    shirt = variant_in_stock(units=1)
    shirt.product.inventory_policy = "CONTINUE"
    shirt.product.save()
    order = paid_order((shirt, 3))
    wait_for_goods(OutboxEvent.objects.get(type="order.paid", aggregate_id=order.pk))
    change(order, {shirt: 2})
    assert Backorder.objects.get().waiting == 1
    assert order.items.get().backordered == 1
    change(order, {shirt: 5})
    assert Backorder.objects.get().waiting == 4
    assert Stock.objects.get().on_hand == 0


def test_lines_change_in_no_other_way():
    order = placed_order()
    change(order, {order.items.get().variant: 2})
    other = placed_order()
    with pytest.raises(DatabaseError, match="but by an edit"), transaction.atomic():
        OrderItem.objects.filter(order=other).update(quantity=9)
    with pytest.raises(DatabaseError, match="but by an edit"), transaction.atomic():
        OrderItem.objects.filter(order=other).delete()


def test_the_same_form_sent_twice_edits_once():
    shirt = variant_in_stock()
    order = placed_order((shirt, 1))
    wanted, key = Wanted(units={order.items.get().pk: 2}), uuid4()
    total = edits.preview(order, wanted).total
    same = {"wanted": wanted, "agreed_total": total, "reason": "Two", "key": key}
    first = edits.apply(order_id=order.pk, **same)
    assert edits.apply(order_id=order.pk, **same) == first
    assert order.items.get().quantity == 2


def test_another_sum_than_was_shown_is_refused():
    order = placed_order()
    with pytest.raises(EditRefused, match="OTHER_TOTAL"):
        change(order, {order.items.get().variant: 2}, agreed_total=1)
    assert not OrderEdit.objects.exists()


@pytest.mark.parametrize(
    ("units", "reason"), [(0, Refusal.EMPTY), (1, Refusal.UNCHANGED), (51, Refusal.TOO_MUCH)]
)
def test_what_makes_no_order_is_refused(units, reason):
    order = placed_order((variant_in_stock(units=60), 1))
    with pytest.raises(EditRefused, match=reason):
        change(order, {order.items.get().variant: units})


def test_a_packed_order_keeps_its_lines():
    order = paid_order((variant_in_stock(), 2))
    lifecycle.mark_fulfilled(order.pk)
    with pytest.raises(EditRefused, match="PACKED"):
        change(order, {order.items.get().variant: 1})


def test_a_paid_order_waits_for_the_difference_before_it_is_packed():
    shirt = variant_in_stock(price=5000)
    order = paid_order((shirt, 1))
    edit = change(order, {shirt: 2})
    order.refresh_from_db()
    assert (edit.due, differences.awaited(order)) == (order.total - 5490, edit)
    with pytest.raises(DifferenceDue):
        lifecycle.mark_fulfilled(order.pk)
    change(order, {shirt: 1})
    assert differences.awaited(order) is None
    assert not OutboxEvent.objects.filter(type="order.reduced").exists()
    assert fulfillment.unpacked(order.pk)


def test_what_goes_back_is_told_line_by_line():
    shirt, scarf = variant_in_stock(price=9000), variant_in_stock(price=3000)
    order = paid_order((shirt, 2), (scarf, 1))
    items = {item.variant_id: str(item.pk) for item in order.items.all()}
    edit = change(order, {shirt: 1, scarf: 0})
    told = OutboxEvent.objects.get(type="order.reduced").payload
    assert told["edit"] == str(edit.pk)
    assert told["lines"] == {items[shirt.pk]: [1, 9000], items[scarf.pk]: [1, 3000]}
    assert edit.given_back == 12000


def test_the_invoice_is_replaced():
    shirt = variant_in_stock(price=9000)
    order = paid_order((shirt, 2))
    invoices.issue_invoice(order.pk)
    edit = change(order, {shirt: 1})
    made = invoices.reissue(edit.pk)
    assert invoices.reissue(edit.pk) == made
    documents = [(row.kind, row.total) for row in order.invoices.order_by("issued_at")]
    assert documents == [
        (InvoiceKind.INVOICE, 18000),
        (InvoiceKind.CREDIT_NOTE, 18000),
        (InvoiceKind.INVOICE, 9000),
    ]
    assert invoices.credited_of(order) == (made, [])


def test_statements_do_not_grow_with_the_lines():
    counts = []
    for number in (1, 4):
        shirts = [variant_in_stock(price=2000) for _ in range(number)]
        order = paid_order(*((shirt, 2) for shirt in shirts))
        with CaptureQueriesContext(connection) as seen:
            change(order, dict.fromkeys(shirts, 1))
        counts.append(len(seen))
    assert counts[0] == counts[1]
