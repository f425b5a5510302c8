"""Parcels: what they may hold, and how the order follows them."""

from functools import partial

import pytest
from django.db import IntegrityError, transaction

from inventory.tests.builders import counters
from inventory.tests.crowd import all_at_once
from orders.errors import NotAllowed, NothingToPack, ParcelNotAllowed, TooManyPacked, TrackingTaken
from orders.models import Order, Shipment, ShipmentItem
from orders.placed import fulfillment, lifecycle
from orders.placed.fulfillment import Way
from orders.tests.factories import member, paid_order, placed_order, variant_in_stock
from shop.events.models import OutboxEvent
from shop.models import new_id

pytestmark = pytest.mark.django_db


def order_of_two_lines():
    order = paid_order((variant_in_stock(), 2), (variant_in_stock(), 1))
    two, one = order.items.order_by("-quantity")
    return order, two, one


def pack(order, quantities, **fields):
    return fulfillment.pack(
        order_id=order.pk,
        quantities={item.pk: units for item, units in quantities.items()},
        key=fields.pop("key", None) or new_id(),
        **fields,
    )


def status_of(order):
    return Order.objects.get(pk=order.pk).status


def test_order_follows_its_parcels_from_the_first_to_the_last():
    order, two, one = order_of_two_lines()
    first = pack(order, {two: 1})
    fulfillment.send(shipment_id=first.pk)
    assert status_of(order) == "PAID"
    second = pack(order, {two: 1, one: 1})
    assert status_of(order) == "FULFILLED"
    fulfillment.arrive(shipment_id=first.pk)
    fulfillment.send(shipment_id=second.pk)
    assert status_of(order) == "SHIPPED"
    fulfillment.arrive(shipment_id=second.pk)
    assert status_of(order) == "DELIVERED"


def test_parcel_knows_the_page_of_its_carrier():
    order, two, _one = order_of_two_lines()
    parcel = pack(order, {two: 1}, way=Way(carrier="UPS", tracking_number=" 1Z999 "))
    assert parcel.tracking_url == "https://www.ups.com/track?tracknum=1Z999"
    assert Shipment(carrier="OTHER", tracking_number="1").tracking_url == ""


def test_form_sent_twice_packs_one_parcel():
    order, two, _one = order_of_two_lines()
    key = new_id()
    assert pack(order, {two: 1}, key=key) == pack(order, {two: 1}, key=key)
    assert order.shipments.count() == 1


def test_more_than_is_left_is_refused_and_nothing_written():
    order, two, one = order_of_two_lines()
    pack(order, {two: 1})
    with pytest.raises(TooManyPacked) as refused, transaction.atomic():
        pack(order, {two: 2})
    assert refused.value.left == {two.pk: 1, one.pk: 1}
    assert order.shipments.count() == 1


def test_parcel_without_pieces_is_refused():
    order, two, _one = order_of_two_lines()
    with pytest.raises(NothingToPack), transaction.atomic():
        pack(order, {two: 0})
    assert not order.shipments.exists()


def test_unpaid_order_is_not_packed():
    order = placed_order()
    with pytest.raises(NotAllowed), transaction.atomic():
        pack(order, {order.items.get(): 1})
    assert not order.shipments.exists()


def test_tracking_number_belongs_to_one_parcel_of_its_carrier():
    order, two, one = order_of_two_lines()
    pack(order, {two: 1}, way=Way(carrier="DHL", tracking_number="77"))
    with pytest.raises(TrackingTaken), transaction.atomic():
        pack(order, {one: 1}, way=Way(carrier="DHL", tracking_number="77"))
    assert order.shipments.count() == 1
    pack(order, {one: 1}, way=Way(carrier="UPS", tracking_number="77"))


def test_database_refuses_more_units_than_were_ordered():
    order, two, _one = order_of_two_lines()
    first, second = (Shipment.objects.create(order=order, key=new_id()) for _ in range(2))
    ShipmentItem.objects.create(shipment=first, item=two, quantity=2)
    with pytest.raises(IntegrityError, match="more units"), transaction.atomic():
        ShipmentItem.objects.create(shipment=second, item=two, quantity=1)
    assert ShipmentItem.objects.count() == 1


def test_database_refuses_a_line_of_another_order():
    order, _two, _one = order_of_two_lines()
    parcel = Shipment.objects.create(order=order, key=new_id())
    with pytest.raises(IntegrityError, match="more units"), transaction.atomic():
        ShipmentItem.objects.create(shipment=parcel, item=paid_order().items.get(), quantity=1)


def test_unpacked_pieces_may_be_packed_again():
    order, two, _one = order_of_two_lines()
    parcel = pack(order, {two: 2}, way=Way(carrier="DHL", tracking_number="77"))
    fulfillment.unpack(shipment_id=parcel.pk)
    pack(order, {two: 2}, way=Way(carrier="DHL", tracking_number="77"))
    with pytest.raises(ParcelNotAllowed):
        fulfillment.send(shipment_id=parcel.pk)


def test_parcel_of_a_packed_order_stays_packed():
    order, two, one = order_of_two_lines()
    parcel = pack(order, {two: 2, one: 1})
    with pytest.raises(ParcelNotAllowed):
        fulfillment.unpack(shipment_id=parcel.pk)
    assert status_of(order) == "FULFILLED"


def test_sending_twice_tells_once():
    order, two, _one = order_of_two_lines()
    parcel = pack(order, {two: 1})
    for _ in range(2):
        fulfillment.send(shipment_id=parcel.pk)
    sent = OutboxEvent.objects.get(type="shipment.shipped")
    assert sent.payload["shipment"] == str(parcel.pk)
    assert sent.partition_key == f"orders.order:{order.pk}"
    assert order.events.filter(kind="SENT").count() == 1


def test_who_packed_is_written_down():
    order, two, _one = order_of_two_lines()
    packer = member(is_staff=True)
    pack(order, {two: 1}, actor_id=packer.pk)
    event = order.events.get()
    assert (event.kind, event.by, event.actor) == ("PACKED", "STAFF", packer)


def test_packing_costs_the_same_whatever_the_number_of_lines(
    django_assert_num_queries, django_assert_max_num_queries
):
    short, long = paid_order(), paid_order(*((variant_in_stock(), 1) for _ in range(6)))
    with django_assert_max_num_queries(20) as few:
        pack(short, {item: item.quantity for item in short.items.all()})
    with django_assert_num_queries(len(few)):
        pack(long, {item: item.quantity for item in long.items.all()})


def test_called_off_order_gives_its_units_back_and_keeps_no_parcel():
    shirt = variant_in_stock(units=5)
    order = paid_order((shirt, 2))
    parcel = pack(order, {order.items.get(): 2})
    for _ in range(2):
        lifecycle.call_off(order.pk, reason="Changed my mind")
    parcel.refresh_from_db()
    assert (status_of(order), parcel.status) == ("CANCELED", "CANCELED")
    assert counters(shirt.stocks.get()) == (5, 0)
    assert order.movements.filter(kind="RETURN").count() == 1


def test_order_with_a_parcel_on_its_way_is_not_called_off():
    shirt = variant_in_stock(units=5)
    order = paid_order((shirt, 2))
    fulfillment.send(shipment_id=pack(order, {order.items.get(): 1}).pk)
    with pytest.raises(NotAllowed), transaction.atomic():
        lifecycle.call_off(order.pk, reason="Changed my mind")
    assert status_of(order) == "PAID"
    assert counters(shirt.stocks.get()) == (3, 0)


def test_unpaid_order_is_canceled_not_called_off():
    order = placed_order()
    with pytest.raises(NotAllowed), transaction.atomic():
        lifecycle.call_off(order.pk, reason="Changed my mind")
    assert status_of(order) == "PENDING"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_who_pack_the_last_unit_at_once_make_one_parcel():
    order = paid_order()
    item = order.items.get()
    acts = [partial(pack, order, {item: 1}) for _ in range(4)]
    outcome = all_at_once(acts)
    assert sum(isinstance(made, Shipment) for made in outcome) == 1
    assert {type(made) for made in outcome} == {Shipment, NotAllowed}
    assert ShipmentItem.objects.get().quantity == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_database_keeps_the_limit_for_writers_that_lock_no_order():
    order = paid_order()
    item = order.items.get()
    parcels = [Shipment.objects.create(order=order, key=new_id()) for _ in range(4)]

    def put(parcel):
        return ShipmentItem.objects.create(shipment=parcel, item=item, quantity=1)

    outcome = all_at_once([partial(put, parcel) for parcel in parcels])
    assert sum(isinstance(made, ShipmentItem) for made in outcome) == 1
    assert sum(isinstance(made, IntegrityError) for made in outcome) == 3
    assert ShipmentItem.objects.count() == 1
