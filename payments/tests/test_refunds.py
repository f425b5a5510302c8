"""Money that goes back: by line and amount, once, and never more than was taken."""

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory.models import Stock
from orders.documents import invoices
from orders.models import InvoiceKind
from orders.placed import lifecycle, refundable
from orders.tests.factories import placed_order, variant_in_stock
from payments import processing, providers, refunding, settling
from payments.errors import NothingToRefund, TooMuchRefunded
from payments.models import Refund, RefundPart, SandboxCharge, SandboxRefund
from payments.refunding import LineRefund
from payments.tests.cards import method
from payments.tests.wire import Wire
from shop.events.models import OutboxEvent
from shop.events.relay import deliver_due
from shop.models import new_id
from shop.money import tax_included

pytestmark = pytest.mark.django_db

Reason = Refund.Reason


@pytest.fixture
def wire(monkeypatch, settings):
    made = Wire()
    settings.PAYMENT_PROVIDERS = ["SANDBOX", made.name]
    monkeypatch.setitem(providers._PROVIDERS, made.name, made)
    return made


def paid(*lines, by="SANDBOX"):
    order = placed_order(*(lines or [(variant_in_stock(price=1000), 3)]))
    payment = processing.pay(order_id=order.pk, provider_name=by, method=method())
    order.refresh_from_db()
    return order, payment


def give(order, quantity=0, amount=None, **more):
    """Refund units of the first line, or an amount of it."""
    item = order.items.first()
    if amount is None:
        amount = refundable.of_order(order).amount_for(item.pk, quantity)
    lines = {item.pk: LineRefund(quantity, amount)} if quantity or amount else {}
    plain = {"reason": Reason.RETURNED, "key": new_id()}
    return refunding.refund(order_id=order.pk, lines=lines, **plain | more)


def other_refund(order):
    return Refund.objects.create(
        order=order, key=new_id(), reason="OTHER", currency="EUR", amount=9999, goods=9999
    )


def told():
    return [event.payload["amount"] for event in OutboxEvent.objects.filter(type="order.refunded")]


def test_unit_sent_back_is_given_back():
    order, payment = paid()
    made = give(order, 1)
    payment.refresh_from_db()
    assert (made.status, made.amount, made.goods) == ("SUCCEEDED", 1000, 1000)
    assert (payment.status, payment.refunded_amount) == ("PARTIALLY_REFUNDED", 1000)
    assert payment.transactions.get(kind="REFUND").amount == 1000
    assert SandboxCharge.objects.get().refunded_amount == 1000
    assert told() == [1000]


def test_all_of_it_makes_the_payment_refunded():
    order, payment = paid()
    give(order, 3, shipping=order.shipping)
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_amount) == ("REFUNDED", order.total)


def test_same_key_gives_back_once():
    order, _payment = paid()
    key = new_id()
    assert give(order, 1, key=key) == give(order, 1, key=key)
    assert SandboxRefund.objects.count() == 1
    assert told() == [1000]


@pytest.mark.parametrize(
    ("quantity", "amount", "more"),
    [
        (4, 1000, {}),
        (1, 3001, {}),
        (-1, 1000, {}),
        (1, -1, {}),
        (0, 0, {"shipping": 491}),
        (0, 0, {"shipping": -1}),
        (3, 3000, {"extra": 1}),
        (1, 1000, {"extra": 2001}),
        (0, 0, {"extra": -1}),
    ],
)
def test_more_than_is_left_is_refused(quantity, amount, more):
    order, payment = paid()
    with pytest.raises(TooMuchRefunded):
        give(order, quantity, amount, **more)
    payment.refresh_from_db()
    assert (payment.status, Refund.objects.count(), told()) == ("CAPTURED", 0, [])


def test_line_of_another_order_is_refused():
    order, _payment = paid()
    other, _payment = paid()
    with pytest.raises(TooMuchRefunded):
        refunding.refund(
            order_id=order.pk,
            lines={other.items.get().pk: LineRefund(1, 1)},
            reason=Reason.OTHER,
            key=new_id(),
        )
    assert not Refund.objects.exists()


def test_nothing_cannot_be_given_back():
    order, _payment = paid()
    unpaid = placed_order()
    for case in (order, unpaid):
        with pytest.raises(NothingToRefund):
            refunding.refund(order_id=case.pk, lines={}, reason=Reason.OTHER, key=new_id())


def test_goodwill_lowers_what_is_left_of_the_lines():
    order, _payment = paid()
    give(order, extra=500, reason=Reason.GOODWILL)
    left = refundable.of_order(order)
    assert (left.goods_left, left.shipping_left) == (2500, order.shipping)
    assert [give(order, 1).amount for _ in range(3)] == [1000, 1000, 500]


def test_price_put_right_keeps_the_units():
    order, _payment = paid()
    give(order, 0, 300, reason=Reason.PRICE)
    line = refundable.of_order(order).lines[order.items.get().pk]
    assert (line.units_left, line.amount_left) == (3, 2700)


def test_units_come_back_to_the_shelf_when_asked_for():
    shirt = variant_in_stock(units=5, price=1000)
    order, _payment = paid((shirt, 3))
    give(order, 2, restock=True)
    assert Stock.objects.get(variant=shirt).on_hand == 4
    give(order, 1)
    assert Stock.objects.get(variant=shirt).on_hand == 4


def test_credit_note_says_what_went_back():
    order, _payment = paid()
    give(order, 1, 700, extra=100, shipping=order.shipping)
    note = order.invoices.get(kind=InvoiceKind.CREDIT_NOTE)
    assert note.total == 800 + order.shipping
    assert [(row["quantity"], row["total"]) for row in note.content["lines"]] == [(1, 800)]
    assert abs(note.content["tax"] - tax_included(note.total, 1900)) <= 1
    give(order, 1, 500)
    second = order.invoices.filter(kind=InvoiceKind.CREDIT_NOTE).first()
    assert abs(second.content["tax"] - tax_included(500, 1900)) <= 1
    invoices.credit_rest(order.pk)
    notes = order.invoices.filter(kind=InvoiceKind.CREDIT_NOTE)
    assert sum(row.total for row in notes) == order.total
    assert sum(row.content["tax"] for row in notes) == order.included_tax


def test_provider_that_declines_leaves_everything_as_it_was(wire):
    order, payment = paid(by=wire.name)
    SandboxCharge.objects.update(status="voided")
    made = give(order, 1)
    payment.refresh_from_db()
    assert (made.status, made.failure_code) == ("FAILED", "not_refundable")
    assert (payment.status, payment.refunded_amount) == ("CAPTURED", 0)
    assert refundable.of_order(order).goods_left == 3000
    assert not order.invoices.filter(kind=InvoiceKind.CREDIT_NOTE).exists()
    assert told() == []


@pytest.mark.parametrize("way", ["unreachable", "mute"])
def test_provider_that_is_away_is_asked_again_with_the_same_key(wire, way):
    order, payment = paid(by=wire.name)
    getattr(wire, way).add("refund")
    made = give(order, 1)
    assert (made.status, told()) == ("REQUESTED", [])
    assert refundable.of_order(order).goods_left == 2000
    getattr(wire, way).clear()
    with time_machine.travel(made.created_at.timestamp() + 61):
        assert settling.unfinished() == [made.pk]
    for _ in range(2):
        made = settling.settle(made.pk)
    payment.refresh_from_db()
    assert (made.status, payment.refunded_amount, told()) == ("SUCCEEDED", 1000, [1000])
    assert SandboxCharge.objects.get().refunded_amount == 1000


def test_canceled_order_gives_back_what_is_left_of_it():
    order, payment = paid()
    give(order, 1)
    lifecycle.call_off(order.pk, reason="Sold out")
    deliver_due()
    rest = Refund.objects.get(reason=Reason.CANCELED)
    assert (rest.status, rest.amount) == ("REQUESTED", order.total - 1000)
    settling.settle(rest.pk)
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_amount) == ("REFUNDED", order.total)
    notes = order.invoices.filter(kind=InvoiceKind.CREDIT_NOTE)
    assert sum(note.total for note in notes) == order.total
    assert refunding.give_back_canceled(order.pk) is None


def test_database_refuses_more_than_was_captured():
    order, payment = paid()
    made = give(order, 1)
    with (
        pytest.raises(IntegrityError, match="more would go back than was captured"),
        transaction.atomic(),
    ):
        RefundPart.objects.create(
            refund=other_refund(order), payment=payment, amount=order.total - 999
        )
    assert list(Refund.objects.all()) == [made]


def test_more_lines_cost_no_more_statements():
    small, _payment = paid((variant_in_stock(price=1000), 1))
    large, _payment = paid(*[(variant_in_stock(price=1000), 2) for _ in range(5)])
    costs = []
    for order in (small, large):
        lines = {item.pk: LineRefund(item.quantity, item.line_total) for item in order.items.all()}
        with CaptureQueriesContext(connection) as queries:
            refunding.refund(order_id=order.pk, lines=lines, reason="RETURNED", key=new_id())
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert costs[0] <= 60


def test_refund_inside_the_providers_silence_counts_for_the_next(wire):
    order, _payment = paid(by=wire.name)
    wire.unreachable.add("refund")
    give(order, 3)
    with pytest.raises(TooMuchRefunded):
        give(order, 1, 1000)
