"""The shelf and its ledger."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from inventory import availability, reservations, stock
from inventory.errors import BelowReserved, NothingToAdjust
from inventory.models import Movement, Stock
from inventory.tests.builders import counters, shelf, variant
from shop.models import StaleObject

pytestmark = pytest.mark.django_db


def refused(statement, *parameters):
    """The message with which the database refuses ``statement``."""
    with (
        pytest.raises(DatabaseError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, parameters)
    return str(error.value)


def test_opening_balance_is_the_first_movement():
    row = shelf(variant(), 7)
    first = Movement.objects.get(stock=row)
    assert (first.kind, first.quantity_change, first.balance_after) == ("ADJUSTMENT", 7, 7)


def test_adjustment_is_posted_with_reason_and_balance():
    row = shelf(variant(), 7)
    made = stock.adjust(stock_id=row.pk, quantity_change=-2, note=" Moths ")
    assert (made.note, made.balance_after) == ("Moths", 5)
    assert counters(row) == (5, 0)


@pytest.mark.parametrize(("change", "note"), [(0, "Counted"), (3, ""), (3, "   ")])
def test_adjustment_needs_a_change_and_a_reason(change, note):
    row = shelf(variant(), 7)
    with pytest.raises(NothingToAdjust):
        stock.adjust(stock_id=row.pk, quantity_change=change, note=note)
    assert Movement.objects.count() == 1


def test_adjustment_below_what_is_promised_is_refused():
    row = shelf(variant(), 7)
    reservations.hold(
        owner="cart:one",
        quantities={row.variant_id: 4},
        until=timezone.now() + timedelta(minutes=5),
    )
    with pytest.raises(BelowReserved) as error:
        stock.adjust(stock_id=row.pk, quantity_change=-4, note="Moths")
    assert (error.value.on_hand, error.value.reserved) == (7, 4)
    assert counters(row) == (7, 4)
    stock.adjust(stock_id=row.pk, quantity_change=-3, note="Moths")
    assert counters(row) == (4, 4)


def test_restock_is_for_sale_at_once():
    row = shelf(variant(), 0)
    assert availability.available([row.variant_id]) == {row.variant_id: 0}
    stock.adjust(stock_id=row.pk, quantity_change=3, note="Delivery", kind=Movement.Kind.PURCHASE)
    assert availability.available([row.variant_id]) == {row.variant_id: 3}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE inventory_movement SET note = 'other'",
        "DELETE FROM inventory_movement",
        "TRUNCATE inventory_movement",
    ],
)
def test_movement_can_only_be_appended(statement):
    row = shelf(variant(), 7)
    message = refused(statement)
    assert "inventory_movement" in message
    assert Movement.objects.get(stock=row).note == "Opening balance"


def test_on_hand_cannot_be_changed_without_a_movement():
    row = shelf(variant(), 7)
    assert "on_hand changes by posting a movement" in refused(
        "UPDATE inventory_stock SET on_hand = 9 WHERE id = %s", row.pk
    )
    assert counters(row) == (7, 0)


def test_movement_that_would_make_the_shelf_negative_is_refused():
    row = shelf(variant(), 7)
    with pytest.raises(IntegrityError), transaction.atomic():
        Movement.objects.create(stock=row, kind="ADJUSTMENT", quantity_change=-8)
    assert counters(row) == (7, 0)


def test_sale_cannot_bring_units_in():
    row = shelf(variant(), 7)
    with (
        pytest.raises(IntegrityError, match="movement_sale_goes_out"),
        transaction.atomic(),
    ):
        Movement.objects.create(stock=row, kind="SALE", quantity_change=1)


def test_stale_form_does_not_put_counters_back():
    open_form = shelf(variant(), 7)
    stock.adjust(stock_id=open_form.pk, quantity_change=-2, note="Moths")
    open_form.shelf = "A1"
    open_form.save()
    assert counters(open_form) == (5, 0)
    assert Stock.objects.get(pk=open_form.pk).shelf == "A1"


def test_second_of_two_open_forms_is_refused():
    row = shelf(variant(), 7)
    first, second = Stock.objects.get(pk=row.pk), Stock.objects.get(pk=row.pk)
    first.shelf, second.shelf = "A1", "B2"
    first.save()
    with pytest.raises(StaleObject), transaction.atomic():
        second.save()
    assert Stock.objects.get(pk=row.pk).shelf == "A1"


def test_new_row_cannot_claim_units_or_promises():
    row = shelf(variant(), 0)
    Stock.objects.create(variant=variant(), location=row.location, on_hand=50, reserved=20)
    assert list(Stock.objects.values_list("on_hand", "reserved")) == [(0, 0), (0, 0)]


def test_the_newest_movements_are_read_in_the_order_of_an_index():
    # A table of a test is so small that reading and sorting all of it would be cheaper.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    plan = Movement.objects.all()[:100].explain()
    assert "movement_newest" in plan
    assert "Sort" not in plan
