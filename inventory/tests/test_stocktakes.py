"""Stocktakes: several people count, sales go on, and only approval changes the ledger."""

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.history import told
from audit.models import AuditLog
from catalog.tests.factories import CategoryFactory, ProductFactory
from inventory import reservations, stock, stocktakes
from inventory.errors import CountBelowReserved, CountedBySelf, NotCounting, NotOnSheet
from inventory.models import Movement, Stock, Stocktake, StocktakeCount
from inventory.stocktakes import Tally
from inventory.tests.builders import counters, location, shelf, variant
from inventory.tests.crowd import all_at_once
from orders.tests.factories import member, paid_order, placed_order
from shop.accounts.models import User
from shop.accounts.roles import Role

pytestmark = pytest.mark.django_db


def opened(**scope):
    stocktake = Stocktake.objects.create(location=location(), **scope)
    stocktake.refresh_from_db()
    return stocktake


def count(stocktake, row, quantity, by=None):
    return stocktakes.count(
        stocktake_id=stocktake.pk,
        stock_id=row.pk,
        quantity=quantity,
        actor_id=(by or member()).pk,
    )


def sell(row, units=1):
    paid_order((row.variant, units))


def counted(*counts):
    """A stocktake waiting for approval, of ``(shelf, quantity)``."""
    stocktake = opened()
    for row, quantity in counts:
        count(stocktake, row, quantity)
    return stocktakes.finish(stocktake.pk)


def test_a_number_is_drawn():
    assert opened().number.startswith("ST-")


def test_people_who_share_a_shelf_add_up_and_each_corrects_their_own():
    row, ada, ben, stocktake = shelf(variant(), 9), member(), member(), opened()
    count(stocktake, row, 4, ada)
    count(stocktake, row, 5, ben)
    count(stocktake, row, 3, ada)
    assert stocktakes.tallies(stocktake) == {row.pk: Tally(8, 9, 2, has_moved=False)}
    count(stocktake, row, None, ben)
    assert stocktakes.tallies(stocktake)[row.pk].counted == 3


def test_units_sold_after_the_count_are_no_difference():
    row = shelf(variant(), 9)
    stocktake = counted((row, 9))
    sell(row)
    assert stocktakes.tallies(stocktake)[row.pk].variance == 0
    assert stocktakes.approve(stocktake.pk) == []
    assert counters(row) == (8, 0)


def test_units_that_move_while_two_people_count_are_pointed_out():
    row, stocktake = shelf(variant(), 9), opened()
    count(stocktake, row, 4)
    sell(row)
    count(stocktake, row, 5)
    assert stocktakes.tallies(stocktake)[row.pk].has_moved


def test_approval_posts_the_differences_with_their_document():
    short, over, right = (shelf(variant(), 9) for _ in range(3))
    boss = member()
    stocktake = counted((short, 7), (over, 10), (right, 9))
    stocktakes.approve(stocktake.pk, actor_id=boss.pk)
    posted = Movement.objects.filter(stocktake=stocktake, kind="COUNT_VARIANCE", actor=boss)
    assert dict(posted.values_list("stock", "quantity_change")) == {short.pk: -2, over.pk: 1}
    assert [counters(row)[0] for row in (short, over, right)] == [7, 10, 9]
    assert not Stock.objects.filter(last_counted_at=None).exists()
    assert Stocktake.objects.get(pk=stocktake.pk).status == "APPROVED"


def test_nothing_is_posted_below_what_is_promised_and_the_order_is_named():
    row, other = shelf(variant(), 9), shelf(variant(), 9)
    order = placed_order((row.variant, 5))
    stocktake = counted((row, 3), (other, 8))
    with pytest.raises(CountBelowReserved) as refusal:
        stocktakes.approve(stocktake.pk)
    (conflict,) = refusal.value.conflicts
    assert (conflict.stock, conflict.variance, conflict.orders) == (row, -6, [order.number])
    assert not Movement.objects.filter(kind="COUNT_VARIANCE").exists()
    assert Stocktake.objects.get(pk=stocktake.pk).status == "COUNTED"
    reservations.release_order(order.pk)
    stocktakes.approve(stocktake.pk)
    assert counters(row) == (3, 0)


def test_a_second_count_stands_in_place_of_the_first():
    row, right = shelf(variant(), 9), shelf(variant(), 9)
    stocktake = counted((row, 5), (right, 9))
    stocktakes.count_again(stocktake.pk)
    count(stocktake, row, 8)
    stocktakes.finish(stocktake.pk)
    stocktakes.approve(stocktake.pk)
    assert (counters(row)[0], counters(right)[0]) == (8, 9)


def approver(role=Role.MANAGER, **fields):
    person = User.objects.create_user(f"{len(fields)}-{role}@example.com", is_staff=True, **fields)
    person.groups.add(Group.objects.get(name=role))
    return person


def counted_by(*people):
    """A stocktake waiting for approval of one shelf, which each of ``people`` counted."""
    row, stocktake = shelf(variant(), 9), opened()
    for person in people:
        count(stocktake, row, 2, person)
    return row, stocktakes.finish(stocktake.pk)


def test_who_counted_does_not_approve_while_somebody_else_may():
    boss, second = approver(), approver(Role.ADMIN)
    row, stocktake = counted_by(member(), boss)
    with pytest.raises(CountedBySelf):
        stocktakes.approve(stocktake.pk, actor_id=boss.pk)
    assert counters(row) == (9, 0)
    assert not Movement.objects.filter(kind="COUNT_VARIANCE").exists()
    assert Stocktake.objects.get().status == "COUNTED"
    stocktakes.approve(stocktake.pk, actor_id=second.pk)
    assert counters(row) == (4, 0)
    assert not own_approvals(stocktake)


def test_who_counted_first_does_not_approve_the_second_count_either():
    boss, _second = approver(), approver(Role.ADMIN)
    row, stocktake = counted_by(boss)
    stocktakes.count_again(stocktake.pk)
    count(stocktake, row, 8)
    stocktakes.finish(stocktake.pk)
    with pytest.raises(CountedBySelf):
        stocktakes.approve(stocktake.pk, actor_id=boss.pk)
    assert counters(row) == (9, 0)


@pytest.mark.parametrize(
    "others",
    [
        [],
        [{"role": Role.EMPLOYEE}],
        [{"role": Role.ADMIN, "status": User.Status.SUSPENDED}],
        [{"role": Role.ADMIN, "counts": True}],
    ],
    ids=["nobody", "no right", "left", "counted too"],
)
def test_who_counted_approves_if_nobody_else_can_and_the_history_says_so(others):
    boss = approver()
    people = [(approver(**{k: v for k, v in one.items() if k != "counts"}), one) for one in others]
    _row, stocktake = counted_by(boss, *[person for person, one in people if "counts" in one])
    stocktakes.approve(stocktake.pk, actor_id=boss.pk)
    assert Stocktake.objects.get().status == "APPROVED"
    [entry] = own_approvals(stocktake)
    assert [change.label for change in told([entry], {})[0].changes] == [
        "Approved by who counted, as nobody else may"
    ]


def own_approvals(stocktake):
    entries = AuditLog.objects.filter(
        entity="inventory.stocktake", entity_id=str(stocktake.pk), action="UPDATE"
    )
    return [entry for entry in entries if "approved_own_count" in entry.after]


def test_an_approved_stocktake_is_not_approved_again():
    row = shelf(variant(), 9)
    stocktake = counted((row, 7))
    stocktakes.approve(stocktake.pk)
    with pytest.raises(NotCounting):
        stocktakes.approve(stocktake.pk)
    assert counters(row) == (7, 0)


def test_an_open_count_cannot_be_approved_and_an_empty_one_not_be_finished():
    stocktake = opened()
    with pytest.raises(NotCounting):
        stocktakes.finish(stocktake.pk)
    count(stocktake, shelf(variant(), 9), 1)
    with pytest.raises(NotCounting):
        stocktakes.approve(stocktake.pk)
    assert not Movement.objects.filter(kind="COUNT_VARIANCE").exists()


def test_a_canceled_count_changes_nothing():
    row = shelf(variant(), 9)
    stocktakes.cancel(counted((row, 1)).pk)
    assert counters(row) == (9, 0)


def test_a_finished_count_takes_no_more_numbers():
    row = shelf(variant(), 9)
    stocktake = counted((row, 7))
    with pytest.raises(NotCounting):
        count(stocktake, row, 8)
    for write in (
        lambda: stocktake.counts.all().delete(),
        lambda: stocktake.counts.update(quantity=9),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_the_database_refuses_approval_without_a_count():
    stocktake = opened()
    with pytest.raises(ProgrammingError, match="Invalid transition"), transaction.atomic():
        Stocktake.objects.filter(pk=stocktake.pk).update(status="APPROVED")


def test_the_sheet_holds_the_shelves_of_its_scope():
    inside = CategoryFactory(name="Shirts")
    product = ProductFactory(category=CategoryFactory(parent=inside))
    rows = [shelf(product.variants.first(), 1), shelf(variant(), 1), shelf(variant(), 1)]
    for row, place in zip(rows, ("A1", "B1", "C1"), strict=True):
        Stock.objects.filter(pk=row.pk).update(shelf=place)
    shelf(variant(), 1, at="store")
    assert list(stocktakes.sheet(opened())) == rows
    assert list(stocktakes.sheet(opened(shelf_from="B", shelf_until="B9"))) == rows[1:2]
    narrow = opened(category=inside)
    assert list(stocktakes.sheet(narrow)) == rows[:1]
    with pytest.raises(NotOnSheet):
        count(narrow, rows[1], 1)


def test_a_scanned_code_finds_exactly_its_variant():
    shirt, other = variant(), variant()
    shirt.barcode = "4012345678901"
    shirt.save()
    row, _other = shelf(shirt, 1), shelf(other, 1)
    sheet = stocktakes.sheet(opened())
    assert list(stocktakes.found_on(sheet, "4012345678901")) == [row]
    assert list(stocktakes.found_on(sheet, shirt.sku.lower())) == [row]
    assert stocktakes.found_on(sheet, "overshirt").count() == 2


def test_who_counted_what_is_in_the_audit_log():
    made = count(opened(), shelf(variant(), 9), 7)
    entry = AuditLog.objects.get(entity="inventory.stocktakecount", entity_id=str(made.pk))
    assert entry.after["quantity"] == 7


def test_approval_costs_as_many_statements_for_many_shelves_as_for_two():
    costs = []
    for size in (2, 12):
        stocktake = counted(*[(shelf(variant(), 9), 7) for _ in range(size)])
        with CaptureQueriesContext(connection) as queries:
            stocktakes.approve(stocktake.pk)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 26


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_sales_while_somebody_approves_are_kept():
    row = shelf(variant(), 9)
    stocktake = counted((row, 7))
    acts = [lambda: stocktakes.approve(stocktake.pk)]
    acts += [
        lambda: stock.adjust(stock_id=row.pk, quantity_change=-1, note="Sold", kind="SALE")
    ] * 4
    found = all_at_once(acts)
    assert not [one for one in found if isinstance(one, Exception)]
    assert counters(row) == (3, 0)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_people_who_approve_at_once_post_once():
    row = shelf(variant(), 9)
    stocktake = counted((row, 7))
    found = all_at_once([lambda: stocktakes.approve(stocktake.pk)] * 3)
    assert sum(isinstance(one, NotCounting) for one in found) == 2
    assert counters(row) == (7, 0)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_double_tap_is_one_count():
    row, ada, stocktake = shelf(variant(), 9), member(), opened()
    found = all_at_once([lambda: count(stocktake, row, 7, ada)] * 4)
    assert not [one for one in found if isinstance(one, Exception)]
    assert StocktakeCount.objects.get().quantity == 7
