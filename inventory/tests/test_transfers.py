"""Goods between two locations: sent once, received in parts, never more than there are."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from inventory import availability, reservations, stock, transfers
from inventory.errors import EmptyTransfer, MoreThanSent, OutOfStock, TransferNotAllowed
from inventory.incoming import incoming_at
from inventory.models import Movement, Stock, Transfer
from inventory.tests.builders import counters, location, shelf, variant
from inventory.tests.crowd import all_at_once
from shop.models import StaleObject

pytestmark = pytest.mark.django_db


def draft(*lines):
    """A transfer from the main warehouse to the store; lines are (variant, units)."""
    made = Transfer.objects.create(source=location(), destination=location("store", priority=1))
    for shirt, units in lines:
        made.lines.create(variant=shirt, quantity=units)
    return made


def sent(*lines):
    return transfers.send(draft(*lines).pk, version=1)


def at_store(shirt):
    row = Stock.objects.filter(variant=shirt, location__code="store").first()
    return row.on_hand if row else None


def on_the_way(shirt):
    return incoming_at([shirt.pk]).get((shirt.pk, location("store").pk), 0)


def test_sending_takes_the_units_from_the_source():
    row = shelf(shirt := variant(), 9)
    transfer = sent((shirt, 4))
    assert (transfer.status, counters(row), at_store(shirt)) == ("SENT", (5, 0), None)
    movement = Movement.objects.get(kind="TRANSFER")
    assert (movement.transfer, movement.quantity_change) == (transfer, -4)
    assert on_the_way(shirt) == 4


def test_receiving_puts_them_on_the_shelf_of_the_destination():
    shelf(shirt := variant(), 9)
    transfer = sent((shirt, 4))
    line = transfer.lines.get()
    done = transfers.receive(transfer.pk, version=transfer.version, arrived={line.pk: 4})
    assert (done.status, at_store(shirt)) == ("RECEIVED", 4)
    assert on_the_way(shirt) == 0
    assert availability.available([shirt.pk]) == {shirt.pk: 9}


def test_partial_receipt_leaves_the_rest_under_way():
    shelf(shirt := variant(), 9)
    transfer = sent((shirt, 4))
    line = transfer.lines.get()
    after = transfers.receive(transfer.pk, version=transfer.version, arrived={line.pk: 3})
    assert (after.status, on_the_way(shirt)) == ("SENT", 1)
    with pytest.raises(MoreThanSent):
        transfers.receive(transfer.pk, version=after.version, arrived={line.pk: 2})
    assert at_store(shirt) == 3


def test_last_receipt_notes_what_never_arrived():
    shelf(shirt := variant(), 9)
    transfer = sent((shirt, 4))
    line = transfer.lines.get()
    done = transfers.receive(
        transfer.pk,
        version=transfer.version,
        arrived={line.pk: 3},
        is_last=True,
        difference="Box torn",
    )
    line.refresh_from_db()
    assert (done.status, line.missing, line.difference_note) == ("RECEIVED", 1, "Box torn")


def test_units_cost_there_what_they_cost_here():
    row = shelf(shirt := variant(), 0)
    stocks = Stock.objects.locked(Q(pk=row.pk))
    stock.post(stocks, {row.pk: 9}, kind="PURCHASE", unit_costs={row.pk: 700})
    transfer = sent((shirt, 4))
    arrived = {transfer.lines.get().pk: 4}
    transfers.receive(transfer.pk, version=transfer.version, arrived=arrived)
    assert Stock.objects.get(location__code="store").average_cost == 700


def test_form_sent_twice_receives_once():
    shelf(shirt := variant(), 9)
    transfer = sent((shirt, 4))
    receive = partial(
        transfers.receive,
        transfer.pk,
        version=transfer.version,
        arrived={transfer.lines.get().pk: 2},
    )
    receive()
    with pytest.raises(StaleObject):
        receive()
    assert at_store(shirt) == 2


def test_canceled_on_the_way_it_comes_back():
    row = shelf(shirt := variant(), 9)
    transfer = sent((shirt, 4))
    line = transfer.lines.get()
    after = transfers.receive(transfer.pk, version=transfer.version, arrived={line.pk: 1})
    done = transfers.cancel(transfer.pk, version=after.version)
    assert (done.status, counters(row), at_store(shirt)) == ("CANCELED", (8, 0), 1)
    with pytest.raises(TransferNotAllowed):
        transfers.cancel(transfer.pk, version=done.version)


def test_promised_units_stay_and_nothing_is_written():
    row = shelf(shirt := variant(), 9)
    until = timezone.now() + timedelta(minutes=5)
    reservations.hold(owner="cart:one", quantities={shirt.pk: 7}, until=until)
    transfer = draft((shirt, 3))
    with pytest.raises(OutOfStock) as refused:
        transfers.send(transfer.pk, version=1)
    assert (refused.value.shortages[0].wanted, refused.value.shortages[0].available) == (3, 2)
    transfer.refresh_from_db()
    assert (transfer.status, counters(row)) == ("DRAFT", (9, 7))


def test_transfer_without_lines_or_shelf_is_not_sent():
    with pytest.raises(EmptyTransfer):
        transfers.send(draft().pk, version=1)
    with pytest.raises(OutOfStock):
        transfers.send(draft((variant(), 1)).pk, version=1)


def test_lines_of_a_sent_transfer_do_not_change():
    shelf(shirt := variant(), 9)
    transfer = sent((shirt, 4))
    line = transfer.lines.get()
    line.quantity = 5
    for change in (line.save, line.delete):
        with pytest.raises(IntegrityError, match="do not change"), transaction.atomic():
            change()


def test_database_refuses_a_transfer_to_itself():
    with pytest.raises(IntegrityError, match="transfer_goes_somewhere"), transaction.atomic():
        Transfer.objects.create(source=location(), destination=location())


def test_acts_cost_a_fixed_number_of_statements(django_assert_num_queries):
    for lines in (1, 5):
        shirts = [variant() for _ in range(lines)]
        for shirt in shirts:
            shelf(shirt, 9)
            shelf(shirt, 1, at="store")
        made = draft(*((shirt, 4) for shirt in shirts))
        with django_assert_num_queries(8):
            transfers.send(made.pk, version=1)
        arrived = {line.pk: 4 for line in made.lines.all()}
        with django_assert_num_queries(16):
            transfers.receive(made.pk, version=2, arrived=arrived)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_crowd_of_transfers_and_shoppers_never_takes_more_than_there_is():
    row = shelf(shirt := variant(), 6)
    until = timezone.now() + timedelta(minutes=5)
    drafts = [draft((shirt, 2)) for _ in range(5)]
    acts = [partial(transfers.send, made.pk, version=1) for made in drafts]
    acts += [
        partial(reservations.hold, owner=f"cart:{n}", quantities={shirt.pk: 1}, until=until)
        for n in range(5)
    ]
    outcomes = all_at_once(acts)
    gone = 2 * sum(isinstance(one, Transfer) for one in outcomes)
    held = sum(isinstance(one, dict) for one in outcomes)
    assert counters(row) == (6 - gone, held)
    assert gone + held >= 5
    assert all(isinstance(one, (Transfer, dict, OutOfStock)) for one in outcomes)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_one_of_two_people_who_receive_at_once_is_refused():
    shelf(shirt := variant(), 9)
    transfer = sent((shirt, 4))
    arrived = {transfer.lines.get().pk: 4}
    receive = partial(transfers.receive, transfer.pk, version=transfer.version, arrived=arrived)
    outcomes = all_at_once([receive] * 4)
    assert sum(isinstance(one, Transfer) for one in outcomes) == 1
    assert at_store(shirt) == 4


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_new_shelf_is_made_once_for_deliveries_at_the_same_time():
    shelf(shirt := variant(), 9)
    moving = [sent((shirt, 2)) for _ in range(4)]
    acts = [
        partial(
            transfers.receive,
            one.pk,
            version=one.version,
            arrived={line.pk: 2 for line in one.lines.all()},
        )
        for one in moving
    ]
    assert all(isinstance(one, Transfer) for one in all_at_once(acts))
    assert at_store(shirt) == 8
