"""Rules of the order tables that the database itself keeps."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from orders.models import Order, OrderItem
from orders.tests.factories import paid_order, placed_order, variant_in_stock
from shop.models import StaleObject

pytestmark = pytest.mark.django_db


def order_of(**fields):
    plain = {
        "email": "ada@example.com",
        "currency": "EUR",
        "subtotal": 5000,
        "shipping": 490,
        "total": 5490,
        "payment_due_at": timezone.now() + timedelta(minutes=30),
    }
    return Order.objects.create(**plain | fields)


def refused(statement):
    with (
        pytest.raises(DatabaseError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    return str(error.value)


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"total": 5491}, "order_total_adds_up"),
        ({"discount": 100}, "order_total_adds_up"),
        ({"tax": 100}, "order_total_adds_up"),
        ({"discount": 6000, "total": -510}, "order_amounts_not_negative"),
        ({"shipping": -10, "total": 4990}, "order_amounts_not_negative"),
        ({"included_tax": 5491}, "order_amounts_not_negative"),
        ({"currency": "eur"}, "order_currency_is_a_code"),
        ({"canceled_at": timezone.now()}, "order_canceled_has_a_time"),
        ({"paid_at": timezone.now() - timedelta(days=1)}, "order_times_in_order"),
        ({"fulfilled_at": timezone.now()}, "order_times_in_order"),
        ({"shipped_at": timezone.now()}, "order_times_in_order"),
        ({"delivered_at": timezone.now()}, "order_times_in_order"),
    ],
)
def test_wrong_order_is_refused(wrong, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        order_of(**wrong)
    assert not Order.objects.exists()


def test_right_order_is_stored():
    order = order_of(subtotal=5000, discount=500, shipping=490, tax=10, total=5000)
    assert Order.objects.get() == order


def test_order_begins_pending():
    with pytest.raises(DatabaseError, match="orders_order"), transaction.atomic():
        order_of(status="PAID", paid_at=timezone.now())


@pytest.mark.parametrize("wrong", [{"line_total": 1}, {"quantity": 0}, {"backordered": 2}])
def test_wrong_line_is_refused(wrong):
    order, shirt = order_of(), variant_in_stock()
    plain = {"quantity": 1, "unit_price": 5000, "line_total": 5000, "sku": "A", "title": "B"}
    with pytest.raises(IntegrityError, match="order_item_"), transaction.atomic():
        OrderItem.objects.create(order=order, variant=shirt, **plain | wrong)


def test_a_variant_has_one_line_in_an_order():
    order, shirt = order_of(), variant_in_stock()
    plain = {"quantity": 1, "unit_price": 5000, "line_total": 5000, "sku": "A", "title": "B"}
    OrderItem.objects.create(order=order, variant=shirt, **plain)
    with pytest.raises(IntegrityError, match="once_per_variant"), transaction.atomic():
        OrderItem.objects.create(order=order, variant=shirt, **plain)


@pytest.mark.parametrize("table", ["orderitem", "orderaddress", "orderstatuschange"])
def test_what_was_agreed_can_only_be_appended(table):
    placed_order()
    assert f"orders_{table}" in refused(f"UPDATE orders_{table} SET created_at = now()")
    assert f"orders_{table}" in refused(f"DELETE FROM orders_{table}")
    assert f"orders_{table}" in refused(f"TRUNCATE orders_{table}")


def test_order_cannot_be_deleted():
    order = paid_order()
    assert "orders_order" in refused("DELETE FROM orders_order")
    with pytest.raises(DatabaseError), transaction.atomic():
        order.delete()
    assert Order.objects.get() == order


def test_number_is_for_ever():
    placed_order()
    assert "orders_order" in refused("UPDATE orders_order SET number = 'ORD-2026-000000'")


def test_number_is_unique():
    placed_order()
    with pytest.raises(IntegrityError, match="number"), transaction.atomic():
        order_of(number=Order.objects.get().number)


def test_second_of_two_open_order_forms_is_refused():
    order = placed_order()
    first, second = Order.objects.get(pk=order.pk), Order.objects.get(pk=order.pk)
    first.customer_note, second.customer_note = "Ring twice", "Leave at the door"
    first.save()
    with pytest.raises(StaleObject), transaction.atomic():
        second.save()
    assert Order.objects.get().customer_note == "Ring twice"
