"""Another size or color instead of money: held at once, free of charge, worth what was paid."""

import pytest
from django.utils import timezone

from inventory.models import Reservation, Stock
from inventory.tests.builders import statuses
from orders.errors import ExchangeRefused
from orders.models import Order, Return
from orders.placed import lifecycle
from orders.returns import inspection, requesting, settling
from orders.tests.factories import variant_in_stock
from orders.tests.returning import arrived_order, ask, inspected, other_size
from shop.events.models import OutboxEvent
from shop.operations.invariants.checking import violations

pytestmark = pytest.mark.django_db


def exchange(*, units=1, price=None, stock=5):
    """A return of ``units`` of a garment that cost 49.90 for its larger size."""
    small = variant_in_stock(price=4990)
    order = arrived_order((small, units))
    large = other_size(small, price=price, units=stock)
    asked = ask(order, {order.items.get(): units}, outcome="EXCHANGE", variant=large)
    return asked, large


def settled_payload(asked):
    rows = OutboxEvent.objects.filter(type="return.settled")
    return rows.get(payload__contains={"return": str(asked.pk)}).payload


def test_exchange_holds_what_was_chosen_for_days(settings, at_noon):
    asked, large = exchange()
    held = Reservation.objects.get(owner=asked.owner)
    assert (held.variant, held.status) == (large, "ACTIVE")
    days = (held.expires_at - timezone.now()).days
    assert days >= settings.EXCHANGE_HOLD_DAYS
    assert Stock.objects.get(variant=large).reserved == 1


def test_exchange_sends_an_order_that_is_paid_and_costs_nothing():
    asked, large = exchange()
    settling.settle(return_id=inspected(asked).pk)
    asked.refresh_from_db()
    order = asked.exchange_order
    assert (order.status, order.total, order.customer) == ("PAID", 0, asked.order.customer)
    line = order.items.get()
    assert (line.variant, line.quantity, line.line_total) == (large, 1, 0)
    assert [row.lines for row in order.addresses.all()] == [
        row.lines for row in asked.order.addresses.all()
    ]
    assert statuses(owner=asked.owner) == ["COMMITTED"]
    shelf = Stock.objects.get(variant=large)
    assert (shelf.on_hand, shelf.reserved) == (4, 0)
    assert settled_payload(asked)["lines"] == {}
    assert not list(violations())


def test_cheaper_choice_gives_the_difference_back():
    asked, _large = exchange(price=3990)
    item = asked.order.items.get()
    settling.settle(return_id=inspected(asked).pk)
    assert settled_payload(asked)["lines"] == {str(item.pk): [0, 1000]}


def test_dearer_choice_is_refused_and_nothing_held():
    with pytest.raises(ExchangeRefused) as refused:
        exchange(price=5000)
    assert refused.value.is_dearer
    assert not Return.objects.exists()
    assert not Reservation.objects.filter(owner__startswith="return:").exists()


def test_piece_of_another_product_is_no_choice():
    order, stranger = arrived_order(), variant_in_stock()
    with pytest.raises(ExchangeRefused) as refused:
        ask(order, outcome="EXCHANGE", variant=stranger)
    assert not refused.value.is_dearer


def test_price_that_rose_since_does_not_undo_the_exchange():
    asked, large = exchange()
    large.price = 9900
    large.save()
    settling.settle(return_id=inspected(asked).pk)
    assert Return.objects.get(pk=asked.pk).exchange_order.total == 0


def test_calling_it_off_frees_what_was_held():
    asked, large = exchange()
    requesting.cancel(return_id=asked.pk, reason="Fits after all")
    assert Stock.objects.get(variant=large).reserved == 0


def test_rejecting_it_frees_what_was_held():
    asked, large = exchange()
    inspection.reject(return_id=asked.pk, answer="Worn.")
    assert Stock.objects.get(variant=large).reserved == 0


def test_only_accepted_units_are_exchanged():
    asked, large = exchange(units=2)
    settling.settle(return_id=inspected(asked, accepted=1).pk)
    assert Return.objects.get(pk=asked.pk).exchange_order.items.get().quantity == 1
    shelf = Stock.objects.get(variant=large)
    assert (shelf.on_hand, shelf.reserved) == (4, 0)


def test_money_goes_back_when_the_hold_ran_out_and_others_took_it():
    asked, large = exchange(stock=1)
    Reservation.objects.filter(owner=asked.owner).update(expires_at=timezone.now())
    ask(arrived_order((variant_in_stock(), 1)))
    other = arrived_order((large, 1))
    item = asked.order.items.get()
    settling.settle(return_id=inspected(asked).pk)
    asked.refresh_from_db()
    assert (asked.outcome, asked.exchange_order) == ("REFUND", None)
    assert "sold out" in asked.answer
    assert settled_payload(asked)["lines"] == {str(item.pk): [1, 4990]}
    assert Order.objects.filter(metadata__has_key="exchange").count() == 0
    assert other.status == "DELIVERED"


def test_what_came_in_exchange_is_worth_what_was_paid_for_the_first():
    asked, _large = exchange()
    item = asked.order.items.get()
    settling.settle(return_id=inspected(asked).pk)
    again = Return.objects.get(pk=asked.pk).exchange_order
    lifecycle.mark_fulfilled(again.pk)
    lifecycle.mark_shipped(again.pk)
    lifecycle.mark_delivered(again.pk)
    second = ask(again, reason="TOO_LARGE")
    settling.settle(return_id=inspected(second).pk)
    told = settled_payload(second)
    assert told["order"] == str(asked.order_id)
    assert told["lines"] == {str(item.pk): [1, 4990]}
