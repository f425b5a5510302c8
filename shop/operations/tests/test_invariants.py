"""Each invariant is found when it is broken, and none in a shop that works."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from orders.checkouts import placing
from orders.mailing import mails
from orders.models import Coupon, IdempotencyKey, OrderMail
from orders.tests.factories import filled_cart, placed_order, ready_checkout, shown_total
from payments import processing
from payments.tests.cards import GOOD, method
from shop.events.relay import deliver_due
from shop.operations import tasks
from shop.operations.invariants.checking import ALL, violations

pytestmark = pytest.mark.django_db

LONG_AGO = "now() - interval '2 hours'"

#: What must hold, and statements after which it does not.
BREAKS = {
    "on hand is the sum of the movements": ["UPDATE inventory_stock SET on_hand = on_hand + 1"],
    "reserved is the sum of the live holds": ["UPDATE inventory_stock SET reserved = 2"],
    "no shelf is below nothing or promises more than it has": [
        "ALTER TABLE inventory_stock DROP CONSTRAINT stock_reserved_within_on_hand",
        "UPDATE inventory_stock SET reserved = on_hand + 1",
    ],
    "no hold outlives its time by more than a minute and the job that ends it": [
        f"UPDATE inventory_reservation SET status = 'ACTIVE', expires_at = {LONG_AGO}",
    ],
    "what was sold is no more than what was ordered": [
        "UPDATE inventory_reservation SET quantity = 2"
    ],
    "a cart that was checked out has its order": ["UPDATE orders_order SET cart_id = NULL"],
    "an order's cart is closed": ["UPDATE orders_cart SET status = 'ABANDONED'"],
    "an order that was acknowledged to a shopper exists": ["UPDATE orders_order SET token = 'x'"],
    "the history of an order has only legal steps, each from where the last one led": [
        "UPDATE orders_orderstatuschange SET to_status = 'SHIPPED' WHERE to_status = 'PAID'"
    ],
    "an order is where its history leads": ["UPDATE orders_order SET status = 'FULFILLED'"],
    "stored totals are those of the lines": [
        "UPDATE orders_order SET subtotal = subtotal + 1, total = total + 1"
    ],
    "order numbers are unique and carry their year": ["UPDATE orders_order SET number = 'ORD-1'"],
    "invoices have no gaps in their year": ["UPDATE orders_invoice SET sequence = 2"],
    "refunded is within captured, and captured within authorized": [
        "ALTER TABLE payments_payment DROP CONSTRAINT"
        " payment_refunded_captured_authorized_in_order",
        "UPDATE payments_payment SET refunded_amount = captured_amount + 1",
    ],
    "money that we took, the provider took: as much, in the same currency": [
        "UPDATE payments_sandboxcharge SET currency = 'USD'"
    ],
    "money that the provider took, we know of": [
        f"UPDATE payments_sandboxcharge SET idempotency_key = 'x', created_at = {LONG_AGO}"
    ],
    "money that was taken belongs to an order that is served": [
        "UPDATE orders_order SET status = 'PENDING', paid_at = NULL",
        f"UPDATE payments_payment SET updated_at = {LONG_AGO}",
    ],
    "an order that is served has its money, where a payment was tried": [
        "UPDATE payments_payment SET status = 'FAILED', captured_amount = 0"
    ],
    "an order has one live payment at most": [
        "DROP INDEX payment_one_live_per_order",
        "INSERT INTO payments_payment SELECT (jsonb_populate_record(payment, jsonb_build_object("
        "'id', gen_random_uuid(), 'provider_reference', ''))).* FROM payments_payment payment",
    ],
    "one operation at the provider has one key for ever": [
        "ALTER TABLE payments_sandboxcharge DROP CONSTRAINT"
        " payments_sandboxcharge_idempotency_key_key",
        "INSERT INTO payments_sandboxcharge SELECT (jsonb_populate_record(charge,"
        " jsonb_build_object('id', gen_random_uuid()))).* FROM payments_sandboxcharge charge",
    ],
    "a coupon's uses are the orders that carry it, within its limits": [
        "UPDATE orders_coupon SET uses = uses + 1"
    ],
    "only orders that were canceled unpaid gave their coupon back": [
        "UPDATE orders_couponusage SET released_at = now()"
    ],
    "an order is confirmed by one letter": [
        "ALTER TABLE orders_ordermail DROP CONSTRAINT order_mail_once",
        "INSERT INTO orders_ordermail SELECT (jsonb_populate_record(letter, jsonb_build_object("
        "'id', gen_random_uuid()))).* FROM orders_ordermail letter",
    ],
    "an order whose placing was told is confirmed within the hour": [
        "UPDATE orders_ordermail SET sent_at = NULL",
        f"UPDATE events_outboxevent SET delivered_at = {LONG_AGO}",
    ],
    "no guard of a ledger is switched off": ["ALTER TABLE inventory_movement DISABLE TRIGGER USER"],
    "the audit log and the ledgers refuse changes": [
        "DROP TRIGGER {guard} ON payments_paymenttransaction"
    ],
}


@pytest.fixture
def sold():
    """An order that was paid and confirmed, carries a coupon, and was acknowledged."""
    Coupon.objects.create(name="Ten percent", code="TEN", value=1000)
    cart = filled_cart()
    cart.coupon_codes = ["TEN"]
    cart.save()
    ready = ready_checkout(cart)
    order = placing.place_order(cart_id=cart.pk, agreed_total=shown_total(ready))
    processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(GOOD))
    deliver_due()
    mails.send(OrderMail.objects.get().pk)
    IdempotencyKey.objects.create(
        scope="tests", owner="1", key="1", fingerprint="0" * 64, location=order.get_absolute_url()
    )


def execute(statements):
    """Run them as a restored or mended database might have: without triggers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND (tgtype & 24) <> 0"
            " AND tgrelid = 'payments_paymenttransaction'::regclass"
        )
        guards = [name for (name,) in cursor.fetchall()]
        # A table with checks that wait for the commit cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            if "{guard}" in statement:
                for guard in guards:
                    cursor.execute(statement.format(guard=guard))
            else:
                cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def broken():
    return {violation.invariant.says for violation in violations()}


def test_a_working_shop_breaks_none(sold):
    assert broken() == set()


@pytest.mark.parametrize("says", BREAKS)
def test_what_is_broken_is_found(sold, says):
    execute(BREAKS[says])
    assert says in broken()


def test_each_invariant_is_tried():
    assert set(BREAKS) == {invariant.says for invariant in ALL}


def test_the_command_lists_what_is_wrong_and_fails():
    for _ in range(3):
        placed_order()
    execute(["UPDATE inventory_stock SET on_hand = on_hand + 1"])
    out = StringIO()
    with pytest.raises(CommandError, match="1 invariant does not hold"):
        call_command("check_invariants", "--rows", "2", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0] == "I1 on hand is the sum of the movements: 3"
    assert len(lines) == 3


def test_the_command_says_that_all_is_well():
    out = StringIO()
    call_command("check_invariants", stdout=out)
    assert out.getvalue() == f"All {len(ALL)} invariants hold.\n"


def test_the_nightly_job_fails_when_something_is_wrong(sold):
    tasks.check_invariants(timestamp=0)
    execute(["UPDATE inventory_stock SET on_hand = on_hand + 1"])
    with pytest.raises(CommandError):
        tasks.check_invariants(timestamp=0)
