"""Sending something back: what may come, what is due, and that it happens once."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Purchase
from inventory.models import Movement, Reservation, Stock
from inventory.tests.crowd import all_at_once
from orders.errors import (
    InspectionIncomplete,
    NothingToReturn,
    ReturnNotAllowed,
    ReturnWindowOver,
    TooManyReturned,
)
from orders.models import Order, OrderMail, Return, ReturnItem
from orders.placed import fulfillment
from orders.returns import inspection, requesting, settling, windows
from orders.returns.inspection import Verdict
from orders.tests.factories import paid_order, variant_in_stock
from orders.tests.returning import arrived_order, ask, inspected, shipped_order, status_of
from shop.events.models import OutboxEvent
from shop.models import new_id

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def letters(asked):
    rows = OrderMail.objects.filter(order=asked.order, kind="RETURN")
    return sorted(row.facts["what"] for row in rows)


def settled_event(asked):
    return OutboxEvent.objects.get(
        type="return.settled", payload__contains={"return": str(asked.pk)}
    )


def test_request_in_time_is_approved_at_once_and_brings_its_label():
    asked = ask(arrived_order())
    assert (asked.status, asked.number[:4], letters(asked)) == ("APPROVED", "RMA-", ["requested"])
    steps = list(asked.status_changes.values_list("from_status", "to_status"))
    assert steps == [("", "REQUESTED"), ("REQUESTED", "APPROVED")]


def test_request_waits_for_staff_where_the_shop_wants_to_look_first(settings):
    settings.RETURNS_APPROVED_AT_ONCE = False
    asked = ask(arrived_order())
    assert not asked.has_label
    assert inspection.approve(return_id=asked.pk).has_label
    assert letters(asked) == ["approved", "requested"]


def test_form_sent_twice_asks_once():
    order, key = arrived_order(), new_id()
    assert ask(order, key=key) == ask(order, key=key)
    assert order.returns.count() == 1


@pytest.mark.parametrize("units", [3, 2**31])
def test_more_than_arrived_is_refused_and_nothing_written(units):
    order = arrived_order()
    item = order.items.get()
    with pytest.raises(TooManyReturned) as refused:
        ask(order, {item: units})
    assert refused.value.left == {item.pk: 2}
    assert not Return.objects.exists()
    assert not OrderMail.objects.filter(kind="RETURN").exists()


@pytest.mark.parametrize("units", [0, -1])
def test_return_of_nothing_is_refused(units):
    order = arrived_order()
    with pytest.raises(NothingToReturn):
        ask(order, {order.items.get(): units})
    assert not Return.objects.exists()


def test_lines_of_another_order_are_refused():
    order, other = arrived_order(), arrived_order()
    with pytest.raises(TooManyReturned):
        ask(order, {other.items.get(): 1})


def test_what_is_still_under_way_cannot_be_sent_back():
    order = shipped_order((variant_in_stock(), 1))
    with pytest.raises(ReturnWindowOver):
        ask(order)
    (read,) = windows.readable(Order.objects.filter(pk=order.pk))
    assert windows.of_order(read).lines[0].refusal == windows.Refusal.NOT_HERE


def test_last_day_counts_and_the_day_after_does_not(settings):
    settings.SHOP_RETURN_DAYS = 30
    assert ask(arrived_order(days_ago=30)).status == "APPROVED"
    with pytest.raises(ReturnWindowOver):
        ask(arrived_order(days_ago=31))


def test_goodwill_knows_no_window():
    assert ask(arrived_order(days_ago=300), is_goodwill=True).status == "APPROVED"


def test_time_does_not_run_out_while_a_parcel_is_under_way():
    order = paid_order((variant_in_stock(), 2))
    item = order.items.get()
    parcel = fulfillment.ship(
        order_id=order.pk, quantities={item.pk: 1}, key=new_id(), way=fulfillment.UNKNOWN
    )
    fulfillment.arrive(shipment_id=parcel.pk)
    then = timezone.now() - timedelta(days=90)
    parcel.refresh_from_db()
    parcel.shipped_at = parcel.delivered_at = then
    parcel.save()
    assert ask(order).status == "APPROVED"


def test_made_to_measure_does_not_come_back(settings):
    order = arrived_order()
    product = order.items.get().variant.product
    product.tags = [settings.FINAL_SALE_TAG]
    product.save()
    with pytest.raises(TooManyReturned):
        ask(order)
    (read,) = windows.readable(Order.objects.filter(pk=order.pk))
    assert windows.of_order(read).lines[0].refusal == windows.Refusal.FINAL


def test_units_of_a_canceled_return_may_come_back_later():
    order = arrived_order()
    item = order.items.get()
    asked = ask(order, {item: 2})
    with pytest.raises(TooManyReturned):
        ask(order, {item: 1})
    requesting.cancel(return_id=asked.pk, reason="Fits after all")
    assert ask(order, {item: 2}).status == "APPROVED"


def test_database_refuses_what_no_act_stops():
    order = arrived_order()
    item = order.items.get()
    asked = ask(order, {item: 2})
    second = Return.objects.create(
        order=order, key=new_id(), outcome="REFUND", method="LABEL", send_by=asked.send_by
    )
    with (
        pytest.raises(IntegrityError, match="more units returned than were delivered"),
        transaction.atomic(),
    ):
        ReturnItem.objects.create(request=second, item=item, quantity=1)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_last_unit_is_returned_by_one_of_ten_tabs():
    order = arrived_order((variant_in_stock(), 1))
    answers = all_at_once([partial(ask, Order.objects.get(pk=order.pk)) for _tab in range(10)])
    made = [answer for answer in answers if isinstance(answer, Return)]
    refused = [answer for answer in answers if isinstance(answer, TooManyReturned)]
    assert (len(made), len(refused)) == (1, 9)
    assert ReturnItem.objects.get().quantity == 1


def test_return_that_is_on_its_way_is_not_called_off():
    asked = ask(arrived_order())
    requesting.mark_sent(return_id=asked.pk, carrier="DHL", tracking_number=" JD1 ")
    with pytest.raises(ReturnNotAllowed):
        requesting.cancel(return_id=asked.pk, reason="Too late")
    asked.refresh_from_db()
    assert (asked.status, asked.tracking_number) == ("APPROVED", "JD1")


def test_rejection_says_why_and_is_told():
    asked = ask(arrived_order(), approves=False)
    inspection.reject(return_id=asked.pk, answer="It was worn in the sea.")
    assert (status_of(asked), letters(asked)) == ("REJECTED", ["rejected", "requested"])
    with pytest.raises(ReturnNotAllowed):
        inspection.receive(return_id=asked.pk)


def test_accepted_units_go_to_the_shelf_and_their_worth_back():
    order = arrived_order()
    item = order.items.get()
    asked = inspected(ask(order, {item: 2}), accepted=1)
    before = Stock.objects.get(variant=item.variant).on_hand
    settling.settle(return_id=asked.pk)
    asked.refresh_from_db()
    assert Stock.objects.get(variant=item.variant).on_hand == before + 1
    movement = Movement.objects.get(kind="RETURN")
    assert (movement.order, movement.note, movement.quantity_change) == (order, asked.number, 1)
    assert asked.goods_amount == item.line_total // 2
    assert settled_event(asked).payload == {
        "return": str(asked.pk),
        "order": str(order.pk),
        "lines": {str(item.pk): [1, item.line_total // 2]},
        "shipping": 0,
        "to": "ORIGINAL",
    }
    assert letters(asked) == ["received", "requested", "settled"]


def test_settling_twice_gives_back_once():
    asked = inspected(ask(arrived_order()))
    settling.settle(return_id=asked.pk)
    settling.settle(return_id=asked.pk)
    assert OutboxEvent.objects.filter(type="return.settled").count() == 1
    assert Movement.objects.filter(kind="RETURN").count() == 1


def test_written_off_units_come_and_go_without_being_for_sale():
    order = arrived_order()
    item = order.items.get()
    before = Stock.objects.get(variant=item.variant).on_hand
    settling.settle(return_id=inspected(ask(order), disposition="WRITE_OFF").pk)
    assert Stock.objects.get(variant=item.variant).on_hand == before
    kinds = Movement.objects.filter(note__startswith="RMA-").values_list("kind", "reason")
    assert sorted(kinds) == [("ADJUSTMENT", "DAMAGED"), ("RETURN", "")]


def test_store_credit_is_told_to_payments():
    asked = inspected(ask(arrived_order(), outcome="STORE_CREDIT"))
    settling.settle(return_id=asked.pk)
    assert settled_event(asked).payload["to"] == "STORE_CREDIT"


def test_delivery_goes_back_when_nothing_is_kept():
    order = arrived_order((variant_in_stock(price=2000), 2))
    item = order.items.get()
    first = settling.settle(return_id=inspected(ask(order, {item: 1})).pk)
    last = settling.settle(return_id=inspected(ask(order, {item: 1})).pk)
    assert order.shipping == 490
    assert [settled_event(asked).payload["shipping"] for asked in (first, last)] == [0, 490]


def test_return_of_which_nothing_is_accepted_is_rejected_and_pays_nothing():
    asked = inspected(ask(arrived_order()), accepted=0)
    assert status_of(asked) == "REJECTED"
    with pytest.raises(ReturnNotAllowed):
        settling.settle(return_id=asked.pk)
    assert not OutboxEvent.objects.filter(type="return.settled").exists()


def test_inspection_needs_each_line_and_a_word_about_what_is_refused():
    asked = ask(arrived_order())
    inspection.receive(return_id=asked.pk)
    row = asked.items.get()
    for verdicts, answer in (
        ({}, "No"),
        ({row.pk: Verdict(2)}, "No"),
        ({row.pk: Verdict(0)}, " "),
        ({row.pk: Verdict(1, "ELSEWHERE")}, "No"),
    ):
        with pytest.raises(InspectionIncomplete):
            inspection.inspect(return_id=asked.pk, verdicts=verdicts, answer=answer)
    row.refresh_from_db()
    assert (status_of(asked), row.accepted) == ("RECEIVED", None)


def test_piece_that_was_too_small_speaks_for_no_size_any_more():
    order = arrived_order()
    settling.settle(return_id=inspected(ask(order, reason="TOO_SMALL")).pk)
    kept = Purchase.objects.get(order_number=order.number)
    assert kept.return_reason == "TOO_SMALL"
    assert kept.returned_at is not None


def test_piece_of_which_one_is_kept_still_speaks_for_its_size():
    order = arrived_order()
    item = order.items.get()
    settling.settle(return_id=inspected(ask(order, {item: 1}, reason="CHANGED_MIND")).pk)
    purchase = Purchase.objects.get(order_number=order.number)
    assert purchase.returned_at is None
    settling.settle(return_id=inspected(ask(order, {item: 1}, reason="CHANGED_MIND")).pk)
    purchase.refresh_from_db()
    assert purchase.return_reason == "OTHER"


def test_settling_costs_the_same_however_many_lines():
    counts = []
    for lines in (1, 4):
        order = arrived_order(*[(variant_in_stock(), 1) for _line in range(lines)])
        asked = inspected(ask(order, dict.fromkeys(order.items.all(), 1)))
        with CaptureQueriesContext(connection) as told:
            settling.settle(return_id=asked.pk)
        counts.append(len(told))
    assert counts[0] == counts[1]


def test_parts_of_a_line_add_up_to_what_was_paid():
    order = arrived_order((variant_in_stock(price=3333), 3))
    item = order.items.get()
    given = []
    for _unit in range(3):
        asked = settling.settle(return_id=inspected(ask(order, {item: 1})).pk)
        given.append(asked.goods_amount)
    assert sum(given) == item.line_total
    assert not Reservation.objects.filter(status="ACTIVE").exists()
