"""Orders of a load: what shoppers and staff would have done, the same for the same seed."""

from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F, OuterRef, Subquery, Sum, Value, Window
from django.db.models.functions import Coalesce
from django.utils import timezone

from audit.models import AuditLog
from catalog.listings import listed
from catalog.listings.best_sellers import count_units_sold
from catalog.models import PriceChange, Product, ProductVariant, Purchase
from inventory import reservations
from inventory.models import Movement, Reservation, Stock
from orders.models import Order, OrderAddress, OrderItem, Shipment, ShipmentItem, TaxRate
from orders.placed import lifecycle
from orders.tests.factories import placed_order
from payments import processing, recovery
from payments.charges import charge_of
from payments.models import Payment, PaymentTransaction
from payments.providers import provider
from payments.providers.base import Card
from shop.accounts.models import User
from shop.money import tax_included
from shop.operations.invariants.checking import violations
from shop.operations.load import tables
from shop.operations.load.goods import Assortment, Piece
from shop.operations.load.orders import OrderMaker, Rates
from shop.operations.seeds import base

PRODUCTS, ORDERS = 60, 80
METHODS = {method.code: method for method in base.shipping_methods(base.shipping_zones())}
MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)
Status = Order.Status


def generate(**options):
    call_command("generate_load", **{"verbosity": 0, **options})


@pytest.fixture(scope="module")
def load(django_db_setup, django_db_blocker):
    """One load for the tests of this file, and when it was made."""
    with django_db_blocker.unblock(), transaction.atomic():
        now = timezone.now()
        with time_machine.travel(now, tick=False):
            generate(products=PRODUCTS, orders=ORDERS)
        yield now
        transaction.set_rollback(True)


@pytest.fixture
def loaded(load, db):
    return load


def test_orders_stand_in_every_status_with_their_history(loaded):
    assert Order.objects.count() == ORDERS
    assert set(Order.objects.values_list("status", flat=True)) == set(Status.values)
    for order in Order.objects.prefetch_related("status_changes"):
        steps = list(order.status_changes.all())
        assert [step.from_status for step in steps[1:]] == [step.to_status for step in steps[:-1]]
        assert steps[-1].to_status == order.status
        assert steps[-1].created_at == max(
            filter(None, (order.placed_at, order.paid_at, order.fulfilled_at, order.shipped_at,
                          order.delivered_at, order.canceled_at))
        )  # fmt: skip


def test_newer_orders_have_higher_numbers_and_come_faster(loaded):
    orders = list(Order.objects.order_by("placed_at"))
    assert [order.number[-6:] for order in orders] == sorted(order.number[-6:] for order in orders)
    assert all(order.number.startswith(f"ORD-{order.placed_at.year}-") for order in orders)
    span = orders[-1].placed_at - orders[0].placed_at
    assert orders[ORDERS // 2].placed_at - orders[0].placed_at > span * 0.55
    assert span > timedelta(days=500)


def test_sums_and_taxes_are_those_of_a_checkout(loaded):
    rates = {rate.country: rate.rate_basis_points for rate in TaxRate.objects.all()}
    for order in Order.objects.select_related("shipping_method").prefetch_related("items"):
        rate = rates[order.addresses.get(type=OrderAddress.Type.SHIPPING).country]
        items = order.items.all()
        assert all(item.tax == tax_included(item.line_total, rate) for item in items)
        assert order.subtotal == sum(item.line_total for item in items) >= 1000
        assert order.shipping == order.shipping_method.price_for(order.subtotal)
        tax = sum(item.tax for item in items) + tax_included(order.shipping, rate)
        assert (order.included_tax, order.total) == (tax, order.subtotal + order.shipping)


def test_lines_cost_what_the_price_history_says(loaded):
    history = PriceChange.objects.filter(
        variant=OuterRef("variant"), changed_at__lte=OuterRef("order__placed_at")
    )
    then = Subquery(history.order_by("-changed_at").values("new_price")[:1])
    lines = OrderItem.objects.annotate(then=then)
    assert lines.filter(unit_price=F("then")).count() == lines.count()
    assert lines.filter(unit_price__gt=F("variant__price")).exists()


def test_stock_is_the_sum_of_its_movements_at_any_time(loaded):
    ledger = Coalesce(Sum("movements__quantity_change"), Value(0))
    assert not Stock.objects.annotate(ledger=ledger).exclude(on_hand=F("ledger")).exists()
    running = Window(Sum("quantity_change"), partition_by=F("stock"), order_by=["created_at", "id"])
    movements = Movement.objects.annotate(running=running)
    assert all(row.balance_after == row.running for row in movements)
    sold = OrderItem.objects.exclude(order__paid_at=None).aggregate(units=Sum("quantity"))
    gone = Movement.objects.filter(kind="SALE", order__paid_at__isnull=False)
    assert gone.aggregate(units=-Sum("quantity_change")) == sold
    # So that the report on margins knows what was earned.
    assert not gone.exclude(unit_cost=F("stock__variant__cost")).exists()


def test_only_unpaid_orders_hold_something(loaded):
    held = Reservation.objects.filter(status=Reservation.Status.ACTIVE)
    assert set(held.values_list("order__status", flat=True)) == {Status.PENDING}
    units = held.aggregate(units=Sum("quantity"))
    assert Stock.objects.aggregate(units=Sum("reserved")) == units
    assert reservations.expire() == 0


def test_what_could_be_bought_before_can_be_bought_after(loaded):
    before = dict(Stock.objects.values_list("pk", "available"))
    generate(orders=30, append=True)
    assert dict(Stock.objects.values_list("pk", "available")) == before
    assert Order.objects.count() == ORDERS + 30
    assert not Movement.objects.filter(balance_after__lt=0).exists()


def test_paid_orders_have_their_money(loaded):
    captured = Payment.objects.filter(status=Payment.Status.CAPTURED)
    assert captured.count() == Order.objects.exclude(paid_at=None).count()
    assert not captured.exclude(order__total=F("captured_amount")).exists()
    for payment in captured:
        reference = payment.provider_reference
        known = provider(payment.provider).fetch(charge_of(payment), reference=reference)
        assert (known.reference, known.captured) == (payment.provider_reference, payment.amount)
    refused = Payment.objects.filter(status=Payment.Status.FAILED).count()
    assert PaymentTransaction.objects.count() == 2 * captured.count() + refused
    assert refused > 0
    assert recovery.open_payments() == []


def test_what_was_packed_lies_in_a_parcel_as_far_as_its_order(loaded):
    is_as = {"FULFILLED": "PACKED", "SHIPPED": "SHIPPED", "DELIVERED": "DELIVERED"}
    packed = Order.objects.filter(status__in=is_as)
    for order in packed:
        parcel = order.shipments.get()
        assert parcel.status == is_as[order.status]
        assert parcel.created_at == order.fulfilled_at
        assert (parcel.shipped_at, parcel.delivered_at) == (order.shipped_at, order.delivered_at)
        assert bool(parcel.tracking_number) is bool(order.shipped_at)
    assert Shipment.objects.count() == packed.count() > 0
    told = OrderItem.objects.filter(order__in=packed).values_list("pk", "quantity")
    assert sorted(ShipmentItem.objects.values_list("item", "quantity")) == sorted(told)


def test_every_rule_of_the_shop_holds(loaded):
    assert list(violations()) == []


def test_best_sellers_are_counted_from_the_orders(loaded):
    # Another day counts other sales.
    with time_machine.travel(loaded, tick=False):
        assert count_units_sold() == 0
    generate(products=1, orders=40, seed=2)
    [product] = Product.objects.filter(slug__endswith="-2-0")
    lately = Movement.objects.filter(stock__variant__product=product, kind="SALE")
    assert product.units_sold > 0
    assert lately.filter(order=None).count() <= 1
    assert listed.differences() == []


def test_delivered_pieces_may_be_reviewed(loaded):
    delivered = OrderItem.objects.filter(order__status=Status.DELIVERED)
    told = delivered.values_list("order__number", "variant", "quantity", "order__delivered_at")
    known = Purchase.objects.values_list("order_number", "variant", "quantity", "delivered_at")
    assert sorted(known) == sorted(told)


def test_buyers_are_members_and_guests(loaded):
    members = User.objects.filter(email__endswith="@load.example")
    assert members.count() == ORDERS // 4
    for person in members.prefetch_related("groups", "emailaddress_set"):
        assert [group.name for group in person.groups.all()] == ["customer"]
        assert [address.email for address in person.emailaddress_set.all()] == [person.email]
        assert not person.has_usable_password()
        assert person.addresses.get().is_default
        assert person.orders.earliest("placed_at").placed_at == person.created_at
    assert Order.objects.filter(customer=None, email__startswith="guest-").exists()


def test_shop_goes_on_where_the_load_ended(loaded):
    # As the factory calls it.
    TaxRate.objects.filter(country="DE").update(name="VAT")
    generate(orders=10, append=True)
    numbers = [int(number[-6:]) for number in Order.objects.values_list("number", flat=True)]
    in_stock = ProductVariant.objects.filter(
        product__status="ACTIVE", stocks__available__gt=1, price__gt=1000
    )
    order = placed_order((in_stock.first(), 1))
    order.refresh_from_db()
    assert int(order.number[-6:]) == max(numbers) + 1
    assert len(set(numbers)) == ORDERS + 10


def test_unpaid_order_can_be_paid_or_canceled(loaded):
    generate(orders=ORDERS, append=True)
    one, other = Order.objects.filter(status=Status.PENDING)
    card = Card("4242 4242 4242 4242", expiry_month=12, expiry_year=2099, security_code="123")
    method = provider("SANDBOX").tokenize(card)
    processing.pay(order_id=one.pk, provider_name="SANDBOX", method=method)
    lifecycle.cancel(other.pk, reason="Changed their mind")
    one.refresh_from_db()
    assert one.status == Status.PAID
    assert not Stock.objects.filter(reserved__gt=0).exists()


def test_rules_and_triggers_are_back(loaded):
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'")
        assert cursor.fetchone() == (0,)


def test_indexes_are_as_they_were(loaded):
    def made():
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes ORDER BY indexdef")
            indexes = cursor.fetchall()
            cursor.execute("SELECT conname FROM pg_constraint ORDER BY conname")
            return indexes, cursor.fetchall()

    before = made()
    # More than there is, so that they are built anew.
    generate(orders=ORDERS + 1, append=True)
    assert made() == before


def test_audit_log_has_one_entry_for_all(loaded):
    [entry] = AuditLog.objects.filter(entity="orders.order")
    assert entry.after["load"]["orders"] == ORDERS
    assert not AuditLog.objects.filter(entity__in=["orders.orderitem", "accounts.user"]).exists()


def test_second_load_of_a_seed_is_refused(loaded):
    with pytest.raises(CommandError, match=f"Orders.*{ORDERS}"):
        generate(orders=1)
    assert Order.objects.count() == ORDERS


def test_orders_need_products_of_their_seed(loaded):
    with pytest.raises(CommandError, match="Seed 7"), transaction.atomic():
        generate(orders=1, seed=7)
    assert Order.objects.count() == ORDERS


def order_lines(*chunks, seed=1):
    """The rows of forty orders, made in these chunks."""
    piece = Piece("v" * 32, "s" * 32, "SKU", "Tee", "{}", "tee.svg", 4990, None, None)
    maker = OrderMaker(
        seed=seed,
        numbers=range(40),
        now=MIDNIGHT,
        assortment=Assortment([(MIDNIGHT - timedelta(days=900), [piece])], seed),
        rates=Rates(METHODS, {"DE": 1900}),
        first_in_shop=1,
    )
    made = [maker.lines(chunk) for chunk in chunks]
    rows = [[*chain(*(part[table.name] for part in made))] for table in tables.OF_ORDERS]
    return rows, maker.intake.lines()


def test_same_seed_makes_the_same_orders_in_any_chunks():
    assert order_lines(range(40)) == order_lines(range(13), range(13, 40))
    assert order_lines(range(40)) != order_lines(range(40), seed=2)
