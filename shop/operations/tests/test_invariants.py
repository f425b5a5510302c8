"""Each invariant is found when it is broken, and none in a shop that works."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from orders.checkouts import placing
from orders.mailing import mails
from orders.models import Coupon, IdempotencyKey, OrderMail
from orders.placed import lifecycle
from orders.returns import settling
from orders.tests.factories import (
    filled_cart,
    member,
    placed_order,
    ready_checkout,
    shown_total,
)
from orders.tests.returning import ask, inspected
from payments import processing, refunding
from payments import settling as refunds
from payments.credit import ledger
from payments.models import Refund
from payments.refunding import LineRefund
from payments.tests.cards import GOOD, method
from payments.tests.credits import gift_card, store_credit
from shop.events.relay import deliver_due
from shop.models import new_id
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
        "UPDATE payments_payment SET status = 'FAILED', captured_amount = 0, refunded_amount = 0"
    ],
    "what goes back of a payment is within what was captured": [
        "UPDATE payments_refundpart SET amount = 100000"
    ],
    "what went back of a payment is what its refunds say": [
        "UPDATE payments_payment SET refunded_amount = refunded_amount + 1"
    ],
    "money that we gave back, the provider gave back": [
        "UPDATE payments_sandboxrefund SET amount = amount + 1"
    ],
    "money that the provider gave back, we know of": [
        "UPDATE payments_refundpart SET status = 'FAILED'",
        f"UPDATE payments_sandboxrefund SET created_at = {LONG_AGO}",
    ],
    "what a bank took is what a lost dispute says, and no more": [
        "UPDATE payments_refund SET reason = 'DISPUTED'"
    ],
    "a payment is disputed as long as a bank has not decided": [
        "UPDATE payments_payment SET status = 'DISPUTED'"
    ],
    "money that the provider holds belongs to a payment that is open": [
        "UPDATE payments_payment SET status = 'VOIDED'",
        f"UPDATE payments_sandboxcharge SET status = 'authorized', created_at = {LONG_AGO}",
    ],
    "what the provider took, it was asked for with a key of ours": [
        "UPDATE payments_sandboxcapture SET idempotency_key = 'x'"
    ],
    "a refund is the sum of its lines, and of the parts by which it goes": [
        "UPDATE payments_refundline SET amount = amount + 1"
    ],
    "one refund at the provider has one key for ever": [
        "ALTER TABLE payments_sandboxrefund DROP CONSTRAINT"
        " payments_sandboxrefund_idempotency_key_key",
        "INSERT INTO payments_sandboxrefund SELECT (jsonb_populate_record(given,"
        " jsonb_build_object('id', gen_random_uuid()))).* FROM payments_sandboxrefund given",
    ],
    "what was captured in parts is what the captures say": [
        "UPDATE payments_payment SET captures_at_shipment = true"
    ],
    "what was captured in parts, the provider took with the same key": [
        "INSERT INTO payments_capture (id, payment_id, status, amount, is_last, succeeded_at,"
        " provider_reference, failure_code)"
        " SELECT gen_random_uuid(), id, 'SUCCEEDED', 1, false, now(), '', '' FROM payments_payment"
    ],
    "an order has one live payment at most, and one for what an edit added or what lapsed": [
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
    "a gift card's balance is issued - spent + returned, and never below zero": [
        "UPDATE payments_giftcard SET balance = balance + 1"
    ],
    "store credit is what its ledger says, and never below zero": [
        "UPDATE payments_creditaccount SET balance = balance + 1"
    ],
    "what credit paid of an order is what the ledger says": [
        "UPDATE orders_order SET credit_applied = credit_applied + 1"
    ],
    "no more credit lies on an order than it costs, and none on one that was never paid": [
        f"UPDATE orders_order SET credit_applied = total + 1, updated_at = {LONG_AGO}"
    ],
    "a paid order has a gift card for each that it bought": [
        "UPDATE catalog_product"
        " SET is_gift_card = true, inventory_policy = 'NONE', tax_class = 'ZERO'",
        f"UPDATE orders_order SET placed_at = {LONG_AGO}, paid_at = {LONG_AGO}",
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

#: The same, of an order that came back.
RETURN_BREAKS = {
    "no more units come back of a line than have left": [
        "UPDATE orders_shipmentitem SET quantity = 1",
        "UPDATE orders_returnitem SET quantity = 2, accepted = 2",
    ],
    "the history of a return has only legal steps, each from where the last one led": [
        "UPDATE orders_returnstatuschange SET to_status = 'SETTLED' WHERE to_status = 'RECEIVED'"
    ],
    "a settled return gave what it says: money by a refund of its own, or an exchange": [
        "UPDATE payments_refund SET key = gen_random_uuid(), amount = 1, goods = 1, shipping = 0",
        f"UPDATE orders_return SET settled_at = {LONG_AGO}",
    ],
    "nothing is held for a return that is over": [
        "UPDATE inventory_reservation SET status = 'ACTIVE', order_id = NULL,"
        " owner = (SELECT 'return:' || id FROM orders_return)"
    ],
}


@pytest.fixture
def sent_back(django_capture_on_commit_callbacks):
    """An order that was paid, arrived, came back and was refunded."""
    order = placed_order()
    processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(GOOD))
    lifecycle.mark_fulfilled(order.pk)
    lifecycle.mark_shipped(order.pk)
    lifecycle.mark_delivered(order.pk)
    asked = inspected(ask(order))
    with django_capture_on_commit_callbacks(execute=True):
        settling.settle(return_id=asked.pk)
        deliver_due()
    for refund in Refund.objects.all():
        refunds.settle(refund.pk)
    deliver_due()
    for letter in OrderMail.objects.filter(sent_at=None):
        mails.send(letter.pk)


@pytest.fixture
def sold():
    """An order that was paid, given back in part, and confirmed, that carries a coupon."""
    Coupon.objects.create(name="Ten percent", code="TEN", value=1000)
    cart = filled_cart()
    cart.coupon_codes = ["TEN"]
    cart.save()
    ready = ready_checkout(cart)
    order = placing.place_order(cart_id=cart.pk, agreed_total=shown_total(ready))
    store_credit(member(), 500)
    ledger.settle(order, wanted={gift_card(1000).pk: 300}, have={})
    processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(GOOD))
    lines = {order.items.get().pk: LineRefund(0, 100)}
    refunding.refund(order_id=order.pk, lines=lines, reason="PRICE", key=new_id())
    deliver_due()
    mails.send(OrderMail.objects.get(kind="PLACED").pk)
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


def test_a_return_that_is_settled_breaks_none(sent_back):
    assert broken() == set()


@pytest.mark.parametrize("says", RETURN_BREAKS)
def test_what_is_broken_of_a_return_is_found(sent_back, says):
    execute(RETURN_BREAKS[says])
    assert says in broken()


def test_each_invariant_is_tried():
    assert set(BREAKS) | set(RETURN_BREAKS) == {invariant.says for invariant in ALL}


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
