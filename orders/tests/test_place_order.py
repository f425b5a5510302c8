"""From a filled cart to an order, once."""

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import AuditLog
from inventory import stock
from inventory.errors import OutOfStock
from inventory.models import Reservation
from inventory.tests.builders import counters
from inventory.tests.crowd import all_at_once
from orders.carts import cart as carts
from orders.checkouts import checkout as acts
from orders.checkouts import placing
from orders.errors import (
    CartFull,
    CartGone,
    CheckoutIncomplete,
    EmptyCart,
    NotForSale,
    SubtotalOutOfBounds,
    TooManyPendingOrders,
    TotalChanged,
)
from orders.models import Cart, Checkout, Order, OrderAddress, OrderItem, OrderStatusChange
from orders.tests.factories import (
    ADDRESS,
    filled_cart,
    member,
    placed_order,
    ready_checkout,
    shown_total,
    variant_in_stock,
)
from shop.events.models import OutboxEvent

pytestmark = pytest.mark.django_db

#: Four of the order, and one that wakes the relay.
STATEMENTS = 5


def place(checkout, total=None):
    agreed = shown_total(checkout) if total is None else total
    return placing.place_order(cart_id=checkout.cart_id, agreed_total=agreed)


def assert_nothing_written(checkout):
    """No order, and the cart can still be changed."""
    assert not Order.objects.exists()
    assert not OrderItem.objects.exists()
    assert not Reservation.objects.filter(order__isnull=False).exists()
    assert Cart.objects.get(pk=checkout.cart_id).status == Cart.Status.ACTIVE


def test_order_has_what_the_shopper_agreed_to():
    shirt, socks = variant_in_stock(price=2990), variant_in_stock(price=1290)
    order = placed_order((shirt, 2), (socks, 1))
    assert (order.subtotal, order.shipping, order.total) == (7270, 490, 7760)
    assert order.included_tax == 955 + 206 + 78  # per line and for delivery, rounded half up
    sold = dict(order.items.values_list("sku", "line_total"))
    assert sold == {shirt.sku: 5980, socks.sku: 1290}
    assert order.status_changes.get().to_status == "PENDING"


def test_order_keeps_the_address_when_the_checkout_changes_later():
    order = placed_order()
    Checkout.objects.update(shipping_address=ADDRESS | {"city": "Bonn"})
    kept = OrderAddress.objects.filter(order=order).values_list("type", "city")
    assert sorted(kept) == [("BILLING", "Berlin"), ("SHIPPING", "Berlin")]


def test_order_waits_half_an_hour_for_its_payment_and_so_does_its_hold():
    order = placed_order()
    assert (order.payment_due_at - order.placed_at).total_seconds() == 30 * 60
    held = Reservation.objects.get(order=order)
    assert abs((held.expires_at - order.payment_due_at).total_seconds()) < 60


def test_same_cart_ordered_again_gives_the_same_order():
    checkout = ready_checkout(filled_cart())
    order = place(checkout)
    assert place(checkout) == order
    assert place(checkout, total=1) == order
    assert Order.objects.count() == OrderStatusChange.objects.count() == 1


def test_price_that_moved_is_refused_and_nothing_written():
    shirt = variant_in_stock(price=4990)
    checkout = ready_checkout(filled_cart((shirt, 1)))
    agreed = shown_total(checkout)
    shirt.price = 5990
    shirt.save()
    with pytest.raises(TotalChanged) as refused:
        place(checkout, agreed)
    assert (refused.value.agreed_total, refused.value.totals.total) == (5480, 6480)
    assert_nothing_written(checkout)


def test_sold_out_variant_is_refused_and_nothing_written():
    shirt, socks = variant_in_stock(units=1), variant_in_stock()
    checkout = ready_checkout(filled_cart((socks, 1), (shirt, 1)), holds=False)
    stock.adjust(stock_id=shirt.stocks.get().pk, quantity_change=-1, note="Moths")
    with pytest.raises(OutOfStock) as refused:
        place(checkout)
    assert [row.variant_id for row in refused.value.shortages] == [shirt.pk]
    assert_nothing_written(checkout)
    assert counters(socks.stocks.get()) == (10, 0)


def test_back_order_says_how_many_units_are_missing():
    shirt = variant_in_stock(units=2, policy="CONTINUE")
    order = placed_order((shirt, 5))
    assert order.items.get().backordered == 3


def test_variant_taken_off_sale_is_refused():
    shirt = variant_in_stock()
    checkout = ready_checkout(filled_cart((shirt, 1)))
    shirt.product.inventory_policy = "DENY"
    shirt.product.save()
    with pytest.raises(NotForSale):
        place(checkout)
    assert_nothing_written(checkout)


@pytest.mark.parametrize(("price", "quantity"), [(999, 1), (1_000_01, 10)])
def test_subtotal_out_of_bounds_is_refused(price, quantity):
    cart = filled_cart((variant_in_stock(price=price), quantity))
    with pytest.raises(SubtotalOutOfBounds) as refused:
        acts.begin(cart=cart)
    assert refused.value.subtotal == price * quantity
    with pytest.raises(SubtotalOutOfBounds):
        place(ready_checkout(cart, holds=False))
    assert not Reservation.objects.exists()


@pytest.mark.parametrize(("price", "quantity"), [(1000, 1), (1_000_00, 10)])
def test_subtotal_at_its_bounds_is_ordered(price, quantity):
    order = placed_order((variant_in_stock(price=price), quantity))
    assert order.subtotal == price * quantity


def test_fifty_units_are_ordered_and_one_more_is_refused():
    shirts = [variant_in_stock(price=1000) for _ in range(6)]
    cart = filled_cart(*[(shirt, 10) for shirt in shirts[:5]])
    checkout = ready_checkout(cart)
    carts.add(cart=cart, variant=shirts[5])
    with pytest.raises(CartFull):
        place(checkout)
    assert_nothing_written(checkout)
    carts.set_quantity(cart=cart, item_id=cart.items.get(variant=shirts[5]).pk, quantity=0)
    assert sum(place(checkout).items.values_list("quantity", flat=True)) == 50


def test_sixth_unpaid_order_of_a_member_is_refused():
    user = member()
    for _ in range(5):
        placed_order(user=user)
    checkout = ready_checkout(filled_cart(user=user))
    with pytest.raises(TooManyPendingOrders) as refused:
        place(checkout)
    assert refused.value.limit == 5
    assert Order.objects.count() == 5


def test_sixth_unpaid_order_of_a_guest_is_refused_by_the_address():
    for _ in range(5):
        placed_order(email="ada@example.com")
    checkout = ready_checkout(filled_cart(), email="ada@example.com")
    with pytest.raises(TooManyPendingOrders):
        place(checkout)
    assert place(ready_checkout(filled_cart(), email="bob@example.com")).pk


@pytest.mark.parametrize(
    ("missing", "step"),
    [
        ({"email": ""}, "contact"),
        ({"shipping_address": None}, "contact"),
        ({"shipping_method": None}, "delivery"),
        ({"shipping_address": ADDRESS | {"country": "JP"}}, "delivery"),
    ],
)
def test_missing_step_is_named_and_nothing_written(missing, step):
    checkout = ready_checkout(filled_cart())
    agreed = shown_total(checkout)
    Checkout.objects.filter(pk=checkout.pk).update(**missing)
    with pytest.raises(CheckoutIncomplete) as refused:
        place(checkout, agreed)
    assert refused.value.step == step
    assert_nothing_written(checkout)


@pytest.mark.parametrize("change", [{"is_active": False}, {"max_weight_grams": 299}])
def test_delivery_that_is_not_offered_any_more_is_asked_again(change):
    checkout = ready_checkout(filled_cart())
    type(checkout.shipping_method).objects.update(**change)
    with pytest.raises(CheckoutIncomplete) as refused:
        place(checkout)
    assert refused.value.step == "delivery"
    assert_nothing_written(checkout)


def test_empty_cart_is_refused():
    cart = Cart.objects.create(currency="EUR")
    with pytest.raises(EmptyCart):
        acts.begin(cart=cart)


def test_expired_cart_is_refused():
    checkout = ready_checkout(filled_cart())
    Cart.objects.update(expires_at=checkout.created_at)
    with pytest.raises(CartGone):
        place(checkout)
    assert not Order.objects.exists()


def test_checkout_entered_twice_is_one_checkout_and_one_hold():
    shirt = variant_in_stock(units=5)
    cart = filled_cart((shirt, 2))
    assert acts.begin(cart=cart) == acts.begin(cart=cart)
    assert counters(shirt.stocks.get()) == (5, 2)


def test_numbers_are_unique_and_carry_the_year():
    orders = [placed_order() for _ in range(3)]
    numbers = [order.number for order in orders]
    assert len(set(numbers)) == 3
    assert set(numbers) == set(Order.objects.values_list("number", flat=True))
    made = AuditLog.objects.filter(entity="orders.order", action="CREATE")
    assert {entry.after["number"] for entry in made} == set(numbers)
    assert all(number.startswith("ORD-20") and len(number) == 15 for number in numbers)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [1, 5])
def test_placing_costs_as_many_statements_however_many_lines(count):
    checkout = ready_checkout(filled_cart(*[(variant_in_stock(), 1) for _ in range(count)]))
    total = shown_total(checkout)
    with CaptureQueriesContext(connection) as made:
        place(checkout, total)
    said = [query["sql"] for query in made if query["sql"] not in ("BEGIN", "COMMIT")]
    assert len(said) == STATEMENTS
    # What the checkout holds already is not looked for on the shelves, where others wait.
    assert not [sql for sql in said if "inventory_stock" in sql]


@pytest.mark.django_db(transaction=True)
def test_shelves_are_locked_after_everything_else_when_the_hold_is_gone():
    checkout = ready_checkout(filled_cart(), holds=False)
    total = shown_total(checkout)
    with CaptureQueriesContext(connection) as made:
        place(checkout, total)
    said = [query["sql"] for query in made if query["sql"] not in ("BEGIN", "COMMIT")]
    locked = next(i for i, sql in enumerate(said) if "inventory_stock" in sql)
    before, after = " ".join(said[:locked]), " ".join(said[locked:])
    for model in (Order, OrderAddress, OrderItem, OutboxEvent):
        assert f'INTO "{model._meta.db_table}"' in before
        assert f'INTO "{model._meta.db_table}"' not in after
    # Their lock, their holds, what is held now, and after the commit the relay.
    assert len(said[locked:]) == 4


@pytest.mark.django_db(transaction=True)
def test_only_what_may_fall_short_waits_for_the_shelves():
    scarce, plenty = variant_in_stock(units=1, policy="CONTINUE"), variant_in_stock(units=5)
    checkout = ready_checkout(filled_cart((scarce, 3), (plenty, 2)), holds=False)
    order = place(checkout)
    assert set(order.items.values_list("variant", "quantity", "backordered")) == {
        (scarce.pk, 3, 2),
        (plenty.pk, 2, 0),
    }
    entries = AuditLog.objects.filter(entity="orders.orderitem")
    assert {entry.after["backordered"] for entry in entries} == {2, 0}


@pytest.fixture
def after_999998_orders():
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('order_number', 999998), last_value FROM order_number")
        _, last = cursor.fetchone()
        yield
        # What a sequence gave out does not come back with the transaction.
        cursor.execute("SELECT setval('order_number', %s)", [last])


def test_the_millionth_order_has_a_number_of_its_own(after_999998_orders):
    assert [placed_order().number[9:] for _ in range(3)] == ["999999", "1000000", "1000001"]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_twenty_calls_at_once_make_one_order():
    shirt = variant_in_stock(units=5)
    checkout = ready_checkout(filled_cart((shirt, 2)))
    outcomes = all_at_once([partial(place, checkout, shown_total(checkout))] * 20)
    assert {getattr(one, "pk", one) for one in outcomes} == {Order.objects.get().pk}
    assert counters(shirt.stocks.get()) == (5, 2)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_orders_placed_at_once_have_different_numbers():
    ready = [ready_checkout(filled_cart()) for _ in range(10)]
    outcomes = all_at_once([partial(place, row, shown_total(row)) for row in ready])
    assert len({order.number for order in outcomes}) == 10
